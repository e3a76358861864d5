"""Orders of one merchant, picked up together."""

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
    """Orders that are ready by now, or at most ``ready_gap_min`` apart, and whose doors lie in one direction, up to ``most``.

    One direction: from door to door is no farther than from the merchant to the farther door (by more than ``detour_km``),
    as the crow flies. Each order is paired with its ``partners`` best at most, those with the nearest doors; a larger set
    is one whose orders are all paired. A set is proposed once with each of its doors as the first, going on to the nearest
    door each time: which is better depends on the vehicle and on the promises. Not where one would be late even at ``kmh``, as
    the crow flies, with a driver who is there already, if it would not be by itself; 0 leaves that to the cost.
    """

    name: ClassVar[str] = "same_merchant"
    ready_gap_min: float = 8.0
    detour_km: float = 0.3
    partners: int = 6
    most: int = 3
    kmh: float = 40.0

    def propose(self, market: Market) -> list[Bundle]:
        orders = market.orders
        of_merchant: dict[tuple[str, tuple[float, float]], list[int]] = {}
        for i, view in enumerate(orders.views):
            of_merchant.setdefault((view.merchant_id, view.pickup), []).append(i)
        routes: list[tuple[int, ...]] = []
        for mine in of_merchant.values():
            if len(mine) > 1:
                routes += self._routes(market, mine)
        return [
            Bundle((*((StopKind.PICKUP, i) for i in sorted(route)), *((StopKind.DROPOFF, i) for i in route)), self.name)
            for route in sorted(routes, key=lambda route: (len(route), sorted(route), route))
        ]

    def _routes(self, market: Market, mine: list[int]) -> list[tuple[int, ...]]:
        """Doors in turn, for each set that goes together."""
        orders = market.orders
        ready, merchant, doors = np.maximum(orders.ready[mine], 0.0), orders.pickup[mine[0]], orders.dropoff[mine]
        between, out = great_circle_km(doors, doors), great_circle_km(merchant[None], doors)[0]
        pairs = self._pairs(ready, out, between)
        haste = _Haste(
            ready + orders.pickup_service[mine],
            out * 3600.0 / (self.kmh or np.inf),
            between * 3600.0 / (self.kmh or np.inf),
            orders.dropoff_service[mine],
            orders.due[mine] if self.kmh else np.full(len(mine), np.inf),
        )
        sets: list[tuple[int, ...]] = sorted(pairs)
        routes: list[tuple[int, ...]] = []
        for _ in range(2, self.most + 1):
            for group in sets:
                turns = {_nearest_next(first, group, between): None for first in group}
                routes += [tuple(mine[a] for a in turn) for turn in turns if haste.in_time(turn)]
            sets = [(*g, b) for g in sets for b in range(g[-1] + 1, len(mine)) if all((a, b) in pairs for a in g)]
        return routes

    def _pairs(self, ready: Floats, out: Floats, between: Floats) -> set[tuple[int, int]]:
        """The nearest pairs first, until an order has as many partners as it may."""
        found = [
            (float(between[a, b]), a, b)
            for a, b in combinations(range(len(ready)), 2)
            if abs(ready[a] - ready[b]) <= 60.0 * self.ready_gap_min and between[a, b] <= max(out[a], out[b]) + self.detour_km
        ]
        taken = [0] * len(ready)
        kept: set[tuple[int, int]] = set()
        for _, a, b in sorted(found):
            if taken[a] < self.partners and taken[b] < self.partners:
                taken[a] += 1
                taken[b] += 1
                kept.add((a, b))
        return kept


class _Haste:
    """Seconds at the best that can be: ``fetched`` (n,), on the way ``out`` (n,) and ``between`` (n, n), at the doors."""

    def __init__(self, fetched: Floats, out: Floats, between: Floats, service: Floats, due: Floats) -> None:
        late = fetched + out + service > due
        self._fetched, self._out, self._between = fetched.tolist(), out.tolist(), between.tolist()
        self._service, self._due = service.tolist(), np.where(late, np.inf, due).tolist()

    def in_time(self, turn: tuple[int, ...]) -> bool:
        """Whether nobody who could be in time alone is late with the doors in this turn."""
        at = max(self._fetched[a] for a in turn)
        before = -1
        for a in turn:
            at += (self._out[a] if before < 0 else self._between[before][a]) + self._service[a]
            if at > self._due[a]:
                return False
            before = a
        return True


def _nearest_next(first: int, group: tuple[int, ...], between: Floats) -> tuple[int, ...]:
    turn, left = [first], [a for a in group if a != first]
    while left:
        turn.append(min(left, key=lambda a: (between[turn[-1], a], a)))
        left.remove(turn[-1])
    return tuple(turn)
