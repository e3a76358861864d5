"""A market at its peak: whole cycles of the matcher on the roads of the training city, and what comes of them in the end.

*Cycles*: drivers by orders, half of the drivers under way; between two cycles everybody rides on for ten seconds, a hundredth
of the orders are new and a fiftieth of the drivers begin other routes. The first cycle, for which nothing is known yet but the
ways to and from the merchants, is told apart (``cold``). *Played out*: the same market with nobody new, decided every half
minute until every order is at its door, by the matcher, by the matcher with one order to a driver (*single*), and by giving
each order, oldest first, the nearest free driver (*nearest*); `bench sharing` looks closer. *Contested*: the cycle's own
candidates with only a third of the drivers, against CP-SAT. *Pairs*: travel times and an assignment of every driver and order,
nothing left out, trees at hand."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterable
from dataclasses import replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from app.benches import Numbers, Result
from app.benches.peak import Given, Outcome, Peak
from app.benches.solvers import CpSat
from app.benches.timing import seconds_of
from core.domain.vehicle import Vehicle
from core.engine.snapshots import params_from
from core.matching.cycle import problem_of, run_cycle, solve_problem
from core.matching.eligibility import judge, read_pairs
from core.matching.formulations.exchange import KERNELS as SOLVING
from core.matching.formulations.programmes import relaxed
from core.matching.generators.alone import Alone
from core.matching.market import read_market
from core.matching.pricing import price
from core.matching.snapshot import Snapshot
from core.matching.underway import follow
from core.ports import TravelTimes
from core.routing.city import City
from core.routing.road_graph import RoadGraph
from core.routing.searches import KERNELS as SEARCHING
from core.routing.training_city import training_city
from core.settings import Settings

DRIVERS, ORDERS, CYCLES = 1000, 2000, 20
PARTS = ("snapshot", "generate", "prune", "estimate", "price", "solve", "publish")
PARAMS = params_from(Settings())
SINGLE = replace(PARAMS, generators=(Alone(),), chain_within_min=0.0)


def run(scale: float = 1.0, drivers: int = DRIVERS, orders: int = ORDERS, peer_seconds: float = 60.0) -> Result:
    SOLVING.get(wait=True), SEARCHING.get(wait=True)
    drivers, orders = max(6, int(drivers * scale)), max(6, int(orders * scale))
    city = training_city()
    result = Result(figures={"drivers": drivers, "orders": orders})
    travel = RoadGraph(city, 1024)
    merchants = np.array([m.place for m in city.merchants])
    result.figures["trees_s"] = sum(seconds_of(lambda v=v: travel.matrix(merchants, merchants, v)) for v in Vehicle)  # type: ignore[misc]
    peak = Peak(city, travel, drivers, orders)
    figures, snapshot = _cycles(peak, travel, max(2, int(CYCLES * min(1.0, 10 * scale))))
    result.figures |= figures
    result.figures |= _all_pairs(peak.snapshot(PARAMS), travel)
    _played(result, city, travel, drivers, orders)
    _contest(result, snapshot, travel, min(1.0, scale) * peer_seconds)
    result.notes.append("played out: kitchens and rides are as foretold, and nobody turns an offer down")
    return result


def _cycles(peak: Peak, travel: TravelTimes, count: int) -> tuple[Numbers, Snapshot]:
    taken: list[float] = []
    parts: list[dict[str, float]] = []
    moved: list[float] = []
    for number in range(count + 1):
        if number:
            peak.churn(10.0, max(1, len(peak.waiting) // 100), max(1, len(peak.riders) // 50))
        snapshot = peak.snapshot(PARAMS)
        began = time.perf_counter()
        decisions = run_cycle(snapshot, travel)
        taken.append(time.perf_counter() - began)
        parts.append(decisions.seconds)
        moved.append(seconds_of(lambda s=snapshot, d=decisions: pickle.loads(pickle.dumps((s, d)))))  # type: ignore[misc]
    counts = decisions.counts
    busy = sum(bool(d.stops) for d in snapshot.drivers)
    figures: Numbers = {
        "busy_pct": 100.0 * busy / len(snapshot.drivers),
        "cycle_p50_s": float(np.percentile(taken[1:], 50)),
        "cycle_p95_s": float(np.percentile(taken[1:], 95)),
        "cold_cycle_s": taken[0],
        **{f"{part}_s": median(p[part] for p in parts[1:]) for part in PARTS},
        "to_and_from_worker_s": median(moved[1:]),
        "routes_proposed": counts.bundles,
        "pairs_considered": counts.considered,
        "pairs_priced": counts.priced,
        "columns": counts.columns,
        "gap_pct": 100.0 * decisions.gap,
    }
    return figures, snapshot


def _all_pairs(snapshot: Snapshot, travel: TravelTimes) -> Numbers:
    """Every driver by every order, a driver's vehicle being the most usual one: times, and the assignment of least time."""
    from scipy.optimize import linear_sum_assignment

    drivers = np.array([d.place for d in snapshot.drivers])
    pickups = np.array([o.pickup for o in snapshot.orders])

    def times() -> NDArray[np.float64]:
        return travel.matrix(drivers, pickups, Vehicle.SCOOTER)

    def both() -> None:
        linear_sum_assignment(times())

    times()
    return {
        "all_pairs": len(drivers) * len(pickups),
        "all_pairs_times_s": median(seconds_of(times) for _ in range(3)),
        "all_pairs_times_and_assignment_s": median(seconds_of(both) for _ in range(3)),
    }


