"""From pairs of a driver and a bundle to columns: what each route would cost that driver, and when it has to be offered.

The driver reaches the first stop at ``max(free + leg, ready - commit)``, where ``free`` is when the route under way ends
(now, for a driver without one), ``leg`` the way from there, ``ready`` when all that is picked up at the first merchant is
ready and ``commit`` how long before the last moment of setting off an offer may be made. For the offer is held back until
``max(free, ready - leg) - commit``: until then the driver is free for others, so that time is not this order's waiting.
Bundles that go between the stops of a route are priced by `core.matching.insertion`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.matching.cost import Timed, minutes, weights_of
from core.matching.insertion import insert
from core.matching.legs import distinct, reach_seconds, seconds_between
from core.matching.market import VEHICLES, Ints
from core.matching.timing import AffineTimes, Floats, affine, departures

if TYPE_CHECKING:
    from core.matching.eligibility import Pairs
    from core.ports import TravelTimes


PORTION, THREADS = 8192, 2
"""Pairs priced in one go, so that what is worked out in between stays in a processor's own memory, and in how many threads."""


@dataclass(frozen=True, slots=True)
class Columns:
    """n priced pairs. ``minutes`` (n, terms) are unweighted, ``cost`` (n,) weighted.

    ``arrive`` (n, longest) seconds from now at each stop, NaN beyond the last; ``finish`` when the last stop is done;
    ``last_pickup`` when the last pick-up begins, driver and goods being there; ``late`` whether an order would be handed
    over when it is no use any more;
    ``commit`` when the offer is to be made at the earliest; ``spent`` the seconds of the driver's time it takes, from then on;
    ``beyond`` how long after their promises those on board would come who are delayed (see `core.matching.insertion`).
    """

    driver: Ints
    bundle: Ints
    minutes: Floats
    cost: Floats
    arrive: Floats
    finish: Floats
    last_pickup: Floats
    late: NDArray[np.bool_]
    commit: Floats
    spent: Floats
    beyond: Floats

    def __len__(self) -> int:
        return len(self.driver)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Columns:
        return Columns(*(getattr(self, f.name)[rows] for f in fields(self)))


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
    latest: Floats

    @property
    def visit_ready(self) -> Floats:
        """When everything picked up at the first merchant is ready, shape (n,)."""
        same = self.pickup & np.all(self.place == self.place[:, :1], axis=2)
        joint = np.logical_and.accumulate(same, axis=1)
        latest: Floats = np.where(joint, self.ready, -np.inf).max(axis=1)
        return latest


def routes_by_length(pairs: Pairs) -> list[Routes]:
    """Consecutive pick-ups at one place are one visit, whose service comes once, after everything is ready."""
    orders, (stop, dropoff) = pairs.market.orders, pairs.stops
    lengths = np.where(pairs.own < 0, (stop >= 0).sum(axis=1), 0)
    groups = []
    for k in np.unique(lengths[lengths > 0]).tolist():
        index = np.flatnonzero(lengths == k)
        order, pickup = stop[index, :k], ~dropoff[index, :k]
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
                np.where(pickup, np.inf, orders.latest[order]),
            )
        )
    return groups


def price(pairs: Pairs, driver: Ints, bundle: Ints, travel: TravelTimes) -> Columns:
    """Price the pairs (driver[i], bundle[i]). What can't be reached costs inf."""
    n, params = len(driver), pairs.params
    waits = (pairs.fixed_driver == -1) & (pairs.holder == -1)
    commit_s = np.where(waits, 60.0 * params.commit_before_ready_min, np.inf)
    lengths = (pairs.stops[0] >= 0).sum(axis=1)
    inside = pairs.own >= 0
    weights = weights_of(params.weights)
    columns = Columns(
        driver, bundle, np.zeros((n, len(weights))), np.zeros(n), np.full((n, int(lengths.max(initial=0))), np.nan),
        np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.bool_), np.zeros(n), np.zeros(n), np.full(n, -np.inf),
    )  # fmt: skip
    _price_after(pairs, columns, np.flatnonzero(~inside[bundle]), commit_s, travel)
    for k in np.unique(lengths[inside]).tolist():
        rows = np.flatnonzero(inside[bundle] & (lengths[bundle] == k))
        if len(rows):
            _price_inside(pairs, columns, rows, commit_s, travel)
    return columns


