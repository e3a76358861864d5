"""Minimum-cost flow, where no order is in two sets and few drivers come into question for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.matching.formulations import Problem, Solution, disjoint
from core.matching.formulations.assignment import Assignment

MOST = 2.0**62
"""Cost scaling multiplies costs by the number of nodes, in 64 bits."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A unit flows from each set through a driver, who lets one through, or past them all at no cost (Ahuja, Magnanti and
    Orlin, Network Flows, 1993, chapter 12; cost scaling by OR-Tools). The work grows with the columns, where that of
    `Assignment` grows with drivers × sets, whatever is in the matrix.

    It fits from ``least_cells`` drivers × sets on, of which at most the share ``filled`` are columns: there it is quicker.
    Flows are of whole numbers, so gains are rounded to ``1 / scale`` of a minute, and so far off the optimum for each
    driver a choice can be. Where these numbers grow too large, the assignment answers.
    """

    name: ClassVar[str] = "flow"
    least_cells: int = 400_000
    filled: float = 0.05
    scale: float = 2.0**20

    def fits(self, problem: Problem) -> bool:
        cells = problem.drivers * len(problem.groups)
        return cells >= self.least_cells and len(problem.driver) <= self.filled * cells and disjoint(problem)

    def solve(self, problem: Problem) -> Solution:
        from ortools.graph.python import min_cost_flow  # takes a tenth of a second, and most fleets never need it

        gain = problem.gain
        columns = np.flatnonzero(gain < 0)
        if not len(columns):
            return Solution((), self.name)
        sets, sink = len(problem.groups), len(problem.groups) + problem.drivers
        if -self.scale * gain.min() * (sink + 1) > MOST:
            return Assignment().solve(problem)
        network = min_cost_flow.SimpleMinCostFlow()
        one = np.ones(len(columns), dtype=np.int64)
        cost = np.rint(self.scale * gain[columns]).astype(np.int64)
        arcs = network.add_arcs_with_capacity_and_unit_cost(problem.group[columns], sets + problem.driver[columns], one, cost)
        ends = np.arange(sink)
        network.add_arcs_with_capacity_and_unit_cost(
            ends, np.full(sink, sink), np.ones(sink, np.int64), np.zeros(sink, np.int64)
        )
        network.set_nodes_supplies(np.arange(sets), np.ones(sets, dtype=np.int64))
        network.set_node_supply(sink, -sets)
        if network.solve() != network.OPTIMAL:
            raise RuntimeError("a flow that may pass all drivers by is always possible")
        return Solution(tuple(columns[network.flows(arcs) > 0].tolist()), self.name)
