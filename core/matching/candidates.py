"""Which driver may have which bundle, from what the rules say of each order by itself.

A driver is admitted to a bundle who is admitted to each of its orders, and can carry them together. So the rules look at
drivers and orders only, and larger bundles cost no more than the pairs that are left. The drivers for a bundle are those
nearest to its first merchant, fewer than for that order alone; the way to its other orders, and into a route, is judged by its
cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.matching.eligibility import WHEREABOUTS, Pairs, Reason
from core.matching.formulations import spread
from core.matching.market import Ints


def admitted(pairs: Pairs, alone: Pairs, codes: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Pairs of a driver and a bundle, by driver.

    ``alone`` are the pairs of each order by itself, ``codes`` (drivers, orders) their reasons.
    """
    orders = codes.shape[1]
    own, size, first = pairs.own, pairs.size, pairs.stops[0][:, 0]
    order, near = np.nonzero((codes == Reason.NONE).T)
    km = np.where(alone.kept_here[near, order], -1.0, alone.km[near, order])
    turn = np.lexsort((near, km, order))
    order, near = order[turn], near[turn].astype(np.int64)
    counts = np.bincount(order, minlength=orders)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    inside = np.flatnonzero(own >= 0)
    drivers, numbers = [own[inside]], [inside]
    for these, most in ((size == 1, codes.shape[0]), (size > 1, pairs.params.nearest_for_bundles)):
        anyone = np.flatnonzero(these & (own < 0))
        here = rank < most
        driver, which = spread(near[here], np.bincount(order[here], minlength=orders), first[anyone])
        drivers.append(driver)
        numbers.append(anyone[which])
    driver, bundle = np.concatenate(drivers), np.concatenate(numbers)
    kept = _orders_admitted(pairs, codes, driver, bundle) & _carries(pairs, driver, bundle)
    turn = np.lexsort((bundle[kept], driver[kept]))
    return driver[kept][turn], bundle[kept][turn]


def _orders_admitted(pairs: Pairs, codes: NDArray[np.uint8], driver: Ints, bundle: Ints) -> NDArray[np.bool_]:
    fit = np.isin(codes, (Reason.NONE, *WHEREABOUTS))
    if pairs.params.chain_within_min == 0.0:
        fit &= codes != Reason.BUSY
    member, of = spread(pairs.members, pairs.size, bundle)
    wrong = np.bincount(of, weights=~fit[driver[of], member], minlength=len(bundle))
    return np.asarray(wrong == 0, dtype=np.bool_)


def _carries(pairs: Pairs, driver: Ints, bundle: Ints) -> NDArray[np.bool_]:
    """Whether all fits at once; along a route under way, its generator has seen to that."""
    drivers = pairs.market.drivers
    light = pairs.bundle_weight[bundle] <= drivers.weight_limit[driver]
    small = pairs.bundle_volume[bundle] <= drivers.volume_limit[driver]
    vehicle = ((1 << drivers.vehicle[driver]).astype(np.uint8) & pairs.bundle_vehicles[bundle]) != 0
    return np.asarray((light & small & vehicle) | (pairs.own[bundle] >= 0), dtype=np.bool_)
