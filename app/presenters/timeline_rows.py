"""A driver's day as a row of the timeline: what was done as the orders keep it, what is to come as it is foreseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.presenters.rows import stop_text
from core.domain.driver import Presence, Route, StopKind
from core.domain.geo import LatLon, distance_m
from core.domain.order import Order, Status
from core.domain.world import World
from core.matching.outlook import Outlook
from widgets.timeline.rows import TimelineRow, TimelineStop

ROUGH_MPS = 5.0
"""How fast a way is thought to be covered, as the crow flies, until it is reckoned properly."""
ROUGH_STOP_S = 120.0


def past_stops(orders: Iterable[Order], world: World) -> tuple[TimelineStop, ...]:
    """The stops that are done, of orders that one driver has or had, each with the way to it: the driver set off when the stop
    before was over, or when the order was given."""
    done: list[tuple[float, str, str, Order, float]] = []
    for order in orders:
        if order.picked_up_at is not None:
            done.append((order.picked_up_at, order.id, "pickup", order, order.arrived_pickup_at or order.picked_up_at))
        ended = order.delivered_at if order.status is Status.DELIVERED else None
        if ended is None and order.status is Status.FAILED and order.driver_id is not None:
            ended = order.status_at
        if ended is not None:
            done.append((ended, order.id, "dropoff", order, order.arrived_dropoff_at or ended))
    done.sort(key=lambda one: (one[0], one[2] == "dropoff", one[1]))
    stops = []
    before: float | None = None
    for leave, order_id, kind, order, arrive in done:
        is_pickup = kind == "pickup"
        given = order.assigned_at if is_pickup else None
        known = [at for at in (before, given) if at is not None]
        stops.append(
            TimelineStop(
                kind=kind,
                order_id=order_id,
                place=stop_text(StopKind(kind), order, world),
                set_off=min(max(known), arrive) if known else arrive,
                arrive=arrive,
                begin=min(max(arrive, order.ready_at), leave) if is_pickup else arrive,
                leave=leave,
                due=order.ready_at if is_pickup else order.due_at,
                late_min=None if is_pickup or order.status is Status.FAILED else (leave - order.due_at) / 60,
                done=True,
                failed=not is_pickup and order.status is Status.FAILED,
            )
        )
        before = leave
    return tuple(stops)


def coming_stops(
    route: Route, world: World, outlook: Outlook | None, now: float, place: LatLon | None
) -> tuple[TimelineStop, ...]:
    """The stops of a route. Without an outlook of the same stops they are rough: by the crow's way."""
    keys = [(stop.kind.value, stop.order_id) for stop in route.stops]
    if outlook is not None and keys == [(stop.kind, stop.order_id) for stop in outlook.stops]:
        return foreseen_stops(outlook, world)
    found, at, here = [], now, place
    for stop in route.stops:
        order = world.orders[stop.order_id]
        is_pickup = stop.kind is StopKind.PICKUP
        arrive = stop.arrived_at or at + (distance_m(here, stop.place) / ROUGH_MPS if here is not None else 0.0)
        begin = max(arrive, order.ready_at) if is_pickup else arrive
        leave = max(begin + ROUGH_STOP_S, now)
        found.append(
            TimelineStop(
                kind=stop.kind.value, order_id=order.id, place=stop_text(stop.kind, order, world), set_off=min(at, arrive),
                arrive=arrive, begin=begin, leave=leave, due=order.ready_at if is_pickup else order.due_at,
                late_min=None if is_pickup else (leave - order.due_at) / 60, rough=True,
            )
        )  # fmt: skip
        at, here = leave, stop.place
    return tuple(found)


def expected_stops(coming: Iterable[TimelineStop], world: World) -> tuple[TimelineStop, ...]:
    """Stops of a recorded moment at the arrivals that were expected then; what was not recorded is rough."""
    found: list[TimelineStop] = []
    for stop in coming:
        order, eta = world.orders[stop.order_id], world.etas.get(stop.order_id)
        is_pickup = stop.kind == StopKind.PICKUP
        expected = None if eta is None else eta[0] if is_pickup else eta[1]
        if expected is None:
            found.append(replace(stop, rough=True))
            continue
        begin = max(expected, order.ready_at) if is_pickup else expected
        leave = begin + max(0.0, stop.leave - stop.begin)
        late_min = None if is_pickup else (expected - order.due_at) / 60
        set_off = min(expected, max(found[-1].leave, expected - (stop.arrive - stop.set_off)) if found else stop.set_off)
        found.append(replace(stop, set_off=set_off, arrive=expected, begin=begin, leave=leave, late_min=late_min, rough=False))
    return tuple(found)


def foreseen_stops(outlook: Outlook, world: World) -> tuple[TimelineStop, ...]:
    """The stops of an outlook; those that can't be reached are left out."""
    found = []
    for times in outlook.stops:
        order = world.orders.get(times.order_id)
        if order is None or times.arrive == float("inf"):
            continue
        is_pickup = times.kind == "pickup"
        found.append(
            TimelineStop(
                kind=times.kind, order_id=order.id, place=stop_text(StopKind(times.kind), order, world),
                set_off=times.arrive - times.leg_s, arrive=times.arrive,
                begin=min(max(times.arrive, order.ready_at), times.leave) if is_pickup else times.arrive, leave=times.leave,
                due=order.ready_at if is_pickup else order.due_at, late_min=times.late_min,
            )
        )  # fmt: skip
    return tuple(found)


def timeline_row(
    driver_id: str, world: World, past: tuple[TimelineStop, ...], coming: tuple[TimelineStop, ...], now: float, tried: bool
) -> TimelineRow:
    driver = world.drivers[driver_id]
    over = driver.shift_end is not None and driver.shift_end <= now
    early = driver.shift_start is not None and driver.shift_start > now
    return TimelineRow(
        id=driver.id,
        name=driver.name,
        activity=world.activity(driver.id),
        stops=(*past, *coming),
        shift_start=driver.shift_start,
        shift_end=driver.shift_end,
        off_shift=driver.presence is Presence.OFFLINE or over or early,
        tried=tried,
    )
