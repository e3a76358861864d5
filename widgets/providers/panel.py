"""The providers: how each does, and the orders of which only a telephone call can say who has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QTabWidget, QVBoxLayout, QWidget

from core.domain.language import mark, ntr, number, tr
from core.domain.provider import ProviderKind
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.flow import flowing
from widgets.common.panel import stacked
from widgets.common.setup_panel import SetupPanel, Tool
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.common.words import Moment, countdown, duration
from widgets.providers.rows import DoubtRow, ProviderRow

KINDS = {
    ProviderKind.INTERNAL: mark("our own"),
    ProviderKind.WEBHOOK: mark("calls us back"),
    ProviderKind.POLLING: mark("is asked"),
}
_STATE = {
    "ready": (mark("Available"), "check-circle", "free"),
    "barred": (mark("Not set up"), "warning", "late"),
    "away": (mark("Held back"), "cloud-slash", "late"),
    "probing": (mark("Trying again"), "arrow-clockwise", "offered"),
    "off": (mark("Off"), "pause", "offline"),
}


def _unsigned(row: ProviderRow) -> bool:
    return not row.signed and row.provider.kind is not ProviderKind.INTERNAL


def _key(row: ProviderRow) -> str:
    return "barred" if row.state == "ready" and _unsigned(row) else row.state


def _state(row: ProviderRow, moment: Moment) -> str:
    text = tr(_STATE[_key(row)][0])
    if row.state == "away" and row.retry_at is not None:
        return tr("{state}, {time}", state=text, time=countdown(row.retry_at - moment.now))
    return text


def _hour(row: ProviderRow) -> str:
    if row.provider.cap_per_hour is None:
        return ""
    return tr("{n} of {most}", n=row.this_hour or 0, most=row.provider.cap_per_hour)


def _latency(row: ProviderRow) -> str:
    return f"{number(row.p50_ms, ',.0f')} · {number(row.p95_ms, ',.0f')} ms" if row.p95_ms else ""


def _calls(row: ProviderRow) -> str:
    if not row.calls:
        return ""
    return tr("{n}, {bad} failed", n=number(row.calls), bad=number(row.failures)) if row.failures else number(row.calls)


def _retries(row: ProviderRow) -> str:
    if row.provider.kind is ProviderKind.INTERNAL:
        return ""
    return tr("{n}, {left} left", n=number(row.retries), left=number(row.retries_left))


def _problem(row: ProviderRow) -> str:
    if _unsigned(row):
        return tr("No secret: its answers can't be believed. Edit it and give one")
    return row.problem[:1].upper() + row.problem[1:]


def columns() -> tuple[Column[ProviderRow], ...]:
    return (
        Column("Provider", lambda r, m: r.provider.title, sort=lambda r: r.provider.title.casefold(), width=136, narrow=132),
        Column(
            "State",
            _state,
            sort=lambda r: r.state,
            token=lambda r, m: _STATE[_key(r)][2],
            icon=lambda r, m: _STATE[_key(r)][1],
            timed=True,
            width=150,
            narrow=108,
        ),
        Column(
            "Problem",
            lambda r, m: tr("No secret: edit it") if _unsigned(r) else _problem(r),
            token=lambda r, m: "late",
            tip=lambda r, m: _problem(r),
            width=0,
            least=140,
        ),
        Column("Open", lambda r, m: number(r.open), sort=lambda r: r.open, right=True, width=58, name=tr("Orders it has")),
        Column(
            "In doubt",
            lambda r, m: number(r.doubtful) if r.doubtful else "",
            sort=lambda r: r.doubtful,
            token=lambda r, m: "late",
            icon=lambda r, m: "warning" if r.doubtful else "",
            right=True,
            width=78,
            narrow=64,
            spare=1,
        ),
        Column("This hour", lambda r, m: _hour(r), sort=lambda r: r.this_hour, right=True, width=86, narrow=72, spare=1),
        Column(
            "Share",
            lambda r, m: f"{number(r.share_pct, '.1f')} %" if r.share_pct is not None else "",
            sort=lambda r: r.share_pct,
            right=True,
            width=66,
            spare=1,
            name=tr("Of all orders that rules share out"),
        ),
        Column(
            "Answers in",
            lambda r, m: _latency(r),
            sort=lambda r: r.p50_ms,
            right=True,
            width=116,
            spare=1,
            name=tr("Half and nineteen of twenty calls answered within"),
        ),
        Column("Calls", lambda r, m: _calls(r), sort=lambda r: r.calls, right=True, width=110, narrow=88, spare=1),
        Column(
            "Retries",
            lambda r, m: _retries(r),
            sort=lambda r: r.retries,
            token=lambda r, m: "text" if r.retries_left else "late",
            right=True,
            width=92,
            narrow=80,
            spare=1,
            name=tr("Calls made again, and how many more may be made before the provider is spared"),
        ),
        Column("Kind", lambda r, m: tr(KINDS[r.provider.kind]), token=lambda r, m: "muted", width=90, shown=False),
    )


def doubt_columns() -> tuple[Column[DoubtRow], ...]:
    return (
        Column("Order", lambda r, m: r.id, sort=lambda r: r.id, width=90),
        Column("Provider", lambda r, m: r.provider, sort=lambda r: r.provider.casefold(), width=150),
        Column("For", lambda r, m: duration(m.now - r.since), sort=lambda r: r.since, timed=True, right=True, width=80),
        Column("What is not known", lambda r, m: r.asked, width=0),
    )


class ProvidersPanel(SetupPanel):
    """``chosen(str)`` a provider, ``settled(str, bool)``: of an order, whether the provider has it."""

    tools = (
        Tool("provider.add", mark("Add…"), "plus"),
        Tool("provider.edit", mark("Edit…"), "note-pencil", least=1),
        Tool("provider.switch", mark("On or off"), "power", least=1),
        Tool("provider.remove", mark("Remove…"), "trash", least=1),
    )

    chosen = Signal(str)
    settled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model: RowsModel[ProviderRow] = RowsModel(columns())
        self.view = RowsView(self.model, tr("Providers"))
        self.view.setSelectionMode(RowsView.SelectionMode.SingleSelection)
        self.view.sort_at_first(0)
        self._empty = self.offer(
            self.view,
            tr("Only our own drivers"),
            tr("Add another fleet, then say in a rule which orders it gets"),
            tr("Add a provider"),
            "provider.add",
        )
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(tr("Providers"))
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(stacked([self.one_line()], self.view), tr("Providers"))
        self.tabs.addTab(self._doubts(), tr("In doubt"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)
        self.view.selection_changed.connect(self._selected)
        self.view.row_activated.connect(lambda _: self.wanted.emit("provider.edit"))
        self.view.context_requested.connect(self.context_requested)
        self._selected([])

    def _doubts(self) -> QWidget:
        self.doubts: RowsModel[DoubtRow] = RowsModel(doubt_columns())
        self.doubts_view = RowsView(self.doubts, tr("Orders in doubt"))
        self.doubts_view.sort_at_first(2)
        self._sure = EmptyOver(
            self.doubts_view,
            EmptyState(
                tr("No order is in doubt"),
                tr("An order a provider may have taken without saying so waits here until you have asked them"),
            ),
        )
        self.has_it, self.has_not = QPushButton(tr("They have it")), QPushButton(tr("They don't have it"))
        for button, has_it in ((self.has_it, True), (self.has_not, False)):
            button.clicked.connect(lambda _=False, has_it=has_it: self._settle(has_it))
        self.doubts_view.selection_changed.connect(lambda _: self._able())
        return stacked([flowing(self.has_it, self.has_not)], self.doubts_view)

    def set_rows(self, rows: Iterable[ProviderRow], doubts: Sequence[DoubtRow]) -> None:
        """Our own fleet stands among them only where there are others."""
        listed = list(rows)
        others = any(row.provider.kind is not ProviderKind.INTERNAL for row in listed)
        self.model.set_rows(listed if others else ())
        self._empty.show_when(not others)
        self.doubts.set_rows(doubts)
        self._sure.show_when(not doubts)
        text = ntr("In doubt ({n})", "In doubt ({n})", len(doubts)) if doubts else tr("In doubt")
        self.tabs.setTabText(1, text)
        self._able()

    def set_moment(self, moment: Moment) -> None:
        self.model.set_moment(moment)
        self.doubts.set_moment(moment)

    def selected(self) -> str:
        return next(iter(self.view.selected_ids()), "")

    def _selected(self, ids: list[str]) -> None:
        self._able()
        self.chosen.emit(ids[0] if ids else "")

    def _able(self) -> None:
        row = next((row for row in self.model.shown if row.id == self.selected()), None)
        other = row is not None and row.provider.kind is not ProviderKind.INTERNAL
        self.able(0 if row is None else 1)
        self.buttons["provider.remove"].setEnabled(other)
        for button in (self.has_it, self.has_not):
            button.setEnabled(bool(self.doubts_view.selected_ids()))

    def _settle(self, has_it: bool) -> None:
        for order_id in self.doubts_view.selected_ids():
            self.settled.emit(order_id, has_it)
