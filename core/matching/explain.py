"""Why this driver, and why none: the answers a dispatcher asks for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.domain.language import Message
from core.matching.cost import Cost
from core.matching.decisions import Assignment, Candidate, StopRef, Unassigned
from core.matching.eligibility import Pairs, Reason
from core.matching.formulations import spread
from core.matching.generators import Bundle, Into
from core.matching.market import Ints, Market
from core.matching.pricing import Columns


def describe(pairs: Pairs, columns: Columns, row: int, weights: tuple[float, ...]) -> Assignment:
    """One chosen column as an assignment."""
    market = pairs.market
    bundle = pairs.bundles[int(columns.bundle[row])]
    driver = market.drivers.views[int(columns.driver[row])]
    stops = _named(market, bundle)
    under_way = tuple((stop.kind.value, stop.order.id) for stop in driver.stops)
    order_ids = tuple(dict.fromkeys(order_id for _, order_id in stops))
    return Assignment(
        driver_id=driver.id,
        order_ids=order_ids,
        stops=stops,
        route=_joined(under_way, stops, bundle.into),
        arrivals=tuple((market.now + columns.arrive[row, : len(stops)]).tolist()),
        cost=Cost(tuple(columns.minutes[row].tolist()), weights, len(order_ids)),
        commit_at=float(max(market.now + columns.commit[row], market.now)),
        chained=bool(driver.stops),
        batched=len(order_ids) > 1,
        generator=bundle.generator,
    )


def best_candidates(
    pairs: Pairs, columns: Columns, chosen: set[int], weights: tuple[float, ...], limit: int
) -> dict[str, tuple[Candidate, ...]]:
    """For each order its drivers by cost per delivery, the cheapest route of each; the chosen one is never cut off."""
    per_delivery = columns.cost / pairs.size[columns.bundle] if len(columns) else columns.cost
    is_chosen = np.zeros(len(columns), dtype=np.bool_)
    is_chosen[sorted(chosen)] = True
    order, row = spread(pairs.members, pairs.size, columns.bundle)
    rank = np.lexsort((columns.driver[row], per_delivery[row], ~is_chosen[row], order))
    order, row = order[rank], row[rank]
    driver = columns.driver[row].tolist()
    starts = np.searchsorted(order, np.arange(len(pairs.market.orders) + 1))
    kept: list[int] = []
    for first, beyond in pairwise(starts.tolist()):
        best: dict[int, int] = {}
        for at in range(first, beyond):
            best.setdefault(driver[at], at)
            if len(best) == limit:
                break
        kept += best.values()
    row, order = row[kept], order[kept]
    turn = np.lexsort((columns.driver[row], per_delivery[row], order))
    row, order = row[turn], order[turn]
    found = _candidates(pairs, columns, row, order, is_chosen[row], weights)
    starts = np.searchsorted(order, np.arange(len(pairs.market.orders) + 1))
    ids = (view.id for view in pairs.market.orders.views)
    return {i: tuple(found[first:beyond]) for i, (first, beyond) in zip(ids, pairwise(starts.tolist()), strict=True)}


def unassigned(pairs: Pairs, codes: NDArray[np.uint8], orders: Sequence[int]) -> tuple[Unassigned, ...]:
    """``codes`` (drivers, orders) are the reasons per order alone."""
    kinds, named = len(Reason), tuple(Reason)
    of = codes[:, orders].astype(np.int64) + kinds * np.arange(len(orders))
    counts = np.bincount(of.reshape(-1), minlength=kinds * len(orders)).reshape(-1, kinds)
    turns = np.argsort(-counts, axis=1, kind="stable").tolist()
    found = []
    for i, turn, count in zip(orders, turns, counts.tolist(), strict=True):
        reasons = tuple((named[c], count[c]) for c in turn if c and count[c])
        found.append(Unassigned(pairs.market.orders.views[i].id, _summary(pairs, i, count[0], reasons), reasons))
    return tuple(found)


def _summary(pairs: Pairs, order: int, able: int, reasons: tuple[tuple[Reason, int], ...]) -> Message:
    if not len(pairs.market.drivers):
        return Message("there are no drivers")
    if order in pairs.market.fixed:
        driver = pairs.market.fixed[order]
        alone = next((r for r, _ in reasons if r is not Reason.FIXED_ELSEWHERE), None)
        why = alone.text if alone else Message("has been given another order")
        return Message("the dispatcher chose {driver}: {why}", driver=pairs.market.drivers.views[driver].id, why=why)
    if able:
        one = Message("the one driver who could take it has another order")
        return one if able == 1 else Message("the {able} drivers who could take it have another order", able=able)
    counted = tuple(Message("{count} {reason}", count=count, reason=reason.text) for reason, count in reasons)
    return Message("no driver: {counted}", counted=counted)


def _candidates(
    pairs: Pairs, columns: Columns, row: Ints, order: Ints, chosen: NDArray[np.bool_], weights: tuple[float, ...]
) -> list[Candidate]:
    """Row i as what it would be for order i."""
    market, (stop, dropoff), bundle = pairs.market, pairs.stops, columns.bundle[row]
    arrive, mine = market.now + columns.arrive[row], stop[bundle] == order[:, None]
    here = np.arange(len(row))
    fetched = arrive[here, np.argmax(mine & ~dropoff[bundle], axis=1)]
    brought = arrive[here, np.argmax(mine & dropoff[bundle], axis=1)]
    ids = [view.id for view in market.orders.views]
    together = {b: tuple(ids[o] for o in pairs.bundles[b].orders) for b in np.unique(bundle).tolist()}
    drivers = [(view.id, bool(view.stops)) for view in market.drivers.views]
    found = []
    for d, b, minutes, pickup_at, dropoff_at, it in zip(
        columns.driver[row].tolist(),
        bundle.tolist(),
        columns.minutes[row].tolist(),
        fetched.tolist(),
        brought.tolist(),
        chosen.tolist(),
        strict=True,
    ):
        order_ids, (driver_id, busy) = together[b], drivers[d]
        cost = Cost(tuple(minutes), weights, len(order_ids))
        found.append(Candidate(driver_id, order_ids, cost, pickup_at, dropoff_at, busy, it))
    return found


def _joined(under_way: tuple[StopRef, ...], stops: tuple[StopRef, ...], into: Into | None) -> tuple[StopRef, ...]:
    if into is None:
        return (*under_way, *stops)
    route = list(under_way)
    for k, (stop, before) in enumerate(zip(stops, into.before, strict=True)):
        route.insert(before + k, stop)
    return tuple(route)


def _named(market: Market, bundle: Bundle) -> tuple[StopRef, ...]:
    return tuple((kind.value, market.orders.views[order].id) for kind, order in bundle.stops)
