"""Fixes that no vehicle can have come to: held back until the next one says the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import EARTH_RADIUS_M, LatLon, distance_m
from core.domain.reports import Floats

if TYPE_CHECKING:
    from core.tracking.positions import PositionStore

SLACK_M = 300.0
TOLD_FOR_S = 600.0
"""How long after the last one held back a driver's are still spoken of."""
"""A phone that finds itself again after a tunnel may correct itself by this at once."""


class Held(NamedTuple):
    """What was held back of a driver lately: how many fixes, the farthest jump, and the phone's time of the last one."""

    many: int
    farthest_m: float
    last_t: float


class Jumps:
    """``fastest_mps``: a driver moves no faster, as the crow flies. ``held`` counts the fixes that were held back.

    The first fix beyond that is held. If the next one could be reached from it, and not from the last place that counts, the
    driver really is there (the phone was off on the way, or the first place was wrong) and it counts.
    """

    def __init__(self, fastest_mps: float = math.inf) -> None:
        self.fastest_mps = fastest_mps
        self.held = 0
        self._pending: dict[int, tuple[float, LatLon]] = {}
        self._lately: dict[int, Held] = {}

    def lately(self, row: int, phone_t: float) -> Held | None:
        """What was held back of a row's driver within `TOLD_FOR_S` before ``phone_t``."""
        held = self._lately.get(row)
        return held if held is not None and abs(phone_t - held.last_t) <= TOLD_FOR_S else None

    def plausible(
        self, row: NDArray[np.int64], t: Floats, lat: Floats, lon: Floats, acc: Floats, known: PositionStore
    ) -> NDArray[np.bool_]:
        """Which of the fixes, sorted by row and time, count. ``known`` holds each row's last place, NaN where there is none."""
        kept = np.ones(len(row), np.bool_)
        if not len(row) or math.isinf(self.fastest_mps):
            return kept
        first = np.append(True, row[1:] != row[:-1])
        before_t, before_lat, before_lon = (np.append(math.nan, c[:-1]) for c in (t, lat, lon))
        starts = row[first]
        before_t[first], before_lat[first], before_lon[first] = known.phone_t[starts], known.lat[starts], known.lon[starts]
        north, east = np.radians(lat - before_lat), np.radians((lon - before_lon + 180.0) % 360.0 - 180.0)
        # Never less than the distance, and nearly it for the short ways between fixes.
        far_m = EARTH_RADIUS_M * np.hypot(north, east * np.cos(np.radians(np.minimum(np.abs(lat), np.abs(before_lat)))))
        slack_m = SLACK_M + np.where(acc > 0, acc, 0.0)
        odd = far_m > self.fastest_mps * np.maximum(t - before_t, 0.0) + slack_m
        for one in np.unique(row[odd]).tolist() if odd.any() else ():
            at = np.flatnonzero(row == one)
            last = None
            if not math.isnan(known.lat[one]):
                last = float(known.phone_t[one]), LatLon(float(known.lat[one]), float(known.lon[one]))
            for i in at.tolist():
                here = float(t[i]), LatLon(float(lat[i]), float(lon[i]))
                kept[i] = self._counts(one, last, here, float(slack_m[i]))
                if kept[i]:
                    last = here
                elif last is not None:
                    self.held += 1
                    self._note(one, here[0], distance_m(last[1], here[1]))
        if self._pending:
            # Who is back where they were before was never there.
            for one in set(self._pending) & set(row[kept].tolist()):
                del self._pending[one]
        return kept

    def _counts(self, row: int, last: tuple[float, LatLon] | None, here: tuple[float, LatLon], slack_m: float) -> bool:
        if last is None or self._reached(last, here, slack_m):
            self._pending.pop(row, None)
            return True
        pending = self._pending.get(row)
        if pending is not None and self._reached(pending, here, slack_m):
            del self._pending[row]
            self._lately.pop(row, None)  # the driver really was there
            return True
        self._pending[row] = here
        return False

    def _note(self, row: int, t: float, far_m: float) -> None:
        before = self.lately(row, t) or Held(0, 0.0, t)
        self._lately[row] = Held(before.many + 1, max(before.farthest_m, far_m), t)

    def _reached(self, a: tuple[float, LatLon], b: tuple[float, LatLon], slack_m: float) -> bool:
        return distance_m(a[1], b[1]) <= self.fastest_mps * max(b[0] - a[0], 0.0) + slack_m
