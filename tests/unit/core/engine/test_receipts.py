"""Each command to a driver: waiting, at the broker, on the phone, or lost. Nothing is claimed before it is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.domain import commands as c
from core.domain.driver import App
from core.domain.events import CommandsTold
from core.domain.receipt import Told
from core.messaging import topics
from core.messaging.codecs.kerbside import RouteMessage
from tests.rigs import NEAR, Rig


class Far:
    """A broker that answers when it is told to."""

    def __init__(self, line: Any) -> None:
        self._line = line
        self.waiting: list[tuple[str, Callable[[bool], None] | None]] = []

    def publish(self, topic: str, payload: bytes, *, told: Callable[[bool], None] | None = None, **more: Any) -> None:
        self._line.publish(topic, payload, **more)
        self.waiting.append((topic, told))

    def answer(self, taken: bool = True, only: str = "") -> None:
        left = []
        for topic, told in self.waiting:
            if only and not topic.endswith(only):
                left.append((topic, told))
            elif told is not None:
                told(taken)
        self.waiting = left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)


@pytest.fixture
def far(rig: Rig) -> Far:
    far = Far(rig.engine.transport)
    rig.engine._outbox._transport = far
    rig.place()
    rig.tick()
    return far


def told(rig: Rig, order: str = "O-1") -> Told | None:
    receipt = rig.engine.receipts.get(order)
    return None if receipt is None else receipt.told


def route_version(rig: Rig, driver: str = "D-1") -> int:
    return [m.v for m in rig.told(driver) if isinstance(m, RouteMessage)][-1]


def say_route(rig: Rig, version: int, driver: str = "D-1") -> None:
    t, (lat, lon) = rig.clock.now(), NEAR
    rig.send(topics.fixes(driver), {"fixes": [{"t": t, "lat": lat, "lon": lon}], "mode": "active", "route": version})
    rig.tick()


def test_an_assignment_waits_for_the_broker_and_then_for_the_phone(rig: Rig, far: Far) -> None:
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    assert told(rig) is Told.QUEUED
    far.answer(only="offers")
    rig.tick()
    assert told(rig) is Told.QUEUED  # the route is not there yet
    far.answer()
    rig.tick()
    assert told(rig) is Told.SENT
    version = route_version(rig)
    say_route(rig, version - 1)
    assert told(rig) is Told.SENT  # an older route shows nothing
    say_route(rig, version)
    assert told(rig) is Told.SEEN
    receipt = rig.engine.receipts["O-1"]
    assert (receipt.what, receipt.driver_id, receipt.at) == ("assign", "D-1", rig.clock.now())


def test_each_step_is_told_on_the_bus_once(rig: Rig, far: Far) -> None:
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    far.answer()
    rig.tick(times=3)
    say_route(rig, route_version(rig))
    say_route(rig, 10**12)
    assert [event.order_ids for event in rig.events(CommandsTold)] == [("O-1",), ("O-1",)]  # type: ignore[attr-defined]


def test_a_message_that_is_lost_fails_the_command(rig: Rig, far: Far) -> None:
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    far.answer(taken=False, only="offers")
    rig.tick()
    assert told(rig) is Told.FAILED
    far.answer()
    rig.tick()
    assert told(rig) is Told.FAILED  # the rest of it does not mend that


def test_an_answer_to_an_offer_shows_that_it_was_seen(rig: Rig, far: Far) -> None:
    rig.do(c.OfferOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    far.answer()
    rig.tick()
    assert (told(rig), rig.engine.receipts["O-1"].what) == (Told.SENT, "offer")
    offer = rig.world.open_offer("D-1")
    assert offer is not None
    rig.say("D-1", "accept", offer=offer.id)
    rig.tick()
    assert told(rig) is Told.SEEN


def test_a_word_of_somebody_else_shows_nothing(rig: Rig, far: Far) -> None:
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    rig.say("D-2", "arrived_pickup", order="O-1")
    say_route(rig, 10**12, "D-2")
    assert told(rig) is Told.QUEUED


def test_a_recall_is_seen_when_the_phone_has_the_shorter_route(rig: Rig, far: Far) -> None:
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    far.answer()
    rig.tick()
    rig.do(c.UnassignOrder(order_id="O-1"))
    rig.tick()
    assert (told(rig), rig.engine.receipts["O-1"].what) == (Told.QUEUED, "recall")
    far.answer()
    rig.tick()
    say_route(rig, route_version(rig))
    assert told(rig) is Told.SEEN


def test_another_order_of_stops_is_a_command_about_each_of_its_orders(rig: Rig, far: Far) -> None:
    rig.place("O-2")
    for order in ("O-1", "O-2"):
        rig.do(c.AssignOrder(order_id=order, driver_id="D-1"))
    rig.do(c.PlanRoute(driver_id="D-1", stops=(("pickup", "O-2"), ("pickup", "O-1"))))
    assert {o: r.what for o, r in rig.engine.receipts.items()} == {"O-1": "route", "O-2": "route"}


def test_owntracks_is_told_by_its_own_commands_and_never_claims_more(rig: Rig, far: Far) -> None:
    rig.driver("D-3", App.OWNTRACKS)
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-3"))
    rig.tick()
    assert told(rig) is Told.QUEUED
    far.answer()
    rig.tick()
    assert told(rig) is Told.SENT


def test_versions_grow_over_a_start(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    before = route_version(rig)
    rig.clock.advance(30)
    rig.restart()
    rig.tick()
    assert route_version(rig) > before


def test_what_is_forgotten_of_orders_is_forgotten_here(rig: Rig, far: Far) -> None:
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.engine._receipts.keep({})
    assert not rig.engine.receipts
    far.answer()
    rig.tick()
    assert told(rig) is None


def test_an_app_may_say_its_route_without_a_position(rig: Rig, far: Far) -> None:
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    rig.send(topics.fixes("D-1"), {"fixes": [], "route": route_version(rig)})
    rig.send(topics.fixes("nobody"), {"fixes": [], "route": 10**12})
    rig.tick()
    assert told(rig) is Told.SEEN


def test_of_an_order_that_nobody_has_any_more_nothing_is_claimed(rig: Rig, far: Far) -> None:
    rig.do(c.OfferOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    assert told(rig) is Told.QUEUED
    rig.say("D-1", "reject", offer=rig.order().offer_id)
    rig.tick()
    assert rig.order().driver_id is None
    assert told(rig) is None
