"""A town of named places with a table of minutes, and short ways to make orders, drivers and snapshots."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from core.domain.driver import StopKind
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.matching.cycle import run_cycle
from core.matching.params import Params
from core.matching.snapshot import DriverView, Fixed, OrderView, Snapshot, StopView


@dataclass
class Town:
    """`TravelTimes` by a table of minutes: ``minutes[a, b]``, or ``minutes[vehicle, a, b]`` where it differs."""

    minutes: dict[tuple[str, ...], float] = field(default_factory=dict)
    unknown_min: float = math.inf
    params: Params = field(
        default_factory=lambda: Params(pickup_stop_min=0.0, dropoff_stop_min=0.0, commit_before_ready_min=20.0)
    )
    calls: list[str] = field(default_factory=list)
    names: dict[LatLon, str] = field(default_factory=dict)

    def place(self, name: str) -> LatLon:
        known = {n: p for p, n in self.names.items()}
        where = known.get(name, LatLon(50.0 + 0.0005 * len(known), 8.0))
        self.names[where] = name
        return where

    def order(self, order_id: str, pickup: str = "shop", dropoff: str = "door", *, ready: float = 0.0, due: float = 1e6,
              placed: float = 0.0, **more) -> OrderView:  # fmt: skip
        """Times in minutes."""
        return OrderView(order_id, pickup, self.place(pickup), self.place(dropoff), 60 * placed, 60 * ready, 60 * due, **more)

    def driver(self, driver_id: str, at: str = "base", vehicle: Vehicle = Vehicle.SCOOTER, **more) -> DriverView:
        return DriverView(driver_id, vehicle, self.place(at), **more)

    def carrying(self, order: OrderView) -> tuple[StopView, ...]:
        return (StopView(StopKind.DROPOFF, order),)

    def snapshot(self, orders, drivers, *, now: float = 0.0, fixed: dict[str, str] | None = None, **params) -> Snapshot:
        pairs = tuple(Fixed(o, d) for o, d in (fixed or {}).items())
        return Snapshot(60 * now, replace(self.params, **params), tuple(orders), tuple(drivers), pairs)

    def run(self, orders, drivers, **more):
        return run_cycle(self.snapshot(orders, drivers, **more), self)

    def seconds(self, a: LatLon, b: LatLon, vehicle: Vehicle) -> float:
        here, there = self.names[LatLon(*a)], self.names[LatLon(*b)]
        if here == there:
            return 0.0
        own = self.minutes.get((vehicle.value, here, there))
        return 60.0 * (self.minutes.get((here, there), self.unknown_min) if own is None else own)

    def matrix(self, origins, destinations, vehicle):
        self.calls.append("matrix")
        return np.array([[self.seconds(a, b, vehicle) for b in destinations.tolist()] for a in origins.tolist()])

    def pairs(self, origins, destinations, vehicle):
        self.calls.append("pairs")
        return np.array([self.seconds(a, b, vehicle) for a, b in zip(origins.tolist(), destinations.tolist(), strict=True)])

    def path(self, origin, destination, vehicle):
        raise AssertionError("the matcher asks for no paths")

    def isochrone(self, centre, vehicle, minutes):
        raise AssertionError("the matcher asks for no isochrones")


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture(scope="session")
def make_town() -> type[Town]:
    return Town


@pytest.fixture
def street(make_town):
    """base - shop - second shop - near door - far door, two minutes apart, on one line."""
    names = ("base", "shop", "second", "near", "far")
    minutes = {(a, b): 2.0 * abs(i - j) for i, a in enumerate(names) for j, b in enumerate(names) if a != b}
    town = make_town(minutes)
    for name in names:
        town.place(name)
    return town
