"""A peak that goes on: orders come all the time, and what is measured is the time after the market has filled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.benches.peak import START, Chooser, Peak
from core.matching.params import Params
from core.ports import TravelTimes
from core.routing.city import City


@dataclass(frozen=True, slots=True)
class Steady:
    """``per_driver_hour`` orders come for each driver and hour, at random; the first ``warm_s`` seconds are not measured.

    The demo's own load is five: at that many 1,000 drivers have about 2,000 open orders before them.
    """

    drivers: int = 1000
    per_driver_hour: float = 5.0
    warm_s: float = 1200.0
    measured_s: float = 1800.0
    cycle_s: float = 30.0
    seed: int = 1

    def play(self, city: City, travel: TravelTimes, choose: Chooser, params: Params) -> dict[str, float]:
        """Figures of the tours that ended, and of the promises that fell due, while it was measured."""
        market = Peak(city, travel, self.drivers, 0, self.seed, under_way=False)
        rng = np.random.default_rng([self.seed, 1])
        since, end = START + self.warm_s, START + self.warm_s + self.measured_s
        orders = []
        while market.now < end:
            many = rng.poisson(self.drivers * self.per_driver_hour * self.cycle_s / 3600)
            came = market.now - np.sort(rng.uniform(0, self.cycle_s, many))[::-1]
            orders += [market.place(at) for at in came.tolist()]
            if market.waiting:
                market.give(choose(market.snapshot(params)))
            market.advance(market.now + self.cycle_s)
        done = {order.id: at for order, at in market.outcome.done}
        late = np.array([min(done.get(o.id, end), end) - o.due_at for o in orders if since <= o.due_at < end]) / 60.0
        outcome = market.outcome
        return {
            "due": len(late),
            "pdt_min": outcome.pdt_min(since=since),
            "pdt_shared_min": outcome.pdt_min(2, since=since),
            "pdt_solo_min": outcome.pdt_min(1, 1, since=since),
            "shared_pct": outcome.shared_pct(since=since),
            "late_pct": 100.0 * float((late > 0).mean()),
            "late_min_mean": float(np.maximum(late, 0.0).mean()),
            "waiting_min": outcome.waited / 60.0 / max(1, len(done)),
            "open_orders": float(len(orders) - len(done)),
            "busy_pct": 100.0 * sum(bool(r.stops) for r in market.riders.values()) / len(market.riders),
        }
