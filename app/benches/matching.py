"""A whole cycle of the matcher, from the snapshot to decisions with their explanations, by great-circle travel times.

The peers choose among the same orders and drivers, one order to a driver, and are judged by the matcher's own cost:
*greedy* gives each order, oldest first, the nearest free driver; *scipy* prices every pair the rules admit, without
pruning, and solves the dense assignment. Both leave batching, chaining and explaining to others, so their seconds are
those of less work. Cost is minutes per delivery, lower is better; ratios of cost are peer over ours.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.benches import Numbers, Result
from app.benches.fleet import NOW, places
from app.benches.timing import median_s
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.matching.cycle import run_cycle
from core.matching.decisions import Decisions
from core.matching.eligibility import Pairs, judge, read_pairs
from core.matching.generators.alone import Alone
from core.matching.market import read_market
from core.matching.params import Params
from core.matching.pricing import price
from core.matching.snapshot import DriverView, OrderView, Snapshot
from core.matching.underway import follow
from core.ports import TravelTimes
from core.routing.great_circle import GreatCircle

SIZES = {"small": (60, 30, 4.0, 9), "large": (2000, 1000, 8.0, 3)}
"""Drivers, orders, half the region's side in km, runs."""
HOPELESS = 1e6

Floats = NDArray[np.float64]


def run(scale: float = 1.0) -> Result:
    result = Result()
    travel = GreatCircle()
    for size, (drivers, orders, half_km, runs) in SIZES.items():
        market = make_snapshot(max(6, int(drivers * scale)), max(3, int(orders * scale)), half_km)
        ours, peers = _measure(market, travel, runs)
        result.figures |= {f"{size}_{name}": value for name, value in ours.items()}
        result.peers |= {f"{size}_{name}": value for name, value in peers.items()}
        result.ratios |= {
            f"{size}_cost_greedy_over_ours": peers["greedy_cost_min"] / ours["cost_min"],
            f"{size}_cost_scipy_over_ours": peers["scipy_cost_min"] / ours["cost_min"],
            f"{size}_seconds_scipy_over_ours": peers["scipy_s"] / ours["cycle_s"],
        }
    return result


def make_snapshot(drivers: int, orders: int, half_km: float) -> Snapshot:
    """Free drivers and waiting orders, three to a merchant, all ready within 15 minutes."""
    rng = np.random.default_rng(1)
    shops = places(max(1, orders // 3), rng, half_km)
    shop = rng.integers(0, len(shops), orders)
    doors = shops[shop] + rng.normal(0, 0.012, (orders, 2))
    vehicles = rng.choice(np.array(Vehicle), drivers, p=(0.05, 0.35, 0.4, 0.2)).tolist()
    placed = NOW - rng.uniform(0, 600, orders)
    ready = NOW + rng.uniform(0, 900, orders)
    return Snapshot(
        now=NOW,
        params=Params(),
        orders=tuple(
            OrderView(
                id=f"O-{i:04}",
                merchant_id=f"M-{shop[i]}",
                pickup=LatLon(*shops[shop[i]].tolist()),
                dropoff=LatLon(*doors[i].tolist()),
                placed_at=float(placed[i]),
                ready_at=float(ready[i]),
                due_at=float(ready[i] + 1800),
            )
            for i in range(orders)
        ),
        drivers=tuple(
            DriverView(f"D-{i:04}", Vehicle(vehicles[i]), LatLon(*p))
            for i, p in enumerate(places(drivers, rng, half_km).tolist())
        ),
    )


def _measure(market: Snapshot, travel: TravelTimes, runs: int) -> tuple[Numbers, Numbers]:
    seen: dict[str, object] = {}

    def keep(name: str, work: Callable[[], object]) -> float:
        def once() -> None:
            seen[name] = work()

        return median_s(once, runs)

    cycle_s = keep("cycle", lambda: run_cycle(market, travel))
    greedy_s = keep("greedy", lambda: _greedy(market, travel))
    scipy_s = keep("scipy", lambda: _scipy(market, travel))
    decisions = seen["cycle"]
    assert isinstance(decisions, Decisions)
    planned = decisions.assignments + decisions.postponed
    served = sum(len(a.order_ids) for a in planned)
    ours = {
        "drivers": len(market.drivers),
        "orders": len(market.orders),
        "cycle_s": cycle_s,
        "served": served,
        "cost_min": sum(a.cost.total for a in planned) / max(1, served),
    }
    peers: Numbers = {}
    costs, _ = _priced(market, travel)
    for name, seconds in (("greedy", greedy_s), ("scipy", scipy_s)):
        pairs = seen[name]
        assert isinstance(pairs, tuple)
        peers |= {
            f"{name}_s": seconds,
            f"{name}_served": len(pairs[0]),
            f"{name}_cost_min": float(costs[pairs].mean()) if len(pairs[0]) else 0.0,
        }
    return ours, peers


def _admitted(market: Snapshot, travel: TravelTimes) -> tuple[Pairs, NDArray[np.bool_]]:
    """All pairs of a driver and a single order, and which of them the rules admit."""
    read = read_market(market)
    bundles = list(Alone().propose(read))
    pairs = read_pairs(read, follow(read.now, read.drivers, market.params, travel), market.params, bundles)
    return pairs, judge(pairs) == 0


def _priced(market: Snapshot, travel: TravelTimes) -> tuple[Floats, Pairs]:
    """The matcher's cost of every admitted pair in minutes, drivers by orders; `HOPELESS` where there is none."""
    pairs, admitted = _admitted(market, travel)
    driver, bundle = np.nonzero(admitted)
    columns = price(pairs, driver, bundle, travel)
    costs = np.full((len(market.drivers), len(market.orders)), HOPELESS)
    order = np.array([b.orders[0] for b in pairs.bundles])[columns.bundle]
    costs[columns.driver, order] = np.where(np.isfinite(columns.cost), columns.cost, HOPELESS)
    return costs, pairs


def _greedy(market: Snapshot, travel: TravelTimes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    pairs, admitted = _admitted(market, travel)
    km = np.where(admitted, pairs.km, np.inf)
    order_of = np.array([b.orders[0] for b in pairs.bundles])
    chosen = []
    for column in np.argsort(pairs.market.orders.placed[order_of], kind="stable").tolist():
        nearest = int(np.argmin(km[:, column]))
        if np.isfinite(km[nearest, column]):
            chosen.append((nearest, int(order_of[column])))
            km[nearest] = np.inf
    drivers, orders = np.array(chosen, np.int64).reshape(-1, 2).T
    return drivers, orders


def _scipy(market: Snapshot, travel: TravelTimes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    from scipy.optimize import linear_sum_assignment

    costs, _ = _priced(market, travel)
    driver, order = linear_sum_assignment(costs)
    real = costs[driver, order] < HOPELESS
    return driver[real].astype(np.int64), order[real].astype(np.int64)
