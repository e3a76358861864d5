"""When customers order: the day's profile, and arrivals drawn from it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

HOURLY = (
    0.30, 0.16, 0.09, 0.06, 0.05, 0.06, 0.12, 0.25, 0.40, 0.50, 0.70, 1.20,
    1.75, 1.60, 0.95, 0.70, 0.75, 1.10, 1.90, 2.40, 2.20, 1.60, 1.00, 0.55,
)  # fmt: skip
"""Relative demand in each hour of the day, lunch and evening its peaks; between the middles of two hours it runs straight."""

_DAY_S = 86_400.0
_MIDDLES = (np.arange(-1, 25) + 0.5) * 3600.0
_WEIGHTS = np.array([HOURLY[-1], *HOURLY, HOURLY[0]])


class DayProfile:
    """Orders per second over the day, scaled so that the mean over a window is the rate asked for.

    ``per_hour`` is that mean in orders an hour, over ``window_s`` seconds from ``start`` (epoch seconds). Hours are those
    of UTC plus ``offset_s``, as simulated clocks show them.
    """

    def __init__(self, per_hour: float, start: float, window_s: float, offset_s: float = 0.0) -> None:
        self._offset = offset_s
        self._scale = 1.0
        samples = start + (np.arange(_samples(window_s)) + 0.5) * window_s / _samples(window_s)
        mean = float(np.mean(self.rate(samples)))
        self._scale = per_hour / 3600.0 / mean
        self.highest = float(_WEIGHTS.max()) * self._scale

    def rate(self, at: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Orders per second at the given epoch seconds."""
        second_of_day = np.mod(np.asarray(at, np.float64) + self._offset, _DAY_S)
        return np.asarray(np.interp(second_of_day, _MIDDLES, _WEIGHTS) * self._scale, np.float64)


def _samples(window_s: float) -> int:
    """Enough of them that the mean is right to a thousandth: one every ten seconds, and never few."""
    return max(100, int(window_s / 10))


def arrivals(profile: DayProfile, start: float, rng: np.random.Generator) -> Iterator[float]:
    """Epoch seconds of one order after another, without end: a Poisson process by thinning (Lewis and Shedler 1979).

    Where the profile asks for no orders at all, there are none.
    """
    at = start
    while profile.highest > 0:
        at += float(rng.exponential(1.0 / profile.highest))
        if rng.random() * profile.highest < float(profile.rate(at)):
            yield at
