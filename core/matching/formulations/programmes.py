"""The linear and the mixed-integer programme of set packing, by HiGHS through scipy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from core.matching.market import Ints
from core.matching.timing import Floats


@dataclass(frozen=True, slots=True)
class Relaxed:
    """``x`` (n,) is how much of each column is taken, ``value`` the total, which no whole choice betters, ``prices`` (rows,)
    what each row is worth, none above 0."""

    x: Floats
    value: float
    prices: Floats


@dataclass(frozen=True, slots=True)
class Packed:
    """``chosen`` are the columns taken, None where the search ended without any; ``bound`` is one on the total, None where none
    was proven; ``proven`` says that nothing is better."""

    chosen: Ints | None
    bound: float | None
    proven: bool


def relaxed(gain: Floats, usage: csr_array, limit_s: float, steps: int | None = None) -> Relaxed | None:
    """The least total of ``gain`` (n,) where each row of ``usage`` (rows, n) is used once at most, parts of columns allowed;
    None where it is not known in time, or within so many ``steps``. The dual simplex is three times as quick as interior points
    on a city's orders; where sets are of no place at all it may need a hundred times as long, hence the ``steps``."""
    if limit_s <= 0.0:
        return None
    options = {"time_limit": limit_s} | ({} if steps is None else {"maxiter": steps})
    # The stubs don't know that scipy takes a sparse matrix here.
    answer = linprog(gain, usage, np.ones(usage.shape[0]), bounds=(0, None), method="highs-ds", options=options)  # type: ignore[call-overload]
    return Relaxed(answer.x, float(answer.fun), answer.ineqlin.marginals) if answer.status == 0 else None


def packed(gain: Floats, usage: csr_array, nodes: int, limit_s: float, gap: float = 1e-6) -> Packed:
    """The same with whole columns, to the relative ``gap``, within so many nodes of the search tree."""
    answer = milp(
        gain,
        integrality=np.ones(len(gain), dtype=np.int64),
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(usage, ub=1.0),
        options={"mip_rel_gap": gap, "node_limit": nodes, "time_limit": limit_s},
    )
    chosen = None if answer.x is None else np.flatnonzero(answer.x > 0.5)
    return Packed(chosen, answer.mip_dual_bound, answer.status == 0)
