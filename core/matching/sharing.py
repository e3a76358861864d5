"""Orders that share a driver: each has to keep its promise with something in hand, since what is foretold is not certain.

What is kept in hand is ``share_margin_min``, or a share of the slack that the order has by itself where that is less: an order
that is tight may give up some of its slack to another, never all of it. One that would be late by itself too is left to the
cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import StopKind
from core.matching.timing import Floats

if TYPE_CHECKING:
    from core.matching.eligibility import Pairs
    from core.matching.pricing import Columns

KEPT = 0.25
"""The share of its slack that an order keeps in any case."""


def latest_shared(due: Floats, alone: Floats, margin_min: float) -> Floats:
    """The latest that an order due then, and done at ``alone`` without others, may be done with them; inf where it is late
    anyhow. Seconds, broadcast."""
    slack = due - alone
    latest: Floats = np.where(slack > 0, due - np.minimum(60.0 * margin_min, KEPT * slack), np.inf)
    return latest


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
    late = np.any((at >= 0) & (done > latest_shared(orders.due, best, margin)[at]), axis=1)
    tight: NDArray[np.bool_] = shared & (late | (priced.beyond > 0.0))
    return tight
