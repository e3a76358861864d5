"""Phones whose clock is off: noticed by when their newest positions come, and told from positions that come late.

The lag of a message, its arrival less the time of its newest fix, is the error of the phone's clock plus the time the fix
waited and travelled. A clock that is off shifts every message alike. What was kept while there was no network comes with
lags that differ, and shrink as the phone catches up. So an error is believed only of lags that agree and keep agreeing.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.domain.reports import Floats

Rows = NDArray[np.int64]

WINDOW = 5
"""So many messages in a row are looked at together."""
SPREAD_S = 5.0
"""All but one of them differ from their median by no more, and none is lower by more: it would have come before it was sent."""
TREND_S = 5.0
"""The newest two differ from the oldest two, on average, by no more."""
SPAN_S = 24.0
"""They came over this long at least: a burst says nothing."""
STEADY_S = 2.0
"""An estimate that moves by less stays as it was."""
FEW = 5
"""Of fewer phones nothing is concluded about this machine's own clock."""


class Corrections(NamedTuple):
    """Rows (n,) whose correction changed; ``seconds`` are to be added to what the phone says; ``phone_t`` its newest time."""

    rows: Rows
    seconds: Floats
    phone_t: Floats


class PhoneClocks:
    """``correction_s`` by row: seconds to add to the phone's times, 0 for a clock that is right (or not known to be wrong)."""

    def __init__(self) -> None:
        self._lag = np.zeros((0, WINDOW))
        self._at = np.zeros((0, WINDOW))
        self._count = np.zeros(0, np.int64)
        self._correction = np.zeros(0)
        self._this_machine_s: float | None = 0.0

    def of(self, row: int) -> float:
        """The correction of a row's clock in seconds: above 0 the clock is behind, below 0 ahead."""
        return float(self._correction[row]) if row < len(self._correction) else 0.0

    @property
    def this_machine_s(self) -> float:
        """What this machine's own clock seems to be off by: most phones can't all be wrong by the same. 0 where it is not.

        Asked for every phone that is off, so it is worked out once for all that was noted."""
        if self._this_machine_s is None:
            self._this_machine_s = self._agreed_s()
        return self._this_machine_s

    def _agreed_s(self) -> float:
        known = self._correction[self._count >= WINDOW]
        off = known[known != 0]
        if len(known) < FEW or len(off) <= len(known) / 2:
            return 0.0
        middle = float(np.median(off))
        alike = np.abs(off - middle) <= 2 * SPREAD_S
        return middle if alike.sum() > len(known) / 2 else 0.0

    def note(self, rows: Rows, newest_t: Floats, now: float, tolerance_s: float) -> Corrections:
        """Take in one message (or several at once) of each row, no row twice: the phone's newest time (n,), epoch seconds.

        Clocks within ``tolerance_s`` count as right.
        """
        if len(rows):
            self._grow(int(rows.max()) + 1)
        self._this_machine_s = None
        # Of a phone that speaks often the newest stands in for the one before it, until those that are looked at span enough.
        close = (self._count[rows] >= WINDOW) & (now - self._at[rows, (self._count[rows] + 1) % WINDOW] < SPAN_S)
        self._count[rows[close]] -= 1
        lag = now - newest_t
        slot = self._count[rows] % WINDOW
        self._lag[rows, slot], self._at[rows, slot] = lag, now
        self._count[rows] += 1
        before = self._correction[rows]
        look = ((np.abs(lag) > tolerance_s / 2) | (before != 0)) & (self._count[rows] >= WINDOW)
        rows, before, newest_t = rows[look], before[look], newest_t[look]
        after = self._estimated(rows, before, tolerance_s) if len(rows) else before
        changed = after != before
        self._correction[rows[changed]] = after[changed]
        return Corrections(rows[changed], after[changed], newest_t[changed])

    def _estimated(self, rows: Rows, before: Floats, tolerance_s: float) -> Floats:
        # The oldest of the ring stands where the next one will go.
        places = (self._count[rows][:, None] + np.arange(WINDOW)) % WINDOW
        lags, at = self._lag[rows[:, None], places], self._at[rows[:, None], places]
        ranked = np.sort(lags, axis=1)
        middle = ranked[:, WINDOW // 2]
        spread = np.sort(np.abs(lags - middle[:, None]), axis=1)[:, -2]
        trend = np.abs(lags[:, -2:].mean(axis=1) - lags[:, :2].mean(axis=1))
        # What waits and travels only adds to a lag: none is much lower than what agrees, and the lower ones say most.
        lower = middle - ranked[:, 0]
        agree = (np.maximum(spread, lower) <= SPREAD_S) & (trend <= TREND_S) & (at[:, -1] - at[:, 0] >= SPAN_S)
        estimate = ranked[:, 1]
        off = agree & (np.abs(estimate) > np.where(before != 0, tolerance_s / 2, tolerance_s))
        moved = np.abs(estimate - before) > STEADY_S
        right = np.sort(np.abs(lags), axis=1)[:, -2] <= tolerance_s / 2
        return np.where(right, 0.0, np.where(off & moved, estimate, before))

    def _grow(self, count: int) -> None:
        have = len(self._count)
        if count > have:
            more = max(count, 2 * have) - have
            self._lag = np.concatenate((self._lag, np.zeros((more, WINDOW))))
            self._at = np.concatenate((self._at, np.full((more, WINDOW), math.nan)))
            self._count = np.append(self._count, np.zeros(more, np.int64))
            self._correction = np.append(self._correction, np.zeros(more))
