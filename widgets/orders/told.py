"""How far the last command about an order has come, as an icon with a word, and in a sentence."""

from __future__ import annotations

from core.domain.language import mark, tr
from core.domain.receipt import Told
from widgets.common.words import Moment
from widgets.orders.rows import OrderRow

LOOKS: dict[Told, tuple[str, str, str]] = {
    Told.QUEUED: (mark("Queued"), "hourglass-medium", "offered"),
    Told.SENT: (mark("Sent"), "paper-plane-tilt", "muted"),
    Told.SEEN: (mark("Seen"), "device-mobile", "free"),
    Told.FAILED: (mark("Lost"), "x-circle", "late"),
}
"""Word, icon and colour of each."""

SENTENCES: dict[Told, str] = {
    Told.QUEUED: mark("{what}: waits to be sent"),
    Told.SENT: mark("{what}: the broker has it, the phone has not said so yet"),
    Told.SEEN: mark("{what}: the driver's phone has it"),
    Told.FAILED: mark("{what}: it never reached the phone; call the driver, or tell it again"),
}

WHAT: dict[str, str] = {
    "offer": mark("Offer"),
    "assign": mark("Assignment"),
    "recall": mark("Recall"),
    "route": mark("Order of stops"),
}


def told_text(row: OrderRow, _: Moment) -> str:
    if row.refused:
        return tr("Refused")
    return tr(LOOKS[row.told][0]) if row.told is not None else ""


def told_icon(row: OrderRow, _: Moment) -> str:
    return "prohibit" if row.refused else LOOKS[row.told][1] if row.told is not None else ""


def told_token(row: OrderRow, _: Moment) -> str:
    return "late" if row.refused else LOOKS[row.told][2] if row.told is not None else "muted"


def told_tip(row: OrderRow, _: Moment) -> str:
    if row.refused:
        return tr("Refused: {why}", why=row.refused)
    return told_sentence(row.told, row.told_what)


def told_sentence(told: Told | None, what: str) -> str:
    return tr(SENTENCES[told], what=tr(WHAT.get(what, what))) if told is not None else ""


def told_rank(row: OrderRow) -> float | None:
    """What needs a look first: refused, lost, queued."""
    if row.refused:
        return 0.0
    ranks = {Told.FAILED: 1.0, Told.QUEUED: 2.0, Told.SENT: 3.0, Told.SEEN: 4.0}
    return ranks[row.told] if row.told is not None else None
