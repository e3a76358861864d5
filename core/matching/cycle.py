"""One run of the matcher: a snapshot in, decisions out. The same snapshot gives the same decisions."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.matching.candidates import admitted
from core.matching.cost import LATE, TERMS
from core.matching.decisions import Assignment, Counts, Decisions
from core.matching.eligibility import Pairs, Reason, judge, read_pairs
from core.matching.explain import best_candidates, describe, unassigned
from core.matching.formulations import Problem, Solution, solve, spread
from core.matching.formulations.assignment import Assignment as AssignmentFormulation
from core.matching.formulations.exchange import Exchange
from core.matching.formulations.flow import Flow
from core.matching.formulations.set_packing import SetPacking
from core.matching.generators.alone import Alone
from core.matching.goals import add_goals, all_weights, too_cold
from core.matching.market import Ints, read_market
from core.matching.pricing import Columns, price
from core.matching.pruning import beyond_nearest
from core.matching.sharing import too_tight
from core.matching.timing import Floats
from core.matching.underway import Etas, follow

if TYPE_CHECKING:
    from core.domain.geo import LatLon
    from core.domain.vehicle import Vehicle
    from core.matching.params import Params
    from core.matching.snapshot import Snapshot
    from core.ports import Path, Points, TravelTimes


_QUARTER = 0.25
_HELD_TIMES = 100.0
"""An order that has a driver counts so many times as much as one that has none."""


@dataclass(slots=True)
class _Stopwatch:
    """Wall seconds per part; those in which travel times were asked for are a part of their own, *estimate*."""

    travel: TravelTimes
    seconds: dict[str, float] = field(default_factory=lambda: {"snapshot": 0.0, "estimate": 0.0})
    _since: float = field(default_factory=time.perf_counter)
    _asked: float = 0.0

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.seconds[part] = self.seconds.get(part, 0.0) + now - self._since - self._asked
        self.seconds["estimate"] += self._asked
        self._since, self._asked = now, 0.0

    def matrix(self, origins: Points, destinations: Points, vehicle: Vehicle) -> Floats:
        return self._timed(self.travel.matrix, origins, destinations, vehicle)

    def pairs(self, origins: Points, destinations: Points, vehicle: Vehicle) -> Floats:
        return self._timed(self.travel.pairs, origins, destinations, vehicle)

    def path(self, origin: LatLon, destination: LatLon, vehicle: Vehicle) -> Path:
        return self.travel.path(origin, destination, vehicle)

    def isochrone(self, centre: LatLon, vehicle: Vehicle, minutes: float) -> tuple[tuple[LatLon, ...], ...]:
        return self.travel.isochrone(centre, vehicle, minutes)

    def _timed(self, ask: Callable[[Points, Points, Vehicle], Floats], *question: Any) -> Floats:
        began = time.perf_counter()
        answer = ask(*question)
        self._asked += time.perf_counter() - began
        return answer


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without the search for cycles of references: a run makes a hundred thousand small things and none of these."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


@_undisturbed()
def run_cycle(snapshot: Snapshot, travel: TravelTimes) -> Decisions:
    """Match. Raises BadInput for a snapshot that contradicts itself."""
    watch, params = _Stopwatch(travel), snapshot.params
    found = _candidates(snapshot, watch)
    problem, kept = _problem(found.pairs, found.columns, found.medium)
    solution = solve_problem(problem, params)
    chosen = [int(kept[i]) for i in solution.chosen]
    watch.lap("solve")
    counts = replace(found.counts, columns=len(kept))
    decisions = _decisions(found.pairs, found.codes, found.columns, chosen, solution, counts, watch)
    watch.lap("publish")
    return decisions


def solve_problem(problem: Problem, params: Params) -> Solution:
    """By the formulation of its shape."""
    return solve(
        problem, (Flow(), AssignmentFormulation(), SetPacking(limit_s=params.solve_s), Exchange(limit_s=params.solve_s))
    )


def problem_of(snapshot: Snapshot, travel: TravelTimes) -> Problem:
    """What a cycle of this snapshot has to solve, for whoever wants to try another solver."""
    found = _candidates(snapshot, _Stopwatch(travel))
    return _problem(found.pairs, found.columns, found.medium)[0]


@dataclass(frozen=True, slots=True)
class _Candidates:
    """``columns`` are the routes to choose from, ``codes`` (drivers, orders) why not, for each order by itself; ``medium`` is
    what a unit of the medium level costs."""

    pairs: Pairs
    codes: NDArray[np.uint8]
    columns: Columns
    counts: Counts
    medium: float


def _candidates(snapshot: Snapshot, watch: _Stopwatch) -> _Candidates:
    params = snapshot.params
    market = read_market(snapshot)
    underway = follow(market.now, market.drivers, params, watch)
    watch.lap("snapshot")
    bundles = [bundle for generator in params.generators for bundle in generator.propose(market)]
    watch.lap("generate")
    alone = read_pairs(market, underway, params, Alone().propose(market))
    codes = judge(alone)
    able = codes == Reason.NONE
    busy = market.drivers.busy[:, None]
    # Those who are free besides, however many busy ones are nearer: in a crowded quarter nobody else would be looked at.
    far = beyond_nearest(alone.km, able, params.nearest_drivers)
    far &= busy | beyond_nearest(alone.km, able & ~busy, min(params.nearest_free, params.nearest_drivers))
    codes[far & ~alone.kept_here] = Reason.NOT_NEAREST
    pairs = read_pairs(market, underway, params, bundles)
    driver, bundle = admitted(pairs, alone, codes)
    watch.lap("prune")
    priced = price(pairs, driver, bundle, watch)
    reasons = _after_pricing(pairs, priced)
    _enter(codes, pairs, priced, reasons)
    counts = Counts(
        orders=len(market.orders),
        drivers=len(market.drivers),
        bundles=len(bundles),
        considered=len(market.drivers) * len(bundles),
        eligible=len(driver) + int(far.sum()),
        priced=len(priced),
        columns=0,
    )
    columns, medium = add_goals(pairs, priced.take(reasons == Reason.NONE))
    watch.lap("price")
    return _Candidates(pairs, codes, columns, counts, medium)


def _after_pricing(pairs: Pairs, priced: Columns) -> NDArray[np.uint8]:
    """What only the travel times can tell: no way there, not back before the shift ends, cold at the door."""
    done = priced.finish if pairs.params.finish_in_shift else priced.last_pickup
    late = done > pairs.market.drivers.shift_end[priced.driver]
    reasons = np.where(priced.late | too_tight(pairs, priced), Reason.TOO_LATE, Reason.NONE)
    reasons = np.where(np.isinf(priced.cost), Reason.NO_WAY, np.where(late, Reason.SHIFT_END, reasons))
    rows = np.flatnonzero(reasons == Reason.NONE)
    reasons[rows[too_cold(pairs, priced.take(rows))]] = Reason.COLD
    return reasons.astype(np.uint8)


def _enter(codes: NDArray[np.uint8], pairs: Pairs, priced: Columns, reasons: NDArray[np.uint8]) -> None:
    """Put into ``codes`` (drivers, orders) what became of each order by itself; who can have it in some bundle can take it."""
    single = pairs.alone
    proposed = np.zeros(codes.shape[1], dtype=np.bool_)
    proposed[single[single >= 0]] = True
    codes[(codes == Reason.NONE) & ~proposed] = Reason.NOT_PROPOSED
    order = single[priced.bundle]
    codes[priced.driver[order >= 0], order[order >= 0]] = reasons[order >= 0]
    able = reasons == Reason.NONE
    member, row = spread(pairs.members, pairs.size, priced.bundle[able])
    codes[priced.driver[able][row], member] = Reason.NONE


def _problem(pairs: Pairs, columns: Columns, medium: float) -> tuple[Problem, NDArray[np.int64]]:
    """The columns worth choosing from: the cheapest route for each driver and set of orders."""
    groups: dict[tuple[int, ...], int] = {}
    group_of = np.array([groups.setdefault(b.orders, len(groups)) for b in pairs.bundles], dtype=np.int64)
    group = group_of[columns.bundle]
    rank = np.lexsort((columns.bundle, columns.cost, group, columns.driver))
    first = np.ones(len(rank), dtype=np.bool_)
    first[1:] = (np.diff(group[rank]) != 0) | (np.diff(columns.driver[rank]) != 0)
    kept = np.sort(rank[first])
    return (
        Problem(
            len(pairs.market.drivers),
            len(pairs.market.orders),
            columns.driver[kept],
            group[kept],
            columns.cost[kept] + pairs.params.prefer_free_min * pairs.market.drivers.busy[columns.driver[kept]],
            tuple(groups),
            _unserved(pairs, columns, medium),
            _planned(pairs, columns.driver[kept], group[kept], tuple(groups)),
        ),
        kept,
    )


def _planned(pairs: Pairs, driver: Ints, group: Ints, groups: tuple[tuple[int, ...], ...]) -> NDArray[np.bool_]:
    """Which columns are the plan of the cycle before."""
    number = {orders: i for i, orders in enumerate(groups)}
    plan = {(d, number[orders]) for d, orders in pairs.market.planned if orders in number}
    wanted = np.array([d * len(groups) + g for d, g in sorted(plan)], dtype=np.int64)
    return np.isin(driver * len(groups) + group, wanted)


def _unserved(pairs: Pairs, columns: Columns, medium: float) -> Floats:
    """What each order costs if it gets no driver in this cycle, in minutes.

    More where an offer is due now than where it can wait, and the more the older it is then; and never less than the lateness
    that even its best driver can't avoid any more, so that a late order is not passed over for being late, nor than its
    cheapest route and a `_QUARTER` of the price besides, so that one that is dear to bring is not left for being dear. Serving
    comes before the medium level, a unit of which costs ``medium``; and who has a driver already does not lose them for
    nobody.
    """
    params, orders = pairs.params, pairs.market.orders
    weights = all_weights(params)
    terms = columns.minutes[:, : len(TERMS)] * weights[: len(TERMS)]
    late, whole = terms[:, LATE[: len(TERMS)]].sum(axis=1), terms.sum(axis=1)
    least, cheapest = np.full(len(orders), np.inf), np.full(len(orders), np.inf)
    due = np.zeros(len(orders), dtype=np.bool_)
    single = np.full(pairs.shape[1], -1, dtype=np.int64)
    single[pairs.member_of] = pairs.members
    of = np.where(pairs.size == 1, single, -1)[columns.bundle]
    alone = of >= 0
    np.minimum.at(least, of[alone], late[alone])
    np.minimum.at(cheapest, of[alone], whole[alone])
    np.logical_or.at(due, of[alone], columns.commit[alone] <= 0.0)
    base = np.where(due, params.unserved, params.unserved_later)
    age = np.where(due, np.maximum(-orders.placed, 0.0) / 60.0, 0.0)
    held = np.where(orders.holder >= 0, _HELD_TIMES * params.unserved, 0.0)
    known = np.isfinite(least)
    own: Floats = np.maximum(base + np.where(known, least, 0.0), np.where(known, cheapest, 0.0) + _QUARTER * base)
    own += 2.0 * medium + held + params.age_weight * age
    return own


def _decisions(
    pairs: Pairs,
    codes: NDArray[np.uint8],
    columns: Columns,
    chosen: list[int],
    solution: Solution,
    counts: Counts,
    watch: _Stopwatch,
) -> Decisions:
    market, params = pairs.market, pairs.params
    weights = tuple(all_weights(params).tolist())
    planned = [(describe(pairs, columns, row, weights), columns.commit[row] <= 0.0) for row in chosen]
    served = {order for row in chosen for order in pairs.bundles[int(columns.bundle[row])].orders}
    return Decisions(
        now=market.now,
        assignments=tuple(a for a, is_due in planned if is_due),
        postponed=tuple(a for a, is_due in planned if not is_due),
        unassigned=unassigned(pairs, codes, [i for i in range(len(market.orders)) if i not in served]),
        etas=_etas(pairs.underway.etas, [a for a, _ in planned]),
        candidates=best_candidates(pairs, columns, set(chosen), weights, params.explain_best),
        counts=counts,
        formulation=solution.formulation,
        gap=solution.gap,
        driver_ids=tuple(d.id for d in market.drivers.views),
        order_ids=tuple(o.id for o in market.orders.views),
        reason_codes=codes.tobytes(),
        seconds=watch.seconds,
    )


def _etas(under_way: Etas, planned: list[Assignment]) -> Etas:
    etas = dict(under_way)
    for assignment in planned:
        pickups: dict[str, float] = {}
        for (kind, order_id), at in zip(assignment.stops, assignment.arrivals, strict=True):
            if kind == "pickup":
                pickups[order_id] = at
            else:
                etas[order_id] = (pickups.get(order_id), at)
    return dict(sorted(etas.items()))
