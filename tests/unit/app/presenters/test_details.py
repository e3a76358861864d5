"""What the inspector shows, from a real engine after a real cycle."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.actions.deeds import Deeds
from app.presenters.details import candidates, driver_details, order_details
from app.presenters.selection import Selection
from core.domain import commands as c
from core.domain.driver import App, Driver, StopKind
from core.domain.order import Status
from core.domain.vehicle import Vehicle
from core.settings import Settings
from tests.rigs import FAR, NEAR, Rig


@pytest.fixture
def deeds(rig: Rig) -> Deeds:
    window: Any = SimpleNamespace()
    return Deeds(rig.engine, Settings(), Selection(), window, training=False)


def test_an_order_s_history_is_told_from_the_beginning(rig: Rig, deeds: Deeds) -> None:
    rig.place(customer="Ida", note="ring twice", weight_kg=2.5)
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.say("D-1", "failed", order="O-1", reason="nobody there")
    rig.tick()
    shown = order_details(rig.order(), deeds)
    assert [(line.text, line.actor, line.alarm) for line in shown.history] == [
        ("Received", "dispatcher", False),
        ("Waits for a driver", "dispatcher", False),
        ("Given to Name D-1 by the dispatcher", "dispatcher", False),
        ("Delivery failed: nobody there", "Name D-1", True),
    ]
    assert (shown.load, shown.note, shown.customer) == ("2.5 kg, 5 l", "ring twice", "Ida")
    assert (shown.merchant, shown.driver_name, shown.exception) == ("Rosa", "Name D-1", "failed")


def test_why_this_driver_the_costs_add_up_and_the_excluded_say_why(rig: Rig, deeds: Deeds) -> None:
    rig.do(c.SaveDriver(driver=Driver("OFF", "Off", Vehicle.CAR)))
    rig.fix("OFF", FAR)
    rig.driver("W", place=NEAR)
    rig.do(c.SaveDriver(driver=Driver("W", "Walker", Vehicle.WALK)))
    rig.place(vehicles=frozenset({Vehicle.SCOOTER}))
    rig.tick(10)
    order = rig.order()
    assert order.status is Status.OFFERED
    found = {candidate.driver_id: candidate for candidate in candidates(order, rig.engine)}
    ranked = [candidate for candidate in found.values() if candidate.cost]
    assert {candidate.driver_id for candidate in ranked} == {"D-1", "D-2"}
    assert [c.driver_id for c in ranked if c.chosen] == [order.driver_id]
    for candidate in ranked:
        parts = [float(part.rsplit(" ", 1)[1]) for part in candidate.parts.split(", ")]
        assert sum(parts) == pytest.approx(float(candidate.cost.removesuffix(" min")), abs=0.05 * len(parts) + 0.05)
        assert candidate.parts.startswith("way to pick-up")
    assert found["W"].excluded
    assert not found["W"].cost


def test_the_reason_is_kept_once_the_order_has_a_driver(rig: Rig, deeds: Deeds) -> None:
    rig.place()
    rig.tick(10)
    driver, offer = rig.order().driver_id, rig.order().offer_id
    rig.say(str(driver), "accept", offer=offer)
    rig.tick(10)
    rig.tick(10)
    shown = order_details(rig.order(), deeds)
    assert [c.driver_id for c in shown.candidates if c.chosen] == [driver]
    assert shown.eta is not None
    assert shown.reason == ""


def test_why_nobody(rig: Rig, deeds: Deeds) -> None:
    rig.place(weight_kg=500.0)
    rig.tick(10)
    reason = order_details(rig.order(), deeds).reason
    assert reason
    assert "\n" not in reason
    rig.engine.matching_paused = True
    assert order_details(rig.order(), deeds).reason == "Automatic offers are paused"


def test_an_order_that_has_time_is_planned_and_not_yet_offered(rig: Rig, deeds: Deeds) -> None:
    rig.place(ready_at=rig.clock.now() + 3600, due_at=rig.clock.now() + 7200)
    rig.tick(10)
    shown = order_details(rig.order(), deeds)
    assert shown.status is Status.WAITING
    assert shown.reason.startswith("Planned for Name D-")


def test_before_the_first_cycle_there_is_nothing_to_say(rig: Rig, deeds: Deeds) -> None:
    rig.engine.cycles.decisions = None
    rig.place()
    shown = order_details(rig.order(), deeds)
    assert (shown.candidates, shown.reason) == ((), "")


def test_the_buttons_are_what_can_be_done_now(rig: Rig, deeds: Deeds) -> None:
    rig.place()
    deeds.selection.set_orders(["O-1"])
    before = {deed.key: deed for deed in order_details(rig.order(), deeds).deeds}
    assert before["order.assign"].primary
    assert before["order.cancel"].danger
    assert "order.unassign" not in before
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    assert "order.unassign" in {deed.key for deed in order_details(rig.order(), deeds).deeds}


def test_a_driver_with_stops_and_their_lateness(rig: Rig, deeds: Deeds) -> None:
    rig.place(address="Main Street 1", weight_kg=3.0, due_at=rig.clock.now() + 60)
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.fix("D-1", NEAR, acc=7.0)
    rig.tick(10)
    shown = driver_details("D-1", deeds)
    assert shown is not None
    pickup, dropoff = shown.stops
    assert (pickup.kind, pickup.place, pickup.late_min) == (StopKind.PICKUP, "Rosa", None)
    assert dropoff.place == "Main Street 1"
    assert dropoff.eta is not None
    assert dropoff.late_min == pytest.approx((dropoff.eta - rig.order().due_at) / 60)
    assert dropoff.late_min > 0
    assert (shown.load, shown.accuracy_m, shown.mode_wanted, shown.stale) == ("3 of 25 kg", 7.0, "active", False)


def test_an_owntracks_phone_in_another_mode_comes_with_what_to_do(rig: Rig, deeds: Deeds) -> None:
    rig.driver("OT", App.OWNTRACKS, place=None)
    unheard = driver_details("OT", deeds)
    assert unheard is not None
    assert (unheard.fix_it, unheard.accuracy_m) == ((), None)
    for mode, seconds, advised in ((1, 1, False), (2, 1, False), (2, 70, True), (1, 1, False)):
        rig.tick(seconds)
        rig.send("owntracks/OT/phone", {"_type": "location", "lat": 45, "lon": 9, "tst": rig.clock.now(), "m": mode})
        rig.tick()
        shown = driver_details("OT", deeds)
        assert shown is not None
        assert (bool(shown.fix_it), bool(shown.troubles)) == (advised, advised)
    rig.fix("D-1", NEAR, mode="passive")
    rig.tick()
    kerbside = driver_details("D-1", deeds)
    assert kerbside is not None
    assert kerbside.fix_it == ()  # its app is told, and obeys


def test_a_driver_who_is_gone_has_no_details(rig: Rig, deeds: Deeds) -> None:
    assert driver_details("D-9", deeds) is None
