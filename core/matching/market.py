"""A snapshot in columns. Times are seconds from the snapshot's ``now``, durations seconds.

Orders and drivers stand in the order of their ids, so that the decisions don't depend on how the snapshot was filled.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import StopKind
from core.domain.errors import BadInput
from core.domain.vehicle import Vehicle
from core.matching.pruning import great_circle_km
from core.matching.timing import Floats

if TYPE_CHECKING:
    from core.domain.merchant import Area
    from core.matching.snapshot import DriverView, OrderView, Snapshot

Ints = NDArray[np.int64]

VEHICLES: tuple[Vehicle, ...] = tuple(Vehicle)
_BIT = {vehicle: 1 << i for i, vehicle in enumerate(VEHICLES)}
_ANY = (1 << len(VEHICLES)) - 1


@dataclass(frozen=True, slots=True)
class OrderColumns:
    """m orders. ``pickup`` and ``dropoff`` have shape (m, 2), degrees; ``vehicles`` is a bit per entry of `VEHICLES`, and so is
    ``area_vehicles``, what the areas of both ends admit. ``fleet`` indexes the market's fleets, ``holder`` its drivers; -1 for
    none. ``door_s`` is seconds from ready to door."""

    views: tuple[OrderView, ...]
    pickup: Floats
    dropoff: Floats
    placed: Floats
    ready: Floats
    due_from: Floats
    due: Floats
    latest: Floats
    pickup_service: Floats
    dropoff_service: Floats
    weight: Floats
    volume: Floats
    vehicles: NDArray[np.uint8]
    area_vehicles: NDArray[np.uint8]
    door_s: Floats
    cold_box: NDArray[np.bool_]
    fleet: Ints
    fleet_only: NDArray[np.bool_]
    holder: Ints

    def __len__(self) -> int:
        return len(self.views)


@dataclass(frozen=True, slots=True)
class DriverColumns:
    """n drivers. ``fleet`` indexes the market's fleets, -1 for who serves anybody. ``vehicle`` indexes `VEHICLES`;
    ``shift_end`` is inf where it is open, ``free_from`` 0 where nothing holds, ``earned`` a share of the guaranteed pay."""

    views: tuple[DriverView, ...]
    place: Floats
    vehicle: Ints
    weight_limit: Floats
    volume_limit: Floats
    shift_end: Floats
    free_from: Floats
    earned: Floats
    open: NDArray[np.bool_]
    busy: NDArray[np.bool_]
    fleet: Ints
    cold_box: NDArray[np.bool_]
    rating: Floats
    done: Floats

    def __len__(self) -> int:
        return len(self.views)


@dataclass(frozen=True, slots=True)
class Market:
    """``fixed`` holds (order, driver) indices of the dispatcher's decisions. ``shared`` (fleets, orders) says which orders the
    drivers of each fleet may bring. ``planned`` is the plan before, by indices: a driver and a set of orders. ``proposed`` is
    the snapshot's."""

    now: float
    orders: OrderColumns
    drivers: DriverColumns
    fixed: dict[int, int]
    shared: NDArray[np.bool_]
    planned: frozenset[tuple[int, tuple[int, ...]]] = frozenset()
    proposed: tuple[tuple[tuple[str, str], ...], ...] = ()


def read_market(snapshot: Snapshot) -> Market:
    """Raise BadInput where an id occurs twice, or a fixed decision names what is not there."""
    params, now = snapshot.params, snapshot.now
    orders = tuple(sorted(snapshot.orders, key=lambda o: o.id))
    drivers = tuple(sorted(snapshot.drivers, key=lambda d: d.id))
    for kind, ids in (("order", [o.id for o in orders]), ("driver", [d.id for d in drivers])):
        twice = next((a for a, b in pairwise(ids) if a == b), None)
        if twice is not None:
            raise BadInput(f"{kind} {twice} is in the snapshot twice")
    pickup, dropoff = _places([o.pickup for o in orders]), _places([o.dropoff for o in orders])
    fleet_at = {fleet.group: i for i, fleet in enumerate(snapshot.fleets)}
    driver_at = {driver.id: i for i, driver in enumerate(drivers)}
    return Market(
        now,
        OrderColumns(
            orders,
            pickup,
            dropoff,
            _floats([o.placed_at - now for o in orders]),
            _floats([o.ready_at - now for o in orders]),
            _floats([o.due_from - now for o in orders]),
            _floats([o.due_at - now for o in orders]),
            _floats([o.latest_at - now for o in orders]),
            _floats([stop_s(o, StopKind.PICKUP, params.pickup_stop_min, params.dropoff_stop_min) for o in orders]),
            _floats([stop_s(o, StopKind.DROPOFF, params.pickup_stop_min, params.dropoff_stop_min) for o in orders]),
            _floats([o.weight_kg for o in orders]),
            _floats([o.volume_l for o in orders]),
            np.array([_bits(o.vehicles) for o in orders], dtype=np.uint8),
            _admitted(snapshot.areas, pickup, dropoff),
            _floats([60.0 * o.door_min for o in orders]),
            np.array([o.cold_box for o in orders], dtype=np.bool_),
            np.array([fleet_at.get(o.fleet, -1) for o in orders], dtype=np.int64),
            np.array([o.fleet_only for o in orders], dtype=np.bool_),
            np.array([driver_at.get(o.held_by, -1) for o in orders], dtype=np.int64),
        ),
        DriverColumns(
            drivers,
            _places([d.place for d in drivers]),
            np.array([VEHICLES.index(d.vehicle) for d in drivers], dtype=np.int64),
            _floats([d.weight_limit_kg for d in drivers]),
            _floats([d.volume_limit_l for d in drivers]),
            _floats([math.inf if d.shift_end is None else d.shift_end - now for d in drivers]),
            _floats([0.0 if d.free_from is None else max(d.free_from - now, 0.0) for d in drivers]),
            _floats([d.earned for d in drivers]),
            np.array([d.open for d in drivers], dtype=np.bool_),
            np.array([bool(d.stops) for d in drivers], dtype=np.bool_),
            np.array([fleet_at.get(d.group, -1) for d in drivers], dtype=np.int64),
            np.array([d.cold_box for d in drivers], dtype=np.bool_),
            _ratings([d.rating for d in drivers]),
            _floats([d.done for d in drivers]),
        ),
        _fixed(snapshot, [o.id for o in orders], [d.id for d in drivers]),
        _shared(snapshot, orders, pickup),
        _planned(snapshot, [o.id for o in orders], [d.id for d in drivers]),
        snapshot.proposed,
    )


