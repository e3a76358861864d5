"""Who is in a circle, in a box, in an outline; who is nearest. Exact, and right at the antimeridian and the poles."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from core.compiled import Compiled
from core.domain.driver import Activity
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.language import Message
from core.domain.reports import Floats
from core.domain.vehicle import Vehicle
from core.tracking import brute
from core.tracking.grid import Grid
from core.tracking.outline import Ring, unrolled
from core.tracking.positions import ACTIVITIES, VEHICLES, PositionStore, Rows


@dataclass(frozen=True, slots=True)
class Among:
    """Only drivers who do one of ``activities`` with one of ``vehicles``; ``None`` admits all."""

    activities: frozenset[Activity] | None = None
    vehicles: frozenset[Vehicle] | None = None

    def bits(self) -> tuple[int, int]:
        """Of activities and of vehicles: a bit for each that is admitted, by its code."""
        return _bits(ACTIVITIES, self.activities), _bits(VEHICLES, self.vehicles)


EVERYONE = Among()
KERNELS = Compiled("core.tracking.kernels")


class Searcher:
    """Searches the positions as they stand at the call. Rows come back ascending; who never reported is never found.

    What has moved since the last search is sorted into the grid anew by the next one: half a millisecond for 50,000 drivers.
    ``compiled`` False stays with numpy and looks at everyone: slower, and the same rows.
    """

    def __init__(self, positions: PositionStore, compiled: bool = True) -> None:
        self._positions = positions
        self._compiled = compiled
        self._grid: Grid | None = None

    def within_circle(self, centre: LatLon, radius_m: float, among: Among = EVERYONE) -> Rows:
        """Rows no farther than ``radius_m`` along the great circle. Raises BadInput for a place or radius that is none."""
        _check(centre, radius_m)
        grid = self._fresh()
        if grid is not None:
            return grid.circle(centre, radius_m, among)
        return brute.reached(self._positions, centre, radius_m, self._admitted(among))[0]

    def within_circles(self, centres: Floats, radius_m: float, among: Among = EVERYONE) -> tuple[Rows, NDArray[np.int64]]:
        """`within_circle` for many centres (m, 2) at once: all rows, and where those of each centre begin, shape (m + 1,)."""
        for lat, lon in centres.tolist():
            _check(LatLon(lat, lon), radius_m)
        found = [self.within_circle(LatLon(lat, lon), radius_m, among) for lat, lon in centres.tolist()]
        begins = np.cumsum([0, *map(len, found)])
        return np.concatenate(found) if found else np.empty(0, np.int64), begins

    def nearest(self, point: LatLon, k: int, max_m: float = math.inf, among: Among = EVERYONE) -> tuple[Rows, Floats]:
        """The ``k`` nearest rows and their distances in metres, nearest first, none farther than ``max_m``.

        Of those equally far the lower row comes first.
        """
        _check(point, max_m)
        if k < 1:
            raise BadInput(Message("ask for at least one driver: not {k}", k=k))
        grid = self._fresh()
        if grid is not None:
            return grid.nearest(point, k, max_m, among)
        return brute.nearest(self._positions, point, k, max_m, self._admitted(among))

    def within_box(self, south: float, west: float, north: float, east: float, among: Among = EVERYONE) -> Rows:
        """Rows in a box of degrees, edges included. ``west`` > ``east`` crosses the antimeridian.

        Longitudes beyond ±180, as a map that was dragged round the world gives them, mean what they show.
        """
        if not (south <= north and all(map(math.isfinite, (west, east)))):
            raise BadInput(
                Message(
                    "a box needs its south below its north, and four numbers: not {south}, {west}, {north}, {east}",
                    south=south,
                    west=west,
                    north=north,
                    east=east,
                )
            )
        at, grid = self._positions, self._fresh()
        if grid is not None:
            rows = grid.box(south, west, north, east, among)
            return rows[brute.in_box(at.lat[rows], at.lon[rows], south, west, north, east)]
        return np.flatnonzero(brute.in_box(at.lat, at.lon, south, west, north, east) & self._admitted(among))

    def within_polygon(self, rings: Sequence[Ring], among: Among = EVERYONE) -> Rows:
        """Rows inside an odd number of the rings: parts side by side add up, and a ring within another cuts a hole.

        Edges run straight on a map of degrees and the short way round the globe; a place on an edge is inside its ring. A ring
        round a pole holds the pole it is nearer to. Raises BadInput for a ring of fewer than three places.
        """
        outlines = [unrolled(ring) for ring in rings]
        at, grid = self._positions, self._fresh()
        if grid is not None and (found := grid.polygon(outlines, among)) is not None:
            rows, unsure = found
            if not len(unsure):
                return rows
            inside = brute.in_outlines(at.lat[unsure], at.lon[unsure], outlines)
            return np.sort(np.append(rows, unsure[inside]))
        return np.flatnonzero(brute.in_outlines(at.lat, at.lon, outlines) & self._admitted(among))

    def _fresh(self) -> Grid | None:
        module = KERNELS.get() if self._compiled else None
        if module is None:
            return None
        if self._grid is None or self._grid.revision != self._positions.revision:
            self._grid = Grid(module, self._positions)
        return self._grid

    def _admitted(self, among: Among) -> NDArray[np.bool_]:
        at = self._positions
        activities, vehicles = among.bits()
        return ((activities >> at.activity.astype(np.int64)) & (vehicles >> at.vehicle.astype(np.int64)) & 1).astype(np.bool_)


def _check(place: LatLon, radius_m: float) -> None:
    lat, lon = place
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        raise BadInput(
            Message("{lat}, {lon} is not on the globe: latitude is -90 to 90, longitude -180 to 180", lat=lat, lon=lon)
        )
    if not radius_m >= 0:
        raise BadInput(Message("a radius must be a number of metres, 0 or more: not {radius_m}", radius_m=radius_m))


def _bits(all_of: Sequence[Enum], wanted: Collection[Enum] | None) -> int:
    return sum(1 << code for code, one in enumerate(all_of) if wanted is None or one in wanted)
