"""Mixed-integer set packing, where bundles share orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from core.matching.formulations import Problem, Solution
from core.matching.formulations.assignment import Assignment as AssignmentFormulation
from core.matching.formulations.prices import worth_offering
from core.matching.formulations.relaxation import Relaxation
from core.matching.market import Ints
from core.matching.timing import Floats


@dataclass(frozen=True, slots=True)
class SetPacking:
    """One binary a column; each driver once, each order once; solved by HiGHS to the relative ``gap``.

    ``nodes`` bounds the search by what it does and not by the clock, so that the answer is the same each time; ``limit_s``
    is a last resort. Beyond ``most_columns`` the rounded relaxation is as good and much quicker; it also answers where the
    search ends without anything better.
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
        answer = milp(
            gain[columns],
            integrality=np.ones(len(columns), dtype=np.int64),
            bounds=Bounds(0.0, 1.0),
            constraints=LinearConstraint(problem.usage(columns), ub=1.0),
            options={"mip_rel_gap": self.gap, "node_limit": self.nodes, "time_limit": self.limit_s},
        )
        found = _picked(columns, answer.x)
        if found is None:
            return Relaxation().solve(problem)
        best = Solution(found, self.name, problem.gap(float(gain[list(found)].sum()), answer.mip_dual_bound))
        if answer.status == 0:
            return best
        rounded = Relaxation().solve(problem)
        return rounded if gain[list(rounded.chosen)].sum() < gain[list(found)].sum() else best


def _picked(columns: Ints, x: Floats | None) -> tuple[int, ...] | None:
    """The columns at 1; None where the search ended without an answer."""
    return None if x is None else tuple(columns[x > 0.5].tolist())
