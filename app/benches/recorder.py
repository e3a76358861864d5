"""Looking back over a log of 100,000 events: 2,000 drivers who report every eight seconds, orders through all their steps.

*open* is reading the whole log, once, in the recorder's own thread, with a rest every 40 events; *wait* how late another thread
then comes to its turn. *jump* is the world and everyone's position at a random moment, *onward* the next minute from there, as
for playing. The peer folds the log from its beginning for each jump.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.benches import Result
from app.benches.fleet import NOW, ids, places
from app.benches.timing import seconds_of
from core.domain.alert import Alert, AlertKind
from core.domain.driver import Driver, Presence, Route, Stop, StopKind
from core.domain.events import (
    AlertCleared,
    AlertRaised,
    ArrivedAtDropoff,
    ArrivedAtPickup,
    Change,
    Delivered,
    DriverRegistered,
    FenceCrossed,
    OfferAccepted,
    OfferMade,
    OrderQueued,
    OrderReceived,
    OrderTagged,
    PickedUp,
)
from core.domain.geo import LatLon
from core.domain.offer import Offer, OfferState
from core.domain.order import Order, Status
from core.domain.reports import FixBatch
from core.domain.vehicle import Vehicle
from core.domain.world import World
from core.storage.recording import Recording
from core.storage.rerun import Rerun
from core.storage.store import Store
from core.storage.tracks import TrackLog

EVENTS, DRIVERS, JUMPS = 100_000, 2000, 40
HOURS, TRACKED_S, REPORT_S = 8.0, 1800.0, 8.0
KEEP_S = 6 * 3600.0
REST_S = 0.0005


def run(scale: float = 1.0) -> Result:
    events, drivers = max(1000, int(EVENTS * scale)), max(50, int(DRIVERS * scale))
    with (
        tempfile.TemporaryDirectory() as name,
        closing(Store.open(Path(name) / "kerbside.db")) as store,
        closing(TrackLog(Path(name) / "tracks.db", 86_400.0)) as tracks,
    ):
        log = day(events, drivers)
        for first in range(0, len(log), 5000):
            store.write(log[first : first + 5000])
        store.flush()
        start, end = log[0].at, log[-1].at
        del log
        _drive(tracks, drivers, end)
        rerun = Rerun(Recording(store, KEEP_S), tracks)
        tracemalloc.start()
        rerun.open(lambda seq: None)
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        rerun = Rerun(Recording(store, KEEP_S), tracks)
        late_ms, opened_s = _beside(lambda: rerun.open(lambda seq: time.sleep(REST_S)))
        rng = random.Random(1)
        jumps, onward = [], []
        for i in range(JUMPS):
            # Half of them where there are positions.
            at = rng.uniform(end - TRACKED_S if i % 2 else start, end)
            began = time.perf_counter()
            stand = rerun.stand(at)
            jumps.append(time.perf_counter() - began)
            began = time.perf_counter()
            rerun.onward(stand.seq, at, at + 60.0)
            onward.append(time.perf_counter() - began)
        return Result(
            figures={
                "events": events,
                "drivers": drivers,
                "open_s": opened_s,
                "wait_p99_ms": late_ms,
                "jump_p50_ms": 1000 * float(np.median(jumps)),
                "jump_max_ms": 1000 * max(jumps),
                "onward_p50_ms": 1000 * float(np.median(onward)),
                "held_mb": held / 2**20,
            },
            peers={"fold_from_the_beginning_s": seconds_of(lambda: _fold(store))},
            ratios={"jump_vs_fold": seconds_of(lambda: _fold(store)) / float(np.median(jumps))},
        )


def _fold(store: Store) -> World:
    world = World()
    for logged in store.events_since(0):
        world.apply(logged.change)
    return world


def _beside(work: Callable[[], object]) -> tuple[float, float]:
    """How late this thread comes to its turn while another does the work (p99, ms), and how long that takes (s)."""
    thread = threading.Thread(target=work)
    began = time.perf_counter()
    thread.start()
    late = []
    while thread.is_alive():
        due = time.perf_counter() + 0.002
        time.sleep(0.002)
        late.append(time.perf_counter() - due)
    return 1000 * float(np.percentile(late, 99)), time.perf_counter() - began


def _drive(tracks: TrackLog, drivers: int, end: float) -> None:
    rng = np.random.default_rng(1)
    names, at = ids(drivers), places(drivers, rng)
    nothing = np.full(drivers, np.nan)
    for t in np.arange(end - TRACKED_S, end, REPORT_S).tolist():
        at += rng.normal(0, 3e-4, at.shape)
        when = t + np.arange(drivers) % REPORT_S
        tracks.add(FixBatch(names, np.arange(drivers), when, at[:, 0].copy(), at[:, 1].copy(), nothing, nothing, nothing), t)
    tracks.flush()


def day(events: int, drivers: int) -> list[Change]:
    """So many events over `HOURS`, in the order of their time: each order from the customer to the door, some with an alert."""
    rng = random.Random(1)
    names, at = ids(drivers), places(2 * (events // 10 + 1), np.random.default_rng(2)).tolist()
    people = tuple(Driver(d, f"Driver {d}", Vehicle.BIKE, presence=Presence.ONLINE) for d in names)
    log: list[Change] = [DriverRegistered(at=NOW, drivers=people)]
    number = 0
    while len(log) < events:
        placed, driver = NOW + rng.uniform(0, HOURS * 3600), names[number % drivers]
        pickup, dropoff = LatLon(*at[2 * number]), LatLon(*at[2 * number + 1])
        log += _life(Order(f"O-{number}", "M-1", pickup, dropoff, placed, placed + 900, placed + 2400), driver, rng)
        number += 1
    log.sort(key=lambda change: change.at)
    return log[:events]


def _life(order: Order, driver: str, rng: random.Random) -> list[Change]:
    at, stops = (
        order.placed_at,
        (Stop(StopKind.PICKUP, order.id, order.pickup), Stop(StopKind.DROPOFF, order.id, order.dropoff)),
    )

    def became(status: Status, after_s: float, **more: object) -> Order:
        nonlocal order, at
        at += after_s
        order = replace(order, status=status, status_at=at, **more)  # type: ignore[arg-type]
        return order

    offer = Offer(f"F-{order.id}", driver, (order.id,), at + 60, at + 105)
    life: list[Change] = [
        OrderReceived(at=at, orders=(order,)),
        OrderTagged(at=at, orders=(order,)),
        OrderQueued(at=at, orders=(became(Status.WAITING, 0),)),
    ]
    offered = became(Status.OFFERED, 60, driver_id=driver, offer_id=offer.id)
    life.append(OfferMade(at=at, orders=(offered,), offers=(offer,)))
    taken = became(Status.ASSIGNED, 20, assigned_at=at)
    life.append(
        OfferAccepted(
            at=at, orders=(taken,), offers=(replace(offer, state=OfferState.ACCEPTED),), routes=(Route(driver, stops),)
        )
    )
    life.append(ArrivedAtPickup(at=at, orders=(became(Status.AT_PICKUP, 400),)))
    life.append(FenceCrossed(at=at, driver_id=driver, order_id=order.id, stop="pickup", entered=True, radius_m=100.0))
    life.append(PickedUp(at=at, orders=(became(Status.CARRYING, 240, picked_up_at=at),), routes=(Route(driver, stops[1:]),)))
    if rng.random() < 0.2:
        alert = Alert(f"late {order.id}", AlertKind.LATE, order.id, at, at)
        life.append(AlertRaised(at=at, alerts=(alert,)))
        life.append(AlertCleared(at=at + 300, alerts=(replace(alert, cleared_at=at + 300),)))
    life.append(ArrivedAtDropoff(at=at, orders=(became(Status.AT_DROPOFF, 500 + 600 * rng.random()),)))
    life.append(Delivered(at=at, orders=(became(Status.DELIVERED, 90, delivered_at=at + 90),), routes=(Route(driver, ()),)))
    return life
