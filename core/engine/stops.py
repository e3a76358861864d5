"""Keeps watch over the stops of orders that are on their way: begun with the assignment, ended with the order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from core.domain.driver import StopKind
from core.domain.events import Change, FenceCrossed
from core.domain.geo import LatLon
from core.domain.order import ACTIVE, Order
from core.domain.world import World
from core.geofencing.watcher import FenceWatcher
from core.settings import Settings


class StopWatch:
    """``history`` gives what the log has of an order, oldest first."""

    def __init__(
        self, world: World, fences: FenceWatcher, settings: Settings, history: Callable[[str], Iterable[Change]]
    ) -> None:
        self._world, self._fences, self._settings, self._history = world, fences, settings, history
        self._watched: dict[str, tuple[str, LatLon]] = {}
        for order in world.orders.values():
            if order.status in ACTIVE:
                self.look_after(order, self._entered(order))

    def look_after(self, order: Order, entered: Collection[str] = ()) -> None:
        """Watch as the order now stands: who has it decides whose watches they are.

        ``entered`` are the stops where the driver is known to be already.
        """
        watched = (order.driver_id, order.dropoff) if order.status in ACTIVE and order.driver_id is not None else None
        if watched == self._watched.get(order.id):
            return
        self._fences.unwatch(order.id)
        if watched is None:
            del self._watched[order.id]
            return
        self._watched[order.id] = watched
        usual = self._settings.number("geofencing.radius_m")
        merchant = self._world.merchants.get(order.merchant_id)
        radius = usual if merchant is None or merchant.fence_m is None else merchant.fence_m
        for stop, place, radius_m in (
            (StopKind.PICKUP, order.pickup, radius),
            (StopKind.DROPOFF, order.dropoff, usual),
        ):
            self._fences.watch(watched[0], order.id, stop, place, radius_m, inside=stop in entered)

    def _entered(self, order: Order) -> set[str]:
        """The stops whose fence the order's driver has entered and not left, by the log: nothing is told twice."""
        entered: set[str] = set()
        for change in self._history(order.id):
            if isinstance(change, FenceCrossed):
                (entered.add if change.entered else entered.discard)(change.stop)
            elif any(o.id == order.id and (o.status not in ACTIVE or o.driver_id != order.driver_id) for o in change.orders):
                entered.clear()  # watches begin anew with each assignment
        return entered
