"""Travel times as the crow flies, with a detour factor: where there is no road map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import EARTH_RADIUS_M, LatLon
from core.domain.vehicle import Vehicle
from core.ports import Path, Points
from core.routing.geometry import haversine_m

SPEED_KMH: dict[Vehicle, float] = {Vehicle.WALK: 4.8, Vehicle.BIKE: 13.0, Vehicle.SCOOTER: 23.0, Vehicle.CAR: 24.0}
"""Averages from door to door in a town, waits at junctions included."""
_CIRCLE = np.linspace(0.0, 2 * np.pi, 65)


class GreatCircle:
    """`TravelTimes` by great-circle distance times ``detour_factor`` at the vehicle's mean speed."""

    def __init__(self, detour_factor: float = 1.35) -> None:
        self._factor = detour_factor

    def _metres(self, origins: Points, destinations: Points) -> NDArray[np.float64]:
        return self._factor * haversine_m(origins[..., 0], origins[..., 1], destinations[..., 0], destinations[..., 1])

    def matrix(self, origins: Points, destinations: Points, vehicle: Vehicle) -> NDArray[np.float64]:
        return self._metres(origins[:, None, :], destinations[None, :, :]) * 3.6 / SPEED_KMH[vehicle]

    def pairs(self, origins: Points, destinations: Points, vehicle: Vehicle) -> NDArray[np.float64]:
        return self._metres(origins, destinations) * 3.6 / SPEED_KMH[vehicle]

    def path(self, origin: LatLon, destination: LatLon, vehicle: Vehicle) -> Path:
        points = np.array([origin, destination])
        metres = float(self._metres(points[0], points[1]))
        return Path(points, np.array([0.0, metres * 3.6 / SPEED_KMH[vehicle]]), metres)

    def isochrone(self, centre: LatLon, vehicle: Vehicle, minutes: float) -> tuple[tuple[LatLon, ...], ...]:
        """A circle, by the spherical direct formula (https://www.movable-type.co.uk/scripts/latlong.html)."""
        angle = minutes * 60 * SPEED_KMH[vehicle] / 3.6 / self._factor / EARTH_RADIUS_M
        lat, lon = np.radians(centre.lat), np.radians(centre.lon)
        ring_lat = np.arcsin(np.sin(lat) * np.cos(angle) + np.cos(lat) * np.sin(angle) * np.cos(_CIRCLE))
        east = np.sin(_CIRCLE) * np.sin(angle) * np.cos(lat)
        ring_lon = lon + np.arctan2(east, np.cos(angle) - np.sin(lat) * np.sin(ring_lat))
        ring = [LatLon(float(a), float(b)) for a, b in np.degrees(np.stack((ring_lat, ring_lon), axis=1))]
        return ((*ring[:-1], ring[0]),)
