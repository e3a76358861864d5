"""What is wrong with a phone's tracking, in words a dispatcher can act on."""

from __future__ import annotations

import pytest

from app.presenters.tracking_text import Trouble, clock, held_back, troubles
from core.domain import commands as c
from core.domain.driver import App
from core.messaging import topics
from core.tracking.jumps import Held
from tests.rigs import NEAR, Rig


@pytest.fixture(autouse=True)
def settled(rig: Rig) -> None:
    rig.driver("OT", App.OWNTRACKS)
    rig.tick(times=3)
    rig.place()


def said(rig: Rig, driver_id: str = "D-1") -> tuple[Trouble, ...]:
    return troubles(driver_id, rig.engine, rig.clock.now())


def report(rig: Rig, mode: str, seconds: float, driver_id: str = "D-1") -> None:
    rig.tick(seconds)
    if driver_id == "OT":
        m = {"active": 2, "passive": 1}[mode]
        here = {"lat": NEAR.lat, "lon": NEAR.lon, "tst": rig.clock.now()}
        rig.send("owntracks/OT/phone", {"_type": "location", **here, "m": m})
    else:
        rig.fix(driver_id, NEAR, mode=mode)
    rig.tick()


@pytest.mark.parametrize(("driver_id", "first"), [("D-1", "open the app"), ("OT", "open OwnTracks")])
def test_a_phone_that_does_not_come_into_its_mode(rig: Rig, driver_id: str, first: str) -> None:
    report(rig, "passive", 1, driver_id)
    rig.do(c.AssignOrder(order_id="O-1", driver_id=driver_id))
    report(rig, "passive", 20, driver_id)
    assert said(rig, driver_id) == ()  # it may not have heard yet
    report(rig, "passive", 170, driver_id)
    (trouble,) = said(rig, driver_id)
    assert trouble.said == "Asked for active 3 min ago, the phone still reports passive"
    assert first in trouble.to_do[0]
    assert trouble.line.startswith(f"{trouble.said}: ask the driver to {first}")
    report(rig, "active", 5, driver_id)
    assert said(rig, driver_id) == ()


def test_a_phone_that_leaves_its_mode_by_itself(rig: Rig) -> None:
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    report(rig, "active", 1)
    report(rig, "quiet", 600)
    report(rig, "quiet", 130)
    (trouble,) = said(rig)
    assert trouble.said == "For 2 min the phone has reported quiet, active was asked for"


def test_a_phone_that_runs_old_settings(rig: Rig) -> None:
    report(rig, "passive", 1)

    def confirm(version: str) -> None:
        rig.send(topics.fixes("D-1"), {"fixes": [], "config": version, "mode": "passive"})
        rig.tick()

    tracking = rig.engine.modes.of("D-1")
    assert tracking is not None
    confirm(tracking.config)
    rig.settings.set("tracking.passive_send_s", 33.0)
    rig.tick(30)
    assert said(rig) == ()
    rig.tick(100)
    (trouble,) = said(rig)
    assert trouble.said == "The phone has not taken over the settings of 2 min ago"
    tracking = rig.engine.modes.of("D-1")
    assert tracking is not None
    confirm(tracking.config)
    assert said(rig) == ()


def test_a_clock_that_is_off() -> None:
    assert clock(0.0) is None
    ahead, behind, ours = clock(-245.0), clock(59.0), clock(-245.0, -240.0)
    assert ahead is not None
    assert behind is not None
    assert ours is not None
    assert ahead.said == "The phone's clock is 4 min ahead, its times are corrected"
    assert "automatic date and time" in ahead.to_do[0]
    assert behind.said == "The phone's clock is 59 s behind, its times are corrected"
    assert "this computer's clock" in ours.to_do[0]


def test_positions_held_back() -> None:
    assert held_back(None) == ""
    assert held_back(Held(2, 14_321.0, 0.0)) == "2 positions held back: impossible jump of 14 km"
    assert held_back(Held(1, 640.4, 0.0)) == "1 position held back: impossible jump of 640 m"
