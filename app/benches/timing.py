"""Stop watches."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median


def median_s(work: Callable[[], object], runs: int, warm_up: int = 1) -> float:
    """Median of the wall seconds of ``runs`` calls, after some that are not counted."""
    for _ in range(warm_up):
        work()
    return median(seconds_of(work) for _ in range(runs))


def seconds_of(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
