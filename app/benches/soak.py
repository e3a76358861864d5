"""The whole console under a fleet's load: phones in a process of their own, a real mosquitto, the window open.

What is measured: whether every message published was applied, how old a driver's last fix is when it is applied and when the
map's page has it, how long the main thread keeps a click waiting, memory and processor time.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
from PySide6.QtCore import QObject, Qt, Signal

from app.benches import Numbers, Result
from app.benches.phones import Fleet, Sent, driver_id
from app.benches.window import in_a_window
from app.bootstrap import System, city_file
from app.console import Console
from app.ground import Ground
from app.main_window import MainWindow
from app.simulated import merchants_of
from core.domain.commands import PlaceOrder
from core.domain.driver import Driver, Presence
from core.domain.events import DriverRegistered, FixesApplied, MerchantRegistered
from core.domain.geo import LatLon
from core.domain.reports import Floats
from core.domain.vehicle import Vehicle
from core.messaging.decode import KERNELS
from core.routing.city import City
from core.storage.folder import DataFolder
from core.storage.store import Store

DRIVERS = 50_000
PROBE_S = 0.01
SETTLE_S = 25.0
"""Everybody has reported once by then."""
DRAIN_S = 30.0
ORDERS_EVERY_S = 2.0
ROOT = Path(__file__).resolve().parents[2]


def run(minutes: float, active_pct: float, times: float, broker_port: int, broker_pid: int, drivers: int = DRIVERS) -> Result:
    """Raises KerbsideError where the console can't be opened."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        data = Path(name)
        bounds = _prepare(data, drivers, broker_port).bounds
        box = (bounds.south, bounds.west, bounds.north, bounds.east)
        fleet = Fleet(broker_port, drivers, round(drivers * active_pct / 100), SETTLE_S + 60 * minutes, box, times)
        return in_a_window(data, lambda console, ground: _live(console, ground, fleet, broker_pid))


def _prepare(data: Path, drivers: int, port: int) -> City:
    """A data folder as a fleet of that size would have it."""
    folder = DataFolder(data)
    try:
        city = City.load(city_file(folder, None))
        folder.settings.write_text(f'[mqtt]\nbroker = "mqtt://127.0.0.1:{port}"\n[map]\ncity = "training"\n', encoding="utf-8")
        now, vehicles = time.time(), tuple(Vehicle)
        people = tuple(
            Driver(driver_id(i), f"Driver {i}", vehicles[i % len(vehicles)], presence=Presence.ONLINE, presence_at=now)
            for i in range(drivers)
        )
        store = Store.open(folder.database)
        store.write([DriverRegistered(at=now, actor="simulator", drivers=people)])
        store.write([MerchantRegistered(at=now, merchants=merchants_of(city, 1))]).result()
        store.close()
        return city
    finally:
        folder.close()


