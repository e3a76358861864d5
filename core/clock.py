"""Time, passed in. Everything below asks a clock and never the machine."""

from __future__ import annotations

import time
from datetime import UTC, datetime, tzinfo
from typing import Protocol


class Clock(Protocol):
    """``now`` is epoch seconds; ``zone`` is what local times are shown in."""

    @property
    def zone(self) -> tzinfo | None: ...

    def now(self) -> float: ...


LEAP_S = 60.0


class RealClock:
    """The machine's time, which never runs backwards: where the machine's clock is set back, this one goes on at its pace
    until the machine's has caught up."""

    zone: tzinfo | None = None

    def __init__(self) -> None:
        self._last = 0.0
        self._ticks = time.monotonic()
        self.leap: tuple[float, float] | None = None
        """The last time it went on by more than had passed, and by how many seconds: the machine slept, or was set forward."""

    @property
    def ahead_s(self) -> float:
        """So far is this clock ahead of the machine's, since that was set back."""
        return max(0.0, self._last - time.time())

    def go_on_from(self, at: float) -> None:
        """Never be earlier than ``at`` (epoch seconds), which was told before a restart."""
        self._last = max(self.now(), at)

    def now(self) -> float:
        ticks = time.monotonic()
        passed, self._ticks = ticks - self._ticks, ticks
        wall = time.time()
        if self._last and wall - self._last - passed > LEAP_S:
            self.leap = wall, wall - self._last - passed
        self._last = wall if wall >= self._last else self._last + passed
        return self._last


class ScaledClock:
    """Runs from ``start`` (epoch seconds) at ``speed`` times the real pace; 0 stands still."""

    zone: tzinfo | None = UTC

    def __init__(self, start: float, speed: float = 1.0) -> None:
        self._base = start
        self._since = time.monotonic()
        self._speed = speed

    @property
    def speed(self) -> float:
        return self._speed

    def set_speed(self, speed: float) -> None:
        self._base = self.now()
        self._since = time.monotonic()
        self._speed = speed

    def now(self) -> float:
        return self._base + (time.monotonic() - self._since) * self._speed


class SteppedClock:
    """Moves only when told to. For tests, headless runs and benchmarks."""

    zone: tzinfo | None = UTC

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> float:
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._now += seconds
        return self._now


def local_time(at: float, zone: tzinfo | None, seconds: bool = False) -> str:
    """``18:05``, or ``18:05:09`` with seconds, in the clock's zone."""
    return datetime.fromtimestamp(at, zone).strftime("%H:%M:%S" if seconds else "%H:%M")
