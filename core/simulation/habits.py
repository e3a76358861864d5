"""What sets one merchant, and one part of the town, apart from another: drawn once, by their names."""

from __future__ import annotations

from functools import lru_cache

from core.domain.geo import LatLon
from core.simulation.chance import Concern, lognormal, stream
from core.simulation.params import SimulationParams
from core.simulation.profile import HOURLY

_CELL_DEG = 0.01


class Habits:
    def __init__(self, params: SimulationParams) -> None:
        self._params = params
        self._drawn = lru_cache(maxsize=None)(self._draw)

    def preparation(self, merchant_id: str, at: float) -> float:
        """How many times as long as it says a kitchen takes, at this hour of the day."""
        own, rush, _, _ = self._drawn(merchant_id)
        return own * (1 + rush * HOURLY[int(at % 86_400 // 3600)] / max(HOURLY))

    def pickup_stop(self, merchant: str) -> float:
        """How many times as long as usual it takes to get in and out."""
        return self._drawn(merchant)[2]

    def tells(self, merchant_id: str) -> bool:
        """Whether the merchant says when an order is ready."""
        return self._drawn(merchant_id)[3] < self._params.ready_told_rate

    def dropoff_stop(self, door: LatLon) -> float:
        """How many times as long as usual it takes to hand over in this part of the town."""
        return self._drawn(f"{door.lat // _CELL_DEG:.0f},{door.lon // _CELL_DEG:.0f}", Concern.DOOR)[2]

    def _draw(self, name: str, concern: Concern = Concern.HABIT) -> tuple[float, float, float, float]:
        rng, params = stream(self._params.seed, concern, name), self._params
        own = lognormal(rng, 1.0, params.habit_spread)
        rush = params.rush * float(rng.random())
        return own / (1 + rush / 2), rush, lognormal(rng, 1.0, params.habit_spread), float(rng.random())
