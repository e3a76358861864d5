"""Who is in a circle, in a box, in an outline; who is nearest. Exact, and right at the antimeridian and the poles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from core.domain.driver import Activity
from core.domain.errors import BadInput
from core.domain.geo import EARTH_RADIUS_M, LatLon, checked_place
from core.domain.reports import Floats
from core.domain.vehicle import Vehicle
from core.tracking.geometry import distances_m, unit_vectors
from core.tracking.positions import ACTIVITIES, VEHICLES, PositionStore, Rows

Ring = Sequence[LatLon]

_SLACK = 1e-12
"""Added to the first, quick look by cosines, far above their rounding; the great-circle distance then decides."""


@dataclass(frozen=True, slots=True)
class Among:
    """Only drivers who do one of ``activities`` with one of ``vehicles``; ``None`` admits all."""

    activities: frozenset[Activity] | None = None
    vehicles: frozenset[Vehicle] | None = None


EVERYONE = Among()


class Searcher:
    """Searches the positions as they stand at the call. Rows come back ascending; who never reported is never found."""

    def __init__(self, positions: PositionStore) -> None:
        self._positions = positions

    def within_circle(self, centre: LatLon, radius_m: float, among: Among = EVERYONE) -> Rows:
        """Rows no farther than ``radius_m`` along the great circle. Raises BadInput for a place or radius that is none."""
        rows, _ = self._reached(centre, radius_m, among)
        return rows

    def nearest(self, point: LatLon, k: int, max_m: float = math.inf, among: Among = EVERYONE) -> tuple[Rows, Floats]:
        """The ``k`` nearest rows and their distances in metres, nearest first, none farther than ``max_m``.

        Of those equally far the lower row comes first.
        """
        rows, far = self._reached(point, max_m, among, at_most=k)
        order = np.lexsort((rows, far))[:k]
        return rows[order], far[order]

    def within_box(self, south: float, west: float, north: float, east: float, among: Among = EVERYONE) -> Rows:
        """Rows in a box of degrees, edges included. ``west`` > ``east`` crosses the antimeridian.

        Longitudes beyond ±180, as a map that was dragged round the world gives them, mean what they show.
        """
        if not (south <= north and all(map(math.isfinite, (west, east)))):
            raise BadInput(f"a box needs its south below its north, and four numbers: not {south}, {west}, {north}, {east}")
        at = self._positions
        in_latitude = (at.lat >= south) & (at.lat <= north)
        # A pole lies on every meridian.
        return np.flatnonzero(in_latitude & (_between(at.lon, west, east) | (np.abs(at.lat) == 90.0)) & self._admitted(among))

    def within_polygon(self, rings: Sequence[Ring], among: Among = EVERYONE) -> Rows:
        """Rows inside an odd number of the rings: parts side by side add up, and a ring within another cuts a hole.

        Edges run straight on a map of degrees and the short way round the globe; a place on an edge is inside its ring. A ring
        round a pole holds the pole it is nearer to. Raises BadInput for a ring of fewer than three places.
        """
        inside = np.zeros(len(self._positions), np.bool_)
        for ring in rings:
            inside ^= self._in_ring(ring)
        return np.flatnonzero(inside & self._admitted(among))

    def _reached(self, centre: LatLon, radius_m: float, among: Among, at_most: int | None = None) -> tuple[Rows, Floats]:
        """Rows within the radius, ascending, and their distances; with ``at_most`` those that can be among the nearest."""
        checked_place(*centre)
        if not radius_m >= 0:
            raise BadInput(f"a radius must be a number of metres, 0 or more: not {radius_m}")
        if at_most is not None and at_most < 1:
            raise BadInput(f"ask for at least one driver: not {at_most}")
        at = self._positions
        cosine = unit_vectors(np.array(centre.lat), np.array(centre.lon)) @ at.xyz
        limit = math.cos(min(radius_m / EARTH_RADIUS_M, math.pi)) - _SLACK
        rows = np.flatnonzero((cosine >= limit) & self._admitted(among))
        if at_most is not None and len(rows) > at_most:
            near = cosine[rows]
            rows = rows[near >= np.partition(near, -at_most)[-at_most] - _SLACK]
        far = distances_m(centre, at.lat[rows], at.lon[rows])
        kept = far <= radius_m
        return rows[kept], far[kept]

    def _in_ring(self, ring: Ring) -> NDArray[np.bool_]:
        outline = _outline(ring)
        polygon = shapely.Polygon(outline)
        shapely.prepare(polygon)
        (west, south), (east, north) = outline.min(axis=0), outline.max(axis=0)
        at = self._positions
        inside = np.zeros(len(at), np.bool_)
        rows = np.flatnonzero((at.lat >= south) & (at.lat <= north))
        for turn in (-360.0, 0.0, 360.0):
            lon = at.lon[rows] + turn
            near = (lon >= west) & (lon <= east)
            hit = rows[near]
            inside[hit] |= shapely.intersects_xy(polygon, lon[near], at.lat[hit])
        return inside

    def _admitted(self, among: Among) -> NDArray[np.bool_]:
        at = self._positions
        admitted = np.ones(len(at), np.bool_)
        if among.activities is not None:
            admitted &= np.array([a in among.activities for a in ACTIVITIES])[at.activity]
        if among.vehicles is not None:
            admitted &= np.array([v in among.vehicles for v in VEHICLES])[at.vehicle]
        return admitted


def _between(lon: Floats, west: float, east: float) -> NDArray[np.bool_]:
    """Which longitudes lie from west to east; -180 and 180 are the same meridian."""
    if east - west >= 360:
        return np.ones(len(lon), np.bool_)
    west, east = (x if abs(x) <= 180 else x - 360 * round(x / 360) for x in (west, east))
    inside = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    if 180.0 in (abs(west), abs(east)):
        inside |= np.abs(lon) == 180.0
    return inside


def _outline(ring: Ring) -> Floats:
    """Shape (n, 2) of longitude and latitude, closed, with no jump at the antimeridian; round a pole it takes the pole in."""
    lat_lon = np.array([(place[0], place[1]) for place in ring], np.float64).reshape(-1, 2)
    if not np.isfinite(lat_lon).all() or len(np.unique(lat_lon, axis=0)) < 3:
        raise BadInput("an outline needs at least three different places, each with a latitude and a longitude")
    lat, lon = np.append(lat_lon, lat_lon[:1], axis=0).T
    lon = np.unwrap(lon, period=360.0)
    lon -= 360.0 * np.round(lon[0] / 360.0)
    if abs(lon[-1] - lon[0]) > 180.0:
        pole = math.copysign(90.0, lat.mean())
        lon, lat = np.append(lon, (lon[-1], lon[0])), np.append(lat, (pole, pole))
    return np.column_stack((lon, lat))
