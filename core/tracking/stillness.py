"""How long each driver has stayed where they are."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import EARTH_RADIUS_M

Floats = NDArray[np.float64]

MOVED_M = 60.0
"""Farther than this from where one stood is movement, and not the receiver's noise."""
_M_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M


class Stillness:
    """By row of the position store: where the driver stands, and since when (epoch seconds)."""

    def __init__(self) -> None:
        self._lat = np.zeros(0)
        self._lon = np.zeros(0)
        self._since = np.zeros(0)

    def see(self, rows: NDArray[np.int64], lat: Floats, lon: Floats, t: Floats) -> None:
        """New places of some rows, each once; degrees and epoch seconds, shape (n,)."""
        if not len(rows):
            return
        self._grow(int(rows.max()) + 1)
        north = (lat - self._lat[rows]) * _M_PER_DEGREE
        east = (lon - self._lon[rows]) * _M_PER_DEGREE * np.cos(np.radians(lat))
        moved = ~(np.hypot(north, east) <= MOVED_M)
        changed = rows[moved]
        self._lat[changed], self._lon[changed], self._since[changed] = lat[moved], lon[moved], t[moved]

    def seconds(self, rows: NDArray[np.int64], now: float) -> Floats:
        """How long each of the rows has stood still; 0 for one that was never seen."""
        self._grow(int(rows.max(initial=-1)) + 1)
        since = self._since[rows]
        return np.where(np.isnan(since), 0.0, now - since)

    def _grow(self, count: int) -> None:
        if count > len(self._since):
            more = np.full(max(count, 2 * len(self._since)) - len(self._since), math.nan)
            self._lat, self._lon, self._since = (np.append(c, more) for c in (self._lat, self._lon, self._since))
