"""When to leave a provider alone: circuit breaker, budget of retries, backoff. All by a time that is passed in."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


@dataclass(slots=True)
class Breaker:
    """Opens after ``after`` failures in a row, or where half of the last ``window`` calls failed; lets one call through once it
    has been open for ``open_s``, and twice as long each time that one fails, up to ``longest_s``.

    M. Nygard, *Release It!* (2007), chapter 5.
    """

    after: int = 5
    open_s: float = 30.0
    longest_s: float = 300.0
    window: int = 20
    state: BreakerState = BreakerState.CLOSED
    reason: str = ""
    _row: int = 0
    _recent: deque[bool] = field(default_factory=deque)
    _opened: int = 0
    _until: float = 0.0
    _probe_until: float = 0.0

    @property
    def until(self) -> float:
        """When the next call may be made, epoch seconds, while it is open."""
        return self._until

    def would_allow(self, now: float) -> bool:
        if self.state is BreakerState.CLOSED:
            return True
        return now >= (self._until if self.state is BreakerState.OPEN else self._probe_until)

    def allow(self, now: float) -> bool:
        """Whether a call may be made; one that may be the probe is taken to be made."""
        if not self.would_allow(now):
            return False
        if self.state is not BreakerState.CLOSED:
            self.state = BreakerState.PROBING
            self._probe_until = now + self.open_s  # should its answer never come
        return True

    def record(self, good: bool, now: float, reason: str = "") -> None:
        self._recent.append(good)
        while len(self._recent) > self.window:
            self._recent.popleft()
        self._row = 0 if good else self._row + 1
        if good:
            if self.state is BreakerState.PROBING:
                self.state, self._opened, self.reason = BreakerState.CLOSED, 0, ""
                self._recent.clear()
            return
        often = len(self._recent) >= self.window and sum(self._recent) * 2 <= len(self._recent)
        if self.state is BreakerState.PROBING or (self.state is BreakerState.CLOSED and (self._row >= self.after or often)):
            self._until = now + min(self.longest_s, self.open_s * 2**self._opened)
            self._opened += 1
            self.state, self.reason = BreakerState.OPEN, reason
            self._row = 0


@dataclass(slots=True)
class RetryBudget:
    """Retries are at most ``share`` of what is sent at first, and ``reserve`` more at any moment, so that a provider in trouble
    is not buried under them (Google, *Site Reliability Engineering* (2016), chapter 22)."""

    share: float = 0.2
    reserve: float = 10.0
    _left: float = -1.0

    def __post_init__(self) -> None:
        self._left = self.reserve

    @property
    def left(self) -> int:
        """How many retries may be made now."""
        return int(self._left)

    def earn(self) -> None:
        self._left = min(self._left + self.share, 10 * self.reserve)

    def spend(self) -> bool:
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


def backoff_s(attempt: int, chance: random.Random, first_s: float = 1.0, longest_s: float = 60.0) -> float:
    """How long to wait before try ``attempt`` + 1: anything from half to all of a span that doubles each time ("equal
    jitter").
    """
    span = min(longest_s, first_s * 2.0 ** min(attempt, 30))
    return span / 2 + chance.random() * span / 2
