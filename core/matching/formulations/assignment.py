"""Rectangular assignment, where no order is in two sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.optimize import linear_sum_assignment

from core.matching.formulations import Problem, Solution, disjoint


@dataclass(frozen=True, slots=True)
class Assignment:
    """Shortest augmenting paths (Crouse 2016, `scipy.optimize.linear_sum_assignment`): the optimum, in order of index on ties.

    Leaving a set unserved is worth 0, taking it its gain; so a matrix of ``min(gain, 0)``, 0 where a pair is excluded,
    needs no extra columns for unserved orders: what ends on a 0 is not served.
    """

    name: ClassVar[str] = "assignment"

    def fits(self, problem: Problem) -> bool:
        return disjoint(problem)

    def solve(self, problem: Problem) -> Solution:
        gain = problem.gain
        worth = gain < 0
        matrix = np.zeros((len(problem.groups), problem.drivers))
        column = np.full(matrix.shape, -1)
        matrix[problem.group[worth], problem.driver[worth]] = gain[worth]
        column[problem.group[worth], problem.driver[worth]] = np.flatnonzero(worth)
        chosen = column[linear_sum_assignment(matrix)]
        return Solution(tuple(sorted(chosen[chosen >= 0].tolist())), self.name)
