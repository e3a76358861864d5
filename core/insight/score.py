"""How an exercise went: a hundred points, less what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

LATE, LATENESS, LOST, DEARER = 1.0, 4.0, 2.0, 3.0
"""Points for each percent of the deliveries that were late, for each minute of their mean lateness, for each percent of the
orders that were lost, and for each minute that a decision cost more than the matcher's, on average."""


@dataclass(frozen=True, slots=True)
class Score:
    """``points`` 0 to 100, and what was taken off for what."""

    points: float
    late: float
    lateness: float
    lost: float
    dearer: float


def score(late_pct: float, lateness_min: float, placed: int, lost: int, more_min: list[float]) -> Score:
    """``lost`` orders were cancelled or failed; ``more_min`` is what each of the dispatcher's decisions cost more."""
    late, lateness = LATE * late_pct, LATENESS * lateness_min
    gone = LOST * 100 * lost / placed if placed else 0.0
    dearer = DEARER * max(0.0, fmean(more_min)) if more_min else 0.0
    return Score(max(0.0, 100.0 - late - lateness - gone - dearer), late, lateness, gone, dearer)