def stop_s(order: OrderView, kind: StopKind, pickup_min: float, dropoff_min: float) -> float:
    """Seconds spent at a stop: the order's own where it has one, else the usual."""
    own, usual = (order.pickup_stop_min, pickup_min) if kind is StopKind.PICKUP else (order.dropoff_stop_min, dropoff_min)
    return 60.0 * (usual if own is None else own)


def _planned(snapshot: Snapshot, order_ids: list[str], driver_ids: list[str]) -> frozenset[tuple[int, tuple[int, ...]]]:
    """What of the plan before is still there."""
    order_at = {id_: i for i, id_ in enumerate(order_ids)}
    driver_at = {id_: i for i, id_ in enumerate(driver_ids)}
    return frozenset(
        (driver_at[driver], tuple(sorted(order_at[o] for o in orders)))
        for driver, orders in snapshot.planned
        if driver in driver_at and all(o in order_at for o in orders)
    )


def _fixed(snapshot: Snapshot, order_ids: list[str], driver_ids: list[str]) -> dict[int, int]:
    order_at = {id_: i for i, id_ in enumerate(order_ids)}
    driver_at = {id_: i for i, id_ in enumerate(driver_ids)}
    fixed: dict[int, int] = {}
    for decision in snapshot.fixed:
        order, driver = order_at.get(decision.order_id), driver_at.get(decision.driver_id)
        if order is None or driver is None:
            missing = f"order {decision.order_id}" if order is None else f"driver {decision.driver_id}"
            raise BadInput(f"{decision.order_id} can't be fixed to {decision.driver_id}: {missing} is not in the snapshot")
        if fixed.setdefault(order, driver) != driver:
            raise BadInput(f"order {decision.order_id} is fixed to two drivers")
    return fixed


def _bits(vehicles: Iterable[Vehicle]) -> int:
    return sum(_BIT[v] for v in vehicles) or _ANY


def _admitted(areas: Sequence[Area], pickup: Floats, dropoff: Floats) -> NDArray[np.uint8]:
    """What all the areas in which either end of an order lies admit, as bits."""
    bits = np.full(len(pickup), _ANY, dtype=np.uint8)
    for area in areas:
        bits[area.holds(pickup) | area.holds(dropoff)] &= _bits(area.vehicles)
    return bits


def _shared(snapshot: Snapshot, orders: Sequence[OrderView], pickup: Floats) -> NDArray[np.bool_]:
    shared = np.zeros((len(snapshot.fleets), len(orders)), dtype=np.bool_)
    for row, fleet in enumerate(snapshot.fleets):
        shared[row] = [order.merchant_id in fleet.homes for order in orders]
        if fleet.share_km >= 0 and len(orders):
            shared[row] |= (great_circle_km(_places(fleet.places), pickup) <= fleet.share_km).any(axis=0)
    return shared


def _ratings(stars: Sequence[float | None]) -> Floats:
    """One who has none yet counts as the mean of those who have, or as the best."""
    known = [s for s in stars if s is not None]
    usual = sum(known) / len(known) if known else 5.0
    return _floats([usual if s is None else s for s in stars])


def _places(places: Sequence[tuple[float, float]]) -> Floats:
    return np.array(places, dtype=np.float64).reshape(-1, 2)


def _floats(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)
