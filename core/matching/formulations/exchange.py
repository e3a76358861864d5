"""Set packing for markets too large or too contested to be searched to the end: prices, greed and exchange."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar

import numpy as np

from core.compiled import Compiled
from core.matching.formulations import Problem, Solution, spread
from core.matching.formulations.relaxation import Relaxation
from core.matching.market import Ints
from core.matching.timing import Floats

KERNELS = Compiled("core.matching.formulations.kernels")


@dataclass(frozen=True, slots=True)
class Exchange:
    """Prices of the orders first, by a Lagrangian relaxation: they prove a bound. Then the columns are taken in the order of
    what they are worth at these prices, or as the plan before had them, whichever is better; and from there on columns are
    exchanged by simulated annealing, in ``searches`` at the same time, of which the best counts.

    ``rounds`` and ``moves`` bound the work and not the clock, so that the answer is the same each time; ``limit_s`` is a last
    resort. The search also ends within ``gap`` of the bound. Without numba the rounded relaxation answers.
    """

    name: ClassVar[str] = "exchange"
    rounds: int = 200
    moves: int = 500_000
    searches: int = 2
    chunks: int = 12
    look: int = 40
    gap: float = 1e-3
    limit_s: float = 5.0
    seed: int = 1

    def fits(self, problem: Problem) -> bool:
        return True

    def solve(self, problem: Problem) -> Solution:
        kernels = KERNELS.get(wait=True)
        if kernels is None:
            return Relaxation().solve(problem)
        gain = problem.gain
        columns = np.flatnonzero(gain < 0)
        if not len(columns):
            return Solution((), self.name)
        search = _Search(kernels, problem, columns, gain[columns], self)
        chosen, value, bound = search.run()
        return Solution(tuple(np.sort(columns[chosen]).tolist()), self.name, problem.gap(value, bound))


class _Search:
    """One problem in the arrays that the kernels share."""

    def __init__(self, kernels: ModuleType, problem: Problem, columns: Ints, gain: Floats, how: Exchange) -> None:
        self.kernels, self.problem, self.how = kernels, problem, how
        self.began = time.perf_counter()
        self.gain = gain
        self.driver = problem.driver[columns]
        sizes = np.array([len(group) for group in problem.groups], dtype=np.int64)
        flat = np.array([o for group in problem.groups for o in group], dtype=np.int64)
        self.members, self.member_of = spread(flat, sizes, problem.group[columns])
        size = sizes[problem.group[columns]]
        self.first = np.concatenate([[0], np.cumsum(size)])
        self.warm = np.flatnonzero(problem.planned[columns]) if problem.planned is not None else np.zeros(0, np.int64)

    def run(self) -> tuple[Ints, float, float]:
        """Chosen rows, their total and a bound on it."""
        gain, problem, how = self.gain, self.problem, self.how
        plain = np.argsort(gain, kind="stable")
        value, of_driver, of_order = self._in_turn(np.concatenate([self.warm, plain]))
        driver_at, by_driver = _lists(self.driver, gain, problem.drivers)
        bound, price = self.kernels.prices(
            gain, self.driver, self.first, self.members, driver_at, by_driver, value, np.zeros(problem.orders), how.rounds
        )
        worth = gain - np.bincount(self.member_of, weights=price[self.members], minlength=len(gain))
        turn = np.argsort(worth, kind="stable")
        for first in (turn, np.concatenate([self.warm, turn])):
            better = self._in_turn(first)
            if better[0] < value:
                value, of_driver, of_order = better
        lists = self._by_worth(worth)

        def search(number: int) -> tuple[Ints, float, float]:
            return self._exchange(value, bound, lists, of_driver.copy(), of_order.copy(), number)

        with ThreadPoolExecutor(how.searches) as pool:
            return min(pool.map(search, range(how.searches)), key=lambda found: found[1])

    def _by_worth(self, worth: Floats) -> tuple[Ints, Ints, Ints, Ints]:
        """The columns of each driver and of each order, the best first."""
        driver_at, by_driver = _lists(self.driver, worth, self.problem.drivers)
        order_at, by_order = _lists(self.members, worth[self.member_of], self.problem.orders)
        return driver_at, by_driver, order_at, self.member_of[by_order]

    def _in_turn(self, turn: Ints) -> tuple[float, Ints, Ints]:
        of_driver = np.full(self.problem.drivers, -1, dtype=np.int64)
        of_order = np.full(self.problem.orders, -1, dtype=np.int64)
        value = self.kernels.take_in_turn(self.gain, self.driver, self.first, self.members, turn, of_driver, of_order)
        return value, of_driver, of_order

    def _exchange(
        self, value: float, bound: float, lists: tuple[Ints, Ints, Ints, Ints], of_driver: Ints, of_order: Ints, number: int
    ) -> tuple[Ints, float, float]:
        problem, how = self.problem, self.how
        best_driver, best_order = of_driver.copy(), of_order.copy()
        state = np.array([0x9E3779B97F4A7C15 ^ (how.seed + 1 + 1000 * number)], dtype=np.uint64)
        moves = how.moves // how.chunks
        taken = max(1, int((of_driver >= 0).sum()))
        hot = max(1e-6, (value - bound) / taken)
        heats = hot * 0.02 ** (np.arange(how.chunks + 1) / how.chunks)
        above = 0.0
        for chunk in range(how.chunks):
            if problem.gap(value, bound) <= how.gap or time.perf_counter() - self.began > how.limit_s:
                break
            above, change = self.kernels.exchange(
                self.gain, self.driver, self.first, self.members, *lists,
                of_driver, of_order, best_driver, best_order, state, above, heats[chunk], heats[chunk + 1], moves, how.look,
            )  # fmt: skip
            value += change
        chosen = best_driver[best_driver >= 0]
        return chosen, float(self.gain[chosen].sum()), bound


def _lists(owner: Ints, worth: Floats, owners: int) -> tuple[Ints, Ints]:
    """Where each owner's entries begin, and the entries by owner, the best first."""
    by = np.lexsort((worth, owner))
    at = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=owners))])
    return at, by
