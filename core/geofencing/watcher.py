"""Circles around the stops of drivers on an order, watched from the assignment to the end of the order."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import BadInput
from core.domain.geo import EARTH_RADIUS_M, LatLon, checked_place
from core.domain.language import Message
from core.geofencing.ways import Floats, Ways, distances_m, unit_vectors

LEAVE_FACTOR = 1.3
"""A driver has left beyond the radius times this and what the fix may be off by, so that a position that jitters at the edge
tells nothing."""
DEEP_FACTOR = 0.9
"""A driver who was outside at two fixes has passed through if the way between them comes within the radius times this."""
GAP_S = 60.0
"""Fixes farther apart than this say nothing about the way between them."""
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
class Dwell:
    """A driver has been at a stop for ``seconds`` without leaving it; told once a visit."""

    driver_id: str
    order_id: str
    stop: str
    seconds: float
    at: float


Told = Crossing | Dwell


@dataclass(frozen=True, slots=True)
class _Watch:
    driver_id: str
    order_id: str
    stop: str
    place: LatLon
    radius_m: float


class FenceWatcher:
    """One fence per order and stop, all checked in one pass.

    ``row_of`` gives a driver's row in the position store, by which `check` is told who moved. ``dwell_s`` is how long a visit
    lasts before it is told of.
    """

    def __init__(self, row_of: Callable[[str], int], capacity: int = 256, dwell_s: float = math.inf) -> None:
        self.dwell_s = dwell_s
        self._row_of = row_of
        self._watches: list[_Watch | None] = []
        self._slots: dict[str, dict[str, int]] = {}
        self._free: list[int] = []
        self._rows = np.full(capacity, _NOBODY, np.int64)
        self._inside, self._told_dwell = np.zeros(capacity, np.bool_), np.zeros(capacity, np.bool_)
        self._lat, self._lon, self._radius_m, self._since = (np.zeros(capacity) for _ in range(4))
        self._before = Ways(0)

    def __len__(self) -> int:
        return len(self._watches) - len(self._free)

    def watch(self, driver_id: str, order_id: str, stop: str, place: LatLon, radius_m: float, inside: bool = False) -> None:
        """Begin to watch; ``inside`` says that the driver is known to be there, as after a restart.

        Watching the same stop of an order again replaces the watch, and forgets whether it was entered if the driver or the
        place is another. Raises BadInput for a place or a radius that is none.
        """
        checked_place(*place)
        if not (math.isfinite(radius_m) and radius_m > 0):
            raise BadInput(Message("a fence needs a radius above 0 m: not {radius_m}", radius_m=radius_m))
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
        stays = inside or (same and bool(self._inside[slot]))
        if not (stays and same):
            self._since[slot], self._told_dwell[slot] = math.nan, False
        self._inside[slot] = stays

    def unwatch(self, order_id: str) -> None:
        """End the watches of an order; nothing happens where there are none."""
        for slot in self._slots.pop(order_id, {}).values():
            self._watches[slot] = None
            self._rows[slot] = _NOBODY
            self._inside[slot] = False
            self._free.append(slot)

    def check(self, rows: NDArray[np.int64], lat: Floats, lon: Floats, acc: Floats, t: Floats) -> list[Told]:
        """What the new positions of some drivers mean, oldest first. Each entering and each leaving is told once.

        All five have shape (n,): the drivers' rows, degrees, metres (NaN where not known), epoch seconds. Of a driver with
        several fixes they come in the order of their time.
        """
        if not len(rows):
            return []
        if (np.diff(rows) < 0).any():
            order = np.argsort(rows, kind="stable")
            rows, lat, lon, acc, t = rows[order], lat[order], lon[order], acc[order], t[order]
        ways = Ways.of(rows, lat, lon, acc, t, self._before)
        self._before.keep(ways)
        if not len(self):
            return []
        slots, way = self._near(ways)
        told: list[Told] = []
        for step in range(int(ways.length[way].max(initial=0))):
            going = ways.length[way] > step
            slots, way = slots[going], way[going]
            self._step(slots, ways.first[way] + step, ways, told)
        return sorted(told, key=lambda one: (one.at, one.driver_id, one.order_id, one.stop))

    def _near(self, ways: Ways) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The watches whose driver is inside or may have come near, and which way each of them went."""
        used = len(self._watches)
        # Where each row's way is. The place after the last row is nobody's: there index -1 of a free slot ends up.
        where = np.full(max(int(ways.rows.max()), int(self._rows[:used].max())) + 2, _NOBODY, np.int64)
        where[ways.rows] = np.arange(len(ways.rows))
        way = where[self._rows[:used]]
        slots = np.flatnonzero(way != _NOBODY)
        way = way[slots]
        # No place is nearer than its difference in latitude, which settles nearly all without trigonometry.
        reach = self._radius_m[slots] / _M_PER_DEGREE * (1 + 1e-9) + ways.bulge[way]
        lat = self._lat[slots]
        maybe = self._inside[slots] | ((lat >= ways.south[way] - reach) & (lat <= ways.north[way] + reach))
        return slots[maybe], way[maybe]

    def _step(self, slots: NDArray[np.int64], fix: NDArray[np.int64], ways: Ways, told: list[Told]) -> None:
        """Each watch (at most once) with its driver's next fix."""
        was_inside, radius_m = self._inside[slots], self._radius_m[slots]
        acc, t = ways.acc[fix], ways.t[fix]
        limit_m = radius_m * np.where(was_inside, LEAVE_FACTOR, 1.0)
        limit_m += np.where(was_inside & (acc > 0), acc, 0.0)
        far_m = distances_m(self._lat[slots], self._lon[slots], ways.lat[fix], ways.lon[fix])
        inside = far_m <= limit_m
        usable_m = np.maximum(POOR_M, 2 * radius_m)
        sure = ~(acc > usable_m)
        crossed = (inside != was_inside) & sure
        passed = ~inside & ~was_inside & sure & ~(ways.acc[fix - 1] > usable_m) & (t - ways.t[fix - 1] <= GAP_S)
        passed[passed] = self._came_deep(slots[passed], fix[passed], ways)
        self._inside[slots[crossed]] = inside[crossed]
        starts = crossed & inside
        # Who was known to be there when the watch began is there since the first fix that says so.
        since = starts | (was_inside & inside & np.isnan(self._since[slots]))
        self._since[slots[since]] = t[since]
        self._told_dwell[slots[starts]] = False
        dwells = inside & sure & ~self._told_dwell[slots] & (t - self._since[slots] >= self.dwell_s)
        self._told_dwell[slots[dwells]] = True
        for which, entered, at in (
            (crossed, inside, t),
            (passed, np.ones(len(slots), np.bool_), 0.5 * (ways.t[fix - 1] + t)),
            (passed, np.zeros(len(slots), np.bool_), t),
        ):
            for slot, came, when in zip(slots[which].tolist(), entered[which].tolist(), at[which].tolist(), strict=True):
                watch = self._watch_at(slot)
                told.append(Crossing(watch.driver_id, watch.order_id, watch.stop, came, watch.radius_m, when))
        for slot, when in zip(slots[dwells].tolist(), t[dwells].tolist(), strict=True):
            watch = self._watch_at(slot)
            told.append(Dwell(watch.driver_id, watch.order_id, watch.stop, when - float(self._since[slot]), when))

    def _came_deep(self, slots: NDArray[np.int64], fix: NDArray[np.int64], ways: Ways) -> NDArray[np.bool_]:
        """Whether the straight way from the fix before led through the fence."""
        stop = unit_vectors(self._lat[slots], self._lon[slots])
        a, b = (unit_vectors(ways.lat[i], ways.lon[i]) for i in (fix - 1, fix))
        way, to_stop = b - a, stop - a
        share = np.clip((way * to_stop).sum(axis=0) / np.maximum((way * way).sum(axis=0), 1e-30), 0.0, 1.0)
        gap = to_stop - share * way
        return np.asarray(EARTH_RADIUS_M * np.sqrt((gap * gap).sum(axis=0)) <= DEEP_FACTOR * self._radius_m[slots])

    def _watch_at(self, slot: int) -> _Watch:
        watch = self._watches[slot]
        assert watch is not None
        return watch

    def _take_slot(self) -> int:
        if self._free:
            return self._free.pop()
        self._watches.append(None)
        if len(self._watches) > len(self._rows):
            more = len(self._rows)
            self._rows = np.append(self._rows, np.full(more, _NOBODY, np.int64))
            self._inside, self._told_dwell = (np.append(a, np.zeros(more, np.bool_)) for a in (self._inside, self._told_dwell))
            self._lat, self._lon, self._radius_m, self._since = (
                np.append(a, np.zeros(more)) for a in (self._lat, self._lon, self._radius_m, self._since)
            )
        return len(self._watches) - 1
