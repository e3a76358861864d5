"""The phones' positions: captured often, sent in batches, never quite exact."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.messaging.codecs.kerbside import Rates
from core.simulation.chance import Concern, stream
from core.simulation.motion import Floats, Motion, scattered

KEPT = 128
"""Fixes a phone keeps while it can't send; then the oldest give way."""

_MEMORY = 0.9
"""Share of a position's error that is still there a second later: errors of GPS wander, they do not flicker."""


ACTIVE = Rates(1.0, 8.0)
PASSIVE = Rates(4.0, 20.0)
"""What an app does until it is told otherwise; the figures of the first seed's driver app."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Fixes of one driver, in columns of k: epoch seconds, degrees, metres, m/s, degrees; and the battery in percent."""

    t: Floats
    lat: Floats
    lon: Floats
    acc: Floats
    spd: Floats
    hdg: Floats
    batt: float


class FixRecorder:
    """Rows are drivers, columns the last `KEPT` captures of each."""

    def __init__(self, n: int, seed: int, error_m: float, start: float) -> None:
        self._rng = stream(seed, Concern.GPS)
        self._error_m = error_m
        self._error = np.zeros((2, n))
        self._acc: Floats = np.round(4.0 + error_m * self._rng.random(n), 1)
        self._batt: Floats = self._rng.uniform(45.0, 100.0, n)
        self._drain: Floats = self._rng.uniform(6.0, 11.0, n) / 3600.0
        self._charging: NDArray[np.bool_] = np.zeros(n, np.bool_)
        self._kept = np.zeros((5, n, KEPT))
        self._first: NDArray[np.int64] = np.zeros(n, np.int64)
        self._count: NDArray[np.int64] = np.zeros(n, np.int64)
        self._capture_s: Floats = np.full(n, PASSIVE.capture_s)
        self._send_s: Floats = np.full(n, PASSIVE.send_s)
        # Phones were not all switched on in the same second.
        self._next_capture: Floats = np.full(n, start)
        self._next_send: Floats = start + 1 + np.floor(self._rng.random(n) * PASSIVE.send_s)

    def set_rates(self, i: int, rates: Rates, now: float) -> None:
        if (self._capture_s[i], self._send_s[i]) == (rates.capture_s, rates.send_s):
            return
        self._capture_s[i], self._send_s[i] = rates.capture_s, rates.send_s
        self._next_capture[i] = min(self._next_capture[i], now + rates.capture_s)
        self._next_send[i] = min(self._next_send[i], now + rates.send_s)

    def capture(self, now: float, motion: Motion) -> None:
        """Let a second pass, and take down the positions that are due."""
        self._wander()
        due = np.flatnonzero(self._next_capture <= now)
        lat, lon = scattered(motion.lat[due], motion.lon[due], self._error[0, due], self._error[1, due])
        slot = (self._first[due] + self._count[due]) % KEPT
        self._kept[:, due, slot] = (np.full(len(due), now), lat, lon, motion.spd[due], motion.hdg[due])
        full = self._count[due] == KEPT
        self._first[due[full]] = (self._first[due[full]] + 1) % KEPT
        self._count[due[~full]] += 1
        self._next_capture[due] = now + self._capture_s[due]

    def due(self, now: float) -> list[int]:
        """The drivers whose phones send now."""
        found: list[int] = np.flatnonzero((self._next_send <= now) & (self._count > 0)).tolist()
        return found

    def take(self, i: int, now: float) -> Taken:
        """All that driver i's phone has kept, oldest first; it keeps them no longer."""
        slots = (self._first[i] + np.arange(self._count[i])) % KEPT
        t, lat, lon, spd, hdg = self._kept[:, i, slots]
        self._first[i] = self._count[i] = 0
        self._next_send[i] = now + self._send_s[i]
        acc = np.full(len(t), self._acc[i])
        batt = float(round(self._batt[i]))
        return Taken(t, np.round(lat, 6), np.round(lon, 6), acc, np.round(spd, 1), np.round(hdg) % 360.0, batt)

    def _wander(self) -> None:
        fresh = self._error_m * math.sqrt((1 - _MEMORY**2) / 2)
        self._error = _MEMORY * self._error + self._rng.normal(0.0, fresh, self._error.shape)
        self._charging = np.where(self._charging, self._batt < 95.0, self._batt < 12.0)
        self._batt = np.clip(self._batt + np.where(self._charging, 60.0 / 3600.0, -self._drain), 1.0, 100.0)
