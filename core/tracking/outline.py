"""Outlines that people draw and isochrones have, as corners without a jump at the antimeridian."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.language import Message
from core.domain.reports import Floats

Ring = Sequence[LatLon]


def unrolled(ring: Ring) -> Floats:
    """Shape (n, 2) of longitude and latitude, closed; round a pole it takes the pole in. Raises BadInput for less than three
    places."""
    lat_lon = np.array(ring, np.float64).reshape(-1, 2)
    if not np.isfinite(lat_lon).all() or len(set(ring)) < 3:
        raise BadInput(Message("an outline needs at least three different places, each with a latitude and a longitude"))
    lat, lon = np.append(lat_lon, lat_lon[:1], axis=0).T
    if lon.max() - lon.min() > 180.0:
        lon = np.unwrap(lon, period=360.0)
    lon = lon - 360.0 * np.round(lon[0] / 360.0)
    if abs(lon[-1] - lon[0]) > 180.0:
        pole = math.copysign(90.0, lat.mean())
        lon, lat = np.append(lon, (lon[-1], lon[0])), np.append(lat, (pole, pole))
    return np.column_stack((lon, lat))
