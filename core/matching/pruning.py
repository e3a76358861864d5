"""Cutting pairs by distance before any travel time is asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import EARTH_RADIUS_M
from core.matching.timing import Floats


def great_circle_km(a: Floats, b: Floats) -> Floats:
    """Great-circle kilometres between n and m places in degrees, shape (n, m), by the chord through the sphere."""
    u, v = on_sphere(a), on_sphere(b)
    square = np.zeros((len(a), len(b)))
    for axis in range(3):
        square += np.subtract.outer(u[:, axis], v[:, axis]) ** 2
    return _arc_km(square)


def apart_km(a: Floats, b: Floats) -> Floats:
    """The same from each place to the one in the same row, both of shape (n, 2)."""
    square = np.zeros(len(a))
    for step in (on_sphere(a) - on_sphere(b)).T:
        square += step**2
    return _arc_km(square)


def nearest_km(places: Floats, others: Floats) -> Floats:
    """Great-circle kilometres from each of n places in degrees to the nearest of m others, shape (n,), to half a metre.

    The others are given as `on_sphere` has them, shape (m, 3): of many places a few dozen at a time are asked about.
    """
    # The nearest has the largest scalar product: many at once by matrix products, one arc for each place.
    here = on_sphere(places)
    best = others[np.argmax(here @ others.T, axis=1)]
    return _arc_km(((here - best) ** 2).sum(axis=1))


def beyond_nearest(km: Floats, eligible: NDArray[np.bool_], k: int) -> NDArray[np.bool_]:
    """Mask of shape (n, m): eligible rows of a column that are not among its k nearest eligible ones.

    Rows at the very distance of the k-th stay in, so that the order of the rows does not matter.
    """
    if len(km) <= k:
        return np.zeros(km.shape, dtype=np.bool_)
    far = np.where(eligible, km, np.inf)
    edge = np.partition(far, k - 1, axis=0)[k - 1]
    cut: NDArray[np.bool_] = eligible & (far > edge)
    return cut


def _arc_km(square: Floats) -> Floats:
    km: Floats = 2.0 * EARTH_RADIUS_M / 1000.0 * np.arcsin(np.minimum(np.sqrt(square) / 2.0, 1.0))
    return km


def on_sphere(places: Floats) -> Floats:
    """Places in degrees, shape (n, 2), as points on a sphere of radius 1, shape (n, 3)."""
    lat, lon = np.radians(places[:, 0]), np.radians(places[:, 1])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
