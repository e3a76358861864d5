"""The market at one moment, as the matcher is told it."""

from __future__ import annotations

import math

from core.domain.driver import Driver, Presence
from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.domain.world import World
from core.matching.generators.registry import chosen
from core.matching.params import Params, Weights
from core.matching.snapshot import DriverView, OrderView, Snapshot, StopView
from core.settings import Settings
from core.tracking.positions import PositionStore


def params_from(settings: Settings) -> Params:
    number = settings.number
    names = ("pickup_leg", "pickup_stop", "dropoff_leg", "dropoff_stop",
             "pickup_early", "pickup_late", "dropoff_early", "dropoff_late")  # fmt: skip
    return Params(
        nearest_drivers=int(number("matching.nearest_drivers")),
        max_pickup_km=number("matching.max_pickup_km"),
        chain_within_min=number("matching.chain_within_min"),
        commit_before_ready_min=number("matching.commit_before_ready_min"),
        pickup_stop_min=number("orders.pickup_stop_min"),
        dropoff_stop_min=number("orders.dropoff_stop_min"),
        share_margin_min=number("matching.share_margin_min"),
        generators=chosen(settings.text("matching.generators")),
        weights=Weights(**{name: number(f"matching.weight_{name}") for name in names}),
    )


def take_snapshot(world: World, positions: PositionStore, settings: Settings, now: float, seed: int) -> Snapshot:
    """Drivers of whom no position is known are left out; those who are away, or are being asked, may be given nothing."""
    rest_s = settings.number("offers.rest_after_no_s")
    orders = tuple(_order_view(o, now, rest_s) for o in world.orders.values() if o.status is Status.WAITING)
    lats, lons = positions.lat.tolist(), positions.lon.tolist()
    drivers = []
    for driver in world.drivers.values():
        row = positions.find(driver.id)
        if row is None or math.isnan(lats[row]) or (driver.presence is Presence.OFFLINE and driver.id not in world.routes):
            continue
        drivers.append(_driver_view(driver, LatLon(lats[row], lons[row]), world, now))
    return Snapshot(now=now, params=params_from(settings), orders=orders, drivers=tuple(drivers), seed=seed)


def _order_view(order: Order, now: float, rest_s: float) -> OrderView:
    resting = frozenset(d for d, at in order.declined_by.items() if now - at < rest_s)
    return OrderView(
        id=order.id,
        merchant_id=order.merchant_id,
        pickup=order.pickup,
        dropoff=order.dropoff,
        placed_at=order.placed_at,
        ready_at=order.ready_at,
        due_at=order.due_at,
        weight_kg=order.weight_kg,
        volume_l=order.volume_l,
        vehicles=order.vehicles,
        declined_by=resting,
    )


def _driver_view(driver: Driver, place: LatLon, world: World, now: float) -> DriverView:
    started = driver.shift_start is None or driver.shift_start <= now
    return DriverView(
        id=driver.id,
        vehicle=driver.vehicle,
        place=place,
        stops=tuple(
            StopView(stop.kind, _order_view(world.orders[stop.order_id], now, 0.0), stop.arrived_at)
            for stop in world.route(driver.id).stops
        ),
        open=driver.presence is Presence.ONLINE and started and world.open_offer(driver.id) is None,
        weight_kg=driver.weight_kg,
        volume_l=driver.volume_l,
        shift_end=driver.shift_end,
    )
