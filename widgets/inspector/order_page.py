"""The inspector's page of an order."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.language import mark, tr
from core.domain.order import ACTIVE, BEFORE_PICKUP, UNASSIGNED, Status
from widgets.common.lines import Bit, Cell
from widgets.common.promise import lateness_min
from widgets.common.states import STATUS
from widgets.common.words import Moment, countdown, duration, lateness
from widgets.inspector.details import OrderDetails
from widgets.inspector.parts import Block, Deeds, Head, facts, history_lines

MOST_CANDIDATES = 12
NOT_WEIGHED = mark("Not recorded: which other drivers the matcher weighed then")
NOT_APART = mark("As it stood when the offer was made. Not recorded: what the costs are made of, and who was excluded")
NOT_EXPECTED = mark("Not recorded: when it was expected to arrive, as seen at that moment")


class OrderPage(QWidget):
    """``followed(str)`` carries ``driver:ID`` or ``assign:ID``; ``asked(str)`` the key of a deed."""

    followed = Signal(str)
    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head, self.deeds = Head(), Deeds()
        self.parties = Block("", captions=True)
        self.times = Block(tr("When"), captions=True)
        self.reason = Block(tr("Why nobody has it"), stretch=0)
        self.candidates = Block(tr("Why this driver?"))
        self.history = Block(tr("History"), captions=False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(16)
        for part in (self.head, self.deeds, self.parties, self.times, self.reason, self.candidates, self.history):
            layout.addWidget(part)
        layout.addStretch(1)
        self.deeds.asked.connect(self.asked)
        for block in (self.parties, self.candidates):
            block.followed.connect(self.followed)

    def show_order(self, order: OrderDetails, moment: Moment) -> None:
        self.head.title.setText(tr("Order {id}", id=order.id))
        self.head.badge.show_state(STATUS[order.status])
        self.head.below.set_lines([[_promise(order, moment)]])
        self.deeds.set_deeds(order.deeds)
        self.parties.set_lines(_parties(order))
        self.times.set_lines(_times(order, moment))
        unassigned = order.status in UNASSIGNED
        self.reason.set_lines([[(Bit(order.reason),)]] if order.reason and unassigned else [])
        self.candidates.heading.setText(tr("Who could take it") if unassigned else tr("Why this driver?"))
        self.candidates.set_lines([*_candidates(order), *(_not_recorded(order) if order.recorded else [])])
        self.history.set_lines(history_lines(order.history, moment))


def _not_recorded(order: OrderDetails) -> list[list[Cell]]:
    missing = [NOT_APART if order.candidates else NOT_WEIGHED]
    if order.eta is None and order.status in ACTIVE:
        missing.append(NOT_EXPECTED)
    return [[(), (Bit(tr(text), "muted"),)] for text in missing]


def _promise(order: OrderDetails, moment: Moment) -> Cell:
    bits = [Bit(tr("Promised for {due_at}", due_at=moment.clock_and_gap(order.due_at)))]
    minutes = lateness_min(order.status, order.status_at, order.due_at, order.eta, moment.now)
    if minutes is not None:
        late = round(minutes) > 0
        told = lateness(minutes)
        if order.status in ACTIVE and order.eta is not None:
            told = tr("expected {lateness}", lateness=told)
        bits += [Bit("   "), Bit(_whole(("⚠ " if late else "") + told), "late" if late else "free", strong=True)]
    if order.exception:
        bits += [Bit("\n"), Bit(order.exception, "text" if order.eased else "late", strong=True)]
    if order.status is Status.OFFERED and order.offer_until is not None:
        left = countdown(order.offer_until - moment.now)
        bits += [
            Bit("\n"),
            Bit(tr("Offered to {driver_id}, {left} left to answer", driver_id=order.driver_id, left=left), "offered"),
        ]
    return tuple(bits)


def _whole(text: str) -> str:
    """Not broken between its words."""
    return text.replace(" ", "\u00a0")


def _parties(order: OrderDetails) -> list[list[Cell]]:
    how = [text for on, text in ((order.batched, tr("in a batch")), (order.chained, tr("chained"))) if on]
    if order.by_dispatcher:
        how.append(tr("by the dispatcher"))
    driver = (
        Bit(f"{order.driver_id} {order.driver_name}".rstrip() if order.driver_id else "", link=f"driver:{order.driver_id}"),
        Bit(f", {', '.join(how)}" if how and order.driver_id else "", "muted"),
    )
    return facts(
        [
            (tr("Driver"), driver),
            (tr("Told"), (Bit(order.told, "late" if order.told_lost else "muted"),)),
            (tr("Pick-up"), (Bit(order.merchant),)),
            (tr("Drop-off"), (Bit(order.address),)),
            (tr("Customer"), (Bit(order.customer),)),
            (tr("Note"), (Bit(order.note, strong=True),)),
            (tr("Load"), (Bit(order.load),)),
        ]
    )


def _times(order: OrderDetails, moment: Moment) -> list[list[Cell]]:
    def done(at: float | None, since: float | None = None) -> tuple[Bit, ...]:
        after = tr("   after {duration}", duration=duration(at - since)) if at is not None and since is not None else ""
        return (Bit(moment.clock(at)), Bit(after, "muted"))

    def expected(at: float | None) -> tuple[Bit, ...]:
        return (Bit(tr("expected {at}", at=moment.clock_and_gap(at)) if at is not None else "", "muted"),)

    picked = order.picked_up_at is not None
    return facts(
        [
            (tr("Placed"), done(order.placed_at)),
            (tr("Ready"), done(order.ready_at) if picked else expected(order.ready_at)),
            (tr("Assigned"), done(order.assigned_at, order.placed_at)),
            (tr("At pick-up"), done(order.arrived_pickup_at) if order.arrived_pickup_at else expected(order.pickup_eta)),
            (tr("Picked up"), done(order.picked_up_at, order.arrived_pickup_at)),
            (tr("At the door"), done(order.arrived_dropoff_at)),
            (tr("Delivered"), done(order.delivered_at, order.placed_at) if order.delivered_at else expected(order.eta)),
        ]
    )


def _candidates(order: OrderDetails) -> list[list[Cell]]:
    # Once it is picked up, it is as it is.
    open_ = order.status in UNASSIGNED or order.status in BEFORE_PICKUP
    lines: list[list[Cell]] = []
    for rank, one in enumerate(order.candidates[:MOST_CANDIDATES], start=1):
        who = f"{one.driver_id} {one.name}".rstrip()
        detail = one.excluded or one.parts
        about = [Bit(who, link=f"driver:{one.driver_id}", strong=one.chosen)]
        if one.chosen:
            about.append(Bit(f"  {tr('chosen')}", "free"))
        if detail:
            about.append(Bit(f"\n{detail}", "muted", small=True))
        able = open_ and not one.excluded and one.driver_id != order.driver_id and not order.recorded
        deed = (Bit(tr("Assign"), link=f"assign:{one.driver_id}"),) if able else ()
        mark = "✕" if one.excluded else str(rank)
        lines.append([(Bit(mark, "muted"),), tuple(about), (Bit(one.cost),), deed])
    rest = len(order.candidates) - MOST_CANDIDATES
    if rest > 0:
        lines.append([(), (Bit(tr("and {rest:,} more", rest=rest), "muted"),), (), ()])
    return lines