def _price_after(pairs: Pairs, columns: Columns, pairs_rows: Ints, commit_s: Floats, travel: TravelTimes) -> None:
    """Fill in the rows whose bundles come after whatever their driver has to do."""
    drivers, orders = pairs.market.drivers, pairs.market.orders
    driver, bundle = columns.driver[pairs_rows], columns.bundle[pairs_rows]
    first = orders.pickup[pairs.stops[0][:, 0]]
    reach = reach_seconds(travel, pairs.underway.free_place, first, drivers.vehicle, driver, bundle)
    with ThreadPoolExecutor(THREADS) as pool:
        for routes in routes_by_length(pairs):
            position = np.full(len(pairs.bundles), -1)
            position[routes.index] = np.arange(len(routes.index))
            mine = np.flatnonzero(position[bundle] >= 0)
            if not len(mine):
                continue
            constants = _constants(routes, position, drivers.vehicle[driver[mine]], position[bundle[mine]], travel)
            fill = partial(_fill, pairs, columns, routes, constants, commit_s)
            parts = [mine[at : at + PORTION] for at in range(0, len(mine), PORTION)]
            list(pool.map(fill, (pairs_rows[p] for p in parts), (reach[p] for p in parts)))


@dataclass(frozen=True, slots=True)
class _Constants:
    """Of n routes: ``position`` says which of them a bundle is; times and legs by each vehicle, shapes (vehicles, n, k) and
    (vehicles, n, k-1), where there is no way, and when all is ready that is fetched first."""

    position: Ints
    times: AffineTimes
    legs: Floats
    lost: NDArray[np.bool_]
    ready: Floats


def _fill(pairs: Pairs, columns: Columns, routes: Routes, of: _Constants, commit_s: Floats, rows: Ints, reach: Floats) -> None:
    """Fill in some rows; others do so at the same time."""
    driver, bundle = columns.driver[rows], columns.bundle[rows]
    route, vehicle = of.position[bundle], pairs.market.drivers.vehicle[driver]
    no_way = np.isinf(reach) | of.lost[vehicle, route]
    free, leg = pairs.underway.free_at[driver], np.where(no_way, 0.0, reach)
    ready, commit = of.ready[route], commit_s[bundle]
    arrive = of.times[vehicle, route].arrivals(np.maximum(free + leg, ready - commit))
    way = np.concatenate([leg[:, None], of.legs[vehicle, route]], axis=1)
    timed = Timed(
        routes.pickup[route],
        way,
        arrive,
        routes.ready[route],
        routes.service[route],
        routes.due_from[route],
        routes.due[route],
    )
    spent = minutes(timed)
    columns.minutes[rows] = spent
    columns.cost[rows] = np.where(no_way, np.inf, (spent * weights_of(pairs.params.weights)).sum(axis=1))
    columns.arrive[rows, : arrive.shape[1]] = arrive
    columns.finish[rows] = finish = departures(arrive[:, -1], timed.ready[:, -1], timed.service[:, -1])
    begun = np.where(timed.pickup, np.maximum(arrive, timed.ready), -np.inf)
    columns.last_pickup[rows] = begun.max(axis=1)
    columns.late[rows] = np.any(arrive + timed.service > routes.latest[route], axis=1)
    columns.commit[rows] = begin = np.maximum(free, ready - leg) - commit
    columns.spent[rows] = finish - np.maximum(begin, 0.0)


def _price_inside(pairs: Pairs, columns: Columns, rows: Ints, commit_s: Floats, travel: TravelTimes) -> None:
    """Fill in the rows whose bundles go between the stops of their driver's route."""
    bundles = [pairs.bundles[b] for b in columns.bundle[rows].tolist()]
    inserted = insert(pairs, bundles, columns.driver[rows], travel)
    weights = weights_of(pairs.params.weights)
    columns.minutes[rows] = inserted.change
    columns.cost[rows] = np.where(inserted.no_way, np.inf, (inserted.change * weights).sum(axis=1))
    columns.arrive[rows, : inserted.arrive.shape[1]] = inserted.arrive
    columns.finish[rows] = inserted.finish
    columns.last_pickup[rows] = inserted.last_pickup
    columns.late[rows] = inserted.late
    columns.commit[rows] = inserted.leave - commit_s[columns.bundle[rows]]
    columns.spent[rows] = inserted.spent
    columns.beyond[rows] = inserted.beyond


def _constants(routes: Routes, position: Ints, vehicle: Ints, route: Ints, travel: TravelTimes) -> _Constants:
    """Only the combinations of vehicle and route that occur are asked for; the others stay 0."""
    n, k = routes.pickup.shape
    legs = np.zeros((len(VEHICLES), n, k - 1))
    needed = np.zeros(legs.shape[:2], dtype=np.bool_)
    needed[vehicle, route] = True
    by, which = np.nonzero(needed)
    places, at = distinct(routes.place.reshape(-1, 2))
    at = at.reshape(n, k)
    start, end = at[which, :-1].reshape(-1), at[which, 1:].reshape(-1)
    legs[by, which] = seconds_between(travel, places, start, end, np.repeat(by, k - 1)).reshape(-1, k - 1)
    lost: NDArray[np.bool_] = np.any(np.isinf(legs), axis=2)
    legs[lost] = 0.0
    return _Constants(position, affine(legs, routes.ready, routes.service), legs, lost, routes.visit_ready)
