"""Another solver for the matcher's own problems, to be compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from core.matching.formulations import Problem, Solution


@dataclass(frozen=True, slots=True)
class CpSat:
    """OR-Tools' CP-SAT on two threads, for ``seconds``. Gains are rounded to thousandths, as it wants whole numbers.

    ``seen`` fills with (seconds, change of the total) as better choices are found."""

    seconds: float
    seen: list[tuple[float, float]] = field(default_factory=list)
    name: ClassVar[str] = "cp_sat"

    def fits(self, problem: Problem) -> bool:
        return True

    def solve(self, problem: Problem) -> Solution:
        from ortools.sat.python import cp_model

        columns = np.flatnonzero(problem.gain < 0)
        usage = problem.usage(columns).tocsr()
        model = cp_model.CpModel()
        taken = [model.new_bool_var("") for _ in columns]
        for row in range(usage.shape[0]):
            mine = usage.indices[usage.indptr[row] : usage.indptr[row + 1]].tolist()
            if len(mine) > 1:
                model.add_at_most_one(taken[j] for j in mine)
        weights = np.rint(1000.0 * problem.gain[columns]).astype(np.int64).tolist()
        model.minimize(cp_model.LinearExpr.weighted_sum(taken, weights))
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = self.seconds
        solver.parameters.num_workers = 2
        solver.parameters.random_seed = 1
        seen = self.seen

        class Watch(cp_model.CpSolverSolutionCallback):
            def on_solution_callback(self) -> Any:
                seen.append((self.wall_time, self.objective_value / 1000))

        status = solver.solve(model, Watch())
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Solution((), self.name, float("inf"))
        chosen = [int(c) for c, x in zip(columns.tolist(), taken, strict=True) if solver.value(x)]
        return Solution(
            tuple(chosen), self.name, problem.gap(solver.objective_value / 1000, solver.best_objective_bound / 1000)
        )

    def by(self, seconds: float) -> float:
        """The change of the total reached so early; 0, for nothing taken, before the first choice."""
        return min((value for at, value in self.seen if at <= seconds), default=0.0)
