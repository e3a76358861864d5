"""Where everybody is: drivers moved along their ways, all at once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import EARTH_RADIUS_M, LatLon, bearing_deg, distance_m
from core.domain.vehicle import Vehicle
from core.ports import Path, Points, TravelTimes

Floats = NDArray[np.float64]

ON_FOOT_MPS = 2.5
"""Pace off the road: pushing a bike from the kerb to a door, a few metres at most."""

LOST_MPS: dict[Vehicle, float] = {Vehicle.WALK: 1.3, Vehicle.BIKE: 3.6, Vehicle.SCOOTER: 6.4, Vehicle.CAR: 6.7}
"""Pace straight across, where the travel times know no way."""

_GAP_M = 1.0


def way(travel: TravelTimes, origin: LatLon, destination: LatLon, vehicle: Vehicle) -> tuple[Points, Floats]:
    """Points (k, 2) and seconds (k,) of a way that begins and ends just where it is asked to.

    Where the path starts or ends elsewhere, at the nearest street, the gap is walked. Without a path it is a straight line.
    """
    path = travel.path(origin, destination, vehicle)
    if not math.isfinite(path.duration_s):
        path = _straight(origin, destination, vehicle)
    points, times = path.points, path.times_s
    before_m = distance_m(origin, LatLon(*points[0].tolist()))
    if before_m > _GAP_M:
        points = np.vstack(([origin], points))
        times = np.concatenate(([0.0], times + before_m / ON_FOOT_MPS))
    after_m = distance_m(LatLon(*points[-1].tolist()), destination)
    if after_m > _GAP_M:
        points = np.vstack((points, [destination]))
        times = np.append(times, times[-1] + after_m / ON_FOOT_MPS)
    return points, times


def _straight(origin: LatLon, destination: LatLon, vehicle: Vehicle) -> Path:
    metres = distance_m(origin, destination)
    return Path(np.array([origin, destination]), np.array([0.0, metres / LOST_MPS[vehicle]]), metres)


class Motion:
    """Columns of n drivers: ``lat``, ``lon`` (degrees), ``spd`` (m/s), ``hdg`` (degrees, kept while standing), ``moving``.

    Each mover is on one straight piece of its way; only those who come to the end of a piece are looked at one by one.
    """

    def __init__(self, places: Points) -> None:
        n = len(places)
        self.lat: Floats = np.array(places[:, 0], np.float64)
        self.lon: Floats = np.array(places[:, 1], np.float64)
        self.spd: Floats = np.zeros(n)
        self.hdg: Floats = np.zeros(n)
        self.moving: NDArray[np.bool_] = np.zeros(n, np.bool_)
        self._from = np.zeros((n, 2))
        self._to = np.zeros((n, 2))
        self._done_s = np.zeros(n)
        self._piece_s = np.ones(n)
        self._piece_mps = np.zeros(n)
        self._points: list[Points] = [np.empty((0, 2))] * n
        self._times: list[Floats] = [np.empty(0)] * n
        self._piece = [0] * n

    def place(self, i: int) -> LatLon:
        return LatLon(float(self.lat[i]), float(self.lon[i]))

    def start(self, i: int, points: Points, times: Floats) -> None:
        """Put driver i on a way of ``points`` (k, 2), k ≥ 2, passed at ``times`` (k,) seconds."""
        self._points[i], self._times[i] = points, times
        self.moving[i] = True
        self._load(i, 0)

    def halt(self, i: int) -> None:
        self.moving[i] = False
        self.spd[i] = 0.0

    def advance(self, seconds: float, pace: Floats) -> list[int]:
        """Move everybody on; ``pace`` (n,) multiplies the speed of the way. Returns those who have reached its end."""
        self._done_s += np.where(self.moving, seconds * pace, 0.0)
        at_end = np.flatnonzero(self.moving & (self._done_s >= self._piece_s)).tolist()
        arrived = [i for i in at_end if not self._next_pieces(i)]
        going = self.moving
        share = (self._done_s[going] / self._piece_s[going])[:, None]
        here = self._from[going] + (self._to[going] - self._from[going]) * share
        self.lat[going], self.lon[going] = here[:, 0], here[:, 1]
        self.spd[going] = self._piece_mps[going] * pace[going]
        return arrived

    def _next_pieces(self, i: int) -> bool:
        """Go on to the piece the driver is on by now; at the end of the way stand there and return False."""
        times = self._times[i]
        at_s = float(times[self._piece[i]] + self._done_s[i])
        piece = int(np.searchsorted(times, at_s, side="right")) - 1
        if piece >= len(times) - 1:
            self.lat[i], self.lon[i] = self._points[i][-1].tolist()
            self._turn(i, len(times) - 2)
            self.halt(i)
            return False
        self._load(i, piece)
        self._done_s[i] = at_s - float(times[piece])
        return True

    def _load(self, i: int, piece: int) -> None:
        points, times = self._points[i], self._times[i]
        self._piece[i] = piece
        self._from[i], self._to[i] = points[piece], points[piece + 1]
        self._done_s[i] = 0.0
        self._piece_s[i] = max(1e-9, float(times[piece + 1] - times[piece]))
        metres = self._turn(i, piece)
        self._piece_mps[i] = metres / self._piece_s[i]

    def _turn(self, i: int, piece: int) -> float:
        """Look along the piece; returns its length in metres."""
        start, end = (LatLon(*p) for p in self._points[i][piece : piece + 2].tolist())
        metres = distance_m(start, end)
        if metres > 0.1:
            self.hdg[i] = bearing_deg(start, end)
        return metres


def scattered(lat: Floats, lon: Floats, north_m: Floats, east_m: Floats) -> tuple[Floats, Floats]:
    """The places moved by so many metres, each array (n,)."""
    degree_m = math.radians(1) * EARTH_RADIUS_M
    stretch = np.maximum(0.01, np.cos(np.radians(lat)))
    return lat + north_m / degree_m, lon + east_m / (degree_m * stretch)
