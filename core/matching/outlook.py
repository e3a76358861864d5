"""How a route that somebody has in mind would go: when each stop is reached, what it costs, and which rules it breaks.

Timed and priced as the matcher times and prices routes under way, so that what a dispatcher is shown before a change is what
the matcher will find after it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.domain.driver import StopKind
from core.matching.cost import Cost, minutes, weights_of
from core.matching.eligibility import RULES, Reason, judge, read_pairs
from core.matching.generators.alone import Alone
from core.matching.market import Ints, read_market
from core.matching.underway import Underway, follow

if TYPE_CHECKING:
    from core.matching.market import DriverColumns, Market
    from core.matching.snapshot import DriverView, OrderView, Snapshot
    from core.ports import TravelTimes


@dataclass(frozen=True, slots=True)
class StopTimes:
    """One stop. ``leg_s`` is the way to it, ``arrive`` and ``leave`` are epoch seconds, inf where there is no way;
    ``late_min`` minutes after the promise, negative before it, ``None`` at a pick-up."""

    kind: str
    order_id: str
    leg_s: float
    arrive: float
    leave: float
    late_min: float | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """``broken`` are the rules that the route breaks, each with the order it concerns, in the order of the stops."""

    driver_id: str
    stops: tuple[StopTimes, ...]
    cost: Cost
    broken: tuple[tuple[str, Reason], ...]

    def late_min(self, order_id: str) -> float | None:
        """Minutes after the promise at which the order is handed over; ``None`` where it is not on the route."""
        return next((s.late_min for s in self.stops if s.order_id == order_id and s.late_min is not None), None)

    @property
    def late_orders(self) -> int:
        """Orders handed over half a minute or more after their promise: what is written as late."""
        return sum(s.late_min is not None and s.late_min >= 0.5 for s in self.stops)


_ELSEWHERE = frozenset({Reason.FIXED_ELSEWHERE, Reason.SHIFT_OVER, Reason.WEIGHT, Reason.VOLUME, Reason.DECLINED})
"""Judged along the route itself, or by name."""
_OF_TASTE = frozenset({Reason.BUSY, Reason.TOO_FAR})
"""What the matcher keeps to where a dispatcher need not."""
_ASKED = tuple(rule for rule in RULES if rule[0] not in _ELSEWHERE | _OF_TASTE)


def foresee(snapshot: Snapshot, travel: TravelTimes) -> tuple[Outlook, ...]:
    """One outlook for each of the snapshot's drivers, in their order. A driver may stand there several times, with another
    route each time; the snapshot's orders are not looked at."""
    drivers = tuple(replace(view, id=f"{i:06d}") for i, view in enumerate(snapshot.drivers))
    orders = {stop.order.id: stop.order for view in drivers for stop in view.stops}
    market = read_market(replace(snapshot, orders=tuple(orders.values()), drivers=drivers, fixed=(), planned=()))
    underway = follow(market.now, market.drivers, snapshot.params, travel)
    codes = _judged(market, underway, snapshot)
    column = {order.id: i for i, order in enumerate(market.orders.views)}
    weights = weights_of(snapshot.params.weights)
    priced = minutes(underway.ride.timed)
    found = []
    for i, (view, row) in enumerate(zip(snapshot.drivers, underway.row.tolist(), strict=True)):
        if row < 0:
            found.append(Outlook(view.id, (), Cost((0.0,) * len(weights), tuple(weights.tolist()), 1), ()))
            continue
        stops = tuple(_stops(view, underway, row, snapshot.now))
        lost = any(math.isinf(stop.arrive) for stop in stops)
        spent = np.where(weights > 0, math.inf, 0.0) if lost else priced[row]
        broken = (*_by_rule(view, codes[i], column), *_along(view, market.drivers, i, stops))
        cost = Cost(tuple(spent.tolist()), tuple(weights.tolist()), len({s.order_id for s in stops}))
        found.append(Outlook(view.id, stops, cost, tuple(dict.fromkeys(broken))))
    return tuple(found)


def _judged(market: Market, underway: Underway, snapshot: Snapshot) -> Ints:
    """The reason against each order for each driver, shape (drivers, orders)."""
    pairs = read_pairs(market, underway, snapshot.params, Alone().propose(market))
    return judge(pairs, _ASKED).astype(np.int64)


def _stops(view: DriverView, underway: Underway, row: int, now: float) -> Iterator[StopTimes]:
    ride = underway.ride
    for k, stop in enumerate(view.stops):
        arrive, leave = now + float(ride.arrive[row, k]), now + float(ride.depart[row, k])
        late = None if stop.kind is StopKind.PICKUP else (leave - stop.order.due_at) / 60
        yield StopTimes(stop.kind.value, stop.order.id, float(ride.leg[row, k]), arrive, leave, late)


def _by_rule(view: DriverView, codes: Ints, column: dict[str, int]) -> Iterator[tuple[str, Reason]]:
    """Of orders that are fetched yet; what is on board can't be helped any more."""
    for order in _to_fetch(view):
        code = Reason(int(codes[column[order.id]]))
        if code is not Reason.NONE:
            yield order.id, code
        if view.id in order.declined_by:
            yield order.id, Reason.DECLINED


def _along(view: DriverView, drivers: DriverColumns, row: int, stops: tuple[StopTimes, ...]) -> Iterator[tuple[str, Reason]]:
    """What shows only on the way: load, end of shift, food that gets cold."""
    fetched = {order.id for order in _to_fetch(view)}
    aboard = {stop.order.id: stop.order for stop in view.stops if stop.order.id not in fetched}
    weight, volume = sum(o.weight_kg for o in aboard.values()), sum(o.volume_l for o in aboard.values())
    for times, stop in zip(stops, view.stops, strict=True):
        order, sign = stop.order, 1 if stop.kind is StopKind.PICKUP else -1
        weight, volume = weight + sign * order.weight_kg, volume + sign * order.volume_l
        if math.isinf(times.arrive):
            yield order.id, Reason.NO_WAY
            return
        if sign > 0:
            if weight > drivers.weight_limit[row] + 1e-9:
                yield order.id, Reason.WEIGHT
            if volume > drivers.volume_limit[row] + 1e-9:
                yield order.id, Reason.VOLUME
            continue
        if view.shift_end is not None and times.leave > view.shift_end:
            yield order.id, Reason.SHIFT_END
        if times.leave - order.ready_at > 60 * order.door_min and order.id in fetched:
            yield order.id, Reason.COLD


def _to_fetch(view: DriverView) -> list[OrderView]:
    return [stop.order for stop in view.stops if stop.kind is StopKind.PICKUP]
