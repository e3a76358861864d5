"""From a fleet of one's own into the demo and back again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from typing import Any

import pytest

from app.simulated import Simulated
from core.simulation.params import SimulationParams
from widgets.dialogs.first_start import FirstStartDialog

SMALL = SimulationParams(drivers=8, orders_per_hour=600, window_min=60)


def settled(rig: Any, training: bool) -> None:
    rig.until(lambda: rig.window._deeds is not None and rig.deeds.training is training)
    rig.until(lambda: not rig.window.toast.isVisible())


@pytest.fixture
def demo(rig: Any) -> Any:
    rig.console.simulated = Simulated(None, 30.0, SMALL)
    rig.console.reopen()
    settled(rig, training=True)
    yield rig
    rig.console.leave_demo()
    settled(rig, training=False)
    rig.people_the_town()


def test_the_demo_lives_and_stays_out_of_the_fleets_own_records(demo: Any) -> None:
    assert demo.window.status.mode.accessibleName() == "Mode: TRAINING"
    assert demo.window.frame.isVisible()
    assert not demo.action("file.fleet").isEnabled()
    assert demo.action("file.leave_demo").isEnabled()
    world = demo.engine.world
    assert set(world.drivers) == {f"D-{n:02d}" for n in range(1, 9)}
    demo.until(lambda: len([d for d in world.drivers if demo.engine.positions.find(d) is not None]) == 8)
    demo.until(lambda: world.routes)  # an order was placed, offered over the broker and accepted
    demo.until(lambda: len(demo.ask_map("Kerbside.drivers.ids")) == 8)
    slow = demo.engine.clock
    demo.window.status.speed_chosen.emit(1)
    assert slow.speed == 1
    if sys.platform != "win32":
        life = next(p for p in multiprocessing.active_children() if p.name == "kerbside-simulator")
        os.kill(life.pid, signal.SIGKILL)
        demo.until(lambda: "simulation" in demo.window.strip.problems())
        assert "Start the demo again" in demo.window.strip.problems()["simulation"]


def test_the_fleet_is_as_it_was(rig: Any) -> None:
    assert {"D-1", "D-2", "D-17"} <= set(rig.engine.world.drivers)
    assert rig.window.strip.problems() == {}
    assert not rig.window.frame.isVisible()
    assert rig.window.status.mode.accessibleName() == "Mode: LIVE"


def test_a_fleet_that_is_there_is_not_greeted(rig: Any) -> None:
    rig.console.greet()
    assert not [d for d in rig.window.findChildren(FirstStartDialog) if d.isVisible()]


def test_a_first_start_offers_both_ways(rig: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig.engine.world, "drivers", {})
    called: list[str] = []
    monkeypatch.setattr(rig.console, "start_demo", lambda: called.append("demo"))
    rig.console.greet()
    dialog = rig.dialog(FirstStartDialog)
    dialog.demo.button.click()
    assert called == ["demo"]
    assert not dialog.isVisible()
