"""One run of the matcher: a snapshot in, decisions out. The same snapshot gives the same decisions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.matching.cost import LATE
from core.matching.decisions import Assignment, Counts, Decisions
from core.matching.eligibility import Pairs, Reason, judge, read_pairs
from core.matching.explain import best_candidates, describe, unassigned
from core.matching.formulations import Problem, Solution, solve
from core.matching.formulations.assignment import Assignment as AssignmentFormulation
from core.matching.formulations.relaxation import Relaxation
from core.matching.formulations.set_packing import SetPacking
from core.matching.generators import Bundle
from core.matching.goals import add_goals, all_weights, too_cold
from core.matching.market import read_market
from core.matching.pricing import Columns, price
from core.matching.pruning import beyond_nearest
from core.matching.timing import Floats
from core.matching.underway import Etas, follow

if TYPE_CHECKING:
    from core.matching.snapshot import Snapshot
    from core.ports import TravelTimes


_HELD_TIMES = 100.0
"""An order that has a driver counts so many times as much as one that has none."""


@dataclass(slots=True)
class _Stopwatch:
    """Wall seconds per part."""

    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.perf_counter)

    def lap(self, part: str) -> None:
        now = time.perf_counter()
        self.seconds[part] = now - self._since
        self._since = now


def run_cycle(snapshot: Snapshot, travel: TravelTimes) -> Decisions:
    """Match. Raises BadInput for a snapshot that contradicts itself."""
    watch, params = _Stopwatch(), snapshot.params
    market = read_market(snapshot)
    watch.lap("snapshot")
    underway = follow(market.now, market.drivers, params, travel)
    watch.lap("follow")
    bundles = [bundle for generator in params.generators for bundle in generator.propose(market)]
    watch.lap("generate")
    pairs = read_pairs(market, underway, params, bundles)
    codes = judge(pairs)
    eligible = codes == 0
    far = beyond_nearest(pairs.km, eligible, params.nearest_drivers)
    codes[far & ~pairs.kept_here] = Reason.NOT_NEAREST
    watch.lap("prune")
    driver, bundle = np.nonzero(codes == 0)
    priced = price(pairs, driver, bundle, travel)
    codes[driver, bundle] = _after_pricing(pairs, priced)
    columns, medium = add_goals(pairs, priced.take(codes[driver, bundle] == 0))
    watch.lap("price")
    problem, kept = _problem(pairs, columns, medium)
    solution = solve(problem, (AssignmentFormulation(), SetPacking(limit_s=params.solve_s), Relaxation()))
    chosen = [int(kept[i]) for i in solution.chosen]
    watch.lap("solve")
    decisions = _decisions(pairs, codes, columns, chosen, solution, Counts(
        orders=len(market.orders),
        drivers=len(market.drivers),
        bundles=len(bundles),
        considered=codes.size,
        eligible=int(eligible.sum()),
        priced=len(priced),
        columns=len(kept),
    ), watch)  # fmt: skip
    watch.lap("explain")
    return decisions


def _after_pricing(pairs: Pairs, priced: Columns) -> NDArray[np.uint8]:
    """What only the travel times can tell: no way there, not back before the shift ends, cold at the door."""
    done = priced.finish if pairs.params.finish_in_shift else priced.last_pickup
    late = done > pairs.market.drivers.shift_end[priced.driver]
    reasons = np.where(np.isinf(priced.cost), Reason.NO_WAY, np.where(late, Reason.SHIFT_END, Reason.NONE))
    able = reasons == Reason.NONE
    rows = np.flatnonzero(able)
    reasons[rows[too_cold(pairs, priced.take(rows))]] = Reason.COLD
    return reasons.astype(np.uint8)


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
        ),
        kept,
    )


def _unserved(pairs: Pairs, columns: Columns, medium: float) -> Floats:
    """What each order costs if it gets no driver in this cycle, in minutes.

    More where an offer is due now than where it can wait; more for the older order; and never less than the lateness that
    even its best driver can't avoid any more, so that a late order is not passed over for being late. Serving comes before the
    medium level, a unit of which costs ``medium``; and who has a driver already does not lose them for nobody.
    """
    params, orders = pairs.params, pairs.market.orders
    weights = all_weights(params) * LATE
    late = (columns.minutes * weights).sum(axis=1)
    least, due = np.full(len(orders), np.inf), np.zeros(len(orders), dtype=np.bool_)
    sets = [b.orders for b in pairs.bundles]
    single = np.array([group[0] if len(group) == 1 else -1 for group in sets], dtype=np.int64)
    of = single[columns.bundle]
    alone = of >= 0
    np.minimum.at(least, of[alone], late[alone])
    np.logical_or.at(due, of[alone], columns.commit[alone] <= 0.0)
    base = np.where(due, params.unserved, params.unserved_later)
    age = np.maximum(-orders.placed, 0.0) / 60.0
    held = np.where(orders.holder >= 0, _HELD_TIMES * params.unserved, 0.0)
    return base + 2.0 * medium + held + params.age_weight * age + np.where(np.isfinite(least), least, 0.0)


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
    alone = _codes_alone(codes, pairs.bundles, len(market.orders))
    return Decisions(
        now=market.now,
        assignments=tuple(a for a, is_due in planned if is_due),
        postponed=tuple(a for a, is_due in planned if not is_due),
        unassigned=unassigned(pairs, alone, [i for i in range(len(market.orders)) if i not in served]),
        etas=_etas(pairs.underway.etas, [a for a, _ in planned]),
        candidates=best_candidates(pairs, columns, set(chosen), weights, params.explain_best),
        counts=counts,
        formulation=solution.formulation,
        gap=solution.gap,
        driver_ids=tuple(d.id for d in market.drivers.views),
        order_ids=tuple(o.id for o in market.orders.views),
        reason_codes=alone.tobytes(),
        seconds=watch.seconds,
    )


def _codes_alone(codes: NDArray[np.uint8], bundles: Sequence[Bundle], orders: int) -> NDArray[np.uint8]:
    """Reasons per order by itself, shape (drivers, orders)."""
    alone = np.full((len(codes), orders), Reason.NOT_PROPOSED, dtype=np.uint8)
    single = [(i, b.orders[0]) for i, b in enumerate(bundles) if len(b.orders) == 1]
    if single:
        index, order = np.array(single).T
        alone[:, order] = codes[:, index]
    return alone


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
