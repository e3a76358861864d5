"""From pairs of a driver and a bundle to columns: what each route would cost that driver, and when it has to be offered.

The driver reaches the first stop at ``max(free + leg, ready - commit)``, where ``free`` is when the route under way ends
(now, for a driver without one), ``leg`` the way from there, ``ready`` when all that is picked up at the first merchant is
ready and ``commit`` how long before the last moment of setting off an offer may be made. For the offer is held back until
``max(free, ready - leg) - commit``: until then the driver is free for others, so that time is not this order's waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import StopKind
from core.matching.cost import Timed, minutes, weights_of
from core.matching.legs import leg_seconds, reach_seconds
from core.matching.market import VEHICLES, Ints, OrderColumns
from core.matching.timing import AffineTimes, Floats, affine, departures

if TYPE_CHECKING:
    from core.matching.eligibility import Pairs
    from core.matching.generators import Bundle
    from core.ports import TravelTimes


@dataclass(frozen=True, slots=True)
class Columns:
    """n priced pairs. ``minutes`` (n, terms) are unweighted, ``cost`` (n,) weighted.

    ``arrive`` (n, longest) seconds from now at each stop, NaN beyond the last; ``finish`` when the last stop is done;
    ``last_pickup`` when the last pick-up begins, driver and goods being there;
    ``commit`` when the offer is to be made at the earliest.
    """

    driver: Ints
    bundle: Ints
    minutes: Floats
    cost: Floats
    arrive: Floats
    finish: Floats
    last_pickup: Floats
    commit: Floats

    def __len__(self) -> int:
        return len(self.driver)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Columns:
        return Columns(
            self.driver[rows],
            self.bundle[rows],
            self.minutes[rows],
            self.cost[rows],
            self.arrive[rows],
            self.finish[rows],
            self.last_pickup[rows],
            self.commit[rows],
        )


@dataclass(frozen=True, slots=True)
class Routes:
    """Bundles of one length k: stop facts of shape (n, k), in seconds; places (n, k, 2)."""

    index: Ints
    place: Floats
    pickup: NDArray[np.bool_]
    ready: Floats
    service: Floats
    due_from: Floats
    due: Floats

    @property
    def visit_ready(self) -> Floats:
        """When everything picked up at the first merchant is ready, shape (n,)."""
        same = self.pickup & np.all(self.place == self.place[:, :1], axis=2)
        joint = np.logical_and.accumulate(same, axis=1)
        latest: Floats = np.where(joint, self.ready, -np.inf).max(axis=1)
        return latest


def routes_by_length(orders: OrderColumns, bundles: Sequence[Bundle]) -> list[Routes]:
    """Consecutive pick-ups at one place are one visit, whose service comes once, after everything is ready."""
    lengths = np.array([len(b.stops) for b in bundles], dtype=np.int64)
    groups = []
    for k in np.unique(lengths).tolist():
        index = np.flatnonzero(lengths == k)
        stops = [bundles[i].stops for i in index.tolist()]
        order = np.array([[o for _, o in route] for route in stops], dtype=np.int64)
        pickup = np.array([[kind is StopKind.PICKUP for kind, _ in route] for route in stops], dtype=np.bool_)
        place = np.where(pickup[..., None], orders.pickup[order], orders.dropoff[order])
        service = np.where(pickup, orders.pickup_service[order], orders.dropoff_service[order])
        joint = pickup[:, :-1] & pickup[:, 1:] & np.all(place[:, :-1] == place[:, 1:], axis=2)
        service[:, :-1][joint] = 0.0
        groups.append(
            Routes(
                index,
                place,
                pickup,
                np.where(pickup, orders.ready[order], -np.inf),
                service,
                np.where(pickup, -np.inf, orders.due_from[order]),
                np.where(pickup, np.inf, orders.due[order]),
            )
        )
    return groups


def price(pairs: Pairs, driver: Ints, bundle: Ints, travel: TravelTimes) -> Columns:
    """Price the pairs (driver[i], bundle[i]). What can't be reached costs inf."""
    drivers, orders, params = pairs.market.drivers, pairs.market.orders, pairs.params
    first = np.array([b.stops[0][1] for b in pairs.bundles], dtype=np.int64)
    reach = reach_seconds(travel, pairs.underway.free_place, orders.pickup[first], drivers.vehicle, driver, bundle)
    waits = (pairs.fixed_driver == -1) & (pairs.holder == -1)
    commit_s = np.where(waits, 60.0 * params.commit_before_ready_min, np.inf)
    groups = routes_by_length(orders, pairs.bundles)
    weights = weights_of(params.weights)
    longest = max((g.place.shape[1] for g in groups), default=0)
    columns = Columns(
        driver,
        bundle,
        np.zeros((len(driver), len(weights))),
        np.zeros(len(driver)),
        np.full((len(driver), longest), np.nan),
        np.zeros(len(driver)),
        np.zeros(len(driver)),
        np.zeros(len(driver)),
    )
    for routes in groups:
        position = np.full(len(pairs.bundles), -1)
        position[routes.index] = np.arange(len(routes.index))
        rows = np.flatnonzero(position[bundle] >= 0)
        route, vehicle = position[bundle[rows]], drivers.vehicle[driver[rows]]
        times, legs, lost = _constants(routes, route, vehicle, travel)
        no_way = np.isinf(reach[rows]) | lost[vehicle, route]
        free, leg = pairs.underway.free_at[driver[rows]], np.where(no_way, 0.0, reach[rows])
        ready, commit = routes.visit_ready[route], commit_s[bundle[rows]]
        arrive = times[vehicle, route].arrivals(np.maximum(free + leg, ready - commit))
        way = np.concatenate([leg[:, None], legs[vehicle, route]], axis=1)
        timed = Timed(
            routes.pickup[route],
            way,
            arrive,
            routes.ready[route],
            routes.service[route],
            routes.due_from[route],
            routes.due[route],
        )
        columns.minutes[rows] = minutes(timed)
        columns.cost[rows] = np.where(no_way, np.inf, (columns.minutes[rows] * weights).sum(axis=1))
        columns.arrive[rows, : arrive.shape[1]] = arrive
        columns.finish[rows] = departures(arrive[:, -1], timed.ready[:, -1], timed.service[:, -1])
        begun = np.where(timed.pickup, np.maximum(arrive, timed.ready), -np.inf)
        columns.last_pickup[rows] = begun.max(axis=1)
        columns.commit[rows] = np.maximum(free, ready - leg) - commit
    return columns


def _constants(
    routes: Routes, route: Ints, vehicle: Ints, travel: TravelTimes
) -> tuple[AffineTimes, Floats, NDArray[np.bool_]]:
    """Times and legs of each route by each vehicle, shapes (vehicles, n, k) and (vehicles, n, k-1), and where there is no way.

    Only the combinations that occur are asked for; the others stay 0.
    """
    n, k = routes.pickup.shape
    legs = np.zeros((len(VEHICLES), n, k - 1))
    needed = np.unique(np.stack([vehicle, route], axis=1), axis=0)
    by, which = needed[:, 0], needed[:, 1]
    legs[by, which] = leg_seconds(
        travel,
        routes.place[which, :-1].reshape(-1, 2),
        routes.place[which, 1:].reshape(-1, 2),
        np.repeat(by, k - 1),
    ).reshape(-1, k - 1)
    lost: NDArray[np.bool_] = np.any(np.isinf(legs), axis=2)
    legs[lost] = 0.0
    return affine(legs, routes.ready, routes.service), legs, lost
