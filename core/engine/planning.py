"""What to plan with for each order: when it will be ready and how long its stops take, by estimates and the merchant's word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.domain.order import ENDED, Order
from core.estimation.model import Estimator
from core.estimation.samples import Circumstance, cell_key, hour_of


@dataclass(frozen=True, slots=True)
class Planned:
    """``ready_at`` is epoch seconds; a stop of ``None`` takes the usual time."""

    ready_at: float
    pickup_stop_min: float | None = None
    dropoff_stop_min: float | None = None


class Planner:
    """Remembers what it said of an order until its merchant says something new; without an estimator, the merchant's word."""

    def __init__(self, orders: Iterable[Order] = ()) -> None:
        self._estimator: Estimator | None = None
        self.version = 0
        """Grows when something else would be said of every order."""
        self._quantile = 0.5
        self._in_hand: dict[str, dict[str, None]] = {}
        self._loads: dict[str, int] = {}
        self._known: dict[str, tuple[float, Planned]] = {}
        for order in sorted(orders, key=lambda o: (o.placed_at, o.id)):
            self.note(order)

    @property
    def estimator(self) -> Estimator | None:
        return self._estimator

    def use(self, estimator: Estimator) -> None:
        self._estimator = estimator
        self.version += 1
        self._known.clear()

    def note(self, order: Order) -> None:
        """An order as it is after a change."""
        theirs = self._in_hand.setdefault(order.merchant_id, {})
        if order.status in ENDED or order.picked_up_at is not None:
            theirs.pop(order.id, None)
            if order.status in ENDED:
                self._loads.pop(order.id, None)
                self._known.pop(order.id, None)
        elif order.id not in theirs:
            self._loads.setdefault(order.id, len(theirs))
            theirs[order.id] = None

    def plan(self, order: Order, quantile: float) -> Planned:
        """``quantile`` of the times that are estimated, 0.5 for as often early as late."""
        estimator = self._estimator
        if estimator is None:
            return Planned(order.ready_at)
        if quantile != self._quantile:
            self._quantile = quantile
            self._known.clear()
        known = self._known.get(order.id)
        if known is None or known[0] != order.ready_at:
            known = self._known[order.id] = (order.ready_at, self._estimated(order, estimator, quantile))
        return known[1]

    def _estimated(self, order: Order, estimator: Estimator, quantile: float) -> Planned:
        hour = hour_of(order.placed_at)
        here = Circumstance(order.merchant_id, cell_key(order.pickup), hour, self._loads.get(order.id, -1))
        door = Circumstance("", cell_key(order.dropoff), hour)
        ready_at = order.ready_at
        told_s = 0.0 if order.told_ready_at is None else order.told_ready_at - order.placed_at
        # A merchant who has said more since knows better than any history.
        if estimator.preparation is not None and order.ready_at == order.told_ready_at and told_s > 0:
            ready_at = order.placed_at + 60 * estimator.preparation.minutes(here, told_s / 60, quantile)
        pickup, dropoff = estimator.pickup_stop, estimator.dropoff_stop
        return Planned(
            ready_at,
            None if pickup is None else pickup.minutes(here, 1.0, quantile),
            None if dropoff is None else dropoff.minutes(door, 1.0, quantile),
        )
