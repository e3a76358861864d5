"""Travel times asked in bulk: once a vehicle, each way only once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.matching.market import VEHICLES, Ints
from core.matching.timing import Floats

if TYPE_CHECKING:
    from core.ports import TravelTimes


def distinct(places: Floats) -> tuple[Floats, Ints]:
    """The places that occur, shape (k, 2), and which of them each is; sorted as complex numbers, much faster than by rows."""
    once, which = np.unique(np.ascontiguousarray(places, np.float64).view(np.complex128).reshape(-1), return_inverse=True)
    return once.view(np.float64).reshape(-1, 2), which.reshape(-1)


def leg_seconds(travel: TravelTimes, origins: Floats, destinations: Floats, vehicle: Ints) -> Floats:
    """Seconds from origin i to destination i, both of shape (n, 2), by vehicle i (an index into `VEHICLES`)."""
    places, which = distinct(np.concatenate([origins, destinations]))
    return seconds_between(travel, places, which[: len(origins)], which[len(origins) :], vehicle)


def seconds_between(travel: TravelTimes, places: Floats, start: Ints, end: Ints, vehicle: Ints) -> Floats:
    """The same from ``places[start[i]]`` to ``places[end[i]]``, the places being different ones."""
    seconds = np.zeros(len(start))
    for v in np.unique(vehicle).tolist():
        rows = np.flatnonzero((vehicle == v) & (start != end))
        if len(rows):
            ways, back = np.unique(start[rows] * len(places) + end[rows], return_inverse=True)
            asked = travel.pairs(places[ways // len(places)], places[ways % len(places)], VEHICLES[v])
            seconds[rows] = asked[back.reshape(-1)]
    return seconds


def reach_seconds(travel: TravelTimes, origins: Floats, destinations: Floats, vehicle: Ints, row: Ints, column: Ints) -> Floats:
    """Seconds from ``origins[row[i]]`` to ``destinations[column[i]]`` by ``vehicle[row[i]]``, shape (len(row),).

    Asked as one matrix a vehicle, over the origins and the distinct destinations that occur.
    """
    places, place_of = distinct(destinations)
    target = place_of[column]
    seconds = np.empty(len(row))
    for v in np.unique(vehicle[row]).tolist():
        mine = np.flatnonzero(vehicle[row] == v)
        rows, row_at = np.unique(row[mine], return_inverse=True)
        columns, column_at = np.unique(target[mine], return_inverse=True)
        seconds[mine] = travel.matrix(origins[rows], places[columns], VEHICLES[v])[row_at, column_at]
    return seconds
