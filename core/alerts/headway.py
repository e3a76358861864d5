"""Whether drivers under way get anywhere: how long each has stood still, and how far each has gone the wrong way."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import EARTH_RADIUS_M

Floats = NDArray[np.float64]
Leg = Hashable
"""Whatever tells one next stop from another."""

MOVED_M = 60.0
"""Whoever has come this far has moved; less may be the phone's error."""


class Headway(NamedTuple):
    """By driver: seconds without moving, 0 at a stop; metres farther from the next stop than they have been."""

    still_s: Floats
    away_m: Floats


class HeadwayWatch:
    """`look` is told of everyone who is under way, every time; who is left out is forgotten."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}
        self._legs: list[Leg] = []
        self._lat = self._lon = self._t = self._nearest = np.empty(0)

    def look(
        self, drivers: Sequence[str], legs: Sequence[Leg], place: Floats, t: Floats, target: Floats, radius_m: float
    ) -> Headway:
        """``legs`` name each driver's next stop; with another stop a driver begins anew.

        ``place`` and ``target`` (n, 2) are degrees, NaN where a driver's place is not known; ``t`` (n,) is when the place was
        taken, epoch seconds: a silent driver does not stand still. Within ``radius_m`` of the target a driver is there.
        """
        n = len(drivers)
        before = np.array([self._at.get(driver, -1) for driver in drivers], np.int64)
        same = np.array([b >= 0 and self._legs[b] == leg for b, leg in zip(before.tolist(), legs, strict=True)], np.bool_)
        lat, lon = (place[:, 0], place[:, 1]) if n else (np.empty(0), np.empty(0))
        away = _metres(place, target) if n else np.empty(0)
        anchor_lat, anchor_lon, anchor_t, nearest = lat.copy(), lon.copy(), t.copy(), away.copy()
        kept = np.flatnonzero(same)
        old = before[kept]
        anchor_lat[kept], anchor_lon[kept], anchor_t[kept] = self._lat[old], self._lon[old], self._t[old]
        nearest[kept] = np.fmin(self._nearest[old], away[kept])
        there = away <= radius_m
        moved = _metres(place, np.column_stack((anchor_lat, anchor_lon))) > MOVED_M if n else np.zeros(0, np.bool_)
        anew = there | moved | np.isnan(anchor_t)
        anchor_lat[anew], anchor_lon[anew], anchor_t[anew] = lat[anew], lon[anew], t[anew]
        self._at = {driver: i for i, driver in enumerate(drivers)}
        self._legs = list(legs)
        self._lat, self._lon, self._t, self._nearest = anchor_lat, anchor_lon, anchor_t, nearest
        return Headway(np.nan_to_num(t - anchor_t), np.nan_to_num(away - nearest))


def _metres(a: Floats, b: Floats) -> Floats:
    """Distances (n,) of places a few kilometres apart, on a plane."""
    d_lat = np.radians(b[:, 0] - a[:, 0])
    d_lon = np.radians((b[:, 1] - a[:, 1] + 180.0) % 360.0 - 180.0) * np.cos(np.radians((a[:, 0] + b[:, 0]) / 2))
    return np.asarray(np.hypot(d_lat, d_lon) * EARTH_RADIUS_M)
