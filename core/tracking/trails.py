"""The way each driver has come lately: a ring of places per row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.domain.reports import Floats

LENGTH = 64
_SCALE = 1e7  # whole units of 1e-7 degrees, 1 cm: half the memory of floats


class Trails:
    def __init__(self, capacity: int) -> None:
        self._places = np.zeros((capacity, LENGTH, 2), np.int32)
        self._counts = np.zeros(capacity, np.int64)

    def extend(self, rows: NDArray[np.int64], t: Floats, lat: Floats, lon: Floats) -> None:
        """Add places, sorted by row and time; of places with the same time the last counts."""
        kept = np.append((rows[1:] != rows[:-1]) | (t[1:] != t[:-1]), True)
        rows = rows[kept]
        starts = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
        sizes = np.diff(np.append(starts, len(rows)))
        nth = np.arange(len(rows)) - np.repeat(starts, sizes)
        slots = (self._counts[rows] + nth) % LENGTH
        # What the same call would write over again is left out: numpy promises no order for repeated indexes.
        last = nth >= np.repeat(sizes, sizes) - LENGTH
        places = np.rint(np.column_stack((lat[kept], lon[kept])) * _SCALE).astype(np.int32)
        self._places[rows[last], slots[last]] = places[last]
        self._counts[rows[starts]] += sizes

    def of(self, row: int) -> Floats:
        """Shape (k, 2), k ≤ 64: degrees, oldest first."""
        count = int(self._counts[row])
        slots = np.arange(max(0, count - LENGTH), count) % LENGTH
        return np.asarray(self._places[row, slots] / _SCALE)

    def clear(self, row: int) -> None:
        self._counts[row] = 0

    def grow(self, more: int) -> None:
        self._places = np.append(self._places, np.zeros((more, LENGTH, 2), np.int32), axis=0)
        self._counts = np.append(self._counts, np.zeros(more, np.int64))
