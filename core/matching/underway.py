"""Routes under way: when each stop will be reached, and where and when each driver will be free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.domain.driver import StopKind
from core.matching.legs import leg_seconds
from core.matching.market import DriverColumns, stop_s
from core.matching.timing import Floats

if TYPE_CHECKING:
    from core.matching.params import Params
    from core.ports import TravelTimes

Etas = dict[str, tuple[float | None, float]]


@dataclass(frozen=True, slots=True)
class Underway:
    """``free_at`` (n,) is seconds from now, 0 for a driver whom nothing holds, ``free_place`` (n, 2) degrees.

    ``etas`` are epoch seconds by order, sorted by order id: arrival at the pick-up, ``None`` once it is done, and at the
    drop-off. An order whose drop-off can't be reached has none.
    """

    free_at: Floats
    free_place: Floats
    etas: Etas


def follow(now: float, drivers: DriverColumns, params: Params, travel: TravelTimes) -> Underway:
    """Play every route to its end."""
    free_at = drivers.free_from.copy()
    free_place = drivers.place.copy()
    rows = np.flatnonzero(drivers.busy)
    if not len(rows):
        return Underway(free_at, free_place, {})
    longest = max(len(drivers.views[r].stops) for r in rows)
    shape = (len(rows), longest)
    here = np.ones(shape, dtype=np.bool_)
    arrived = np.full(shape, np.nan)
    ready = np.full(shape, -np.inf)
    service = np.zeros(shape)
    places = np.repeat(drivers.place[rows][:, None, :], longest + 1, axis=1)
    for i, row in enumerate(rows.tolist()):
        stops = drivers.views[row].stops
        here[i, len(stops) :] = False
        for k, stop in enumerate(stops):
            places[i, k + 1 :] = stop.place
            if stop.arrived_at is not None:
                arrived[i, k] = stop.arrived_at - now
            if stop.kind is StopKind.PICKUP:
                ready[i, k] = stop.order.ready_at - now
            joint = k + 1 < len(stops) and stops[k + 1].kind is stop.kind is StopKind.PICKUP
            if not (joint and stops[k + 1].place == stop.place):
                service[i, k] = stop_s(stop.order, stop.kind, params.pickup_stop_min, params.dropoff_stop_min)
    there = ~np.isnan(arrived)
    places[:, 0] = np.where(there[:, :1], places[:, 1], places[:, 0])
    legs = leg_seconds(
        travel,
        places[:, :-1].reshape(-1, 2),
        places[:, 1:].reshape(-1, 2),
        np.repeat(drivers.vehicle[rows], longest),
    ).reshape(shape)
    arrive = np.zeros(shape)
    clock = drivers.free_from[rows]
    for k in range(longest):
        arrive[:, k] = np.where(there[:, k], arrived[:, k], clock + legs[:, k])
        depart = np.maximum(np.maximum(arrive[:, k], ready[:, k]) + service[:, k], 0.0)
        clock = np.where(here[:, k], depart, clock)
    free_at[rows] = clock
    free_place[rows] = places[:, -1]
    return Underway(free_at, free_place, _etas(now, drivers, rows.tolist(), arrive))


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
