"""The plan before, and after it what saves most: an answer when there is no time for a better one."""

from __future__ import annotations

import numpy as np

from core.matching.formulations import Problem


def in_turn(problem: Problem) -> tuple[int, ...]:
    """Columns without conflict, ascending: those of the plan before first, then by gain."""
    gain = problem.gain
    planned = np.zeros(len(gain), dtype=np.bool_) if problem.planned is None else problem.planned
    rank = np.lexsort((gain, ~planned))
    drivers, orders, chosen = set[int](), set[int](), []
    for column in rank[gain[rank] < 0].tolist():
        driver, group = int(problem.driver[column]), problem.groups[int(problem.group[column])]
        if driver not in drivers and orders.isdisjoint(group):
            drivers.add(driver)
            orders.update(group)
            chosen.append(column)
    return tuple(sorted(chosen))
