"""Whether a driver can carry an order at all: the rules that bind a dispatcher's own decision too, one function a rule.

Each answers with what is wrong, or with nothing. The matcher knows the same rules for all pairs at once
(`core.matching.eligibility`); what only money or minutes speak against, a dispatcher may do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from core.domain.driver import Driver, Stop, StopKind
from core.domain.language import Message, mark
from core.domain.merchant import OwnDrivers
from core.domain.order import Order
from core.domain.vehicle import Capacity, capacity
from core.domain.world import World
from core.orders.goods import rule_for
from core.settings import Settings

_HAIR = 1e-9
Fact = tuple[World, Settings, Order, Driver, float]


def vehicle(fact: Fact) -> str:
    _, _, order, driver, _ = fact
    if not order.vehicles or driver.vehicle in order.vehicles:
        return ""
    admitted = tuple(map(Message, sorted(order.vehicles)))
    by = Message(driver.vehicle)
    return Message("order {order} can't go by {vehicle}: it admits {admitted}", order=order.id, vehicle=by, admitted=admitted)


def can_carry(driver: Driver) -> Capacity:
    return capacity(driver.vehicle, driver.weight_kg, driver.volume_l)


def weight(fact: Fact) -> str:
    _, _, order, driver, _ = fact
    limit = can_carry(driver).weight_kg
    if order.weight_kg <= limit:
        return ""
    return Message(
        "order {order} weighs {weight:g} kg, {driver} can carry {limit:g} kg",
        order=order.id,
        weight=order.weight_kg,
        driver=driver.name,
        limit=limit,
    )


def volume(fact: Fact) -> str:
    _, _, order, driver, _ = fact
    limit = can_carry(driver).volume_l
    if order.volume_l <= limit:
        return ""
    return Message(
        "order {order} takes {volume:g} l, {driver} has room for {limit:g} l",
        order=order.id,
        volume=order.volume_l,
        driver=driver.name,
        limit=limit,
    )


def restricted_area(fact: Fact) -> str:
    world, _, order, driver, _ = fact
    ends = np.array([order.pickup, order.dropoff], np.float64)
    for area in world.areas.values():
        if area.vehicles and driver.vehicle not in area.vehicles and area.holds(ends).any():
            return Message(
                "order {order} can't go by {vehicle}: {area} admits {admitted}",
                order=order.id,
                vehicle=Message(driver.vehicle),
                area=area.name,
                admitted=tuple(map(Message, sorted(area.vehicles))),
            )
    return ""


def own_drivers(fact: Fact) -> str:
    world, _, order, driver, _ = fact
    merchant = world.merchants.get(order.merchant_id)
    if merchant is None or not merchant.fleet or merchant.own_drivers is not OwnDrivers.ONLY or driver.group == merchant.fleet:
        return ""
    return Message(
        "{merchant} has its orders brought by its own drivers alone, and {driver} is not of {fleet}",
        merchant=merchant.name,
        driver=driver.name,
        fleet=merchant.fleet,
    )


def cold_box(fact: Fact) -> str:
    _, settings, order, driver, _ = fact
    if driver.cold_box or not rule_for(settings, order.goods).cold_box:
        return ""
    return Message(
        "order {order} ({goods}) needs a cold box, and {driver} has none", order=order.id, goods=order.goods, driver=driver.name
    )


def shift(fact: Fact) -> str:
    _, _, _, driver, now = fact
    over = driver.shift_end is not None and driver.shift_end <= now
    return Message("{driver}'s shift is over", driver=driver.name) if over else ""


_TOO_MUCH = {
    "weight_kg": mark("with order {order} {driver} would carry {much:g} kg, and can carry {limit:g} kg"),
    "volume_l": mark("with order {order} {driver} would carry {much:g} l, and has room for {limit:g} l"),
}


def overloaded(driver: Driver, stops: Sequence[Stop], orders: Mapping[str, Order]) -> str:
    """Where along the stops more is aboard than the driver can carry, in one line; empty where it fits all the way."""
    to_fetch = {stop.order_id for stop in stops if stop.kind is StopKind.PICKUP}
    aboard = {stop.order_id for stop in stops} - to_fetch
    for stop in stops:
        if stop.kind is StopKind.DROPOFF:
            aboard.discard(stop.order_id)
            continue
        aboard.add(stop.order_id)
        for measure, text in _TOO_MUCH.items():
            much, limit = sum(getattr(orders[i], measure) for i in aboard), getattr(can_carry(driver), measure)
            if much > limit + _HAIR:
                return Message(text, order=stop.order_id, driver=driver.name, much=much, limit=limit)
    return ""


RULES: tuple[Callable[[Fact], str], ...] = (vehicle, weight, volume, restricted_area, own_drivers, cold_box, shift)


def unfit(world: World, settings: Settings, order: Order, driver: Driver, now: float) -> str:
    """The first rule that forbids it, in one line; empty where none does."""
    fact = (world, settings, order, driver, now)
    return next((line for rule in RULES if (line := rule(fact))), "")