async def _live(console: Console, ground: Ground, fleet: Fleet, broker_pid: int) -> Result:
    await console.open(ground)
    system = console.system
    assert system is not None
    KERNELS.get(wait=True)
    greeted, stats = -1, system.engine.transport.stats
    while stats.state != "connected" or stats.pending or stats.sent != greeted:
        greeted = stats.sent
        await asyncio.sleep(1.0)
    watch = Watch(system, console.window, broker_pid)
    _watch_fences(system, fleet)
    command = [sys.executable, "-m", "app.benches.phones", json.dumps(asdict(fleet))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        await asyncio.sleep(SETTLE_S)
        watch.begin()
        ends = time.monotonic() + fleet.seconds - SETTLE_S
        placed = 0
        while time.monotonic() < ends:
            _place(system, fleet, placed)
            placed += 1
            await asyncio.sleep(min(ORDERS_EVERY_S, max(0.0, ends - time.monotonic())))
        watch.end()
        while process.poll() is None:
            await asyncio.sleep(0.1)
        assert process.stdout is not None
        sent = Sent(**json.loads(process.stdout.read()))
    deadline = time.monotonic() + DRAIN_S
    while (stats.received < sent.messages or watch.fixes < sent.fixes) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
        if stats.shed:
            break
    return watch.result(fleet, sent, placed)


def _place(system: System, fleet: Fleet, number: int) -> None:
    merchants = list(system.engine.world.merchants.values())
    south, west, north, east = fleet.bounds
    lat, lon = np.random.default_rng(number).uniform((south, west), (north, east))
    merchant = merchants[number % len(merchants)]
    system.engine.execute(PlaceOrder(order_id=f"O-{number}", merchant_id=merchant.id, dropoff=LatLon(float(lat), float(lon))))


def _watch_fences(system: System, fleet: Fleet) -> None:
    """Two stops of everyone who is active, somewhere in the region."""
    rng = np.random.default_rng(3)
    south, west, north, east = fleet.bounds
    for i in range(fleet.active):
        for stop in ("pickup", "dropoff"):
            place = LatLon(float(rng.uniform(south, north)), float(rng.uniform(west, east)))
            system.engine.fences.watch(driver_id(i), f"F-{i}", stop, place, 100.0)


class _Probe(QObject):
    sent = Signal(float)


class Watch:
    """Looks on, from `begin` to `end`; what is applied is counted from the start."""

    def __init__(self, system: System, window: MainWindow, broker_pid: int) -> None:
        self._system = system
        self._positions = system.engine.positions
        self.fixes = 0
        self._on = False
        self._ages: list[Floats] = []
        self._paths: list[Floats] = []
        self._waits: list[float] = []
        self._rss: list[tuple[int, int, int]] = []
        self._broker = psutil.Process(broker_pid)
        self._self = psutil.Process()
        self._cpu: dict[str, float] = {}
        self._wall = 0.0
        system.bus.subscribe(FixesApplied, self._applied)
        self._map = window.map
        self._told = self._shown = self._on_the_way = np.zeros(0)
        show = window.map.set_drivers

        def set_drivers(*columns: Any, **more: Any) -> None:
            self._told = self._positions.t.copy()
            show(*columns, **more)

        window.map.set_drivers = set_drivers  # type: ignore[method-assign]
        wire: Any = window.map.page().webChannel().registeredObjects()["wire"]
        wire.to_page.connect(self._to_page)
        wire.from_page.connect(self._from_page)
        self._probe = _Probe()
        self._probe.sent.connect(lambda due: self._waits.append(time.perf_counter() - due), Qt.ConnectionType.QueuedConnection)
        self._ended = threading.Event()

    def begin(self) -> None:
        self._on = True
        self._wall = time.perf_counter()
        self._cpu = {name: -seconds for name, seconds in self._cpu_now().items()}
        threading.Thread(target=self._poke, daemon=True).start()

    def end(self) -> None:
        self._on = False
        self._ended.set()
        for name, seconds in self._cpu_now().items():
            self._cpu[name] = self._cpu.get(name, 0.0) + seconds
        self._wall = time.perf_counter() - self._wall
        self._rss.append(self._memory())

    def _poke(self) -> None:
        """A click every hundredth of a second; each is due at a set time, however late this thread is itself."""
        began, number = time.perf_counter(), 0
        while not self._ended.wait(max(0.0, began + number * PROBE_S - time.perf_counter())):
            self._probe.sent.emit(began + number * PROBE_S)
            number += 1
            if number % 500 == 0:
                self._rss.append(self._memory())

    def _applied(self, event: FixesApplied) -> None:
        self.fixes += event.count
        if self._on:
            self._ages.append(time.time() - self._positions.t[event.rows])

    def _to_page(self, text: str) -> None:
        message = json.loads(text)
        if message.get("do") == "refresh" and "drivers" in message.get("names", ()):
            self._on_the_way = self._told

    def _from_page(self, text: str) -> None:
        if '"done"' not in text or not len(self._on_the_way):
            return
        new, self._on_the_way = self._on_the_way, np.zeros(0)
        before = np.full(len(new), np.nan)
        before[: len(self._shown)] = self._shown[: len(new)]
        if self._on:
            self._paths.append(time.time() - new[new > np.nan_to_num(before, nan=np.inf)])
        self._shown = new

    def _memory(self) -> tuple[int, int, int]:
        """Bytes: the console, the map's processes, its workers."""
        shares = {"web": 0, "work": 0}
        for child in self._self.children(recursive=True):
            try:
                name = child.name()
                if "phones" not in child.cmdline():
                    shares["web" if "WebEngine" in name else "work"] += child.memory_info().rss
            except psutil.Error:
                continue
        return self._self.memory_info().rss, shares["web"], shares["work"]

    def _cpu_now(self) -> dict[str, float]:
        seconds = {"console": sum(self._self.cpu_times()[:2]), "mosquitto": sum(self._broker.cpu_times()[:2]), "map": 0.0}
        for child in self._self.children(recursive=True):
            try:
                if "WebEngine" in child.name():
                    seconds["map"] += sum(child.cpu_times()[:2])
            except psutil.Error:
                continue
        return seconds

    def result(self, fleet: Fleet, sent: Sent, orders: int) -> Result:
        engine = self._system.engine
        stats = engine.transport.stats
        ages, paths = (1000 * np.concatenate(parts) for parts in (self._ages, self._paths))
        waits = 1000 * np.array(self._waits)
        mb = np.array(self._rss).max(axis=0) / 2**20
        figures: Numbers = {
            "drivers": fleet.drivers,
            "active": fleet.active,
            "measured_min": self._wall / 60,
            "orders_placed": orders,
            "published": sent.messages,
            "published_per_s": sent.messages / sent.seconds,
            "published_fixes_per_s": sent.fixes / sent.seconds,
            "acknowledged": sent.acknowledged,
            "received": stats.received,
            "fixes_published": sent.fixes,
            "fixes_applied": self.fixes,
            "messages_shed": stats.shed,
            "refused": engine.refused_count,
            "held_back": engine.movement.held_back,
        }
        for name, values in (("applied_age", ages), ("on_the_map", paths), ("main_thread", waits)):
            for share in (50, 99):
                figures[f"{name}_p{share}_ms"] = float(np.percentile(values, share))
            figures[f"{name}_max_ms"] = float(values.max())
        figures |= {
            "console_mb": float(mb[0]),
            "map_renderer_mb": float(mb[1]),
            "workers_mb": float(mb[2]),
            "console_cores": self._cpu["console"] / self._wall,
            "map_cores": self._cpu["map"] / self._wall,
            "mosquitto_cores": self._cpu["mosquitto"] / self._wall,
            "phones_cores": sent.cpu_s / sent.seconds,
            "phones_late_p99_ms": sent.late_ms,
        }
        return Result(figures)
