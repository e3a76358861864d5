"""A dispatcher's mark that was a mistake is taken back by an event that compensates it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain import commands as c
from core.domain.driver import Driver, Presence, Route, Stop
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import OrderCorrected
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Status
from core.domain.vehicle import Vehicle
from core.domain.world import World
from core.orders.tells import TellAssign
from tests.unit.core.orders.test_desk import Town

STEPS = ("arrived_pickup", "picked_up", "arrived_dropoff", "delivered")


@pytest.fixture
def busy() -> Town:
    """Two orders in one driver's route: the first one's stops, then the second one's."""
    world = World()
    world.merchants["M-1"] = Merchant("M-1", "Trattoria", LatLon(45.0, 9.0))
    world.drivers["D-1"] = Driver("D-1", "Ada", Vehicle.CAR, presence=Presence.ONLINE)
    town = Town(world)
    for order_id in ("O-1", "O-2"):
        town.place(order_id)
        town.do(c.AssignOrder(order_id=order_id, driver_id="D-1"))
    return town


def mark(town: Town, event: str, order_id: str = "O-1") -> tuple[c.Command, ...]:
    town.now += 10
    return town.do(c.RecordProgress(order_id=order_id, event=event, reason="mistaken")).undo


def where_they_stand_first(route: Route) -> tuple[Stop, ...]:
    return tuple(sorted(route.stops, key=lambda stop: stop.arrived_at is None))


@pytest.mark.parametrize("done", range(len(STEPS)))
@pytest.mark.parametrize("order_id", ["O-1", "O-2"])
def test_each_step_is_taken_back_and_done_again(busy: Town, done: int, order_id: str) -> None:
    for event in STEPS[:done]:
        mark(busy, event, order_id)
    before, route = busy.world.orders[order_id], busy.world.route("D-1")
    (undo,) = mark(busy, STEPS[done], order_id)
    busy.now += 10
    outcome = busy.do(undo)
    assert replace(busy.world.orders[order_id], status_at=before.status_at) == before
    assert busy.world.route("D-1").stops == where_they_stand_first(route)
    assert [type(change) for change in outcome.changes] == [OrderCorrected]
    (again,) = outcome.undo
    assert busy.do(again).undo
    assert busy.world.orders[order_id].status is not before.status


@pytest.mark.parametrize("done", range(len(STEPS)))
def test_a_failure_is_taken_back_and_the_phone_is_told_of_the_order_again(busy: Town, done: int) -> None:
    for event in STEPS[:done]:
        mark(busy, event)
    before, route = busy.world.orders["O-1"], busy.world.route("D-1")
    (undo,) = mark(busy, "failed")
    assert busy.world.orders["O-1"].status is Status.FAILED
    outcome = busy.do(undo)
    assert outcome.tells == [TellAssign("D-1", "O-1")]
    assert busy.world.orders["O-1"].status is before.status
    assert busy.world.route("D-1").stops == where_they_stand_first(route)


def test_a_mark_stands_once_more_has_happened(busy: Town) -> None:
    (undo,) = mark(busy, "picked_up")
    busy.say("delivered")
    delivered = busy.world.orders["O-1"]
    with pytest.raises(CommandRefused, match="delivered by now"):
        busy.do(undo)
    assert busy.world.orders["O-1"] is delivered


def test_what_a_driver_said_is_not_for_the_dispatcher_to_unsay(busy: Town) -> None:
    assert busy.say("picked_up").undo == ()


def test_no_step_leads_from_there(busy: Town) -> None:
    for event, status in (("delivered", Status.ASSIGNED), ("picked_up", Status.WAITING), ("danced", Status.CARRYING)):
        with pytest.raises(BadInput, match="no step"):
            busy.do(c.CorrectProgress(order_id="O-1", event=event, status=status))
