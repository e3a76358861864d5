"""Why this driver, and why none: the answers a dispatcher asks for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import StopKind
from core.matching.cost import Cost
from core.matching.decisions import Assignment, Candidate, StopRef, Unassigned
from core.matching.eligibility import Pairs, Reason
from core.matching.formulations import spread
from core.matching.generators import Bundle, Into
from core.matching.market import Market
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
    starts = np.searchsorted(order, np.arange(len(pairs.market.orders) + 1))
    result: dict[str, tuple[Candidate, ...]] = {}
    for i, view in enumerate(pairs.market.orders.views):
        mine = row[starts[i] : starts[i + 1]]
        seen: set[int] = set()
        kept: list[int] = []
        for r in mine.tolist():
            if len(kept) == limit:
                break
            driver = int(columns.driver[r])
            if driver not in seen:
                seen.add(driver)
                kept.append(r)
        kept.sort(key=lambda r: (per_delivery[r], columns.driver[r]))
        result[view.id] = tuple(_candidate(pairs, columns, r, i, r in chosen, weights) for r in kept)
    return result


def unassigned(pairs: Pairs, codes: NDArray[np.uint8], orders: Sequence[int]) -> tuple[Unassigned, ...]:
    """``codes`` (drivers, orders) are the reasons per order alone."""
    found = []
    for i in orders:
        counts = np.bincount(codes[:, i], minlength=len(Reason))
        reasons = tuple((Reason(c), int(counts[c])) for c in np.argsort(-counts, kind="stable").tolist() if c and counts[c])
        found.append(Unassigned(pairs.market.orders.views[i].id, _summary(pairs, i, int(counts[0]), reasons), reasons))
    return tuple(found)


def _summary(pairs: Pairs, order: int, able: int, reasons: tuple[tuple[Reason, int], ...]) -> str:
    if not len(pairs.market.drivers):
        return "there are no drivers"
    if order in pairs.market.fixed:
        driver = pairs.market.fixed[order]
        alone = next((r for r, _ in reasons if r is not Reason.FIXED_ELSEWHERE), None)
        why = alone.text if alone else "has been given another order"
        return f"the dispatcher chose {pairs.market.drivers.views[driver].id}: {why}"
    if able:
        drivers = "the one driver who could take it has" if able == 1 else f"the {able} drivers who could take it have"
        return f"{drivers} another order"
    return "no driver: " + ", ".join(f"{count} {reason.text}" for reason, count in reasons)


def _candidate(pairs: Pairs, columns: Columns, row: int, order: int, chosen: bool, weights: tuple[float, ...]) -> Candidate:
    market = pairs.market
    bundle = pairs.bundles[int(columns.bundle[row])]
    driver = market.drivers.views[int(columns.driver[row])]
    at = {kind: market.now + float(columns.arrive[row, k]) for k, (kind, o) in enumerate(bundle.stops) if o == order}
    order_ids = tuple(market.orders.views[o].id for o in bundle.orders)
    return Candidate(
        driver.id,
        order_ids,
        Cost(tuple(columns.minutes[row].tolist()), weights, len(order_ids)),
        at[StopKind.PICKUP],
        at[StopKind.DROPOFF],
        bool(driver.stops),
        chosen,
    )


def _joined(under_way: tuple[StopRef, ...], stops: tuple[StopRef, ...], into: Into | None) -> tuple[StopRef, ...]:
    if into is None:
        return (*under_way, *stops)
    route = list(under_way)
    for k, (stop, before) in enumerate(zip(stops, into.before, strict=True)):
        route.insert(before + k, stop)
    return tuple(route)


def _named(market: Market, bundle: Bundle) -> tuple[StopRef, ...]:
    return tuple((kind.value, market.orders.views[order].id) for kind, order in bundle.stops)
