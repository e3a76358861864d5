"""Bundles of any number of orders, by vehicle routing: what takes longer than a cycle may.

Orders that will be ready within ``AHEAD_S`` are parted by where their merchants are, into groups of `ORDERS` at most; each
group and the drivers nearest to it, who are or will soon be free, make a vehicle-routing problem
(`core.matching.vehicle_routing`), with the loads, the ready times, and the latest that an order may share a ride
(`core.matching.sharing`). A route is cut where the driver carries nothing; pieces with several orders are the bundles. They
are proposals like any others: who drives them, and whether, is for the cycle to decide
(`core.matching.generators.multibundle`).
"""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from core.domain.driver import StopKind
from core.matching.decisions import StopRef
from core.matching.market import VEHICLES, Ints, Market, read_market
from core.matching.pruning import great_circle_km
from core.matching.sharing import latest_shared, margin_s
from core.matching.timing import Floats
from core.matching.underway import Underway, follow
from core.matching.vehicle_routing import HORIZON_S, Task, routes

if TYPE_CHECKING:
    from core.matching.snapshot import Snapshot
    from core.ports import TravelTimes

AHEAD_S = 900.0
ORDERS = 25
DRIVERS = 15
GROUPS = 3
SOLUTIONS = 5
"""With six times as many a group of 25 orders takes twelve times as long, and hardly any order more shares a ride."""


def multibundles(snapshot: Snapshot, travel: TravelTimes, limit_s: float) -> tuple[tuple[StopRef, ...], ...]:
    """Routes by orders' ids. The most urgent groups come first, `GROUPS` of them at most, and none after ``limit_s``."""
    began, market = time.perf_counter(), read_market(snapshot)
    underway = follow(market.now, market.drivers, snapshot.params, travel)
    soon_s = 60.0 * snapshot.params.chain_within_min
    able = np.flatnonzero(market.drivers.open & (~market.drivers.busy | (underway.free_at <= soon_s)))
    waiting = np.flatnonzero((market.orders.ready <= AHEAD_S) & (market.orders.holder < 0))
    groups = sorted(_parted(market.orders.pickup, waiting), key=lambda g: float(np.median(market.orders.due[g])))
    found: list[tuple[StopRef, ...]] = []
    for group in groups[:GROUPS]:
        left = limit_s - (time.perf_counter() - began)
        if left <= 0 or not len(able):
            break
        task = _task(market, underway, group, able, travel, snapshot.params.share_margin_min or 0.0)
        for route in routes(task, SOLUTIONS, left):
            found += [_named(market, group, piece) for piece in _pieces(route, len(group))]
    return tuple(found)


def _parted(places: Floats, rows: Ints) -> list[Ints]:
    """Halved across the longer side until each part is small enough; single orders have nobody to share with."""
    if len(rows) <= ORDERS:
        return [rows] if len(rows) > 1 else []
    mine = places[rows]
    axis = int(np.argmax(np.ptp(mine, axis=0) * [1.0, np.cos(np.radians(mine[0, 0]))]))
    turn = rows[np.lexsort((rows, mine[:, 1 - axis], mine[:, axis]))]
    half = len(turn) // 2
    return _parted(places, np.sort(turn[:half])) + _parted(places, np.sort(turn[half:]))


def _task(market: Market, underway: Underway, group: Ints, able: Ints, travel: TravelTimes, margin_min: float) -> Task:
    """A group with the vehicle that most of its drivers have: who really drives is timed by the cycle."""
    orders, drivers = market.orders, market.drivers
    km = great_circle_km(orders.pickup[group].mean(axis=0)[None], underway.free_place[able])[0]
    nearest = np.sort(able[np.lexsort((able, km))[: min(DRIVERS, len(group))]])
    vehicle = VEHICLES[int(np.bincount(drivers.vehicle[nearest]).argmax())]
    places = np.concatenate([orders.pickup[group], orders.dropoff[group], underway.free_place[nearest]])
    ways = travel.matrix(places, places, vehicle)
    seconds = np.ceil(np.where(np.isfinite(ways), ways, HORIZON_S)).astype(np.int64)
    m = len(group)
    free = np.maximum(underway.free_at[nearest], 0.0)
    fetched = np.maximum(orders.ready[group], (free[:, None] + seconds[2 * m :, :m]).min(axis=0))
    alone = fetched + orders.pickup_service[group] + np.diagonal(seconds[:m, m : 2 * m]) + orders.dropoff_service[group]
    margin = margin_s(orders.ready[group], margin_min)
    latest = np.minimum(latest_shared(orders.due[group], alone, margin), HORIZON_S)
    service = np.concatenate([orders.pickup_service[group], orders.dropoff_service[group]])
    load = np.stack([orders.weight[group], orders.volume[group]], axis=1)
    room = np.stack([drivers.weight_limit[nearest], drivers.volume_limit[nearest]], axis=1)
    return Task(
        seconds,
        _whole(free),
        _whole(np.maximum(orders.ready[group], 0.0)),
        _whole(latest),
        _whole(service),
        _whole(np.ceil(10.0 * load)),
        _whole(10.0 * room),
    )


def _pieces(route: list[int], m: int) -> list[list[int]]:
    """From carrying nothing to carrying nothing, those with several orders."""
    carried = np.cumsum([1 if node < m else -1 for node in route])
    cuts = [0, *(k + 1 for k in np.flatnonzero(carried == 0).tolist())]
    return [route[a:b] for a, b in pairwise(cuts) if b - a > 2]


def _named(market: Market, group: Ints, piece: list[int]) -> tuple[StopRef, ...]:
    m = len(group)
    return tuple(
        ((StopKind.PICKUP if node < m else StopKind.DROPOFF).value, market.orders.views[int(group[node % m])].id)
        for node in piece
    )


def _whole(seconds: Floats) -> Ints:
    return np.asarray(seconds, dtype=np.float64).clip(-HORIZON_S, HORIZON_S * 100.0).astype(np.int64)
