"""A small run, stored for real: two drivers, one merchant with an awkward name, and an order of each fate."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from app.bootstrap import System
from app.runtime import Stages
from core.bus import Bus
from core.clock import SteppedClock
from core.domain.driver import Driver, Presence, Route, Stop, StopKind
from core.domain.events import (
    AreaSaved,
    Change,
    Delivered,
    DriverCameOnline,
    DriverRegistered,
    MerchantRegistered,
    OfferAccepted,
    OrderCancelled,
    OrderReceived,
    PickedUp,
)
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.domain.order import Order, Status
from core.engine.engine import Engine
from core.messaging.local import LocalBroker
from core.routing.base_map import BaseMap
from core.routing.city import Bounds, City, Place
from core.routing.great_circle import GreatCircle
from core.settings import Settings
from core.storage.store import Store
from core.worker import InlineExecutor
from widgets.map import webengine

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
webengine.prepare()

START = 1_772_820_000.0
MINUTES = 30
AWKWARD = 'Trattoria </script><script>alert(1)</script> "Ada" & Söhne'
FIGURES = {
    "orders_placed": 4,
    "orders_delivered": 2,
    "orders_cancelled": 1,
    "orders_failed": 0,
    "orders_open": 1,
    "pdt_min": 20.0,
    "pickup_leg_min": 5.0,
    "pickup_stop_min": 4.0,
    "dropoff_leg_min": 9.0,
    "dropoff_stop_min": 2.0,
    "waiting_min": None,
    "late_orders_pct": 50.0,
    "late_min_mean": 4.0,
    "cycle_p50_s": 0.02,
    "cycle_p95_s": 0.05,
    "city": "Testville",
    "seed": 1,
    "simulated_min": MINUTES,
    "wall_s": 1.5,
}


@dataclass
class SmallRun:
    system: System
    city: City
    figures: dict[str, object]
    cycles_s: tuple[float, ...] = (0.01, 0.02, 0.05)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "unit/app/report/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore(*webengine.HARMLESS_WARNINGS))


def at(minutes: float) -> float:
    return START + 60 * minutes


def small_city() -> City:
    base = BaseMap()
    lats = 45.0 + 0.01 * np.sin(np.linspace(0, 6, 60))
    base.road("primary", "High Street", np.column_stack((lats, np.linspace(9.0, 9.05, 60))))
    base.road("residential", "Lane", np.array([[45.0, 9.0], [45.02, 9.02]]))
    base.road("service", "", np.array([[45.0, 9.0], [45.001, 9.001]]))
    square = np.array([[45.0, 9.0], [45.0, 9.01], [45.01, 9.01], [45.01, 9.0], [45.0, 9.0]])
    base.polygon("water", [square])
    base.polygon("parks", [square + 0.01])
    base.polygon("buildings", [square * 1.0])
    bounds = Bounds(44.98, 8.98, 45.05, 9.06)
    places = (Place("suburb", "North <b>End</b>", LatLon(45.02, 9.02)),)
    return City(
        name="Testville",
        bounds=bounds,
        node_lat=np.array([45.0, 45.02]),
        node_lon=np.array([9.0, 9.02]),
        edge_tail=np.array([0], np.int32),
        edge_head=np.array([1], np.int32),
        edge_length_m=np.array([2700.0], np.float32),
        edge_class=np.array([5], np.uint8),
        edge_street=np.array([-1], np.int32),
        edge_seconds=np.full((4, 1), 300.0, np.float32),
        places=places,
        base_map=base.to_bytes(bounds, places),
        attribution="© Nobody",
    )


def changes(make_order: Callable[..., Order]) -> list[Change]:
    merchant = Merchant("M-1", AWKWARD, LatLon(45.0, 9.0))
    ring = tuple(LatLon(*p) for p in ((45.0, 9.0), (45.0, 9.03), (45.03, 9.03), (45.0, 9.0)))
    drivers = [Driver(f"D-{n}", f"Driver {n}", "scooter", presence_at=START) for n in (1, 2)]
    done: list[Change] = [
        MerchantRegistered(at=START, merchants=(merchant,)),
        AreaSaved(at=START, areas=(Area("A-1", "Old town", ((ring,),)),)),
        DriverRegistered(at=START, drivers=tuple(drivers)),
    ]
    online = [Driver(d.id, d.name, d.vehicle, presence=Presence.ONLINE, presence_at=START + 1) for d in drivers]
    done.append(DriverCameOnline(at=START + 1, drivers=tuple(online)))

    def order(n: int, **values: object) -> Order:
        place = LatLon(45.0 + 0.005 * n, 9.01)
        known = {"placed_at": at(n), "ready_at": at(n + 8), "due_at": at(n + 20), "driver_id": "D-1", "assigned_at": at(n + 1)}
        return make_order(id=f"O-{n}", dropoff=place, **{**known, **values})

    done += [OrderReceived(at=at(n), orders=(order(n, driver_id=None, assigned_at=None),)) for n in (1, 2, 3, 4)]
    stops = (Stop(StopKind.PICKUP, "O-1", LatLon(45.0, 9.0)), Stop(StopKind.DROPOFF, "O-1", LatLon(45.005, 9.01)))
    done.append(OfferAccepted(at=at(5), orders=(order(1, status=Status.ASSIGNED),), routes=(Route("D-1", stops),)))
    done.append(PickedUp(at=at(9), orders=(order(1, status=Status.CARRYING),), routes=(Route("D-1", stops[1:]),)))
    punctual = order(1, status=Status.DELIVERED, picked_up_at=at(9), delivered_at=at(15))
    done.append(Delivered(at=at(15), orders=(punctual,), routes=(Route("D-1"),)))
    done.append(OrderCancelled(at=at(16), orders=(order(3, status=Status.CANCELLED),)))
    late = order(2, status=Status.DELIVERED, picked_up_at=at(20), delivered_at=at(26))
    done.append(Delivered(at=at(26), orders=(late,)))
    return done


@pytest.fixture
def small_run(tmp_path: Path, make_order: Callable[..., Order]) -> Iterator[SmallRun]:
    clock, settings, bus = SteppedClock(START), Settings(), Bus()
    store = Store.open(tmp_path / "run.db")
    store.write(changes(make_order))
    store.flush()
    transport = LocalBroker(clock).endpoint("console", ())
    executor = InlineExecutor(GreatCircle())
    engine = Engine(clock=clock, bus=bus, settings=settings, store=store, transport=transport, executor=executor, stepped=True)
    system = System(settings, clock, bus, store, transport, executor, engine, Stages())
    clock.advance(MINUTES * 60)
    yield SmallRun(system, small_city(), dict(FIGURES))
    store.close()
