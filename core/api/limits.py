"""How much one caller may ask: a bucket of tokens each, refilled at a steady rate."""

from __future__ import annotations

from collections import OrderedDict

MOST_CALLERS = 10_000


class Buckets:
    """``rate`` tokens a second for each caller, at most ``burst`` of them at once. ``now`` is seconds of any steady clock."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, now: float) -> float:
        """Take a token: 0.0, or, with nothing taken, the seconds until there is one."""
        left, at = self._left.pop(caller, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.rate)
        wait = 0.0 if left >= 1 else (1 - left) / self.rate
        self._left[caller] = (left - 1 if wait == 0.0 else left, now)
        if len(self._left) > MOST_CALLERS:
            self._left.popitem(last=False)  # the one that has asked for nothing longest; its bucket has filled up since
        return wait
