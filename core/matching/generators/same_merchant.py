"""Two orders of one merchant, picked up together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.domain.driver import StopKind
from core.matching.generators import Bundle
from core.matching.pruning import great_circle_km

if TYPE_CHECKING:
    from core.matching.market import Market
    from core.matching.timing import Floats


@dataclass(frozen=True, slots=True)
class SameMerchant:
    """Pairs whose ready times are at most ``ready_gap_min`` apart and whose doors lie in one direction.

    One direction: from door to door is no farther than from the merchant to the farther door (by more than ``detour_km``),
    as the crow flies. Each order is paired with its ``partners`` best at most, those with the nearest doors. Both orders of
    the drop-offs are proposed: which one is better depends on the vehicle and on the promises.
    """

    name: ClassVar[str] = "same_merchant"
    ready_gap_min: float = 6.0
    detour_km: float = 0.3
    partners: int = 4

    def propose(self, market: Market) -> list[Bundle]:
        orders = market.orders
        of_merchant: dict[tuple[str, tuple[float, float]], list[int]] = {}
        for i, view in enumerate(orders.views):
            of_merchant.setdefault((view.merchant_id, view.pickup), []).append(i)
        found: list[tuple[float, int, int]] = []
        for mine in of_merchant.values():
            if len(mine) > 1:
                found += self._pairs(mine, orders.ready, orders.pickup[mine[0]], orders.dropoff[mine])
        return [
            Bundle(
                (
                    (StopKind.PICKUP, i),
                    (StopKind.PICKUP, j),
                    (StopKind.DROPOFF, first),
                    (StopKind.DROPOFF, second),
                ),
                self.name,
            )
            for i, j in self._best(found)
            for first, second in ((i, j), (j, i))
        ]

    def _pairs(self, mine: list[int], ready: Floats, merchant: Floats, doors: Floats) -> list[tuple[float, int, int]]:
        out = great_circle_km(merchant[None], doors)[0]
        between = great_circle_km(doors, doors)
        return [
            (float(between[a, b]), mine[a], mine[b])
            for a, b in combinations(range(len(mine)), 2)
            if abs(ready[mine[a]] - ready[mine[b]]) <= 60.0 * self.ready_gap_min
            and between[a, b] <= np.maximum(out[a], out[b]) + self.detour_km
        ]

    def _best(self, found: list[tuple[float, int, int]]) -> list[tuple[int, int]]:
        """The nearest pairs first, until an order has as many partners as it may."""
        taken: dict[int, int] = {}
        kept: list[tuple[int, int]] = []
        for _, i, j in sorted(found):
            if taken.get(i, 0) < self.partners and taken.get(j, 0) < self.partners:
                taken[i] = taken.get(i, 0) + 1
                taken[j] = taken.get(j, 0) + 1
                kept.append((i, j))
        return sorted(kept)
