"""Orders of merchants near each other, picked up one after the other and then delivered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.domain.driver import StopKind
from core.matching.generators import Bundle
from core.matching.generators.routes import apart, plane_km

if TYPE_CHECKING:
    from core.matching.market import Ints, Market
    from core.matching.timing import Floats


@dataclass(frozen=True, slots=True)
class NearbyMerchants:
    """Pairs of orders of merchants at most ``apart_km`` apart, ready within ``ready_gap_min`` of each other or by now, the one
    that is ready first being fetched first, for which one round is shorter than two by ``saved_km`` at least.

    Orders are paired that are among each other's ``partners`` best, those that save the most. Both turns of the doors are
    proposed where the longer one is no more than ``saved_km`` behind. All distances are as the crow flies, without the way to
    the first merchant."""

    name: ClassVar[str] = "nearby_merchants"
    apart_km: float = 0.6
    ready_gap_min: float = 6.0
    saved_km: float = 0.3
    partners: int = 5

    def propose(self, market: Market) -> list[Bundle]:
        orders = market.orders
        if len(orders) < 2:
            return []
        from scipy.spatial import cKDTree

        middle = float(orders.pickup[:, 0].mean())
        shop, door = plane_km(orders.pickup, middle), plane_km(orders.dropoff, middle)
        pairs = cKDTree(shop).query_pairs(self.apart_km, output_type="ndarray")
        if not len(pairs):
            return []
        a, b = np.divmod(np.sort(pairs[:, 0] * len(orders) + pairs[:, 1]), len(orders))
        merchant = np.unique([view.merchant_id for view in orders.views], return_inverse=True)[1]
        ready = np.maximum(orders.ready, 0.0)
        fit = (merchant[a] != merchant[b]) & (np.abs(ready[a] - ready[b]) <= 60.0 * self.ready_gap_min)
        a, b = a[fit], b[fit]
        swap = orders.ready[a] > orders.ready[b]
        a, b = np.where(swap, b, a), np.where(swap, a, b)
        own, between, across, crossed = (
            apart(shop, door),
            apart(shop[a], shop[b]),
            apart(door[a], door[b]),
            apart(shop[b], door[a]),
        )
        first_a = between + crossed + across
        first_b = between + own[b] + across
        # Two rounds: each its own way out, and the way from the first door back to the second merchant.
        saved = own[a] + crossed + own[b] - np.minimum(first_a, first_b)
        worth = np.flatnonzero(saved >= self.saved_km)
        found = []
        for k in worth[_best_partners(a[worth], b[worth], saved[worth], self.partners)].tolist():
            one, two = int(a[k]), int(b[k])
            for mine, other, doors in ((first_a[k], first_b[k], (one, two)), (first_b[k], first_a[k], (two, one))):
                if mine <= other + self.saved_km:
                    stops = ((StopKind.PICKUP, one), (StopKind.PICKUP, two), *((StopKind.DROPOFF, o) for o in doors))
                    found.append(Bundle(stops, self.name))
        return found


def _best_partners(a: Ints, b: Ints, saved: Floats, partners: int) -> Ints:
    """Indices of the pairs that save the most for both of their orders, among the first ``partners`` of each."""
    pair = np.repeat(np.argsort(-saved, kind="stable"), 2)
    order = np.where(np.arange(len(pair)) % 2, b[pair], a[pair])
    turn = np.argsort(order.astype(np.min_scalar_type(int(order.max(initial=0)))), kind="stable")  # short numbers sort fast
    counts = np.bincount(order)
    place = np.arange(len(turn)) - np.repeat(np.cumsum(counts) - counts, counts)
    votes = np.bincount(pair[turn[place < partners]], minlength=len(a))
    return np.flatnonzero(votes == 2)
