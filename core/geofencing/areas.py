"""Areas whose comings and goings are told: any polygon, for every driver."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from core.domain.geo import EARTH_RADIUS_M
from core.domain.merchant import Area

Floats = NDArray[np.float64]

MARGIN_M = 25.0
"""A driver has left beyond the edge by this and what the fix may be off by."""
POOR_M = 100.0
"""A fix less accurate than this decides nothing."""
THROUGH_M = 2 * MARGIN_M
"""Between two fixes outside a driver passed through if the straight way led through the area for so long."""
STRAIGHT_S = 60.0
"""Over a longer time the way was not straight."""
_M_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M


@dataclass(frozen=True, slots=True)
class AreaCrossing:
    """The driver of a row came into the area or left it; ``at`` is epoch seconds, by the fix."""

    row: int
    area_id: str
    entered: bool
    at: float


class _Fence:
    """An area in metres about its middle, where a map is flat enough for a city."""

    def __init__(self, area: Area) -> None:
        rings = [np.array(ring, np.float64) for polygon in area.polygons for ring in polygon]
        self._lat, self._lon = (float(v) for v in rings[0].mean(axis=0))
        self._east_m = _M_PER_DEGREE * math.cos(math.radians(self._lat))
        parts = []
        for outside, *holes in area.polygons:
            shell = shapely.Polygon(self._flat(outside), [self._flat(hole) for hole in holes])
            parts.append(shapely.make_valid(shell))
        self._shape = shapely.union_all(parts)
        shapely.prepare(self._shape)
        self._bounds = shapely.bounds(shapely.buffer(self._shape, MARGIN_M + POOR_M))

    def _flat(self, ring: Sequence[tuple[float, float]]) -> Floats:
        places = np.array(ring, np.float64)
        return np.column_stack(self.metres(places[:, 0], places[:, 1]))

    def metres(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        return ((lon - self._lon + 180.0) % 360.0 - 180.0) * self._east_m, (lat - self._lat) * _M_PER_DEGREE

    def near(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Which places can be inside, or not yet have left."""
        west, south, east, north = self._bounds
        return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))

    def meets(self, x: Floats, y: Floats, to_x: Floats, to_y: Floats) -> NDArray[np.bool_]:
        """Which straight ways can lead through."""
        west, south, east, north = self._bounds
        beside = (np.maximum(x, to_x) < west) | (np.minimum(x, to_x) > east)
        return np.asarray(~(beside | (np.maximum(y, to_y) < south) | (np.minimum(y, to_y) > north)))

    def through(self, x: Floats, y: Floats, to_x: Floats, to_y: Floats) -> tuple[NDArray[np.int64], Floats]:
        """Which straight ways lead through for `THROUGH_M`, and at which shares of them in and out, shape (n, 2)."""
        ends = np.stack((np.column_stack((x, y)), np.column_stack((to_x, to_y))), axis=1)
        ways: NDArray[np.object_] = np.asarray(shapely.linestrings(ends), dtype=object)
        within: NDArray[np.object_] = np.asarray(shapely.intersection(ways, self._shape), dtype=object)
        passed = np.flatnonzero(shapely.length(within) >= THROUGH_M)
        shares = np.empty((len(passed), 2))
        for k, i in enumerate(passed.tolist()):
            met = shapely.line_locate_point(ways[i], shapely.points(shapely.get_coordinates(within[i])), normalized=True)
            shares[k] = met.min(), met.max()
        return passed, shares

    def settle(self, inside: NDArray[np.bool_], x: Floats, y: Floats, acc: Floats) -> NDArray[np.bool_]:
        """Who is inside now, of those who were ``inside`` before or not."""
        now = np.zeros(len(x), np.bool_)
        near = np.flatnonzero(self.near(x, y))
        now[near] = shapely.intersects_xy(self._shape, x[near], y[near])
        leaving = near[inside[near] & ~now[near]]
        if len(leaving):
            gap_m = shapely.distance(self._shape, shapely.points(x[leaving], y[leaving]))
            now[leaving] = gap_m <= MARGIN_M + np.where(acc[leaving] > 0, acc[leaving], 0.0)
        rough = acc > POOR_M
        now[rough] = inside[rough]
        return now


