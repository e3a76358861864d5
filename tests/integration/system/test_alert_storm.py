"""A broker that goes away for longer than drivers may be silent, and comes back to 2,000 of them: one alert, on the broker."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.benches.phones import Packets, driver_id
from app.lines import Lines, open_lines
from core.bus import Bus
from core.clock import RealClock
from core.domain.alert import Alert, AlertKind
from core.domain.driver import Driver, Presence, Route, Stop, StopKind
from core.domain.events import AlertCleared, AlertRaised, Change, DriverRegistered, DriverWentOffline, OrderAssigned
from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.domain.vehicle import Vehicle
from core.engine.engine import Engine
from core.messaging.credentials import SIMULATOR, Credentials
from core.messaging.intake import connect_packet
from core.routing.great_circle import GreatCircle
from core.settings import Settings
from core.storage.folder import DataFolder
from core.storage.store import Store
from core.worker import InlineExecutor
from tests.mosquitto import MOSQUITTO, Mosquitto, wait_for

pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")

DRIVERS, GONE = 2000, 20
"""All are under way; the last of them are not heard from again."""
SILENT_S, AWAY_S, GRACE_S, EVERY_S = 10.0, 14.0, 10.0, 2.0
HOME = LatLon(45.0, 12.0)


class Phones(threading.Thread):
    """Everybody's phone by one connection, which is looked for again while there is none. ``heard`` is how many still send."""

    def __init__(self, port: int, password: str) -> None:
        super().__init__(daemon=True)
        self._port, self._password = port, password
        self.heard = DRIVERS
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=5) as line:
                line.sendall(connect_packet("phones", SIMULATOR, self._password))
                if line.recv(4)[3:] == b"\0":
                    self._send(line)
            self.ended.wait(0.3)

    def _send(self, line: socket.socket) -> None:
        packets, number = Packets("active", 1, EVERY_S), 0
        while not self.ended.wait(EVERY_S / 10):
            # A tenth of them at a time, as they would come.
            drivers = np.arange(number % 10, self.heard, 10)
            places = (
                np.full((len(drivers), 1), 45.0) + np.arange(len(drivers))[:, None] * 1e-6,
                np.full((len(drivers), 1), 12.0),
            )
            line.sendall(packets.of(drivers, np.arange(len(drivers)) + 1, time.time(), *places))
            got = 0
            while got < 4 * len(drivers):  # a PUBACK each
                data = line.recv(1 << 16)
                if not data:
                    return
                got += len(data)
            number += 1


class Town:
    def __init__(self, path: Path) -> None:
        self.folder, self.settings, self.clock = DataFolder(path), Settings(), RealClock()
        credentials = Credentials(self.folder.credentials, self.settings.text("mqtt.user"))
        credentials.ensure([driver_id(0)])
        self.broker = Mosquitto(credentials, path / "mosquitto")
        self.broker.start()
        for key, value in (
            ("mqtt.broker", f"mqtt://127.0.0.1:{self.broker.port}"),
            ("tracking.offline_after_s", SILENT_S),
            ("tracking.offline_after_passive_s", SILENT_S),
            ("alerts.broker_grace_s", GRACE_S),
            ("alerts.hold_s", 2.0),
            ("alerts.clear_s", 2.0),
        ):
            self.settings.set(key, value)
        self.store = Store.open(self.folder.database)
        self.store.write(_all_under_way(self.clock.now())).result()
        self.store.close()
        self.store = Store.open(self.folder.database)
        self.lines: Lines = open_lines(self.folder, self.settings, self.clock)
        bus = Bus()
        self.raised: list[Alert] = []
        self.cleared: list[Alert] = []
        self.offline: list[str] = []
        bus.subscribe(AlertRaised, lambda e: self.raised.extend(e.alerts))
        bus.subscribe(AlertCleared, lambda e: self.cleared.extend(e.alerts))
        bus.subscribe(DriverWentOffline, lambda e: self.offline.extend(d.id for d in e.drivers))
        self.engine = Engine(clock=self.clock, bus=bus, settings=self.settings, store=self.store,
                             transport=self.lines.console, executor=InlineExecutor(GreatCircle()))  # fmt: skip
        self.engine.matching_paused = True
        assert self.lines.console.wait_ready(10)
        self.phones = Phones(self.broker.port, credentials.secret(SIMULATOR))
        self.phones.start()

    def until(self, true: Callable[[], Any], timeout_s: float) -> bool:
        def beat() -> Any:
            self.engine.tick()
            return true()

        return wait_for(beat, timeout_s)

    def live(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end, seconds + 5)

    def heard_from(self) -> int:
        """How many have sent a fix within the limit."""
        return int((self.clock.now() - self.engine.positions.t <= SILENT_S).sum())

    def close(self) -> None:
        self.phones.ended.set()
        self.phones.join(10)
        self.engine.close()
        self.lines.console.close()
        self.store.close()
        self.lines.stop()
        self.broker.kill()
        self.folder.close()


def _all_under_way(now: float) -> list[Change]:
    drivers = tuple(
        Driver(driver_id(i), f"Driver {i}", Vehicle.BIKE, presence=Presence.ONLINE, presence_at=now - 600)
        for i in range(DRIVERS)
    )
    changes: list[Change] = [DriverRegistered(at=now, drivers=drivers)]
    for i, driver in enumerate(drivers):
        order = Order(f"O-{i}", "M-1", HOME, LatLon(45.02, 12.02), now, now + 3600, now + 7200, status=Status.ASSIGNED,
                      status_at=now, driver_id=driver.id, assigned_at=now)  # fmt: skip
        stops = (Stop(StopKind.PICKUP, order.id, order.pickup), Stop(StopKind.DROPOFF, order.id, order.dropoff))
        changes.append(OrderAssigned(at=now, orders=(order,), routes=(Route(driver.id, stops),)))
    return changes


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    town.close()


@pytest.mark.soak
def test_one_alert_on_the_broker_and_then_those_who_are_truly_silent(town: Town) -> None:
    assert town.until(lambda: town.heard_from() == DRIVERS, 30)
    town.live(GRACE_S + 1)
    assert (town.raised, town.offline) == ([], [])

    town.broker.kill()
    town.live(AWAY_S)
    assert town.heard_from() == 0  # all of them have been silent for longer than they may
    assert [(alert.kind, alert.subject) for alert in town.raised] == [(AlertKind.CONNECTION, "broker")]
    assert town.offline == []

    town.phones.heard = DRIVERS - GONE
    town.broker.start()
    back = {driver_id(i) for i in range(DRIVERS - GONE)}
    assert town.until(lambda: town.heard_from() == len(back), 40)
    assert town.until(lambda: town.cleared, 20)
    assert [alert.kind for alert in town.cleared] == [AlertKind.CONNECTION]
    assert town.until(lambda: len(town.raised) == 1 + GONE, 40)
    town.live(3)
    gone = {driver_id(i) for i in range(DRIVERS - GONE, DRIVERS)}
    assert [alert.kind for alert in town.raised[1:]] == [AlertKind.SILENT] * GONE
    assert {alert.subject for alert in town.raised[1:]} == gone == set(town.offline)
    assert set(town.engine.world.alerts) == {f"silent {one}" for one in gone}
    assert town.store.rebuild_check() == []
