"""Orders that share a driver: each has to keep its promise with something in hand, since what is foretold is not certain.

What is least certain is a kitchen that is still at work, the more so the longer it has to go. So what a route keeps in hand is
`SURE_MIN`, and a `SHARE` of the minutes until all that it fetches is ready, ``share_margin_min`` at most. An order whose own
slack is small keeps a part of it instead (`KEPT`): it may give up some of it to another, never all. One that would be late by
itself too is left to the cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.matching.timing import Floats

if TYPE_CHECKING:
    from core.matching.eligibility import Pairs
    from core.matching.pricing import Columns

SURE_MIN = 1.5
SHARE = 0.4
KEPT, KEPT_COOKING = 0.25, 0.5
"""Of its slack, once everything is ready, and before."""


def margin_s(pending: Floats, most_min: float) -> Floats:
    """What routes keep in hand whose last kitchen is ready in ``pending`` seconds."""
    margin: Floats = np.minimum(60.0 * most_min, 60.0 * SURE_MIN + SHARE * np.maximum(pending, 0.0))
    return margin


def latest_shared(due: Floats, alone: Floats, margin: Floats) -> Floats:
    """The latest that an order due then, and done at ``alone`` without others, may be done with them; inf where it is late
    anyhow. Seconds, broadcast."""
    slack = due - alone
    kept = np.where(margin > 60.0 * SURE_MIN, KEPT_COOKING, KEPT) * slack
    latest: Floats = np.where(slack > 0, due - np.minimum(margin, kept), np.inf)
    return latest


def too_tight(pairs: Pairs, priced: Columns) -> NDArray[np.bool_]:
    """Which routes shared by several orders leave one of them less than the margin, shape (n,). An order that its driver is to
    take next, after a route under way, shares that driver too."""
    most, orders = pairs.params.share_margin_min, pairs.market.orders
    if most is None or not len(priced):
        return np.zeros(len(priced), dtype=np.bool_)
    stop, dropoff = pairs.stops
    order = np.where(dropoff, stop, -1)
    pending = np.zeros(len(pairs.bundles))
    if len(pairs.members):
        np.maximum.at(pending, pairs.member_of, orders.ready[pairs.members])
    single = (pairs.alone >= 0)[priced.bundle]
    shared = ~single | pairs.market.drivers.busy[priced.driver]
    at = order[priced.bundle]
    done = np.where(at >= 0, priced.arrive + orders.dropoff_service[at], -np.inf)
    best = np.full(len(orders), np.inf)
    alone = at[single]
    np.minimum.at(best, alone[alone >= 0], done[single][alone >= 0])
    margin = margin_s(pending, most)[priced.bundle]
    late = np.any((at >= 0) & (done > latest_shared(orders.due[at], best[at], margin[:, None])), axis=1)
    tight: NDArray[np.bool_] = shared & (late | (priced.beyond > 0.0))
    return tight
