"""The whole console with everything open: 2,000 drivers who report by MQTT, 5,000 orders of which two change every tenth of a
second, the matcher at work, each panel visible, those that stand in tabs in windows of their own, boards beside one another.

*click* is how long a click waits for the main thread, a click every 20 ms; *undisturbed* how long it would have waited on a
machine that does nothing else, by the main thread's own processor time; *typed* from a key in the finder to its results, drawn.
The notes are the places that held it up longest.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import psutil
from PySide6.QtTest import QTest

from app.benches import Result
from app.benches.phones import Fleet, driver_id
from app.benches.window import in_a_window
from app.boards import DOCK
from app.watchdog import PROBE_S
from core.domain.commands import PlaceOrder, RecordProgress
from core.domain.driver import Driver, Presence, Route, Stop, StopKind
from core.domain.errors import KerbsideError
from core.domain.events import Change, Delivered, DriverRegistered, MerchantRegistered, OrderAssigned, OrderReceived
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Order, Status
from core.domain.reports import Floats
from core.domain.vehicle import Vehicle
from core.engine.engine import Engine
from core.routing.city import Bounds, City
from core.storage.folder import DataFolder
from core.storage.store import Store

if TYPE_CHECKING:
    from app.console import Console
    from app.ground import Ground
    from app.main_window import MainWindow

DRIVERS, ORDERS, SECONDS, BOARDS = 2000, 5000, 60.0, 3
UNDER_WAY, WAITING = 0.5, 0.08
"""Shares of the orders; the others are delivered."""
SETTLE_S, FEED_S = 25.0, 0.1
TYPING_S = 0.12
TYPED = ("mill lane 4711", "customer 12", "driver 1999", "D-17", "assign", "theme", "/hold O-12")
LONG_MS = 40.0
STEPS = {Status.ASSIGNED: "arrived_pickup", Status.AT_PICKUP: "picked_up", Status.CARRYING: "arrived_dropoff",
         Status.AT_DROPOFF: "delivered"}  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]


def run(scale: float = 1.0, boards: int = BOARDS) -> Result:
    from app.benches.ingest import PROGRAM, _mosquitto

    if PROGRAM is None:
        return Result(notes=["nothing was measured: mosquitto is not installed"])
    with TemporaryDirectory(ignore_cleanup_errors=True) as name, _mosquitto(Path(name)) as (port, _):
        return _look(Path(name), port, max(50, round(DRIVERS * scale)), max(100, round(ORDERS * scale)), boards)


def _look(data: Path, port: int, drivers: int, orders: int, boards: int) -> Result:
    bounds = prepare(data, port, drivers, orders)
    box = (bounds.south, bounds.west, bounds.north, bounds.east)
    fleet = Fleet(port, drivers, drivers // 2, SETTLE_S + SECONDS + 5.0, box, 1.0)

    async def live(console: Console, ground: Ground) -> Result:
        await console.open(ground)
        window = console.window
        assert console.system is not None
        for _ in range(1, boards):
            window.boards.go_to(window.orders)
            window.boards.open_beside()
        for name, dock in window.docks.items():
            dock.show()
            if name not in {"orders", "inspector", "drivers"} and not name.startswith(DOCK):
                dock.setFloating(True)
                dock.resize(900, 420)
        window.drivers.select([driver_id(0)])
        engine, watchdog = console.system.engine, console.watchdog
        command = [sys.executable, "-m", "app.benches.phones", json.dumps(asdict(fleet))]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as phones:
            feed = asyncio.ensure_future(_feed(engine))
            await asyncio.sleep(SETTLE_S)
            watchdog.forget()
            began = time.process_time()
            await asyncio.sleep(SECONDS)
            busy = (time.process_time() - began) / SECONDS
            waits, held = watchdog.waits_ms(), watchdog.held_ms()
            typed = await _type(window)
            feed.cancel()
            phones.terminate()
        figures: dict[str, float] = {
            "drivers": len(engine.world.drivers),
            "orders": len(engine.world.orders),
            "boards": sum(panel.isVisible() for panel in window.boards.panels()),
            "docks_visible": sum(dock.widget().isVisible() for dock in window.docks.values()),
            "seconds": SECONDS,
            "clicks": len(waits),
        }
        figures |= {f"click_p{q}_ms": float(np.percentile(waits, q)) for q in (50, 95, 99)}
        undisturbed = waits_of(held, SECONDS)
        figures |= {
            "click_max_ms": float(waits.max()),
            "undisturbed_p99_ms": float(np.percentile(undisturbed, 99)),
            "undisturbed_max_ms": float(undisturbed.max()),
            "typed_p50_ms": float(np.percentile(typed, 50)),
            "typed_max_ms": max(typed),
            "console_cores": busy,
            "console_mb": psutil.Process().memory_info().rss / 2**20,
        }
        worst = sorted(watchdog.places.items(), key=lambda one: -one[1])[:12]
        return Result(figures, notes=[f"{ms:.0f} ms: {place}" for place, ms in worst])

    return in_a_window(data, live)


async def _type(window: MainWindow) -> list[float]:
    """Milliseconds from each key in the finder to its results as they are drawn."""
    took = []
    for words in TYPED:
        window.finder.begin()
        for letter in words:
            await asyncio.sleep(TYPING_S)
            began = time.perf_counter()
            QTest.keyClicks(window.finder.field, letter)
            window.finder.repaint()
            took.append(1000 * (time.perf_counter() - began))
        window.finder.end()
    return took


def waits_of(held_ms: Floats, seconds: float) -> Floats:
    """How long clicks, one each `PROBE_S`, would have waited had nothing else run: those that come while the main thread is
    held up wait for what is left of it, the others not at all."""
    step = 1000 * PROBE_S
    waits = [np.arange(ms, 0.0, -step) for ms in held_ms.tolist() if ms > 0]
    idle = max(0, round(1000 * seconds / step) - sum(map(len, waits)))
    return np.concatenate([np.zeros(idle), *waits])


async def _feed(engine: Engine) -> None:
    """Two orders a beat take the next step, and now and then there is a new one."""
    rng = np.random.default_rng(1)
    merchants = list(engine.world.merchants.values())
    for number in itertools.count():
        ready = [o for o in engine.world.open_orders() if o.status in STEPS]
        for at in rng.integers(0, len(ready), 2).tolist() if ready else ():
            order = engine.world.orders[ready[at].id]
            if order.status in STEPS:
                try:
                    engine.execute(RecordProgress(order_id=order.id, event=STEPS[order.status]))
                except KerbsideError:
                    continue
        if number % 10 == 0:
            merchant = merchants[number % len(merchants)]
            engine.execute(PlaceOrder(order_id=f"N-{number}", merchant_id=merchant.id, dropoff=near(merchant.place, rng)))
        await asyncio.sleep(FEED_S)


def near(place: LatLon, rng: np.random.Generator) -> LatLon:
    lat, lon = rng.normal(0, 0.008, 2).tolist()
    return LatLon(place.lat + lat, place.lon + lon)


def prepare(data: Path, port: int, drivers: int, orders: int) -> Bounds:
    """A data folder as it would be in the middle of such a shift."""
    from app.bootstrap import city_file
    from app.simulated import merchants_of

    folder = DataFolder(data)
    try:
        city = City.load(city_file(folder, None))
        folder.settings.write_text(
            f'[mqtt]\nbroker = "mqtt://127.0.0.1:{port}"\n[map]\ncity = "training"\n[window]\nstall_warn_ms = {LONG_MS}\n',
            encoding="utf-8",
        )
        merchants = merchants_of(city, 1)
        store = Store.open(folder.database)
        store.write(list(shift(merchants, drivers, orders, time.time()))).result()
        store.close()
        return city.bounds
    finally:
        folder.close()


def shift(merchants: tuple[Merchant, ...], drivers: int, orders: int, now: float) -> list[Change]:
    """The log of a shift that is half over: orders delivered, under way two to a driver, and waiting."""
    rng, vehicles = np.random.default_rng(1), tuple(Vehicle)
    people = tuple(
        Driver(driver_id(i), f"Driver {i}", vehicles[i % len(vehicles)], presence=Presence.ONLINE, presence_at=now)
        for i in range(drivers)
    )
    log: list[Change] = [MerchantRegistered(at=now, merchants=merchants), DriverRegistered(at=now, drivers=people)]
    under_way, waiting = round(orders * UNDER_WAY), round(orders * WAITING)
    routes: dict[str, list[Order]] = {}
    for i in range(orders):
        merchant = merchants[i % len(merchants)]
        age = float(rng.uniform(0, 1500))
        plain = Order(f"O-{i}", merchant.id, merchant.place, near(merchant.place, rng), now - age, now - age + 900,
                      now - age + 2700, status=Status.WAITING, status_at=now - age, customer=f"Customer {i}",
                      address=f"Mill Lane {i}")  # fmt: skip
        log.append(OrderReceived(at=now, orders=(plain,)))
        if i < under_way:
            who = driver_id(i % (drivers * 3 // 5))
            mine = replace(plain, status=Status.ASSIGNED, driver_id=who, assigned_at=now - age / 2)
            routes.setdefault(who, []).append(mine)
        elif i >= under_way + waiting:
            gone = now - float(rng.uniform(0, 18_000))
            done = replace(
                plain, status=Status.DELIVERED, status_at=gone, placed_at=gone - 1800, driver_id=driver_id(i % drivers)
            )
            due_at = gone + float(rng.normal(300, 300))
            done = replace(done, due_at=due_at, assigned_at=gone - 1200, picked_up_at=gone - 600, delivered_at=gone)
            log.append(Delivered(at=now, orders=(done,)))
    for who, theirs in routes.items():
        stops = [Stop(kind, o.id, o.pickup if kind is StopKind.PICKUP else o.dropoff) for kind in StopKind for o in theirs]
        log.append(OrderAssigned(at=now, orders=tuple(theirs), routes=(Route(who, tuple(stops)),)))
    return log
