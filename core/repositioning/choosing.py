"""Who goes where: free drivers to the places that will have fewer drivers than orders.

A driver there is worth the orders that would else find nobody, less for each further driver; against it stand those left behind
where the driver is now, and what the drive takes of the time ahead.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from scipy.optimize import linear_sum_assignment

from core.domain.geo import Cell, cell_of
from core.ports import TravelTimes
from core.repositioning.demand import Floats
from core.repositioning.market import Choice, Idle, Spot


def choose(
    idle: tuple[Idle, ...], spots: tuple[Spot, ...], ahead_s: float, longest_s: float, travel: TravelTimes
) -> tuple[Choice, ...]:
    """Drivers, who have waited the longest first, for the spots that lack some: no more for one than it lacks, nobody by a
    drive of more than ``longest_s``, and only where that gains something over staying."""
    lacking = [i for i, spot in enumerate(spots) if spot.wanted]
    if not idle or not lacking:
        return ()
    seconds = _drives(idle, [spots[i] for i in lacking], travel)
    # One column for each driver that a spot lacks, the first of them worth the most.
    column_of = np.array([n for n, i in enumerate(lacking) for _ in range(min(spots[i].wanted, len(idle)))])
    worth = np.array([spots[i].gap - k for i in lacking for k in range(min(spots[i].wanted, len(idle)))])
    here = [cell_of(one.place) for one in idle]
    gain = worth - _worth_of_staying(here, spots)[:, None] - seconds[:, column_of] / ahead_s
    elsewhere = np.array([[spots[lacking[n]].cell != cell for n in column_of] for cell in here])
    gain = np.where(elsewhere & (seconds[:, column_of] <= longest_s) & (gain > 0), gain, 0.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return tuple(
        Choice(idle[row].driver_id, lacking[column_of[column]], float(seconds[row, column_of[column]]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if gain[row, column] > 0
    )


def _worth_of_staying(here: list[Cell], spots: tuple[Spot, ...]) -> Floats:
    """What each driver's own cell would lack without them; the next to leave it leaves more behind."""
    gaps = {spot.cell: spot.gap for spot in spots}
    left: Counter[Cell] = Counter()
    worth = np.zeros(len(here))
    for n, cell in enumerate(here):
        left[cell] += 1
        worth[n] = max(0.0, gaps.get(cell, -float("inf")) + left[cell])
    return worth


def _drives(idle: tuple[Idle, ...], spots: list[Spot], travel: TravelTimes) -> Floats:
    """Seconds from each driver to each spot, shape (drivers, spots)."""
    places = np.array([spot.place for spot in spots], np.float64)
    seconds = np.empty((len(idle), len(spots)))
    for vehicle in sorted({one.vehicle for one in idle}):
        rows = [n for n, one in enumerate(idle) if one.vehicle is vehicle]
        seconds[rows] = travel.matrix(np.array([idle[n].place for n in rows], np.float64), places, vehicle)
    return seconds
