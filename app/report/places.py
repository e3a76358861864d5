"""Places as a page carries them. Nothing here needs folium, which takes a second to load."""

from __future__ import annotations

from core.domain.geo import LatLon
from core.routing.city import City

LABELLED = ("city", "suburb", "quarter")
MAX_LABELS = 40


def labels(city: City) -> list[list[object]]:
    named = [p for kind in LABELLED for p in city.places if p.kind == kind]
    return [[*rounded(p.place), p.name, p.kind] for p in named[:MAX_LABELS]]


def rounded(place: LatLon) -> list[float]:
    return [round(place.lat, 5), round(place.lon, 5)]
