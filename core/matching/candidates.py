"""Which driver may have which bundle, from what the rules say of each order by itself.

A driver is admitted to a bundle who is admitted to each of its orders, and can carry them together. So the rules look at drivers
and orders only, and larger bundles cost no more than the pairs that are left. The drivers for a bundle are those nearest to its
first merchant, as for that order alone; the way to its other orders, and into a route, is judged by its cost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.matching.eligibility import WHEREABOUTS, Pairs, Reason
from core.matching.formulations import spread
from core.matching.market import Ints


def admitted(pairs: Pairs, codes: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Pairs of a driver and a bundle, by driver; ``codes`` (drivers, orders) are the reasons of each order by itself."""
    bundles = pairs.bundles
    own = np.array([-1 if b.into is None else b.into.driver for b in bundles], dtype=np.int64)
    anyone, inside = np.flatnonzero(own < 0), np.flatnonzero(own >= 0)
    order, driver = np.nonzero((codes == Reason.NONE).T)
    first = np.array([b.first for b in bundles], dtype=np.int64)
    driver, which = spread(driver.astype(np.int64), np.bincount(order, minlength=codes.shape[1]), first[anyone])
    driver, bundle = np.concatenate([driver, own[inside]]), np.concatenate([anyone[which], inside])
    kept = _orders_admitted(pairs, codes, driver, bundle) & _carries(pairs, own, driver, bundle)
    rank = np.lexsort((bundle[kept], driver[kept]))
    return driver[kept][rank], bundle[kept][rank]


def _orders_admitted(pairs: Pairs, codes: NDArray[np.uint8], driver: Ints, bundle: Ints) -> NDArray[np.bool_]:
    fit = np.isin(codes, (Reason.NONE, *WHEREABOUTS))
    if pairs.params.chain_within_min == 0.0:
        fit &= codes != Reason.BUSY
    sets = [b.orders for b in pairs.bundles]
    sizes = np.array([len(group) for group in sets], dtype=np.int64)
    member, of = spread(np.array([o for group in sets for o in group], dtype=np.int64), sizes, bundle)
    wrong = np.bincount(of, weights=~fit[driver[of], member], minlength=len(bundle))
    return np.asarray(wrong == 0, dtype=np.bool_)


def _carries(pairs: Pairs, own: Ints, driver: Ints, bundle: Ints) -> NDArray[np.bool_]:
    """Whether all fits at once; along a route under way, its generator has seen to that."""
    drivers = pairs.market.drivers
    light = pairs.bundle_weight[bundle] <= drivers.weight_limit[driver]
    small = pairs.bundle_volume[bundle] <= drivers.volume_limit[driver]
    vehicle = ((1 << drivers.vehicle[driver]).astype(np.uint8) & pairs.bundle_vehicles[bundle]) != 0
    return np.asarray((light & small & vehicle) | (own[bundle] >= 0), dtype=np.bool_)
