"""The sheet that one shift leaves the next: what is open, who looks after it, what was noted. Facts in, paper out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QFont, QPagedPaintDevice, QPageLayout, QPageSize, QTextDocument

from app.presenters.alert_text import about_text, alert_text
from app.presenters.history_text import actor_word
from app.presenters.rows import exception_of
from app.presenters.shifts import duty_of
from core.domain.driver import Driver, Presence
from core.domain.language import day, ntr, tr
from core.domain.order import ABROAD, ACTIVE, UNASSIGNED, Order, Status
from core.domain.world import World
from core.tracking.positions import PositionStore
from widgets.common.look import LOOKS
from widgets.common.states import STATUS
from widgets.common.words import Moment, duration, from_to
from widgets.shifts.panel import DUTIES
from widgets.shifts.rows import Duty

NOTES_H = 16.0
MARGIN_MM = 15.0
LETTERS = 95
"""About so many go into a line of a page."""
_NOTABLE = frozenset({Duty.MISSING, Duty.OVERDUE, Duty.BREAK_DUE, Duty.OVER_TIME})


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` as they are read; with none ``nothing`` is said."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    nothing: str


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    facts: str
    tables: tuple[Table, ...]


def handover(
    world: World, positions: PositionStore, silent: NDArray[np.bool_], moment: Moment, author: str, paused: bool
) -> Sheet:
    """``silent`` is by row of the position store, ``paused`` whether the matcher makes no offers by itself."""
    now = moment.now
    today = datetime.fromtimestamp(now, moment.zone)
    statuses = Counter(order.status for order in world.open_orders())
    waiting, under_way = (sum(statuses[s] for s in kinds) for kinds in (UNASSIGNED, ACTIVE))
    away = sum(statuses[s] for s in ABROAD)
    online = sum(d.presence is Presence.ONLINE for d in world.drivers.values())
    facts = [
        tr("by {author}", author=actor_word(author)),
        ntr("{n} order without a driver", "{n} orders without a driver", waiting),
        ntr("{n} order under way", "{n} orders under way", under_way),
        ntr("{n} driver online", "{n} drivers online", online),
    ]
    if away:
        facts.insert(3, ntr("{n} order with a provider", "{n} orders with providers", away))
    if paused:
        facts.append(tr("automatic offers are paused"))
    return Sheet(
        title=tr("Handover, {date}, {time}", date=day(today, year=True), time=moment.clock(now)),
        facts=", ".join(facts),
        tables=(
            _notes(world, moment),
            _alerts(world, moment, new=True),
            _orders(world, moment),
            _alerts(world, moment, new=False),
            _drivers(world, positions, silent, moment),
        ),
    )


def _notes(world: World, moment: Moment) -> Table:
    notes = sorted((n for n in world.notes.values() if moment.now - n.at <= 3600 * NOTES_H), key=lambda n: n.at)
    rows = tuple((moment.clock(note.at), actor_word(note.author), note.text) for note in notes)
    return Table(tr("Notes"), (tr("Time"), tr("By"), tr("Note")), rows, tr("No notes were taken"))


def _alerts(world: World, moment: Moment, new: bool) -> Table:
    now = moment.now
    found = sorted((a for a in world.alerts.values() if a.is_new(now) is new), key=lambda a: (a.severity.value, a.since))
    head: tuple[str, ...] = (tr("What"), tr("About"), tr("Since"))
    if new:
        rows = [(alert_text(a, world, now), about_text(a, world), moment.clock(a.since), a.owner or "–") for a in found]
        return Table(
            tr("Alerts that nobody has seen"), (*head, tr("Looks after it")), tuple(rows), tr("None: every alert was seen")
        )
    seen = []
    for alert in found:
        state = (
            tr("snoozed until {time}", time=moment.clock(alert.snoozed_until))
            if alert.is_snoozed(now)
            else tr("seen by {who}", who=alert.acknowledged_by)
        )
        since = moment.clock(alert.since)
        seen.append((alert_text(alert, world, now), about_text(alert, world), since, state, alert.owner or "–"))
    return Table(
        tr("Alerts seen or snoozed"), (*head, tr("State"), tr("Looks after it")), tuple(seen), tr("No such alert stands")
    )


def _orders(world: World, moment: Moment) -> Table:
    """Those with an exception, and those that somebody holds back."""
    rows = []
    for order in sorted(world.open_orders(), key=lambda o: (o.due_at, o.id)):
        what = exception_of(order, world, moment.now)
        if what or order.status is Status.HELD:
            rows.append(_order(order, what or tr("on hold since {time}", time=moment.clock(order.status_at)), world, moment))
    head = (tr("Order"), tr("From and to"), tr("State"), tr("Driver"), tr("Promised"), tr("What"))
    return Table(tr("Orders that need an eye"), head, tuple(rows), tr("None: every order is on its way as promised"))


def _order(order: Order, what: str, world: World, moment: Moment) -> tuple[str, ...]:
    merchant, driver = world.merchants.get(order.merchant_id), world.drivers.get(order.driver_id or "")
    way = from_to(merchant.name if merchant is not None else order.merchant_id, order.address or order.customer)
    name = f"{driver.id} {driver.name}" if driver is not None else "–"
    return (order.id, way, STATUS[order.status].label, name, moment.clock(order.due_at), what)


def _drivers(world: World, positions: PositionStore, silent: NDArray[np.bool_], moment: Moment) -> Table:
    rows = []
    for driver in world.drivers.values():
        what = _about(driver, world, positions, silent, moment)
        if what:
            rows.append((f"{driver.id} {driver.name}", driver.phone or "–", what))
    head = (tr("Driver"), tr("Phone"), tr("What"))
    return Table(tr("Drivers on a break, silent or not as planned"), head, tuple(rows), tr("All drivers are as planned"))


def _about(driver: Driver, world: World, positions: PositionStore, silent: NDArray[np.bool_], moment: Moment) -> str:
    said = []
    if driver.presence is Presence.BREAK:
        planned = driver.break_at(moment.now)
        since = tr("on a break since {time}", time=moment.clock(driver.presence_at))
        said.append(since + (tr(", until {time}", time=moment.clock(planned.end)) if planned is not None else ""))
    duty = duty_of(driver, moment.now)
    if duty in _NOTABLE:
        said.append(tr(DUTIES[duty][0]).lower())
    row = positions.find(driver.id)
    if (
        row is not None
        and row < len(silent)
        and silent[row]
        and (driver.id in world.routes or driver.presence is Presence.ONLINE)
    ):
        last = float(positions.t[row])
        said.append(
            tr("silent for {duration}", duration=duration(moment.now - last)) if last == last else tr("never heard from")
        )
    carried = world.routes.get(driver.id)
    if said and carried is not None:
        said.append(tr("has order {orders}", orders=", ".join(carried.orders())))
    return "; ".join(said)


# Paper


def as_html(sheet: Sheet) -> str:
    """In the tokens of the light theme, whatever the window wears: paper is white."""
    look = LOOKS["light"]
    # No headings: Qt scales them against the font of the screen, which on paper leaves nothing of them.
    style = (
        f"body {{ color: {look.text}; font-size: 10pt; }}"
        f".title {{ font-size: 15pt; font-weight: 600; margin: 0; }}"
        f".part {{ font-size: 11pt; font-weight: 600; margin: 14px 0 4px 0; }}"
        f".small {{ color: {look.muted}; margin: 4px 0 0 0; }}"
        f"th {{ color: {look.muted}; font-size: 8pt; font-weight: 600; text-align: left; "
        f"border-bottom: 1px solid {look.muted}; }}"
        f"td {{ font-size: 9pt; border-bottom: 1px solid {look.line}; }}"
    )
    parts = [f'<p class="title">{escape(sheet.title)}</p><p class="small">{escape(sheet.facts)}</p>']
    for table in sheet.tables:
        count = f" ({len(table.rows)})" if table.rows else ""
        parts.append(f'<p class="part">{escape(table.title)}{count}</p>')
        parts.append(_table(table) if table.rows else f'<p class="small">{escape(table.nothing)}</p>')
    return f"<html><head><style>{style}</style></head><body>{''.join(parts)}</body></html>"


def _table(table: Table) -> str:
    head = "".join(
        f'<th width="{width:.1f}%">{escape(name)}</th>' for name, width in zip(table.head, _widths(table), strict=True)
    )
    rows = "".join(f"<tr>{_cells(row)}</tr>" for row in table.rows)
    return f'<table width="100%" cellspacing="0" cellpadding="3"><thead><tr>{head}</tr></thead>{rows}</table>'


def _widths(table: Table) -> list[float]:
    """Share of each column in percent: its longest word, and of what is left as much as its longest line is longer.

    Left alone, Qt looks at the words only, and a line of many short ones becomes a stack of them.
    """
    columns = list(zip(table.head, *table.rows, strict=True))
    words = [2 + max(len(word) for cell in column for word in cell.split() or [""]) for column in columns]
    more = [max(0, 2 + max(map(len, column)) - least) for column, least in zip(columns, words, strict=True)]
    rest = max(0, LETTERS - sum(words)) / max(1, sum(more))
    wide = [least + rest * further for least, further in zip(words, more, strict=True)]
    return [100 * width / sum(wide) for width in wide]


def _cells(row: Sequence[str]) -> str:
    return "".join(f"<td>{escape(cell)}</td>" for cell in row)


def print_on(device: QPagedPaintDevice, html: str) -> None:
    """Lay the sheet out on the pages of a printer or a PDF."""
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    device.setPageLayout(QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins))
    document = QTextDocument()
    font = QFont(document.defaultFont())
    font.setPointSizeF(10.0)
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    document.setHtml(html)
    document.print_(device)
