"""Travel times in the benchmark's plane: straight lines, whole minutes, rounded up.

The matcher knows places in degrees. A plane of some kilometres is laid at the equator where a degree is the same length
either way, so that distances as the crow flies stay what they are.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import EARTH_RADIUS_M, LatLon
from core.domain.vehicle import Vehicle
from core.ports import Path, Points

METRES_PER_DEGREE = EARTH_RADIUS_M * math.pi / 180.0
_GRAIN = 1e6
"""A millionth of a metre: places come back from degrees exactly as they were given."""


def place(x: float, y: float) -> LatLon:
    """Metres to degrees."""
    return LatLon(y / METRES_PER_DEGREE, x / METRES_PER_DEGREE)


def metres(places: Points) -> NDArray[np.float64]:
    """Degrees (…, 2) back to x and y in metres, shape (…, 2)."""
    xy: NDArray[np.float64] = np.round(places[..., ::-1] * METRES_PER_DEGREE * _GRAIN) / _GRAIN
    return xy


class Plane:
    """`TravelTimes` of a Meal Delivery Routing instance: ceil(Euclidean metres / metres per minute) minutes."""

    def __init__(self, metres_per_minute: float) -> None:
        self._pace = metres_per_minute

    def matrix(self, origins: Points, destinations: Points, vehicle: Vehicle) -> NDArray[np.float64]:
        return self._seconds(metres(origins)[:, None, :] - metres(destinations)[None, :, :])

    def pairs(self, origins: Points, destinations: Points, vehicle: Vehicle) -> NDArray[np.float64]:
        return self._seconds(metres(origins) - metres(destinations))

    def path(self, origin: LatLon, destination: LatLon, vehicle: Vehicle) -> Path:
        ends = np.array([origin, destination])
        way = metres(ends)[1] - metres(ends)[0]
        return Path(ends, np.array([0.0, float(self._seconds(way))]), float(np.hypot(*way)))

    def isochrone(self, centre: LatLon, vehicle: Vehicle, minutes: float) -> tuple[tuple[LatLon, ...], ...]:
        x, y = metres(np.array(centre)).tolist()
        turn = np.linspace(0.0, 2.0 * math.pi, 65)
        ring = [
            place(x + a, y + b) for a, b in (minutes * self._pace * np.stack([np.cos(turn), np.sin(turn)], axis=1)).tolist()
        ]
        return ((*ring[:-1], ring[0]),)

    def _seconds(self, way: NDArray[np.float64]) -> NDArray[np.float64]:
        seconds: NDArray[np.float64] = 60.0 * np.ceil(np.sqrt((way**2).sum(axis=-1)) / self._pace)
        return seconds
