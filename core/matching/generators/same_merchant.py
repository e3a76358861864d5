"""Orders of one merchant, picked up together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.domain.driver import StopKind
from core.matching.formulations import spread
from core.matching.generators import Bundle
from core.matching.pruning import apart_km

if TYPE_CHECKING:
    from core.domain.geo import LatLon
    from core.matching.market import Ints, Market


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
        count = len(market.orders)
        together = np.sort(self._paired(market))
        if not len(together):
            return []
        a, b = np.divmod(together, count)
        later = np.bincount(a, minlength=count)
        haste = _Haste(market, self.kmh)
        fetch = [(StopKind.PICKUP, i) for i in range(count)]
        bring = [(StopKind.DROPOFF, i) for i in range(count)]
        found: list[Bundle] = []
        sets = np.stack([a, b], axis=1)
        for size in range(2, self.most + 1):
            group, route = haste.in_time(sets)
            by = np.lexsort((*route.T[::-1], *group.T[::-1]))
            for mine, doors in zip(group[by].tolist(), route[by].tolist(), strict=True):
                found.append(Bundle((*[fetch[i] for i in mine], *[bring[i] for i in doors]), self.name))
            if size < self.most:
                last, of = spread(b, later, sets[:, -1])
                known = np.isin(sets[of, :-1] * count + last[:, None], together).all(axis=1)
                sets = np.concatenate([sets[of[known]], last[known, None]], axis=1)
        return found

    def _paired(self, market: Market) -> Ints:
        """Pairs (a, b) as a·orders + b, a before b: the nearest first, until an order has as many partners as it may."""
        orders = market.orders
        merchants: dict[tuple[str, LatLon], int] = {}
        of = np.array([merchants.setdefault((o.merchant_id, o.pickup), len(merchants)) for o in orders.views], dtype=np.int64)
        line, size = np.argsort(of, kind="stable"), np.bincount(of)
        after = np.arange(len(line)) + 1
        behind = np.repeat(np.cumsum(size), size) - after
        a = np.repeat(line, behind)
        b = line[np.arange(len(a)) - np.repeat(np.cumsum(behind) - behind - after, behind)]
        ready, out = np.maximum(orders.ready, 0.0), apart_km(orders.pickup, orders.dropoff)
        near = np.flatnonzero(np.abs(ready[a] - ready[b]) <= 60.0 * self.ready_gap_min)
        a, b = a[near], b[near]
        km = apart_km(orders.dropoff[a], orders.dropoff[b])
        fit = np.flatnonzero(km <= np.maximum(out[a], out[b]) + self.detour_km)
        fit = fit[np.lexsort((b[fit], a[fit], km[fit]))]
        taken = [0] * len(orders)
        kept: list[int] = []
        for one, two in zip(a[fit].tolist(), b[fit].tolist(), strict=True):
            if taken[one] < self.partners and taken[two] < self.partners:
                taken[one] += 1
                taken[two] += 1
                kept.append(one * len(orders) + two)
        return np.array(kept, dtype=np.int64)


class _Haste:
    """The doors of sets in turn, each of them as the first, and how soon they can be reached at the best that can be."""

    def __init__(self, market: Market, kmh: float) -> None:
        orders = market.orders
        self._door, self._service = orders.dropoff, orders.dropoff_service
        self._fetched = np.maximum(orders.ready, 0.0) + orders.pickup_service
        self._s_per_km = 3600.0 / (kmh or np.inf)
        self._out = apart_km(orders.pickup, orders.dropoff) * self._s_per_km
        late = self._fetched + self._out + self._service > orders.due
        self._due = np.where(late | (kmh == 0.0), np.inf, orders.due)

    def in_time(self, sets: Ints) -> tuple[Ints, Ints]:
        """Of n sets (n, k) and the turns of their doors those in which nobody who could be in time alone is late."""
        n, k = sets.shape
        km = np.zeros((n, k, k))
        for i, j in combinations(range(k), 2):
            km[:, i, j] = km[:, j, i] = apart_km(self._door[sets[:, i]], self._door[sets[:, j]])
        fetched, here = self._fetched[sets].max(axis=1), np.arange(n)
        groups, routes = [], []
        for first in range(k):
            turn, last = np.full((n, k), first), np.full(n, first)
            left = np.ones((n, k), dtype=np.bool_)
            at, in_time = fetched, np.ones(n, dtype=np.bool_)
            for step in range(k):
                on_the_way = self._out[sets[:, first]]
                if step:
                    turn[:, step] = np.argmin(np.where(left, km[here, last], np.inf), axis=1)
                    on_the_way = km[here, last, turn[:, step]] * self._s_per_km
                last = turn[:, step]
                left[here, last] = False
                order = sets[here, last]
                at = at + (on_the_way + self._service[order])
                in_time &= at <= self._due[order]
            groups.append(sets[in_time])
            routes.append(np.take_along_axis(sets, turn, axis=1)[in_time])
        return np.concatenate(groups), np.concatenate(routes)
