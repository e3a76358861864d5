"""Orders of one merchant, picked up together."""

from __future__ import annotations

from dataclasses import dataclass
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
        fetch = [(StopKind.PICKUP, i) for i in range(len(orders))]
        bring = [(StopKind.DROPOFF, i) for i in range(len(orders))]
        return [
            Bundle((*[fetch[i] for i in group], *[bring[i] for i in route]), self.name)
            for _, group, route in sorted((len(route), tuple(sorted(route)), route) for route in routes)
        ]

    def _routes(self, market: Market, mine: list[int]) -> list[tuple[int, ...]]:
        """Doors in turn, for each set that goes together."""
        orders = market.orders
        ready, merchant, doors = np.maximum(orders.ready[mine], 0.0), orders.pickup[mine[0]], orders.dropoff[mine]
        between, out = great_circle_km(doors, doors), great_circle_km(merchant[None], doors)[0]
        pairs = self._pairs(ready, out, between)
        later: list[list[int]] = [[] for _ in mine]
        for a, b in sorted(pairs):
            later[a].append(b)
        haste = _Haste(
            ready + orders.pickup_service[mine],
            out * 3600.0 / (self.kmh or np.inf),
            between * 3600.0 / (self.kmh or np.inf),
            orders.dropoff_service[mine],
            orders.due[mine] if self.kmh else np.full(len(mine), np.inf),
        )
        far = between.tolist()
        sets: list[tuple[int, ...]] = sorted(pairs)
        routes: list[tuple[int, ...]] = []
        for size in range(2, self.most + 1):
            for group in sets:
                turns = (group, group[::-1]) if size == 2 else {_nearest_next(first, group, far): None for first in group}
                routes += [tuple([mine[a] for a in turn]) for turn in turns if haste.in_time(turn)]
            sets = [(*g, b) for g in sets for b in later[g[-1]] if all((a, b) in pairs for a in g[:-1])]
        return routes

    def _pairs(self, ready: Floats, out: Floats, between: Floats) -> set[tuple[int, int]]:
        """The nearest pairs first, until an order has as many partners as it may."""
        a, b = np.triu_indices(len(ready), 1)
        km = between[a, b]
        fit = (np.abs(ready[a] - ready[b]) <= 60.0 * self.ready_gap_min) & (km <= np.maximum(out[a], out[b]) + self.detour_km)
        a, b, km = a[fit], b[fit], km[fit]
        turn = np.lexsort((b, a, km))
        taken = [0] * len(ready)
        kept: set[tuple[int, int]] = set()
        for one, two in zip(a[turn].tolist(), b[turn].tolist(), strict=True):
            if taken[one] < self.partners and taken[two] < self.partners:
                taken[one] += 1
                taken[two] += 1
                kept.add((one, two))
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


def _nearest_next(first: int, group: tuple[int, ...], between: list[list[float]]) -> tuple[int, ...]:
    turn, left = [first], [a for a in group if a != first]
    while len(left) > 1:
        far = between[turn[-1]]
        turn.append(min(left, key=lambda a: (far[a], a)))
        left.remove(turn[-1])
    return (*turn, *left)
