"""What the matcher is told: a market at one moment, as frozen facts that can be sent to another process.

Times are epoch seconds. Nothing here refers to the live world, so a snapshot can be kept in a file and matched again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from core.domain.driver import StopKind
from core.domain.geo import LatLon
from core.domain.merchant import Area
from core.domain.vehicle import Vehicle, capacity
from core.matching.params import Params


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order that waits for a driver, or one that a driver has.

    ``vehicles`` is empty where any may carry it. ``declined_by`` holds the drivers who turned it down and may not be asked
    again yet. ``due_from`` is where the customer's window opens, ``latest_at`` when it is no use any more: nobody is given an
    order to hand over after that. A stop time of ``None`` is the usual one.

    ``door_min`` is the longest time from ready to door its goods bear. ``fleet`` is the group of its merchant's own drivers,
    empty for none; ``fleet_only`` keeps others from it. ``held_by`` has it and may still lose it to a driver who is better by
    more than ``hold_min`` minutes; empty for an order that nobody has.
    """

    id: str
    merchant_id: str
    pickup: LatLon
    dropoff: LatLon
    placed_at: float
    ready_at: float
    due_at: float
    due_from: float = -math.inf
    latest_at: float = math.inf
    weight_kg: float = 1.0
    volume_l: float = 5.0
    vehicles: frozenset[Vehicle] = frozenset()
    declined_by: frozenset[str] = frozenset()
    pickup_stop_min: float | None = None
    dropoff_stop_min: float | None = None
    door_min: float = math.inf
    cold_box: bool = False
    fleet: str = ""
    fleet_only: bool = False
    held_by: str = ""
    hold_min: float = 0.0


@dataclass(frozen=True, slots=True)
class StopView:
    """A stop that a driver still has to finish; ``arrived_at`` is ``None`` before the arrival."""

    kind: StopKind
    order: OrderView
    arrived_at: float | None = None

    @property
    def place(self) -> LatLon:
        return self.order.pickup if self.kind is StopKind.PICKUP else self.order.dropoff


@dataclass(frozen=True, slots=True)
class DriverView:
    """A driver with the route under way. ``open`` says whether the driver may be given work at all.

    Limits of ``None`` are the vehicle's own; a shift end of ``None`` is open. ``free_from`` is for whom can't set off from
    ``place`` before then: one whose shift begins later, or who is to be left alone until the work in hand is done. ``earned``
    is the share of the shift's guaranteed pay that the driver's deliveries have brought so far; it may exceed 1. ``group`` may
    be a merchant's `Fleet`. ``rating`` is 1 to 5 stars, ``done`` how many deliveries the driver has made of late.
    """

    id: str
    vehicle: Vehicle
    place: LatLon
    stops: tuple[StopView, ...] = ()
    open: bool = True
    weight_kg: float | None = None
    volume_l: float | None = None
    shift_end: float | None = None
    free_from: float | None = None
    earned: float = 0.0
    group: str = ""
    cold_box: bool = False
    rating: float | None = None
    done: int = 0

    @property
    def weight_limit_kg(self) -> float:
        return capacity(self.vehicle, self.weight_kg, self.volume_l).weight_kg

    @property
    def volume_limit_l(self) -> float:
        return capacity(self.vehicle, self.weight_kg, self.volume_l).volume_l


@dataclass(frozen=True, slots=True)
class Fixed:
    """The dispatcher's decision: this order goes to this driver. Load, vehicle and shift still bind; all else yields."""

    order_id: str
    driver_id: str


@dataclass(frozen=True, slots=True)
class Fleet:
    """A merchant's own drivers, by their group: they serve ``homes`` (merchants' ids), and shops up to ``share_km`` from them,
    as the crow flies; -1 shares with nobody."""

    group: str
    homes: tuple[str, ...]
    places: tuple[LatLon, ...]
    share_km: float = -1.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A market at ``now``. ``orders`` are those to be given out; orders that drivers have are in their ``stops``.

    ``areas`` are those that admit some vehicles only. ``planned`` is what the cycle before meant to give to whom later on: a
    driver and orders, from which a search may start. ``proposed`` are routes found by `core.matching.multibundle` a while ago:
    kinds of stops ("pickup", "dropoff") and orders' ids, any of which may have gone since.
    """

    now: float
    params: Params
    orders: tuple[OrderView, ...] = ()
    drivers: tuple[DriverView, ...] = ()
    fixed: tuple[Fixed, ...] = field(default=())
    seed: int = 0
    areas: tuple[Area, ...] = ()
    fleets: tuple[Fleet, ...] = ()
    planned: tuple[tuple[str, tuple[str, ...]], ...] = ()
    proposed: tuple[tuple[tuple[str, str], ...], ...] = ()
