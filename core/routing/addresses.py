"""Places from addresses, as far as a city file knows them: street names, and numbers as `City.address_near` counts them."""

from __future__ import annotations

import numpy as np

from core.domain.geo import LatLon
from core.routing.city import City


def find_streets(city: City, typed: str, limit: int = 8) -> list[str]:
    """Names of streets that hold every word typed (numbers apart), those that begin with it first."""
    words = [w for w in typed.casefold().replace(",", " ").split() if not w[0].isdigit()]
    if not words:
        return []
    fitting = [name for name in city.streets if name and all(w in name.casefold() for w in words)]
    fitting.sort(key=lambda name: (not name.casefold().startswith(words[0]), len(name), name))
    return list(dict.fromkeys(fitting))[:limit]


def place_of(city: City, typed: str) -> LatLon | None:
    """The middle of the best fitting street, on the street itself; ``None`` where none fits."""
    found = find_streets(city, typed, 1)
    if not found:
        return None
    streets = [i for i, name in enumerate(city.streets) if name == found[0]]
    edges = np.flatnonzero(np.isin(city.edge_street, streets))
    if not len(edges):
        return None
    nodes = np.unique(np.concatenate([city.edge_tail[edges], city.edge_head[edges]]))
    lat, lon = city.node_lat[nodes], city.node_lon[nodes]
    away = (lat - lat.mean()) ** 2 + ((lon - lon.mean()) * np.cos(np.radians(lat.mean()))) ** 2
    middle = int(np.argmin(away))
    return LatLon(float(lat[middle]), float(lon[middle]))
