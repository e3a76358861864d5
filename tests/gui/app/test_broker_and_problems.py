"""What the window says of the broker, of messages it can't use, and of drivers who speak."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any

import pytest

from core.clock import RealClock
from core.domain.events import CycleFailed, CycleFinished
from core.messaging.mqtt import MqttTransport
from core.storage.writer import Health


@pytest.fixture
def phone(rig: Any) -> Any:
    """D-2's phone: OwnTracks, signed in with the driver's own credentials."""
    lines = rig.console._lines
    secret = lines.credentials.secret("D-2")
    made = MqttTransport("127.0.0.1", lines.port, "d2-phone", "D-2", secret, ("owntracks/D-2/+/cmd",), RealClock(), mqtt5=False)
    rig.until(lambda: made.wait_ready(0))
    yield made
    made.close()


def location(**values: Any) -> bytes:
    return json.dumps({"_type": "location", "lat": 45.001, "lon": 9.003, "tst": int(time.time()), "acc": 8, **values}).encode()


def test_a_location_from_a_phone_moves_the_driver_on_the_map(rig: Any, phone: MqttTransport) -> None:
    rig.until(rig.drivers_are_drawn)
    sent = time.monotonic()
    phone.publish("owntracks/D-2/phone", location(tst=int(time.time()) + 1))
    rig.until(lambda: rig.ask_map("Math.abs(Kerbside.latOf(Kerbside.drivers.place('D-2')[1]) - 45.001) < 1e-5"))
    assert time.monotonic() - sent < 3.0  # a second on a quiet machine


def test_another_drivers_topic_is_closed_to_a_phone(rig: Any, phone: MqttTransport) -> None:
    before = rig.engine.positions.lat[rig.engine.positions.find("D-1")]
    phone.publish("owntracks/D-1/phone", location(lat=10.0, tst=int(time.time()) + 2))
    phone.publish("owntracks/D-2/phone", location(lat=45.002, tst=int(time.time()) + 2))
    row = rig.engine.positions.find("D-2")
    rig.until(lambda: abs(rig.engine.positions.lat[row] - 45.002) < 1e-6)
    assert rig.engine.positions.lat[rig.engine.positions.find("D-1")] == before


def test_a_message_that_makes_no_sense_is_counted_and_told(rig: Any, phone: MqttTransport) -> None:
    before = rig.engine.refused_count
    phone.publish("owntracks/D-2/phone", b"{")
    rig.until(lambda: rig.engine.refused_count == before + 1)
    rig.until(lambda: rig.window.status.refused.text() == f"{before + 1} refused")
    assert "owntracks/D-2/phone" in rig.window.status.refused.toolTip()
    rig.window.status.refused.click()
    rig.until(lambda: any("owntracks/D-2/phone" in row.text for row in rig.window.log.model.shown))
    assert rig.window.log.isVisible()
    rig.window.docks["drivers"].raise_()


@pytest.mark.skipif(sys.platform == "win32", reason="killing a process by signal is a Unix way")
def test_a_broker_that_dies_is_told_of_and_comes_back(rig: Any) -> None:
    os.kill(rig.console._lines.broker.pid, signal.SIGKILL)
    rig.until(lambda: "broker" in rig.window.strip.problems())
    assert "wait until it is back" in rig.window.strip.problems()["broker"]
    rig.until(lambda: rig.window.status.broker.text() != "Broker connected")
    rig.until(lambda: rig.window.strip.problems() == {})
    rig.until(lambda: rig.window.status.broker.text() == "Broker connected")


def test_a_cycle_that_fails_is_told_until_one_succeeds(rig: Any) -> None:
    rig.engine.bus.publish(CycleFailed(at=0.0, reason="no such city"))
    assert rig.window.strip.problems() == {"matcher": "The matcher failed: no such city"}
    finished = CycleFinished(at=0.0, seconds=0.1, waiting=0, drivers=0, pairs=0, offers=0)
    rig.engine.bus.publish(finished)
    assert rig.window.strip.problems() == {}


def test_a_disk_that_does_not_take_writes_is_told(rig: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(rig.console.system.store), "health", Health("the disk is full"))
    rig.until(lambda: "disk" in rig.window.strip.problems())
    assert "the disk is full" in rig.window.strip.problems()["disk"]
    monkeypatch.undo()
    rig.until(lambda: "disk" not in rig.window.strip.problems())
