"""Orders that share a driver: each has to keep its promise with something in hand, since what is foretold is not certain.

An order that could not be brought so early by itself either is left to the cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import StopKind

if TYPE_CHECKING:
    from core.matching.eligibility import Pairs
    from core.matching.pricing import Columns


def too_tight(pairs: Pairs, priced: Columns) -> NDArray[np.bool_]:
    """Which routes shared by several orders, those on board included, leave one of them less than the margin, shape (n,)."""
    margin, orders = pairs.params.share_margin_min, pairs.market.orders
    if margin is None or not len(priced):
        return np.zeros(len(priced), dtype=np.bool_)
    order = np.full((len(pairs.bundles), priced.arrive.shape[1]), -1, dtype=np.int64)
    for row, bundle in enumerate(pairs.bundles):
        for k, (kind, index) in enumerate(bundle.stops):
            if kind is StopKind.DROPOFF:
                order[row, k] = index
    shared = np.array([len(b.orders) > 1 or b.into is not None for b in pairs.bundles], dtype=np.bool_)[priced.bundle]
    at = order[priced.bundle]
    done = np.where(at >= 0, priced.arrive + orders.dropoff_service[at], -np.inf)
    best = np.full(len(orders), np.inf)
    alone = at[~shared]
    np.minimum.at(best, alone[alone >= 0], done[~shared][alone >= 0])
    limit = orders.due - 60.0 * margin
    limit = np.where(best > limit, np.inf, limit)
    late = np.any((at >= 0) & (done > limit[at]), axis=1)
    tight: NDArray[np.bool_] = shared & (late | (priced.beyond > -60.0 * margin))
    return tight
