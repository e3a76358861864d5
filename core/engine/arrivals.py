"""What is expected of orders, for the log: what has moved by a minute, and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.domain.events import ArrivalsExpected

MOVED_S = 60
Etas = Mapping[str, tuple[float | None, float]]


class ArrivalLog:
    """A minute is what a person reads of an arrival; every move of a second would make the log twice as long."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[float | None, float]] = {}

    def news(self, etas: Etas, at: float, has_ended: Callable[[str], bool]) -> ArrivalsExpected | None:
        """What is to be recorded of arrivals expected at ``at`` (epoch seconds): new orders, those that have moved since they
        were recorded, and those of which nothing is expected any more though they have not ended. ``None`` for nothing."""
        expected: list[tuple[str, int | None, int | None]] = []
        for order_id, (pickup, dropoff) in etas.items():
            before = self._told.get(order_id)
            if before is None or _moved(before[0], pickup) or _moved(before[1], dropoff):
                self._told[order_id] = (pickup, dropoff)
                expected.append((order_id, None if pickup is None else round(pickup - at), round(dropoff - at)))
        for order_id in [order_id for order_id in self._told if order_id not in etas]:
            del self._told[order_id]
            if not has_ended(order_id):
                expected.append((order_id, None, None))
        return ArrivalsExpected(at=at, actor="matcher", expected=tuple(expected)) if expected else None


def _moved(before: float | None, now: float | None) -> bool:
    return before is not now if before is None or now is None else abs(now - before) >= MOVED_S
