"""What the matcher is told of a large fleet: whoever it would give an order to, and no more."""

from __future__ import annotations

import numpy as np
import pytest

from core.domain.driver import Driver, Presence
from core.domain.events import Change
from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.domain.reports import FixBatch
from core.domain.vehicle import Vehicle
from core.domain.world import World
from core.engine import snapshots
from core.engine.planning import Planner
from core.engine.snapshots import Photographer
from core.engine.tally import Tally
from core.matching.cycle import run_cycle
from core.matching.snapshot import Snapshot
from core.routing.great_circle import GreatCircle
from core.settings import Settings
from core.tracking.positions import PositionStore
from core.tracking.search import Searcher

NOW = 1_000_000.0
DRIVERS = 400


def market(rng: np.random.Generator, orders: int = 12) -> tuple[World, PositionStore]:
    world, positions = World(), PositionStore()
    vehicles = tuple(Vehicle)
    presence = [Presence.ONLINE, Presence.ONLINE, Presence.ONLINE, Presence.BREAK, Presence.OFFLINE]
    people = tuple(
        Driver(f"D-{i}", f"Driver {i}", vehicles[i % len(vehicles)], presence=presence[i % 5], presence_at=NOW)
        for i in range(DRIVERS)
    )
    waiting = tuple(
        Order(
            id=f"O-{i}", merchant_id="M", pickup=LatLon(*(45 + rng.uniform(-0.03, 0.03, 2))),
            dropoff=LatLon(*(45 + rng.uniform(-0.03, 0.03, 2))), placed_at=NOW - 60, ready_at=NOW + 60, due_at=NOW + 2400,
            status=Status.WAITING, status_at=NOW - 60, vehicles=frozenset() if i % 2 else frozenset({Vehicle.CAR}),
        )
        for i in range(orders)
    )  # fmt: skip
    world.apply(Change(at=NOW, drivers=people, orders=waiting))
    at = 45 + rng.uniform(-0.05, 0.05, (DRIVERS, 2))
    unknown = np.full(DRIVERS, np.nan)
    ids = [d.id for d in people]
    count = np.arange(DRIVERS)
    positions.apply(FixBatch(ids, count, np.full(DRIVERS, NOW), at[:, 0], at[:, 1], unknown, unknown, unknown), NOW)
    positions.describe({d.id: (d.vehicle, world.activity(d.id)) for d in people})
    return world, positions


def take(world: World, positions: PositionStore, search: Searcher, settings: Settings) -> Snapshot:
    return Photographer(world, positions, search, settings, Planner(()), Tally(())).take(NOW, 1)


@pytest.mark.parametrize("seed", range(3))
def test_a_large_fleet_gets_the_decisions_it_would_get_if_everyone_were_told_of(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, positions = market(np.random.default_rng(seed))
    search, settings = Searcher(positions), Settings({"matching.nearest_drivers": 3})
    whole = take(world, positions, search, settings)
    monkeypatch.setattr(snapshots, "MANY", 100)
    part = take(world, positions, search, settings)
    assert 0 < len(part.drivers) < len(whole.drivers) == DRIVERS * 4 // 5
    a, b = run_cycle(whole, GreatCircle(1.35)), run_cycle(part, GreatCircle(1.35))
    assert a.assignments
    assert (a.assignments, a.postponed, a.etas) == (b.assignments, b.postponed, b.etas)


def test_without_an_order_to_give_out_nobody_who_is_free_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    world, positions = market(np.random.default_rng(0), orders=0)
    monkeypatch.setattr(snapshots, "MANY", 100)
    assert take(world, positions, Searcher(positions), Settings()).drivers == ()
