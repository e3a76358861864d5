"""Formulations: how the choice of columns is put to a solver.

A formulation is a frozen dataclass in a file of its own. `fits` says whether it solves a problem of this shape; the first
that fits is used. What all share: each driver gets one column at most, each order is in one at most, and an order in none
costs ``unserved``. Taking a column therefore changes the total by its ``gain``, the cost less what its orders cost unserved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from core.matching.market import Ints
from core.matching.timing import Floats


@dataclass(frozen=True, slots=True)
class Problem:
    """``driver`` and ``group`` (n,) are the driver and the set of orders of each column, ``cost`` (n,) its cost.

    ``groups`` are distinct sets of order indices. A pair of driver and group occurs once. ``planned`` (n,) are the columns of
    the plan before, disjoint ones: a warm start."""

    drivers: int
    orders: int
    driver: Ints
    group: Ints
    cost: Floats
    groups: tuple[tuple[int, ...], ...]
    unserved: Floats
    planned: NDArray[np.bool_] | None = None

    @property
    def gain(self) -> Floats:
        """Change of the total if the column is taken, shape (n,); only negative ones are worth it."""
        lost = np.array([self.unserved[list(group)].sum() for group in self.groups])
        change: Floats = self.cost - lost[self.group]
        return change

    def only(self, columns: Ints) -> Problem:
        """The same problem with these columns alone."""
        planned = None if self.planned is None else self.planned[columns]
        return replace(self, driver=self.driver[columns], group=self.group[columns], cost=self.cost[columns], planned=planned)

    def gap(self, value: float, bound: float | None) -> float:
        """How far a change of the total is from a bound on it, relative to the total itself, unserved orders included; inf
        where there is no bound."""
        if bound is None or not np.isfinite(bound):
            return float("inf")
        return max(0.0, (value - bound) / max(abs(float(self.unserved.sum()) + value), 1e-9))

    def usage(self, columns: Ints) -> csr_array:
        """1 where a column uses a row; the rows are the drivers, then the orders. Each may be used once."""
        sizes = np.array([len(group) for group in self.groups], dtype=np.int64)
        members = np.array([order for group in self.groups for order in group], dtype=np.int64)
        row, variable = spread(members, sizes, self.group[columns])
        rows = np.concatenate([self.driver[columns], self.drivers + row])
        variables = np.concatenate([np.arange(len(columns)), variable])
        return csr_array((np.ones(len(rows)), (rows, variables)), shape=(self.drivers + self.orders, len(columns)))


def disjoint(problem: Problem) -> bool:
    """Whether no order is in two sets."""
    members = [order for group in problem.groups for order in group]
    return len(members) == len(set(members))


def spread(members: Ints, sizes: Ints, group: Ints) -> tuple[Ints, Ints]:
    """(member, index into ``group``) for each member of each group that occurs; ``members`` holds all groups end to end."""
    start = np.cumsum(sizes) - sizes
    repeat = sizes[group]
    index = np.repeat(np.arange(len(group)), repeat)
    within = np.arange(len(index)) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    return members[np.repeat(start[group], repeat) + within], index


@dataclass(frozen=True, slots=True)
class Solution:
    """``chosen`` are columns, ascending. ``gap`` is `Problem.gap`: 0 where the choice is proven best."""

    chosen: tuple[int, ...]
    formulation: str
    gap: float = 0.0


class Formulation(Protocol):
    @property
    def name(self) -> str: ...

    def fits(self, problem: Problem) -> bool: ...

    def solve(self, problem: Problem) -> Solution: ...


def solve(problem: Problem, formulations: Sequence[Formulation]) -> Solution:
    """Solve by the first formulation that fits; an empty problem needs none."""
    if not len(problem.driver):
        return Solution((), "none")
    return next(f for f in formulations if f.fits(problem)).solve(problem)
