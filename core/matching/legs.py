"""Travel times asked in bulk: once a vehicle, each way only once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.matching.market import VEHICLES, Ints
from core.matching.timing import Floats

if TYPE_CHECKING:
    from core.ports import TravelTimes


def leg_seconds(travel: TravelTimes, origins: Floats, destinations: Floats, vehicle: Ints) -> Floats:
    """Seconds from origin i to destination i, both of shape (n, 2), by vehicle i (an index into `VEHICLES`)."""
    seconds = np.zeros(len(origins))
    ways = np.hstack([origins, destinations])
    apart = np.any(origins != destinations, axis=1)
    for v in np.unique(vehicle[apart]).tolist():
        rows = np.flatnonzero(apart & (vehicle == v))
        once, back = np.unique(ways[rows], axis=0, return_inverse=True)
        seconds[rows] = travel.pairs(once[:, :2], once[:, 2:], VEHICLES[v])[back.reshape(-1)]
    return seconds


def reach_seconds(travel: TravelTimes, origins: Floats, destinations: Floats, vehicle: Ints, row: Ints, column: Ints) -> Floats:
    """Seconds from ``origins[row[i]]`` to ``destinations[column[i]]`` by ``vehicle[row[i]]``, shape (len(row),).

    Asked as one matrix a vehicle, over the origins and the distinct destinations that occur.
    """
    places, place_of = np.unique(destinations, axis=0, return_inverse=True)
    target = place_of.reshape(-1)[column]
    seconds = np.empty(len(row))
    for v in np.unique(vehicle[row]).tolist():
        mine = np.flatnonzero(vehicle[row] == v)
        rows, row_at = np.unique(row[mine], return_inverse=True)
        columns, column_at = np.unique(target[mine], return_inverse=True)
        seconds[mine] = travel.matrix(origins[rows], places[columns], VEHICLES[v])[row_at, column_at]
    return seconds
