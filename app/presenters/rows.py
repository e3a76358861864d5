"""What the panels show of the world. Plain functions: the world in, rows out."""

from __future__ import annotations

import math

from app.presenters.history_text import provider_name
from core.domain.driver import App, Driver, Presence, StopKind
from core.domain.offer import OfferState
from core.domain.order import ABROAD, ACTIVE, ENDED, Order, Status
from core.domain.world import World
from core.settings import Settings
from core.tracking.positions import PositionStore
from widgets.common.words import duration, lateness
from widgets.drivers.rows import DriverRow
from widgets.orders.rows import OrderRow

FAILED_SHOWN_S = 3600.0
NEEDED_BEFORE_READY_S = 600.0


def exception_of(order: Order, world: World, settings: Settings, now: float) -> str:
    """What is wrong with the order, in a few words; empty where nothing is."""
    if order.status is Status.FAILED:
        return "failed" if now - order.status_at < FAILED_SHOWN_S else ""
    if order.status in ENDED:
        return ""
    if order.status in ACTIVE and order.driver_id is not None:
        driver = world.drivers.get(order.driver_id)
        if driver is not None and driver.presence is Presence.OFFLINE:
            return "driver silent"
    if now > order.due_at:
        return "late"
    eta = world.etas.get(order.id)
    if eta is not None and eta[1] - order.due_at >= 60:
        return f"will be late, {lateness((eta[1] - order.due_at) / 60)}"
    if order.status in {Status.WAITING, Status.OFFERED, Status.RECEIVED}:
        waited_s = now - driver_needed_at(order)
        if waited_s > settings.number("orders.unassigned_alarm_min") * 60:
            return f"no driver for {duration(waited_s)}"
    return ""


def driver_needed_at(order: Order) -> float:
    """When it began, or begins, to wait for a driver: an order that will long be in the kitchen needs none yet."""
    return max(order.placed_at, order.ready_at - NEEDED_BEFORE_READY_S)


def order_row(order: Order, world: World, settings: Settings, now: float) -> OrderRow:
    merchant = world.merchants.get(order.merchant_id)
    driver = world.drivers.get(order.driver_id or "")
    offer = world.offers.get(order.offer_id or "")
    eta = world.etas.get(order.id)
    abroad = order.status in ABROAD
    return OrderRow(
        id=order.id,
        status=order.status,
        merchant=merchant.name if merchant is not None else order.merchant_id,
        placed_at=order.placed_at,
        due_at=order.due_at,
        customer=order.customer,
        address=order.address,
        driver_id=order.driver_id or "",
        driver_name=driver.name if driver is not None else provider_name(order.provider_id, world) if abroad else "",
        ready_at=order.ready_at,
        status_at=order.status_at,
        since=driver_needed_at(order),
        eta=eta[1] if eta is not None else None,
        offer_until=offer.expires_at if offer is not None and offer.state is OfferState.OPEN else None,
        exception=exception_of(order, world, settings, now),
        batched=order.batched,
        chained=order.chained,
        by_dispatcher=order.by_dispatcher,
    )


def stop_text(kind: StopKind, order: Order, world: World) -> str:
    """``Trattoria Rosa`` or ``Via Lunga 12``: the place a driver is going to."""
    if kind is StopKind.PICKUP:
        merchant = world.merchants.get(order.merchant_id)
        return merchant.name if merchant is not None else order.merchant_id
    return order.address or order.customer or f"order {order.id}"


def stop_eta(kind: StopKind, order: Order, world: World) -> float | None:
    eta = world.etas.get(order.id)
    return None if eta is None else eta[0] if kind is StopKind.PICKUP else eta[1]


def mode_wanted(driver: Driver, world: World) -> str:
    return "active" if driver.id in world.routes else "passive"


def driver_row(driver: Driver, world: World, positions: PositionStore, now: float, silent: bool) -> DriverRow:
    row = positions.find(driver.id)
    route = world.routes.get(driver.id)
    next_stop, eta = "", None
    if route is not None:
        stop = route.stops[0]
        order = world.orders[stop.order_id]
        next_stop, eta = stop_text(stop.kind, order, world), stop_eta(stop.kind, order, world)
    known = row is not None and not math.isnan(float(positions.t[row]))
    return DriverRow(
        id=driver.id,
        name=driver.name,
        vehicle=driver.vehicle,
        activity=world.activity(driver.id),
        app=driver.app,
        orders=len(route.orders()) if route is not None else 0,
        next_stop=next_stop,
        eta=eta,
        fix_at=float(positions.t[row]) if known else None,
        stale=known and silent,
        battery=_known(float(positions.batt[row])) if known else None,
        speed_kmh=_known(float(positions.spd[row]) * 3.6) if known else None,
        mode=positions.modes[positions.mode[row]] if known else "",
        mode_wanted=mode_wanted(driver, world) if driver.app is App.KERBSIDE else "",
        shift_end=driver.shift_end,
        phone=driver.phone,
        group=driver.group,
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
