"""A place where orders are picked up, and an area on the map."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.geo import LatLon


@dataclass(frozen=True, slots=True)
class Merchant:
    """``prep_min`` is the usual preparation time; ``fence_m`` the geofence radius, ``None`` for the setting's default."""

    id: str
    name: str
    place: LatLon
    kind: str = "restaurant"
    prep_min: float = 12.0
    fence_m: float | None = None
    area_id: str | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A named region. ``rings`` are closed outlines of (lat, lon); the first of each polygon is its outside.

    ``watched``: drivers' comings and goings are events. Where areas overlap, the one of the highest ``priority`` counts, then
    the first by its id. ``version`` counts its changes; the log says whose they are.
    """

    id: str
    name: str
    polygons: tuple[tuple[tuple[LatLon, ...], ...], ...]
    priority: int = 0
    watched: bool = False
    version: int = 1
    removed: bool = False
