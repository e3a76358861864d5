"""The way each driver has come since the last look: the fix before, and the new ones after it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import EARTH_RADIUS_M

Floats = NDArray[np.float64]


class Ways:
    """Fixes of all drivers, one after the other: of each first the one known before (NaN if there is none), then the new.

    ``rows`` (w,) are the drivers; ``first`` and ``length`` (w,) say where the new fixes of each are in ``lat``, ``lon``,
    ``acc`` and ``t``, so that ``first - 1`` is the one before. ``south`` and ``north`` (w,) hold the whole way, ``bulge`` is
    how many degrees a great circle between two of its fixes may leave them.
    """

    def __init__(self, count: int) -> None:
        self.lat, self.lon, self.acc, self.t = (np.full(count, math.nan) for _ in range(4))
        self.rows = self.first = self.length = np.empty(0, np.int64)
        self.south = self.north = self.bulge = np.empty(0)

    @classmethod
    def of(cls, rows: NDArray[np.int64], lat: Floats, lon: Floats, acc: Floats, t: Floats, before: Ways) -> Ways:
        """Join the fixes, sorted by row and time, to the last ones that ``before`` keeps, by row."""
        starts = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
        ways = cls(len(rows) + len(starts))
        ways.rows = rows[starts]
        ways.length = np.diff(np.append(starts, len(rows)))
        ways.first = starts + np.arange(1, len(starts) + 1)
        new = np.ones(len(ways.t), np.bool_)
        new[ways.first - 1] = False
        known = ways.rows < len(before.t)
        for name, column in (("lat", lat), ("lon", lon), ("acc", acc), ("t", t)):
            joined: Floats = getattr(ways, name)
            joined[new] = column
            joined[ways.first[known] - 1] = getattr(before, name)[ways.rows[known]]
        ways.south = np.fmin.reduceat(ways.lat, ways.first - 1)
        ways.north = np.fmax.reduceat(ways.lat, ways.first - 1)
        # Between two places a great circle rises no higher than over a chord as long as half the way round at that latitude;
        # for the short ways of a minute that is next to nothing, and a wide one is looked at closely.
        east = np.fmax.reduceat(ways.lon, ways.first - 1) - np.fmin.reduceat(ways.lon, ways.first - 1)
        ways.bulge = np.where(east > 0.5, 180.0, 1e-3)
        return ways

    def keep(self, ways: Ways) -> None:
        """Remember the last fix of each way, by row."""
        most = int(ways.rows.max()) + 1
        last = ways.first + ways.length - 1
        for name in ("lat", "lon", "acc", "t"):
            kept: Floats = getattr(self, name)
            if most > len(kept):
                kept = np.append(kept, np.full(max(most, 2 * len(kept)) - len(kept), math.nan))
                setattr(self, name, kept)
            kept[ways.rows] = getattr(ways, name)[last]


def unit_vectors(lat: Floats, lon: Floats) -> Floats:
    """Shape (3, n)."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)))


def distances_m(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> Floats:
    """Great-circle distances, pair by pair, by the haversine formula."""
    half_lat = np.sin(np.radians(lat_b - lat_a) / 2)
    half_lon = np.sin(np.radians(lon_b - lon_a) / 2)
    h = half_lat * half_lat + np.cos(np.radians(lat_a)) * np.cos(np.radians(lat_b)) * half_lon * half_lon
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h))))
