"""Points on the sphere. Degrees in, metres out."""

from __future__ import annotations

import math
from typing import NamedTuple

from core.domain.errors import BadInput
from core.domain.language import Message

EARTH_RADIUS_M = 6_371_008.8  # IUGG mean radius R1


CELL_DEG = 0.01
"""What is learnt of places is learnt by cells of so many degrees, about a kilometre."""
Cell = tuple[int, int]


class LatLon(NamedTuple):
    """A place in degrees, WGS 84."""

    lat: float
    lon: float


def cell_of(place: LatLon) -> Cell:
    """The cell that the place lies in, counted from 0° north and 0° east."""
    return math.floor(place.lat / CELL_DEG), math.floor(place.lon / CELL_DEG)


def checked_place(lat: float, lon: float) -> LatLon:
    """Return the place, or raise BadInput where a coordinate is not on the globe."""
    if not (math.isfinite(lat) and -90.0 <= lat <= 90.0):
        raise BadInput(Message("latitude {lat} is not between -90 and 90", lat=lat))
    if not (math.isfinite(lon) and -180.0 <= lon <= 180.0):
        raise BadInput(Message("longitude {lon} is not between -180 and 180", lon=lon))
    return LatLon(float(lat), float(lon))


def distance_m(a: LatLon, b: LatLon) -> float:
    """Great-circle distance by the haversine formula (Sinnott 1984)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = math.sin((lat_b - lat_a) / 2)
    half_lon = math.sin(math.radians(b.lon - a.lon) / 2)
    h = half_lat * half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon * half_lon
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h)))


def bearing_deg(a: LatLon, b: LatLon) -> float:
    """Initial bearing from a to b, from 0 up to 360 without it, clockwise from north."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    d_lon = math.radians(b.lon - a.lon)
    y = math.sin(d_lon) * math.cos(lat_b)
    x = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(d_lon)
    bearing = math.degrees(math.atan2(y, x)) % 360.0
    return 0.0 if bearing == 360.0 else bearing  # what the modulo makes of a hair west of north


def circle_around(centre: LatLon, radius_m: float, corners: int = 72) -> tuple[LatLon, ...]:
    """Places ``radius_m`` from the centre, one every 360/``corners`` degrees of bearing (the direct problem on the sphere).

    Longitudes go on beyond ±180 across the antimeridian, so that the outline has no jump in it.
    """
    lat, far = math.radians(centre.lat), radius_m / EARTH_RADIUS_M
    places = []
    for turn in range(corners):
        bearing = 2 * math.pi * turn / corners
        sine = math.sin(lat) * math.cos(far) + math.cos(lat) * math.sin(far) * math.cos(bearing)
        north = math.asin(max(-1.0, min(1.0, sine)))
        east = math.atan2(math.sin(bearing) * math.sin(far) * math.cos(lat), math.cos(far) - math.sin(lat) * sine)
        places.append(LatLon(math.degrees(north), centre.lon + math.degrees(east)))
    return tuple(places)
