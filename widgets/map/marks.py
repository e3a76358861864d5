"""What the map is given to draw."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.driver import StopKind
from core.domain.geo import LatLon
from core.domain.order import Status

Rings = tuple[tuple[LatLon, ...], ...]
"""One polygon: its outside, then its holes."""


@dataclass(frozen=True, slots=True)
class OrderMark:
    """An order on the map. Once it is picked up only the drop-off shows; ``label`` stands beside it when it is selected."""

    id: str
    status: Status
    pickup: LatLon
    dropoff: LatLon
    late: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class AreaShape:
    id: str
    name: str
    polygons: tuple[Rings, ...]


@dataclass(frozen=True, slots=True)
class RouteStop:
    """``label`` is what the dispatcher reads beside the stop: "O-12, 12:41"."""

    kind: StopKind
    place: LatLon
    label: str = ""


LAYERS = ("drivers", "orders", "areas", "routes", "labels", "base")
"""Layers a person can turn off, by name."""
