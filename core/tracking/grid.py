"""A grid of the positions as they stood at one moment, asked by way of the compiled `core.tracking.kernels`."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Protocol

import numpy as np

from core.domain.geo import LatLon
from core.domain.reports import Floats
from core.tracking.positions import PositionStore, Rows

SORTED_BY_DIGITS_FROM = 100
_Found = tuple[Rows, Floats]


class _Among(Protocol):
    @property
    def activities(self) -> object: ...

    @property
    def vehicles(self) -> object: ...

    def bits(self) -> tuple[int, int]: ...


class Grid:
    """Places are those of the moment when it was made; what drivers do is asked anew."""

    def __init__(self, kernels: ModuleType, positions: PositionStore) -> None:
        self.revision = positions.revision
        self._kernels = kernels
        self._positions = positions
        packed, cells, starts, self._per_cell = kernels.build(positions.lat, positions.lon, positions.xyz)
        self._index = packed, cells, starts
        # The kernels write before they know whether it counts: one more than there are drivers.
        self._out = np.empty(len(cells) + 1, np.int64)

    def circle(self, centre: LatLon, radius_m: float, among: _Among) -> Rows:
        found: int = self._kernels.circle(*self._index, *centre, radius_m, self._out)
        return self._told(found, among)

    def nearest(self, point: LatLon, k: int, max_m: float, among: _Among) -> _Found:
        at, (activities, vehicles) = self._positions, among.bits()
        k = min(k, len(self._out))
        far, row = np.empty(k), np.empty(k, np.int64)
        found = self._kernels.nearest(
            *self._index, *point, max_m, self._per_cell, k, at.xyz, at.lat, at.lon,
            at.activity, activities, at.vehicle, vehicles, self._out, far, row,
        )  # fmt: skip
        return row[:found], far[:found]

    def box(self, south: float, west: float, north: float, east: float, among: _Among) -> Rows:
        """Those who may be in the box."""
        width = min(360.0, east - west if east >= west else (east - west) % 360.0)
        start = (west + 180.0) % 360.0 - 180.0
        found: int = self._kernels.box(*self._index, south, start, north, width, self._out)
        return self._told(found, among)

    def polygon(self, outlines: Sequence[Floats], among: _Among) -> tuple[Rows, Rows] | None:
        """Those inside, and those so near to an edge that it has to be looked at closely; ``None`` where the outlines
        together go round the globe."""
        if not outlines:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        middle = outlines[0][0, 0]
        turned = []
        for outline in outlines:
            shift = -360.0 * round((outline[0, 0] - middle) / 360.0)
            turned.append(outline + np.array((shift, 0.0)))
        edges = np.concatenate([np.hstack((outline[:-1], outline[1:])) for outline in turned])
        west = float(edges[:, 0].min())
        if float(edges[:, 0].max()) - west >= 359.0:
            return None
        unsure = np.empty_like(self._out)
        found, doubtful = self._kernels.polygon(*self._index, edges, west, self._out, unsure)
        rows = self._told(found, among)
        self._out, unsure = unsure, self._out
        return rows, self._told(doubtful, among)

    def _told(self, found: int, among: _Among) -> Rows:
        if among.activities is not None or among.vehicles is not None:
            at, (activities, vehicles) = self._positions, among.bits()
            found = self._kernels.admitted(found, self._out, at.activity, activities, at.vehicle, vehicles)
        rows = self._out[:found].copy()
        if found < SORTED_BY_DIGITS_FROM:
            rows.sort()
        else:
            self._kernels.ascending(rows)
        return rows
