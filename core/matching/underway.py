"""Routes under way: when each stop will be reached, and where and when each driver will be free."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import StopKind
from core.matching.cost import Timed
from core.matching.legs import leg_seconds
from core.matching.market import DriverColumns, Ints, stop_s
from core.matching.timing import Floats

if TYPE_CHECKING:
    from core.matching.params import Params
    from core.ports import TravelTimes

Etas = dict[str, tuple[float | None, float]]


@dataclass(frozen=True, slots=True)
class Stops:
    """The stops of n routes, k of the longest; arrays of shape (n, k), places (n, k, 2), times in seconds from now.

    ``here`` says where there is a stop; the others cost nothing and take no time. ``arrived`` is NaN before the arrival,
    ``service`` as if each stop were a visit of its own.
    """

    here: NDArray[np.bool_]
    place: Floats
    pickup: NDArray[np.bool_]
    arrived: Floats
    ready: Floats
    service: Floats
    due_from: Floats
    due: Floats
    latest: Floats

    @classmethod
    def nowhere(cls, routes: int, longest: int) -> Stops:
        shape = (routes, longest)
        far = np.full(shape, np.inf)
        return cls(
            np.zeros(shape, np.bool_), np.zeros((*shape, 2)), np.zeros(shape, np.bool_), np.full(shape, np.nan), -far,
            np.zeros(shape), -far, far.copy(), far.copy(),
        )  # fmt: skip

    def take(self, rows: Ints) -> Stops:
        return Stops(*(getattr(self, f.name)[rows] for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Ride:
    """Routes timed: ``leg`` to, ``arrive`` at and ``depart`` from each stop, and the service there, shapes (n, k)."""

    stops: Stops
    leg: Floats
    arrive: Floats
    service: Floats
    depart: Floats

    @property
    def finish(self) -> Floats:
        last: Floats = self.depart[:, -1]
        return last

    @property
    def timed(self) -> Timed:
        """As the cost terms want it; where there is no stop, nothing counts."""
        s = self.stops
        arrive = np.where(s.here, self.arrive, 0.0)
        return Timed(s.pickup, self.leg, arrive, s.ready, self.service, s.due_from, s.due)

    @property
    def late(self) -> NDArray[np.bool_]:
        """Drop-offs that come when the order is no use any more."""
        late: NDArray[np.bool_] = self.stops.here & (self.arrive + self.service > self.stops.latest)
        return late


@dataclass(frozen=True, slots=True)
class Underway:
    """``free_at`` (n,) is seconds from now, 0 for a driver whom nothing holds, ``free_place`` (n, 2) degrees.

    ``etas`` are epoch seconds by order, sorted by order id: arrival at the pick-up, ``None`` once it is done, and at the
    drop-off. An order whose drop-off can't be reached has none. ``ride`` holds the routes, ``row`` (n,) which of them is the
    driver's, -1 for none.
    """

    free_at: Floats
    free_place: Floats
    etas: Etas
    ride: Ride
    row: Ints


def follow(now: float, drivers: DriverColumns, params: Params, travel: TravelTimes) -> Underway:
    """Play every route to its end."""
    free_at, free_place = drivers.free_from.copy(), drivers.place.copy()
    rows = np.flatnonzero(drivers.busy)
    stops = _stops(now, drivers, rows.tolist(), params)
    ride = ride_along(stops, drivers.place[rows], drivers.free_from[rows], drivers.vehicle[rows], travel)
    row = np.full(len(drivers), -1, dtype=np.int64)
    row[rows] = np.arange(len(rows))
    if len(rows):
        free_at[rows] = ride.finish
        free_place[rows] = np.array([drivers.views[r].stops[-1].place for r in rows.tolist()])
    return Underway(free_at, free_place, _etas(now, drivers, rows.tolist(), ride.arrive), ride, row)


def ride_along(
    stops: Stops, start: Floats, clock: Floats, vehicle: Ints, travel: TravelTimes, known: Floats | None = None
) -> Ride:
    """Time routes from ``start`` (n, 2) at ``clock`` (n,). ``known`` (n, k) are legs that need not be asked for, NaN elsewhere.

    Consecutive pick-ups at one place are one visit, whose service comes once, after everything is ready.
    """
    n, longest = stops.here.shape
    joint = np.zeros((n, longest), np.bool_)
    both = stops.pickup[:, :-1] & stops.pickup[:, 1:]
    joint[:, :-1] = both & np.all(stops.place[:, :-1] == stops.place[:, 1:], axis=2)
    service = np.where(stops.here & ~joint, stops.service, 0.0)
    there = ~np.isnan(stops.arrived)
    origin = np.concatenate([start[:, None], stops.place[:, :-1]], axis=1)
    leg = np.zeros((n, longest)) if known is None else np.where(np.isnan(known), 0.0, known)
    ask = stops.here & ~there & (True if known is None else np.isnan(known))
    by = np.broadcast_to(vehicle[:, None], ask.shape)
    leg[ask] = leg_seconds(travel, origin[ask], stops.place[ask], by[ask])
    arrive, depart = np.zeros((n, longest)), np.zeros((n, longest))
    at = clock
    for k in range(longest):
        arrive[:, k] = np.where(there[:, k], stops.arrived[:, k], at + leg[:, k])
        done = np.maximum(np.maximum(arrive[:, k], stops.ready[:, k]) + service[:, k], 0.0)
        at = np.where(stops.here[:, k], done, at)
        depart[:, k] = at
    return Ride(stops, leg, arrive, service, depart)


def _stops(now: float, drivers: DriverColumns, rows: list[int], params: Params) -> Stops:
    stops = Stops.nowhere(len(rows), max((len(drivers.views[r].stops) for r in rows), default=1))
    for i, row in enumerate(rows):
        for k, stop in enumerate(drivers.views[row].stops):
            order = stop.order
            stops.here[i, k] = True
            stops.place[i, k] = stop.place
            stops.service[i, k] = stop_s(order, stop.kind, params.pickup_stop_min, params.dropoff_stop_min)
            if stop.arrived_at is not None:
                stops.arrived[i, k] = stop.arrived_at - now
            if stop.kind is StopKind.PICKUP:
                stops.pickup[i, k] = True
                stops.ready[i, k] = order.ready_at - now
            else:
                stops.due_from[i, k] = order.due_from - now
                stops.due[i, k] = order.due_at - now
                stops.latest[i, k] = order.latest_at - now
    return stops


def _etas(now: float, drivers: DriverColumns, rows: list[int], arrive: Floats) -> Etas:
    pickups: dict[str, float] = {}
    etas: Etas = {}
    for i, row in enumerate(rows):
        for k, stop in enumerate(drivers.views[row].stops):
            at = now + float(arrive[i, k])
            if stop.kind is StopKind.PICKUP:
                pickups[stop.order.id] = at
            elif np.isfinite(at):
                etas[stop.order.id] = (pickups.get(stop.order.id), at)
    return dict(sorted(etas.items()))
