"""Where a stop or an order that is held over a row would go. Plain functions of rows and moments."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.timeline.rows import Move, StopKey, TimelineRow, TimelineStop


def remaining(row: TimelineRow, orders: Sequence[str], stop: StopKey | None) -> list[TimelineStop]:
    """The stops the driver has still to make, without what is held."""
    mine = {s.order_id for s in row.ahead()}
    if stop is not None and set(orders) <= mine:
        return [s for s in row.ahead() if s.key != stop]
    return [s for s in row.ahead() if s.order_id not in orders]


def aimed(row: TimelineRow, orders: tuple[str, ...], stop: StopKey | None, at: float) -> Move:
    """What letting go at the moment ``at`` (epoch seconds) over the row means."""
    there = remaining(row, orders, stop)
    place = sum((s.arrive + s.leave) / 2 < at for s in there)
    return placed(row, orders, stop, place)


def placed(row: TimelineRow, orders: tuple[str, ...], stop: StopKey | None, place: int) -> Move:
    """The move to that place, or to the nearest one possible: nothing is brought before it is fetched."""
    there = remaining(row, orders, stop)
    low, high = 0, len(there)
    if stop is not None:
        other = next((i for i, s in enumerate(there) if s.order_id == stop[1]), None)
        if other is not None and stop[0] == "pickup":
            high = other
        elif other is not None:
            low = other + 1
    return Move(orders, row.id, min(max(place, low), high), stop)


def place_now(row: TimelineRow, stop: StopKey) -> int:
    """Where the stop stands among those still to be made."""
    return next((i for i, s in enumerate(row.ahead()) if s.key == stop), 0)
