"""What the map's page writes, and how what it says is read."""

from __future__ import annotations

from core.domain.geo import LatLon
from core.domain.language import tr
from widgets.map.bridge import Fields
from widgets.map.marks import Drawn


def page_texts() -> dict[str, str]:
    return {
        "drivers": tr("Drivers"),
        "orders": tr("Orders"),
        "heat": tr("Demand and supply"),
        "areas": tr("Areas"),
        "routes": tr("Routes"),
        "labels": tr("Labels"),
        "base": tr("Base map"),
        "layers": tr("Layers"),
        "zoom_in": tr("Zoom in (+)"),
        "zoom_out": tr("Zoom out (−)"),
        "fit": tr("Show all (Home)"),
        "pickup": tr("Pick-up"),
        "dropoff": tr("Drop-off"),
        "fix_ago": tr("seen {age} ago"),
        "long_ago": tr("hours"),
    }


def read_drawn(message: Fields) -> Drawn:
    places = read_places(message)
    kind = str(message.get("kind"))
    if kind in {"circle", "point"}:
        # A map that was dragged round the world counts on; a place by itself is on the globe.
        places = tuple(LatLon(lat, (lon + 180.0) % 360.0 - 180.0) for lat, lon in places)
    return Drawn(kind, places, read_number(message, "radius"))


def read_places(message: Fields) -> tuple[LatLon, ...]:
    points = message.get("points")
    return tuple(LatLon(float(lat), float(lon)) for lat, lon in points) if isinstance(points, list) else ()


def read_number(message: Fields, name: str) -> float:
    value = message.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def read_ids(message: Fields, name: str) -> list[str]:
    ids = message.get(name)
    return [str(one) for one in ids] if isinstance(ids, list) else []
