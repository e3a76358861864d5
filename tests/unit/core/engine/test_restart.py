"""The end of the program and its next start; brokers that come and go."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.domain import commands as c
from core.domain.driver import App
from core.domain.events import BrokerChanged, FenceCrossed, OfferMade
from core.domain.order import Status
from core.messaging import topics
from core.messaging.codecs.kerbside import AssignMessage, OfferMessage, RouteMessage
from tests.rigs import DOOR, MERCHANT, NEAR, Rig, state_of


def busy(rig: Rig) -> None:
    """Orders in every state that a start has to find again."""
    rig.settings.set("matching.generators", "alone")
    for n in range(1, 8):
        rig.place(f"O-{n}")
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.do(c.AssignOrder(order_id="O-2", driver_id="D-1"))
    rig.do(c.HoldOrder(order_id="O-3"))
    rig.do(c.CancelOrder(order_id="O-4"))
    rig.do(c.OfferOrder(order_id="O-5", driver_id="D-2"))
    rig.say("D-1", "picked_up", order="O-1")
    rig.say("D-1", "arrived_pickup", order="O-2")
    rig.do(c.AssignOrder(order_id="O-6", driver_id="D-1"))
    rig.say("D-1", "failed", order="O-6", reason="nobody there")
    rig.fix("D-1", MERCHANT)
    rig.tick()


def test_a_start_finds_the_world_as_it_was(rig: Rig) -> None:
    busy(rig)
    before, places = state_of(rig.world), sorted(map(str, rig.engine.positions.export()))
    rig.restart()
    assert state_of(rig.world) == before
    assert sorted(map(str, rig.engine.positions.export())) == places
    assert rig.store.rebuild_check() == []
    assert {o.status for o in rig.world.orders.values()} == {
        Status.CARRYING,
        Status.AT_PICKUP,
        Status.HELD,
        Status.CANCELLED,
        Status.OFFERED,
        Status.FAILED,
        Status.WAITING,
    }


def test_life_goes_on_after_a_start_as_if_there_had_been_none(make_rig: Callable[..., Rig]) -> None:
    """The same minutes with a restart in them and without one lead to the same world."""
    worlds = []
    for restarts in (False, True):
        rig = make_rig()
        rig.merchant()
        rig.driver("D-1")
        rig.driver("D-2")
        rig.tick()
        busy(rig)
        for minute in range(8):
            if restarts and minute == 2:
                rig.restart()
            rig.fix("D-1", NEAR)
            rig.fix("D-2", NEAR)
            rig.tick(20)
        worlds.append(state_of(rig.world))
    assert worlds[0] == worlds[1]


def test_drivers_are_told_everything_again_after_a_start(rig: Rig) -> None:
    busy(rig)
    rig.phones.drain()
    rig.restart()
    rig.tick(1)
    told = rig.told_to()
    routes = {driver: m for driver, m in told if isinstance(m, RouteMessage)}
    assert [s.order for s in routes["D-1"].stops] == ["O-1", "O-2", "O-2"]
    assert {driver for driver, m in told if isinstance(m, OfferMessage)} == {"D-2"}


def test_a_word_from_before_the_start_is_not_acted_on_again(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    word = rig.say("D-1", "arrived_pickup", order="O-1")
    rig.tick()
    rig.do(c.UnassignOrder(order_id="O-1"))
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.restart()
    rig.say("D-1", "arrived_pickup", word, order="O-1")
    rig.tick()
    assert rig.status_of() is Status.ASSIGNED
    assert rig.engine.refused_count == 0
    assert word in [m for m in rig.told("D-1") if isinstance(m, RouteMessage)][-1].seen


@pytest.mark.parametrize("said", [False, True])
def test_who_stands_inside_a_fence_at_the_start_has_not_entered_it_again(rig: Rig, said: bool) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.fix("D-1", MERCHANT)
    rig.tick()
    if said:
        rig.say("D-1", "arrived_pickup", order="O-1")
        rig.tick()
    assert [e.entered for e in rig.events(FenceCrossed)] == [True]
    rig.restart()
    rig.tick(5)
    rig.fix("D-1", MERCHANT)
    rig.tick()
    assert rig.events(FenceCrossed) == []
    rig.fix("D-1", NEAR)
    rig.tick()
    rig.restart()
    rig.tick()
    rig.fix("D-1", NEAR)
    rig.tick()
    crossed = [(e.stop, e.entered) for e in rig.store.history("O-1") if isinstance(e, FenceCrossed)]
    assert crossed == [("pickup", True), ("pickup", False)]


def test_who_has_picked_up_and_not_left_yet_leaves_once_after_the_start(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.fix("D-1", MERCHANT)
    rig.tick()
    rig.say("D-1", "picked_up", order="O-1")
    rig.tick()
    rig.restart()
    for place in (MERCHANT, NEAR, DOOR):
        rig.tick(5)
        rig.fix("D-1", place)
    rig.tick()
    assert [(e.stop, e.entered) for e in rig.events(FenceCrossed)] == [("pickup", False), ("dropoff", True)]


def test_an_arrival_that_was_said_from_afar_is_still_entered_after_a_start(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.say("D-1", "arrived_pickup", order="O-1")
    rig.tick()
    rig.restart()
    rig.fix("D-1", MERCHANT)
    rig.tick()
    assert [(e.stop, e.entered) for e in rig.events(FenceCrossed)] == [("pickup", True)]


def test_a_fence_entered_by_one_driver_is_not_entered_by_the_next(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.fix("D-1", MERCHANT)
    rig.tick()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-2"))
    rig.restart()
    rig.tick()
    rig.fix("D-2", MERCHANT)
    rig.tick()
    assert [(e.driver_id, e.entered) for e in rig.events(FenceCrossed)] == [("D-2", True)]


def test_offers_run_out_while_the_program_is_away(rig: Rig) -> None:
    rig.place()
    rig.do(c.OfferOrder(order_id="O-1", driver_id="D-1"))
    rig.close()
    rig.clock.advance(600)
    rig.open()
    rig.tick()
    assert rig.status_of() is not Status.OFFERED or rig.order().driver_id == "D-2"
    assert "D-1" in rig.order().declined_by


@pytest.mark.parametrize("back", ["connected", "outgrown"])
def test_drivers_are_told_everything_again_when_the_broker_is_back(rig: Rig, back: str) -> None:
    rig.driver("OT", App.OWNTRACKS)
    rig.tick()
    rig.phones.drain()
    rig.line.stats.state, rig.line.stats.detail = "lost", "no broker answers at 10.0.0.1:1883"
    rig.tick()
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.place("O-2")
    rig.do(c.OfferOrder(order_id="O-2", driver_id="D-2"))
    rig.tick()
    rig.phones.drain()
    rig.line.stats.state, rig.line.stats.detail = back, ""
    rig.tick()
    inbound = rig.phones.drain()
    assert {m.topic for m in inbound} >= {topics.route("D-1"), topics.route("D-2"), "owntracks/OT/phone/cmd"}
    for m in inbound:
        rig.phones._receive(m)
    told = rig.told_to()
    assert [len(m.stops) for d, m in told if d == "D-1" and isinstance(m, RouteMessage)] == [2]
    assert [d for d, m in told if isinstance(m, OfferMessage)] == ["D-2"]
    assert not [m for _, m in told if isinstance(m, AssignMessage)]
    states = [(e.state, e.detail) for e in rig.events(BrokerChanged)]
    assert states == [("connected", ""), ("lost", "no broker answers at 10.0.0.1:1883"), (back, "")]
    rig.tick(times=3)
    assert [m for m in rig.told_to() if isinstance(m[1], OfferMessage)] == []


def test_a_phone_that_comes_back_is_asked_again_what_it_was_asked(rig: Rig) -> None:
    """The broker may have lost its session, and the offer with it."""
    rig.place()
    rig.do(c.OfferOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    [offer] = [m for m in rig.told("D-1") if isinstance(m, OfferMessage)]
    for driver_id in ("D-1", "D-2"):
        rig.status(driver_id, "online")
    rig.tick()
    assert [(d, m) for d, m in rig.told_to() if isinstance(m, OfferMessage)] == [("D-1", offer)]


def test_a_broker_that_is_outgrown_and_recovers_greets_nobody_anew(rig: Rig) -> None:
    for state in ("outgrown", "connected"):
        rig.line.stats.state = state
        rig.tick()
    assert rig.told() == []
    assert [e.state for e in rig.events(BrokerChanged)] == ["connected", "outgrown", "connected"]


def test_positions_are_saved_every_half_minute_for_a_kill_to_find(rig: Rig) -> None:
    rig.fix("D-1", DOOR)
    rig.tick(31)
    [last] = [p for p in rig.store.load().positions if p.driver_id == "D-1"]
    assert (last.lat, last.lon) == DOOR


def test_a_cycle_after_the_start_knows_where_everyone_is(rig: Rig) -> None:
    rig.restart()
    assert not np.isnan(rig.engine.positions.lat).any()
    rig.place()
    rig.tick(10)
    assert rig.events(OfferMade)
