"""A place where orders are picked up, and an area on the map."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle


class OwnDrivers(StrEnum):
    """How a merchant uses the drivers of its own group, and they the merchant.

    ``ONLY``: its orders go to them alone, and they bring nothing else. ``FIRST``: others come where none of them can, and they
    bring nothing else. ``SHARED``: as ``FIRST``, and they bring the orders of shops nearby as well.
    """

    ONLY = "only"
    FIRST = "first"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Merchant:
    """``prep_min`` is the usual preparation time; ``fence_m`` the geofence radius, ``None`` for the setting's default.

    ``goods`` is the kind of what it sells, for the rules of that kind. ``fleet`` names the group of its own drivers, empty for
    none; ``share_km`` is how far from it shops are that its ``SHARED`` drivers serve too.
    """

    id: str
    name: str
    place: LatLon
    kind: str = "restaurant"
    prep_min: float = 12.0
    fence_m: float | None = None
    area_id: str | None = None
    goods: str = "food"
    fleet: str = ""
    own_drivers: OwnDrivers = OwnDrivers.FIRST
    share_km: float = 0.5
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A named region. ``rings`` are closed outlines of (lat, lon); the first of each polygon is its outside.

    ``watched``: drivers' comings and goings are events. ``vehicles`` are those that may pick up or deliver there, empty
    for all. Where areas overlap, the one of the highest ``priority`` counts, then the first by its id. ``version`` counts
    its changes; the log says whose they are.
    """

    id: str
    name: str
    polygons: tuple[tuple[tuple[LatLon, ...], ...], ...]
    priority: int = 0
    watched: bool = False
    vehicles: frozenset[Vehicle] = frozenset()
    version: int = 1
    removed: bool = False

    def holds(self, places: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the places, shape (n, 2) in degrees, lie in the area: those round which an odd number of edges passes.

        Even-odd rule (Shimrat 1962): holes count as outside. Degrees are taken as a plane, east of the first corner.
        """
        start = self.polygons[0][0][0].lon
        rings = [np.array(ring, np.float64) for polygon in self.polygons for ring in polygon]
        corners = np.concatenate([np.column_stack((ring[:-1, 0], _east(ring[:-1, 1], start))) for ring in rings])
        ends = np.concatenate([np.column_stack((ring[1:, 0], _east(ring[1:, 1], start))) for ring in rings])
        all_places = np.column_stack((places[:, 0], _east(places[:, 1], start)))
        near = np.flatnonzero(np.all((all_places >= corners.min(axis=0)) & (all_places <= corners.max(axis=0)), axis=1))
        sloped = corners[:, 0] != ends[:, 0]
        (y0, x0), (y1, x1) = corners[sloped].T[:, :, None], ends[sloped].T[:, :, None]
        lat, lon = all_places[near].T
        passed = ((y0 > lat) != (y1 > lat)) & (lon < x0 + (lat - y0) * (x1 - x0) / (y1 - y0))
        inside = np.zeros(len(places), np.bool_)
        inside[near] = passed.sum(axis=0) % 2 == 1
        return inside


def _east(lon: NDArray[np.float64], start: float) -> NDArray[np.float64]:
    """Degrees from ``start``, -180 to 180, so that an area may lie across the date line."""
    return (lon - start + 180.0) % 360.0 - 180.0
