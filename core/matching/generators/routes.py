"""Helpers that generators share: places as kilometres in a plane, near enough to compare detours by."""

from __future__ import annotations

import numpy as np

from core.matching.timing import Floats

_KM_PER_DEGREE = 111.195


def plane_km(places: Floats, middle: float) -> Floats:
    """Degrees (…, 2) to kilometres north and east, about the latitude ``middle``: equirectangular, good over a city."""
    km: Floats = places * np.array([1.0, np.cos(np.radians(middle))]) * _KM_PER_DEGREE
    return km


def apart(a: Floats, b: Floats) -> Floats:
    """Kilometres between places in the plane, broadcast."""
    north, east = a[..., 0] - b[..., 0], a[..., 1] - b[..., 1]
    km: Floats = np.sqrt(north * north + east * east)  # four times as quick as hypot, which minds distances to the stars
    return km
