"""How many deliveries each driver has made of late, for who strives for fairness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.domain.order import Order, Status

WINDOW_S = 4 * 3600.0


class Tally:
    def __init__(self, orders: Iterable[Order] = ()) -> None:
        self._counts: Counter[str] = Counter()
        self._recent: dict[str, tuple[float, str]] = {}
        """By order, in the order of time: when and by whom."""
        for order in sorted(orders, key=lambda o: (o.status_at, o.id)):
            self.note(order)

    def note(self, order: Order) -> None:
        """An order as it is after a change; only a delivery counts, and one that was taken back does not."""
        before = self._recent.pop(order.id, None)
        if before is not None:
            self._counts[before[1]] -= 1
        if order.status is Status.DELIVERED and order.driver_id is not None:
            self._counts[order.driver_id] += 1
            self._recent[order.id] = order.status_at, order.driver_id

    def done(self, now: float) -> Counter[str]:
        """Deliveries within the window, by driver."""
        while (first := next(iter(self._recent), None)) is not None and self._recent[first][0] <= now - WINDOW_S:
            self._counts[self._recent.pop(first)[1]] -= 1
        return self._counts