def _played(result: Result, city: City, travel: RoadGraph, drivers: int, orders: int) -> None:
    def matched(snapshot: Snapshot) -> Iterable[Given]:
        return [(a.driver_id, a.route) for a in run_cycle(snapshot, travel).assignments]

    def nearest(snapshot: Snapshot) -> Iterable[Given]:
        return _nearest_first(snapshot, travel)

    outcomes: dict[str, Outcome] = {}
    for name, choose, params in (("", matched, PARAMS), ("single", matched, SINGLE), ("nearest", nearest, SINGLE)):
        market = Peak(city, travel, drivers, orders)
        outcomes[name] = market.play(choose, params, 30.0)
    ours, single, near = outcomes.values()
    result.figures |= {f"played_{key}": value for key, value in ours.figures().items() if value == value}
    shared = ours.pdt_min(least=2)
    if shared == shared:
        result.figures["played_pdt_batched_and_chained_min"] = result.figures.pop("played_pdt_shared_min")
    for name, outcome in (("single", single), ("nearest", near)):
        result.peers |= {f"{name}_{key}": value for key, value in outcome.figures().items() if value == value}
        result.ratios[f"pdt_{name}_over_ours"] = outcome.pdt_min() / ours.pdt_min()
    result.ratios["pdt_single_over_batched_and_chained"] = single.pdt_min() / shared if shared == shared else 1.0


def _nearest_first(snapshot: Snapshot, travel: TravelTimes) -> list[Given]:
    """Each order that is due for a driver, oldest first, to the nearest free one."""
    market = read_market(snapshot)
    pairs = read_pairs(
        market, follow(market.now, market.drivers, snapshot.params, travel), snapshot.params, Alone().propose(market)
    )
    driver, order = np.nonzero(judge(pairs) == 0)
    columns = price(pairs, driver, order, travel)
    km = np.full(pairs.shape, np.inf)
    due = (columns.commit <= 0.0) & np.isfinite(columns.cost)
    km[columns.driver[due], columns.bundle[due]] = pairs.km[columns.driver[due], columns.bundle[due]]
    given: list[Given] = []
    for index in np.argsort(market.orders.placed, kind="stable").tolist():
        who = int(np.argmin(km[:, index])) if len(km) else 0
        if len(km) and np.isfinite(km[who, index]):
            id_ = market.orders.views[index].id
            given.append((market.drivers.views[who].id, (("pickup", id_), ("dropoff", id_))))
            km[who] = np.inf
    return given


def _contest(result: Result, snapshot: Snapshot, travel: TravelTimes, seconds: float) -> None:
    """Choices alone, on the cycle's candidates: with all drivers and with a third of them, beside CP-SAT after a sixth of
    ``seconds`` and after all; and with a quarter of the orders, each of which has four times as many drivers to choose from."""
    params = replace(
        snapshot.params,
        nearest_drivers=4 * snapshot.params.nearest_drivers,
        nearest_for_bundles=4 * snapshot.params.nearest_for_bundles,
    )
    quiet = replace(snapshot, orders=snapshot.orders[::4], params=params)
    shapes = {"peak": snapshot, "contested": replace(snapshot, drivers=snapshot.drivers[::3]), "uncontested": quiet}
    for name, shape in shapes.items():
        problem = problem_of(shape, travel)
        began = time.perf_counter()
        found = solve_problem(problem, shape.params)
        took = time.perf_counter() - began
        value, whole = float(problem.gain[list(found.chosen)].sum()), float(problem.unserved.sum())
        worth = np.flatnonzero(problem.gain < 0)
        bound = relaxed(problem.gain[worth], problem.usage(worth), 60.0)
        result.figures |= {
            f"{name}_columns": len(problem.driver),
            f"{name}_solve_s": took,
            f"{name}_cost": whole + value,
            f"gap_{name}": problem.gap(value, bound.value if bound is not None else None),
        }
        if name == "uncontested":
            continue
        prefix = "" if name == "contested" else f"{name}_"
        peer = CpSat(seconds)
        peer.solve(problem)
        for by in (seconds / 6, seconds):
            label = f"{name}_cpsat_{by:.3g}s"
            result.peers[f"{label}_cost"] = whole + peer.by(by)
            result.ratios[f"{prefix}vs_cpsat_{by:.3g}s"] = (whole + peer.by(by)) / (whole + value)
    result.notes.append("gaps are to the linear programme's bound, relative to the whole cost; vs: CP-SAT's cost over ours")
