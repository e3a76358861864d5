"""By what the rows of a board can stand together. Exceptions stand on top whatever it is, and what is done at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.domain.language import mark, tr
from widgets.common.words import Moment
from widgets.orders.rows import OrderRow, Section

WINDOW_S = 15 * 60.0
GroupKey = Section | str
"""A queue, or a group within the other orders by its own key."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """``of`` gives a row's group, ``title`` what stands above it; groups stand in the order of their keys."""

    label: str
    of: Callable[[OrderRow], GroupKey]
    title: Callable[[str, Moment], str] = lambda key, moment: key


_TOGETHER = (Section.EXCEPTIONS, Section.DONE)


def _within(of: Callable[[OrderRow], str]) -> Callable[[OrderRow], GroupKey]:
    return lambda row: row.section if row.section in _TOGETHER else of(row)


def _window(row: OrderRow) -> str:
    """The quarter of an hour of the promise, as a number that sorts as text."""
    return f"{int(row.due_at // WINDOW_S):012d}"


def _window_title(key: str, moment: Moment) -> str:
    start = int(key) * WINDOW_S
    return tr("Due {start} to {end}", start=moment.clock(start), end=moment.clock(start + WINDOW_S))


GROUPINGS: dict[str, Grouping] = {
    "state": Grouping(mark("State"), lambda row: row.section),
    "window": Grouping(mark("15-minute window"), _within(_window), _window_title),
    "driver": Grouping(
        mark("Driver"),
        _within(lambda row: f"{row.driver_id} {row.driver_name}".strip()),
        lambda key, _: key or tr("No driver"),
    ),
    "merchant": Grouping(mark("Merchant"), _within(lambda row: row.merchant)),
    "area": Grouping(mark("Area"), _within(lambda row: row.area), lambda key, _: key or tr("In no area")),
}

_PLACE = {section: i for i, section in enumerate(Section)}


def place_of(key: GroupKey) -> tuple[int, str]:
    """Where a group stands: exceptions, the queues or groups in their order, what is done."""
    if key is Section.EXCEPTIONS:
        return 0, ""
    if key is Section.DONE:
        return 2, ""
    return 1, f"{_PLACE[key]:02d}" if isinstance(key, Section) else key
