"""Goals beyond a route's minutes: who drives, what it saves others, who has the order already.

Each goal counts something for every priced pair, shape (n,), that is weighed like minutes; a medium one comes strictly before
them. `add_goals` puts all of them behind the minutes, so that they are explained with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.matching.cost import GOALS, MEDIUM, TERMS, Bools, weights_of
from core.matching.timing import Floats

if TYPE_CHECKING:
    from core.matching.eligibility import Pairs
    from core.matching.params import Params
    from core.matching.pricing import Columns


MEDIUM_MOST = 10_000.0


@dataclass(frozen=True, slots=True)
class Priced:
    """What a goal looks at: the pairs, the columns that are left of them, and how many orders each delivers, shape (n,)."""

    pairs: Pairs
    columns: Columns
    size: Floats


def spread_pay(priced: Priced) -> Floats:
    """Deliveries for drivers who have earned their guaranteed pay, in proportion for those who have earned a part."""
    return _floats(np.minimum(priced.pairs.market.drivers.earned[priced.columns.driver], 1.0) * priced.size)


def shortage(priced: Priced) -> Floats:
    """Minutes from setting off to being free again, times the orders per driver beyond one, up to two: all who wait lose
    them."""
    market = priced.pairs.market
    over = min(1.0, max(0.0, len(market.orders) / max(1, len(market.drivers)) - 1.0))
    return _floats(over * priced.columns.spent / 60.0)


def fairness(priced: Priced) -> Floats:
    """Deliveries that the driver has done of late beyond the mean of all."""
    done = priced.pairs.market.drivers.done
    beyond = np.maximum(done - (done.mean() if len(done) else 0.0), 0.0)
    return _floats(beyond[priced.columns.driver] * priced.size)


def rating(priced: Priced) -> Floats:
    """Stars to five."""
    return _floats((5.0 - priced.pairs.market.drivers.rating[priced.columns.driver]) * priced.size)


def cold(priced: Priced) -> Floats:
    """Minutes from ready to door of goods with a longest time."""
    return _floats(np.where(np.isfinite(_limits(priced)), door_minutes(priced.pairs, priced.columns), 0.0).sum(axis=1))


def swap(priced: Priced) -> Floats:
    """By how much a driver has to be better than the one who has an order already."""
    pairs, columns = priced.pairs, priced.columns
    margin = np.array([order.hold_min for order in pairs.market.orders.views])
    whole = np.bincount(pairs.member_of, weights=margin[pairs.members], minlength=pairs.shape[1])
    return _floats(np.where(pairs.holder[columns.bundle] != columns.driver, whole[columns.bundle], 0.0))


def own_first(priced: Priced) -> Floats:
    """Orders of merchants with drivers of their own that go by another."""
    pairs, columns = priced.pairs, priced.columns
    fleet = pairs.market.orders.fleet
    others = np.zeros(len(columns))
    for own in np.unique(fleet[fleet >= 0]).tolist():
        theirs = np.bincount(pairs.member_of, weights=fleet[pairs.members] == own, minlength=pairs.shape[1])
        others += np.where(pairs.market.drivers.fleet[columns.driver] != own, theirs[columns.bundle], 0.0)
    return others


_COUNTS: dict[str, Callable[[Priced], Floats]] = {
    "spread_pay": spread_pay,
    "shortage": shortage,
    "fairness": fairness,
    "rating": rating,
    "cold": cold,
    "swap": swap,
    "own_first": own_first,
}
assert tuple(_COUNTS) == GOALS


def all_weights(params: Params) -> Floats:
    """Weights of the terms and the goals, in the order of `NAMES`; those of the medium level are 0, they are not weighed."""
    own = params.weights
    goals = (
        params.spread_pay_min,
        params.shortage_weight,
        own.fairness,
        own.rating,
        own.cold,
        1.0,
        0.0,
    )
    return np.concatenate([weights_of(own), goals])


def add_goals(pairs: Pairs, columns: Columns) -> tuple[Columns, float]:
    """The columns with their goals, and what one unit of the medium level costs: 0 where none occurs, else more than all that
    any choice could save in minutes, so that none is ever taken for the sake of minutes; at most `MEDIUM_MOST`, more than which
    no solver bears and no chain of changes saves."""
    size = pairs.size[columns.bundle].astype(np.float64)
    priced = Priced(pairs, columns, size)
    weights = all_weights(pairs.params)
    wanted = [(name in MEDIUM or bool(weight)) for name, weight in zip(GOALS, weights[len(TERMS) :], strict=True)]
    counts = [_COUNTS[name](priced) if use else np.zeros(len(columns)) for name, use in zip(GOALS, wanted, strict=True)]
    minutes = np.concatenate([columns.minutes, np.stack(counts, axis=1)], axis=1)
    soft = columns.cost + (minutes[:, len(TERMS) :] * weights[len(TERMS) :]).sum(axis=1)
    medium = sum(count for name, count in zip(GOALS, counts, strict=True) if name in MEDIUM)
    unit = 1.0 + min(_spread(pairs, columns, soft), MEDIUM_MOST) if np.any(medium) else 0.0
    return replace(columns, minutes=minutes, cost=soft + unit * medium), unit


def door_minutes(pairs: Pairs, columns: Columns) -> Floats:
    """Minutes from ready to door at each drop-off, shape (n, longest); 0 at other stops."""
    order, dropoff = pairs.stops
    at = order[columns.bundle]
    minutes = (columns.arrive - pairs.market.orders.ready[at]) / 60.0
    return _floats(np.where(dropoff[columns.bundle], np.maximum(minutes, 0.0), 0.0))


def too_cold(pairs: Pairs, columns: Columns) -> Bools:
    """Which columns bring goods too late after they were ready, shape (n,).

    An order that no driver can bring in time any more is not given up: it is exempt, alone.
    """
    orders = pairs.market.orders
    if not np.isfinite(orders.door_s).any() or not len(columns):
        return np.zeros(len(columns), dtype=np.bool_)
    limit = _limits(Priced(pairs, columns, np.zeros(len(columns))))
    late = np.any(door_minutes(pairs, columns) > limit, axis=1)
    first = np.zeros(pairs.shape[1], dtype=np.int64)
    first[pairs.member_of] = pairs.members
    alone, order = pairs.size[columns.bundle] == 1, first[columns.bundle]
    in_time = np.zeros(len(orders), dtype=np.bool_)
    in_time[order[alone & ~late]] = True
    exempt: Bools = alone & ~in_time[order]
    cold: Bools = late & ~exempt
    return cold


def _limits(priced: Priced) -> Floats:
    """The longest minutes from ready to door at each stop, shape (n, longest); inf where nothing binds."""
    order, dropoff = priced.pairs.stops
    at = order[priced.columns.bundle]
    return _floats(np.where(dropoff[priced.columns.bundle], priced.pairs.market.orders.door_s[at] / 60.0, np.inf))


def _spread(pairs: Pairs, columns: Columns, soft: Floats) -> float:
    """The most minutes that all choices together could save: for each order the span between its dearest and its cheapest."""
    highest = np.full(len(pairs.market.orders), -np.inf)
    lowest = np.full(len(pairs.market.orders), np.inf)
    dearest = np.full(pairs.shape[1], -np.inf)
    cheapest = np.full(pairs.shape[1], np.inf)
    np.maximum.at(dearest, columns.bundle, soft)
    np.minimum.at(cheapest, columns.bundle, soft)
    share = pairs.size[pairs.member_of]
    np.maximum.at(highest, pairs.members, dearest[pairs.member_of] / share)
    np.minimum.at(lowest, pairs.members, cheapest[pairs.member_of] / share)
    span = highest - lowest
    return float(span[np.isfinite(span)].sum())


def _floats(values: object) -> Floats:
    return np.asarray(values, dtype=np.float64)
