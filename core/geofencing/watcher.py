"""Circles around the stops of drivers on an order, watched from the assignment to the end of the order."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import BadInput
from core.domain.geo import EARTH_RADIUS_M, LatLon, checked_place

Floats = NDArray[np.float64]

LEAVE_FACTOR = 1.3
"""A driver has left beyond the radius times this, so that a position that jitters at the edge tells nothing."""
POOR_M = 100.0
"""A fix less accurate than this, and than twice the radius, decides nothing."""

_NOBODY = -1
_M_PER_DEGREE = math.radians(1.0) * EARTH_RADIUS_M


@dataclass(frozen=True, slots=True)
class Crossing:
    """A driver came within ``radius_m`` of a stop (``entered``) or left it; ``at`` is epoch seconds, by the fix."""

    driver_id: str
    order_id: str
    stop: str
    entered: bool
    radius_m: float
    at: float


@dataclass(frozen=True, slots=True)
class _Watch:
    driver_id: str
    order_id: str
    stop: str
    place: LatLon
    radius_m: float


class FenceWatcher:
    """One fence per order and stop, all checked in one pass.

    ``row_of`` gives a driver's row in the position store, by which `check` is told who moved.
    """

    def __init__(self, row_of: Callable[[str], int], capacity: int = 256) -> None:
        self._row_of = row_of
        self._watches: list[_Watch | None] = []
        self._slots: dict[str, dict[str, int]] = {}
        self._free: list[int] = []
        self._rows = np.full(capacity, _NOBODY, np.int64)
        self._inside = np.zeros(capacity, np.bool_)
        self._lat, self._lon, self._radius_m = (np.zeros(capacity) for _ in range(3))

    def __len__(self) -> int:
        return len(self._watches) - len(self._free)

    def watch(self, driver_id: str, order_id: str, stop: str, place: LatLon, radius_m: float, inside: bool = False) -> None:
        """Begin to watch; ``inside`` says that the driver is known to be there, as after a restart.

        Watching the same stop of an order again replaces the watch, and forgets whether it was entered if the driver or the
        place is another. Raises BadInput for a place or a radius that is none.
        """
        checked_place(*place)
        if not (math.isfinite(radius_m) and radius_m > 0):
            raise BadInput(f"a fence needs a radius above 0 m: not {radius_m}")
        slot = self._slots.get(order_id, {}).get(stop)
        if slot is None:
            slot = self._take_slot()
            self._slots.setdefault(order_id, {})[stop] = slot
        before = self._watches[slot]
        same = before is not None and (before.driver_id, before.place) == (driver_id, place)
        self._watches[slot] = _Watch(driver_id, order_id, stop, place, radius_m)
        self._rows[slot] = self._row_of(driver_id)
        self._lat[slot], self._lon[slot] = place
        self._radius_m[slot] = radius_m
        self._inside[slot] = inside or (same and bool(self._inside[slot]))

    def unwatch(self, order_id: str) -> None:
        """End the watches of an order; nothing happens where there are none."""
        for slot in self._slots.pop(order_id, {}).values():
            self._watches[slot] = None
            self._rows[slot] = _NOBODY
            self._inside[slot] = False
            self._free.append(slot)

    def check(self, rows: NDArray[np.int64], lat: Floats, lon: Floats, acc: Floats, t: Floats) -> list[Crossing]:
        """What the new positions of some drivers mean, oldest first. Each entering and each leaving is told once.

        All five have shape (n,): the drivers' rows, each at most once, degrees, metres (NaN where not known), epoch seconds.
        """
        if not len(rows) or not len(self):
            return []
        used = len(self._watches)
        # Where in the batch each row is. The place after the last row is nobody's: there index -1 of a free slot ends up.
        where = np.full(max(int(rows.max()), int(self._rows[:used].max())) + 2, _NOBODY, np.int64)
        where[rows] = np.arange(len(rows))
        source = where[self._rows[:used]]
        moved = np.flatnonzero(source != _NOBODY)
        source = source[moved]
        # No place is nearer than its difference in latitude, which settles nearly all without trigonometry.
        inside, radius_m = self._inside[moved], self._radius_m[moved]
        limit_m = radius_m * np.where(inside, LEAVE_FACTOR, 1.0)
        maybe = inside | (np.abs(lat[source] - self._lat[moved]) * _M_PER_DEGREE <= limit_m * (1 + 1e-9))
        moved, source, inside, limit_m = moved[maybe], source[maybe], inside[maybe], limit_m[maybe]
        sure = ~(acc[source] > np.maximum(POOR_M, 2 * radius_m[maybe]))
        now_inside = _distances_m(self._lat[moved], self._lon[moved], lat[source], lon[source]) <= limit_m
        crossed = (now_inside != inside) & sure
        moved, source = moved[crossed], source[crossed]
        self._inside[moved] = now_inside[crossed]
        return self._told(moved, t[source])

    def _told(self, slots: NDArray[np.int64], t: Floats) -> list[Crossing]:
        crossings = []
        for slot, at in zip(slots.tolist(), t.tolist(), strict=True):
            watch = self._watches[slot]
            assert watch is not None
            entered = bool(self._inside[slot])
            crossings.append(Crossing(watch.driver_id, watch.order_id, watch.stop, entered, watch.radius_m, at))
        return sorted(crossings, key=lambda c: (c.at, c.driver_id, c.order_id, c.stop))

    def _take_slot(self) -> int:
        if self._free:
            return self._free.pop()
        self._watches.append(None)
        if len(self._watches) > len(self._rows):
            more = len(self._rows)
            self._rows = np.append(self._rows, np.full(more, _NOBODY, np.int64))
            self._inside = np.append(self._inside, np.zeros(more, np.bool_))
            self._lat, self._lon, self._radius_m = (
                np.append(a, np.zeros(more)) for a in (self._lat, self._lon, self._radius_m)
            )
        return len(self._watches) - 1


def _distances_m(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> Floats:
    """Great-circle distances, pair by pair, by the haversine formula."""
    half_lat = np.sin(np.radians(lat_b - lat_a) / 2)
    half_lon = np.sin(np.radians(lon_b - lon_a) / 2)
    h = half_lat * half_lat + np.cos(np.radians(lat_a)) * np.cos(np.radians(lat_b)) * half_lon * half_lon
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h))))
