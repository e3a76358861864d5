"""What a driver and an order are worth at the best assignment, and the sets of orders those prices rule out.

An assignment's dual prices u (drivers) and v (orders), none above 0, satisfy u + v ≤ gain for every pair, with equality
where one was chosen. If every larger set costs at least u + Σv as well, the prices prove the assignment best with those sets
on offer too (duality; Bertsimas and Tsitsiklis, Introduction to Linear Optimization, 1997, chapter 4). Only sets that
beat their prices can change anything.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from core.matching.formulations import Problem, spread
from core.matching.timing import Floats


def assignment_prices(gain: Floats) -> tuple[Floats, Floats]:
    """Prices of the rows (drivers) and columns (orders) of a matrix of gains, none above 0; a pair not worth it has 0.

    Of all such prices these put as much as can be on the orders, which a larger set has more of, so that they rule out the
    most. For driver i, u[i] = min(0, gain[i, j] over orders j not chosen, gain[i, j] - gain[r, j] +
    u[r] over those that driver r got): shortest paths, found by relaxing all at once until nothing moves.
    """
    rows, columns = linear_sum_assignment(gain)
    taken = gain[rows, columns] < 0
    rows, columns = rows[taken], columns[taken]
    left = np.ones(gain.shape[1], dtype=np.bool_)
    left[columns] = False
    u = np.minimum(gain[:, left].min(axis=1, initial=0.0), 0.0)
    step = gain[:, columns] - gain[rows, columns]
    for _ in range(len(rows) + 1):
        relaxed = np.minimum(u, (step + u[rows]).min(axis=1, initial=0.0))
        if np.array_equal(relaxed, u):
            break
        u = relaxed
    v = np.zeros(gain.shape[1])
    v[columns] = gain[rows, columns] - u[rows]
    return u, v


def worth_offering(problem: Problem, slack: float = 0.0) -> NDArray[np.bool_]:
    """The columns to keep, shape (n,): all of single orders, and larger sets cheaper than their prices plus ``slack``."""
    gain = problem.gain
    size = np.array([len(group) for group in problem.groups], dtype=np.int64)
    order = np.array([group[0] for group in problem.groups], dtype=np.int64)
    single = size[problem.group] == 1
    matrix = np.zeros((problem.drivers, problem.orders))
    matrix[problem.driver[single], order[problem.group[single]]] = np.minimum(gain[single], 0.0)
    u, v = assignment_prices(matrix)
    members = np.array([o for group in problem.groups for o in group], dtype=np.int64)
    member, row = spread(members, size, problem.group)
    price = u[problem.driver]
    np.add.at(price, row, v[member])
    kept: NDArray[np.bool_] = single | (gain < price + slack - 1e-9)
    return kept
