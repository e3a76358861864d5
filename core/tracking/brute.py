"""The searches by looking at everyone, in numpy: what the grid is measured by, and what answers until it is there."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from core.domain.geo import EARTH_RADIUS_M, LatLon
from core.domain.reports import Floats
from core.tracking.geometry import distances_m, unit_vectors
from core.tracking.positions import PositionStore, Rows

Bools = NDArray[np.bool_]

_SLACK = 1e-12
"""Added to the first, quick look by cosines, far above their rounding; the great-circle distance then decides."""


def reached(
    at: PositionStore, centre: LatLon, radius_m: float, admitted: Bools, at_most: int | None = None
) -> tuple[Rows, Floats]:
    """Rows within the radius, ascending, and their distances; with ``at_most`` those that can be among the nearest."""
    cosine = unit_vectors(np.array(centre.lat), np.array(centre.lon)) @ at.xyz
    limit = math.cos(min(radius_m / EARTH_RADIUS_M, math.pi)) - _SLACK
    rows = np.flatnonzero((cosine >= limit) & admitted)
    if at_most is not None and len(rows) > at_most:
        near = cosine[rows]
        rows = rows[near >= np.partition(near, -at_most)[-at_most] - _SLACK]
    far = distances_m(centre, at.lat[rows], at.lon[rows])
    kept = far <= radius_m
    return rows[kept], far[kept]


def nearest(at: PositionStore, point: LatLon, k: int, max_m: float, admitted: Bools) -> tuple[Rows, Floats]:
    rows, far = reached(at, point, max_m, admitted, at_most=k)
    order = np.lexsort((rows, far))[:k]
    return rows[order], far[order]


def in_box(lat: Floats, lon: Floats, south: float, west: float, north: float, east: float) -> Bools:
    """Which places lie in the box, its edges included. A pole lies on every meridian."""
    return np.asarray((lat >= south) & (lat <= north) & (_between(lon, west, east) | (np.abs(lat) == 90.0)))


def in_outlines(lat: Floats, lon: Floats, outlines: Sequence[Floats]) -> Bools:
    """Which places lie inside an odd number of the outlines, their edges included."""
    inside = np.zeros(len(lat), np.bool_)
    for outline in outlines:
        inside ^= _in_outline(lat, lon, outline)
    return inside


def _in_outline(lat: Floats, lon: Floats, outline: Floats) -> Bools:
    polygon = shapely.Polygon(outline)
    shapely.prepare(polygon)
    (west, south), (east, north) = outline.min(axis=0), outline.max(axis=0)
    inside = np.zeros(len(lat), np.bool_)
    rows = np.flatnonzero((lat >= south) & (lat <= north))
    for turn in (-360.0, 0.0, 360.0):
        turned = lon[rows] + turn
        near = (turned >= west) & (turned <= east)
        hit = rows[near]
        inside[hit] |= shapely.intersects_xy(polygon, turned[near], lat[hit])
    return inside


def _between(lon: Floats, west: float, east: float) -> Bools:
    """Which longitudes lie from west to east; -180 and 180 are the same meridian."""
    if east - west >= 360:
        return np.ones(len(lon), np.bool_)
    west, east = (x if abs(x) <= 180 else x - 360 * round(x / 360) for x in (west, east))
    inside = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    if 180.0 in (abs(west), abs(east)):
        inside |= np.abs(lon) == 180.0
    return inside
