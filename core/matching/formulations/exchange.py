"""Set packing for markets too large or too contested to be searched to the end: prices, exchange and repair."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.compiled import Compiled
from core.matching.formulations import Problem, Solution, spread
from core.matching.formulations.programmes import packed, relaxed
from core.matching.formulations.relaxation import Relaxation
from core.matching.market import Ints
from core.matching.timing import Floats

KERNELS = Compiled("core.matching.formulations.kernels")

_Chosen = tuple[Ints, float]
"""Rows taken and their total."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Four steps, each of which begins where the one before ended.

    *Prices* of the orders, by a Lagrangian relaxation: they prove a bound, and say how much each column is worth less than
    its driver's best, its reduced cost. *Greed*: columns are taken in this order, or as the plan before had them, whichever is
    better. *Exchange*: simulated annealing, in ``searches`` at the same time; beside it the linear programme of the columns
    with the smallest reduced cost, ``near_relaxed`` for each driver and order. *Repair*: what all searches chose and the
    programme wants wholly is kept, and the rest is solved exactly over the ``near_exact`` nearest columns (relaxation-induced
    neighbourhoods; Danna, Rothberg and Le Pape, Mathematical Programming 102, 2005); and once with nothing kept.

    The search cools from ``hot`` times the average loss of a driver against the bound to ``cold`` of that.
    ``rounds``, ``moves``, ``steps`` (for each row of the programme) and ``nodes`` bound the work and not the
    clock, so that the answer is the same each time; ``limit_s`` is a last resort. Where the programme is not solved within its
    steps, as with sets of orders that have no place in common, repairing would take far longer, and is left out. All ends
    within ``gap`` of the bound. Without numba the rounded relaxation answers.
    """

    name: ClassVar[str] = "exchange"
    rounds: int = 400
    moves: int = 300_000
    searches: int = 2
    chunks: int = 12
    look: int = 40
    hot: float = 3.0
    cold: float = 0.003
    near_relaxed: int = 8
    near_exact: int = 2000
    programmes: int = 3
    near_bound: float = 1e-3
    steps: int = 3
    nodes: int = 10
    repair: bool = True
    repair_gap: float = 1e-5
    gap: float = 1e-6
    limit_s: float = 5.0
    seed: int = 1

    def fits(self, problem: Problem) -> bool:
        return True

    def solve(self, problem: Problem) -> Solution:
        kernels = KERNELS.get(wait=True)
        if kernels is None:
            return Relaxation(limit_s=self.limit_s).solve(problem)
        gain = problem.gain
        columns = np.flatnonzero(gain < 0)
        if not len(columns):
            return Solution((), self.name)
        search = _Search(kernels, problem, columns, gain[columns], self)
        chosen, value, bound = search.run()
        return Solution(tuple(np.sort(columns[chosen]).tolist()), self.name, problem.gap(value, bound))


@dataclass(frozen=True, slots=True)
class _Relaxation:
    """``wanted`` (rows,) is how much the linear programme takes of each; its prices prove ``bound`` and ``reduced``."""

    wanted: Floats
    bound: float
    reduced: Floats


class _Search:
    """One problem in the arrays that the kernels share; rows are those of the columns worth taking."""

    def __init__(self, kernels: ModuleType, problem: Problem, columns: Ints, gain: Floats, how: Exchange) -> None:
        self.kernels, self.problem, self.how = kernels, problem, how
        self.ends = time.perf_counter() + how.limit_s
        self.gain, self.columns = gain, columns
        self.driver = problem.driver[columns]
        sizes = np.array([len(group) for group in problem.groups], dtype=np.int64)
        flat = np.array([o for group in problem.groups for o in group], dtype=np.int64)
        self.members, self.member_of = spread(flat, sizes, problem.group[columns])
        self.size = sizes[problem.group[columns]]
        self.first = np.concatenate([[0], np.cumsum(self.size)])
        self.warm = np.flatnonzero(problem.planned[columns]) if problem.planned is not None else np.zeros(0, np.int64)

    def run(self) -> tuple[Ints, float, float]:
        """Chosen rows, their total and a bound on it."""
        how, problem = self.how, self.problem
        value, of_driver, of_order = self._in_turn(np.concatenate([self.warm, np.argsort(self.gain, kind="stable")]))
        bound, reduced = self._prices(value)
        turn = np.argsort(reduced, kind="stable")
        for first in (turn, np.concatenate([self.warm, turn])):
            better = self._in_turn(first)
            if better[0] < value:
                value, of_driver, of_order = better
        rows = of_driver[of_driver >= 0]
        if problem.gap(value, bound) <= how.gap:
            return rows, value, bound
        lists = self._nearest_first(reduced)

        def search(number: int) -> _Chosen:
            return self._exchange(value, bound, lists, of_driver.copy(), of_order.copy(), number)

        with ThreadPoolExecutor(how.searches + 1) as pool:
            programme = pool.submit(self._relaxed, turn)
            found = list(pool.map(search, range(how.searches)))
            relaxation = programme.result()
        if relaxation is None or not how.repair:
            return *min(found, key=lambda one: one[1]), bound
        if relaxation.bound > bound:
            bound, reduced = relaxation.bound, relaxation.reduced
        return *self._repaired(found, relaxation.wanted, reduced), bound

    def _prices(self, reach: float) -> tuple[float, Floats]:
        """A bound on the total, and the reduced cost of each row, 0 for the best of each driver. Where drivers are plenty, an
        order is worth about what its best driver makes of it."""
        driver_at, by_driver = _lists(self.driver, self.gain, self.problem.drivers)
        start = np.zeros(self.problem.orders)
        single = np.flatnonzero(self.size == 1)
        alone = start.copy()
        np.minimum.at(alone, self.members[self.first[single]], self.gain[single])
        if self._at_prices(alone)[0] > self._at_prices(start)[0]:
            start = alone
        price = self.kernels.prices(
            self.gain, self.driver, self.first, self.members, driver_at, by_driver, reach, start, self.how.rounds
        )[1]
        return self._at_prices(price)

    def _at_prices(self, price: Floats) -> tuple[float, Floats]:
        """The bound that these prices of the orders prove, and the reduced costs."""
        worth = self.gain - np.bincount(self.member_of, weights=price[self.members], minlength=len(self.gain))
        least = np.zeros(self.problem.drivers)
        np.minimum.at(least, self.driver, worth)
        return float(price.sum() + least.sum()), worth - least[self.driver]

    def _nearest_first(self, reduced: Floats) -> tuple[Ints, Ints, Ints, Ints]:
        """The rows of each driver and of each order, the smallest reduced cost first."""
        driver_at, by_driver = _lists(self.driver, reduced, self.problem.drivers)
        order_at, by_order = _lists(self.members, reduced[self.member_of], self.problem.orders)
        return driver_at, by_driver, order_at, self.member_of[by_order]

    def _in_turn(self, turn: Ints) -> tuple[float, Ints, Ints]:
        of_driver = np.full(self.problem.drivers, -1, dtype=np.int64)
        of_order = np.full(self.problem.orders, -1, dtype=np.int64)
        value = self.kernels.take_in_turn(self.gain, self.driver, self.first, self.members, turn, of_driver, of_order)
        return value, of_driver, of_order

    def _exchange(
        self, value: float, bound: float, lists: tuple[Ints, Ints, Ints, Ints], of_driver: Ints, of_order: Ints, number: int
    ) -> _Chosen:
        problem, how = self.problem, self.how
        best_driver, best_order = of_driver.copy(), of_order.copy()
        state = np.array([0x9E3779B97F4A7C15 ^ (how.seed + 1 + 1000 * number)], dtype=np.uint64)
        moves = how.moves // how.chunks
        taken = max(1, int((of_driver >= 0).sum()))
        hot = how.hot * max(1e-6, (value - bound) / taken)
        heats = hot * how.cold ** (np.arange(how.chunks + 1) / how.chunks)
        above = 0.0
        for chunk in range(how.chunks):
            if problem.gap(value, bound) <= how.gap or time.perf_counter() > self.ends:
                break
            above, change = self.kernels.exchange(
                self.gain, self.driver, self.first, self.members, *lists,
                of_driver, of_order, best_driver, best_order, state, above, heats[chunk], heats[chunk + 1], moves, how.look,
            )  # fmt: skip
            value += change
        chosen = best_driver[best_driver >= 0]
        return chosen, float(self.gain[chosen].sum())

    def _relaxed(self, turn: Ints) -> _Relaxation | None:
        """The linear programme of the first rows in ``turn``, and of those that its prices call for, a few times over; None
        where it has no answer in time."""
        how, ends = self.how, self.problem.drivers + self.problem.orders
        open_ = np.zeros(len(turn), dtype=np.bool_)
        open_[turn[: how.near_relaxed * ends]] = True
        best: _Relaxation | None = None
        for _ in range(how.programmes):
            near = np.flatnonzero(open_)
            answer = relaxed(self.gain[near], self.problem.usage(self.columns[near]), self._left_s(), how.steps * ends)
            if answer is None:
                return best
            bound, reduced = self._at_prices(answer.prices[self.problem.drivers :])
            wanted = np.zeros(len(self.gain))
            wanted[near] = answer.x
            if best is not None and best.bound > bound:
                bound, reduced = best.bound, best.reduced
            best = _Relaxation(wanted, bound, reduced)
            if self.problem.gap(answer.value, bound) <= how.near_bound:
                break
            price = np.bincount(self.member_of, weights=answer.prices[self.problem.drivers + self.members], minlength=len(turn))
            called_for = self.gain - price - answer.prices[self.driver]
            nearest = np.argsort(called_for, kind="stable")[: 2 * ends]
            open_[nearest[called_for[nearest] < -1e-9]] = True
        return best

    def _repaired(self, found: Sequence[_Chosen], wanted: Floats, reduced: Floats) -> _Chosen:
        """The best of what was found, with what is not agreed on solved anew; the programme itself where it takes columns
        wholly alone."""
        best = min(found, key=lambda one: one[1])
        whole = wanted > 1.0 - 1e-6
        if (whole | (wanted < 1e-6)).all():
            found = [*found, (np.flatnonzero(whole), float(self.gain[whole].sum()))]
            return min(found, key=lambda one: one[1])
        taken = np.array([np.isin(np.arange(len(self.gain)), rows) for rows, _ in found])
        agreed: NDArray[np.bool_] = np.logical_and.reduce(taken, axis=0) & whole
        by_any = np.logical_or.reduce(taken, axis=0)
        # What all agree on may be wrong: the nearest columns are solved without it as well, on the other core.
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(lambda kept: self._solved(kept, by_any, reduced), (agreed, np.zeros_like(agreed)))
            return min([best, *(answer for answer in answers if answer is not None)], key=lambda one: one[1])

    def _solved(self, kept: NDArray[np.bool_], taken: NDArray[np.bool_], reduced: Floats) -> _Chosen | None:
        """``kept``, and the best of the nearest columns beside it; None where there is none in time."""
        open_ = self._nearest(reduced, ~self._touched(kept), taken)
        if not len(open_) or self._left_s() <= 0.0:
            return None
        chosen = packed(
            self.gain[open_], self.problem.usage(self.columns[open_]), self.how.nodes, self._left_s(), self.how.repair_gap
        ).chosen
        if chosen is None:
            return None
        rows = np.concatenate([np.flatnonzero(kept), open_[chosen]])
        return rows, float(self.gain[rows].sum())

    def _nearest(self, reduced: Floats, open_: NDArray[np.bool_], taken: NDArray[np.bool_]) -> Ints:
        """Of the ``open_`` rows those ``taken``, the ``near_exact`` of the smallest reduced cost; and of single orders, each
        driver's first one and each order's first two: where a set has to be given up for half of it, that half is far from
        being worth its prices."""
        rows = np.flatnonzero(open_)
        rows = rows[np.argsort(reduced[rows], kind="stable")]
        near = taken & open_
        near[rows[: self.how.near_exact]] = True
        single = rows[self.size[rows] == 1]
        near[single[_among_first(self.driver[single], 1)]] = True
        near[single[_among_first(self.members[self.first[single]], 2)]] = True
        return np.flatnonzero(near)

    def _touched(self, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The rows that use a driver or an order of those kept."""
        drivers, orders = np.zeros(self.problem.drivers, np.bool_), np.zeros(self.problem.orders, np.bool_)
        drivers[self.driver[kept]] = True
        orders[self.members[kept[self.member_of]]] = True
        touched = drivers[self.driver]
        touched[self.member_of[orders[self.members]]] = True
        return touched

    def _left_s(self) -> float:
        return max(0.0, self.ends - time.perf_counter())


def _lists(owner: Ints, worth: Floats, owners: int) -> tuple[Ints, Ints]:
    """Where each owner's entries begin, and the entries by owner, the best first."""
    by = np.lexsort((worth, owner))
    at = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=owners))])
    return at, by


def _among_first(owner: Ints, most: int) -> NDArray[np.bool_]:
    """Which entries are among the first so many of their owner."""
    by = np.argsort(owner, kind="stable")
    sorted_ = owner[by]
    among = np.ones(len(owner), dtype=np.bool_)
    among[by[most:]] = sorted_[most:] != sorted_[:-most]
    return among
