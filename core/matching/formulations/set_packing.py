"""Mixed-integer set packing, where bundles share orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.matching.formulations import Problem, Solution
from core.matching.formulations.assignment import Assignment as AssignmentFormulation
from core.matching.formulations.prices import worth_offering
from core.matching.formulations.programmes import packed
from core.matching.formulations.relaxation import Relaxation


@dataclass(frozen=True, slots=True)
class SetPacking:
    """One binary a column; each driver once, each order once; solved by HiGHS to the relative ``gap``.

    ``nodes`` bounds the search by what it does and not by the clock, so that the answer is the same each time; ``limit_s``
    is a last resort. Where the search ends without anything proven, the rounded relaxation answers if that is better, and so at
    least the plan before, filled up by greed. Beyond ``most_columns`` `Exchange` is quicker.
    """

    name: ClassVar[str] = "set_packing"
    gap: float = 1e-6
    nodes: int = 500
    most_columns: int = 5000
    limit_s: float = 5.0

    def fits(self, problem: Problem) -> bool:
        return len(problem.driver) <= self.most_columns

    def solve(self, problem: Problem) -> Solution:
        gain = problem.gain
        single = np.array([len(group) == 1 for group in problem.groups])[problem.group]
        if not (worth_offering(problem) & ~single).any():
            columns = np.flatnonzero((gain < 0) & single)
            best = AssignmentFormulation().solve(problem.only(columns))
            return Solution(tuple(columns[list(best.chosen)].tolist()), self.name)
        columns = np.flatnonzero(gain < 0)
        if not len(columns):
            return Solution((), self.name)
        answer = packed(gain[columns], problem.usage(columns), self.nodes, self.limit_s, self.gap)
        if answer.chosen is None:
            return Relaxation(limit_s=self.limit_s).solve(problem)
        found = tuple(columns[answer.chosen].tolist())
        best = Solution(found, self.name, problem.gap(float(gain[list(found)].sum()), answer.bound))
        if answer.proven:
            return best
        rounded = Relaxation(limit_s=self.limit_s).solve(problem)
        return rounded if gain[list(rounded.chosen)].sum() < gain[list(found)].sum() else best
