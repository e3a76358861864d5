"""A made-up fleet for the benches: drivers spread evenly over a region of 40 km by 40 km."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import LatLon
from core.domain.reports import FixBatch
from core.tracking.positions import PositionStore

CENTRE = LatLon(45.0, 9.0)
HALF_KM = 20.0
NOW = 1_772_820_000.0
_KM_PER_DEGREE = 111.195

Floats = NDArray[np.float64]


def places(count: int, rng: np.random.Generator, half_km: float = HALF_KM) -> Floats:
    """Shape (count, 2): latitude and longitude in degrees."""
    scale = np.array([1.0, 1.0 / np.cos(np.radians(CENTRE.lat))]) * half_km / _KM_PER_DEGREE
    return np.asarray(np.array(CENTRE) + rng.uniform(-1, 1, (count, 2)) * scale)


def ids(count: int) -> list[str]:
    return [f"D-{i}" for i in range(count)]


def batch(names: list[str], at: Floats, t: float) -> FixBatch:
    count = len(names)
    unknown = np.full(count, np.nan)
    return FixBatch(names, np.arange(count), np.full(count, t), at[:, 0], at[:, 1], np.full(count, 8.0), unknown, unknown)


def filled(count: int, rng: np.random.Generator) -> tuple[PositionStore, Floats]:
    """A store in which everyone has reported, and where they are."""
    positions, at = PositionStore(), places(count, rng)
    positions.apply(batch(ids(count), at, NOW), NOW)
    return positions, at
