"""Spherical geometry in bulk. Degrees in, metres out; the earth is the sphere of `core.domain.geo`."""

from __future__ import annotations

import numpy as np

from core.domain.geo import EARTH_RADIUS_M, LatLon
from core.domain.reports import Floats


def distances_m(centre: LatLon, lat: Floats, lon: Floats) -> Floats:
    """Great-circle distance from ``centre`` to each place, by the haversine formula as in `core.domain.geo.distance_m`."""
    lat_a, lat_b = np.radians(centre.lat), np.radians(lat)
    half_lat = np.sin((lat_b - lat_a) / 2)
    half_lon = np.sin(np.radians(lon - centre.lon) / 2)
    h = half_lat * half_lat + np.cos(lat_a) * np.cos(lat_b) * half_lon * half_lon
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h))))


def unit_vectors(lat: Floats, lon: Floats) -> Floats:
    """Shape (3, …): the places on the unit sphere, where neither the antimeridian nor a pole is special."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)))
