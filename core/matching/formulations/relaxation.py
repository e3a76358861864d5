"""Linear relaxation, rounded: for problems too large to be searched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.matching.formulations import Problem, Solution
from core.matching.formulations.assignment import Assignment
from core.matching.formulations.greedy import in_turn
from core.matching.formulations.programmes import relaxed
from core.matching.market import Ints
from core.matching.timing import Floats


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The linear programme says how much it wants each set of orders; sets are kept from the most wanted down, without
    conflict; the assignment of what is kept is then optimal. The programme's value bounds what any choice can reach. Without an
    answer in time sets of one order are assigned; and it is never worse than the plan before, filled up by greed.
    """

    name: ClassVar[str] = "relaxation"
    limit_s: float = 5.0

    def fits(self, problem: Problem) -> bool:
        return True

    def solve(self, problem: Problem) -> Solution:
        gain = problem.gain
        columns = np.flatnonzero(gain < 0)
        if not len(columns):
            return Solution((), self.name)
        answer = relaxed(gain[columns], problem.usage(columns), self.limit_s)
        wanted = np.zeros(len(problem.groups))
        if answer is not None:
            np.add.at(wanted, problem.group[columns], answer.x)
        kept = np.flatnonzero(_without_conflict(problem, wanted)[problem.group])
        rounded = tuple(kept[list(Assignment().solve(problem.only(kept)).chosen)].tolist())
        chosen = min(rounded, in_turn(problem), key=lambda choice: float(gain[list(choice)].sum()))
        bound = None if answer is None else answer.value
        return Solution(chosen, self.name, problem.gap(float(gain[list(chosen)].sum()), bound))


def _without_conflict(problem: Problem, wanted: Floats) -> Ints:
    """1 per set that is kept: disjoint ones, the most wanted first; what is left goes alone."""
    kept = np.zeros(len(problem.groups), dtype=np.int64)
    used = np.zeros(problem.orders, dtype=np.bool_)
    alone = np.array([len(group) == 1 for group in problem.groups])
    for group in np.lexsort((np.arange(len(wanted)), -np.round(wanted, 9))).tolist():
        orders = list(problem.groups[group])
        if (wanted[group] > 1e-6 or alone[group]) and not used[orders].any():
            used[orders] = True
            kept[group] = 1
    return kept
