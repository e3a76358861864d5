"""The market at one moment, as the matcher is told it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from core.domain.driver import Activity, Driver, Presence
from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.domain.world import World
from core.matching.params import Params, Weights
from core.matching.snapshot import DriverView, OrderView, Snapshot, StopView
from core.settings import Settings
from core.tracking.positions import PositionStore
from core.tracking.search import Among, Searcher

MANY = 2000
SPARE = 8


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
        weights=Weights(**{name: number(f"matching.weight_{name}") for name in names}),
    )


def take_snapshot(
    world: World, positions: PositionStore, search: Searcher, settings: Settings, now: float, seed: int
) -> Snapshot:
    """Drivers of whom no position is known are left out; those who are away, or are being asked, may be given nothing.

    Of more than `MANY` drivers only those are told of who are on a route, or free and among the nearest to a waiting order:
    `SPARE` times as many as the matcher would look at, since it may find some of them unfit.
    """
    params = params_from(settings)
    rest_s = settings.number("offers.rest_after_no_s")
    orders = tuple(_order_view(o, now, rest_s) for o in world.orders.values() if o.status is Status.WAITING)
    lats, lons = positions.lat, positions.lon
    drivers = []
    told_of = world.drivers.values() if len(world.drivers) <= MANY else _near(world, positions, search, orders, params)
    for driver in told_of:
        row = positions.find(driver.id)
        if row is None or math.isnan(lats[row]) or (driver.presence is Presence.OFFLINE and driver.id not in world.routes):
            continue
        drivers.append(_driver_view(driver, LatLon(float(lats[row]), float(lons[row])), world, now))
    return Snapshot(now=now, params=params, orders=orders, drivers=tuple(drivers), seed=seed)


def _near(
    world: World, positions: PositionStore, search: Searcher, orders: Sequence[OrderView], params: Params
) -> Iterator[Driver]:
    found = [np.empty(0, np.int64)]
    for place, vehicles in dict.fromkeys((order.pickup, order.vehicles) for order in orders):
        free = Among(frozenset({Activity.FREE}), vehicles or None)
        found.append(search.nearest(place, SPARE * params.nearest_drivers, 1000 * params.max_pickup_km, free)[0])
    ids = dict.fromkeys([*world.routes, *positions.driver_ids(np.unique(np.concatenate(found)))])
    return (world.drivers[driver_id] for driver_id in ids if driver_id in world.drivers)


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