class AreaWatcher:
    """`check` tells each entering and each leaving once. Who is inside when an area is first watched is told to enter it."""

    def __init__(self) -> None:
        self._fences: dict[str, _Fence] = {}
        self._inside: dict[str, NDArray[np.bool_]] = {}
        self._last = np.full((3, 0), np.nan)
        """Latitude, longitude and time of each row's last fix that was good enough."""

    def __len__(self) -> int:
        return len(self._fences)

    def watch(self, area: Area) -> None:
        """Begin to watch, with the area as it is now."""
        self._fences[area.id] = _Fence(area)
        self._inside.setdefault(area.id, np.zeros(0, np.bool_))

    def unwatch(self, area_id: str) -> None:
        self._fences.pop(area_id, None)
        self._inside.pop(area_id, None)

    def check(self, rows: NDArray[np.int64], lat: Floats, lon: Floats, acc: Floats, t: Floats) -> list[AreaCrossing]:
        """What new positions mean: shape (n,) each, sorted by row and time. Every fix of a driver is looked at."""
        if not len(rows) or not self._fences:
            return []
        first = np.append(True, rows[1:] != rows[:-1])
        starts = np.flatnonzero(first)
        step = np.arange(len(rows)) - starts[np.cumsum(first) - 1]
        from_lat, from_lon, from_t = self._before(rows, first, np.where(acc > POOR_M, np.nan, np.stack((lat, lon, t))))
        straight = (t - from_t > 0) & (t - from_t <= STRAIGHT_S) & ~(acc > POOR_M)
        told: list[AreaCrossing] = []
        for area_id, fence in self._fences.items():
            inside = self._grown(area_id, int(rows[-1]) + 1)
            x, y = fence.metres(lat, lon)
            concerned = inside.copy()
            concerned[rows[fence.near(x, y)]] = True
            from_x, from_y = fence.metres(from_lat, from_lon)
            meets = straight & fence.meets(from_x, from_y, x, y)
            concerned[rows[meets]] = True
            theirs = np.flatnonzero(concerned[rows])
            for n in range(int(step[theirs].max(initial=-1)) + 1):
                fix = theirs[step[theirs] == n]
                was = inside[rows[fix]]
                now = fence.settle(was, x[fix], y[fix], acc[fix])
                inside[rows[fix]] = now
                crossed = np.flatnonzero(now != was)
                told += [
                    AreaCrossing(int(rows[i]), area_id, bool(now[k]), float(t[i]))
                    for k, i in zip(crossed.tolist(), fix[crossed].tolist(), strict=True)
                ]
                outside = fix[meets[fix] & ~was & ~now]
                if not len(outside):
                    continue
                passed, shares = fence.through(from_x[outside], from_y[outside], x[outside], y[outside])
                for i, part in zip(outside[passed].tolist(), shares.tolist(), strict=True):
                    at = [float(from_t[i] + share * (t[i] - from_t[i])) for share in part]
                    told += [AreaCrossing(int(rows[i]), area_id, n == 0, at[n]) for n in (0, 1)]
        return sorted(told, key=lambda one: (one.at, one.row, one.area_id))

    def _before(self, rows: NDArray[np.int64], first: NDArray[np.bool_], fixes: Floats) -> Floats:
        """The fix before each, shape (3, n) as ``fixes``; NaN where none is known or it was too rough. Keeps the last ones."""
        most = int(rows[-1]) + 1
        if most > self._last.shape[1]:
            more = max(most, 2 * self._last.shape[1]) - self._last.shape[1]
            self._last = np.concatenate((self._last, np.full((3, more), np.nan)), axis=1)
        before = np.where(first, self._last[:, rows], np.roll(fixes, 1, axis=1))
        lasts = np.append(first[1:], True)
        self._last[:, rows[lasts]] = fixes[:, lasts]
        return before

    def _grown(self, area_id: str, count: int) -> NDArray[np.bool_]:
        inside = self._inside[area_id]
        if count > len(inside):
            inside = self._inside[area_id] = np.append(inside, np.zeros(max(count, 2 * len(inside)) - len(inside), np.bool_))
        return inside
