"""Undoing what a driver was told already sends them word again."""

from __future__ import annotations

import pytest

from app.actions.history import History
from core.domain import commands as c
from core.domain.driver import Presence, Route
from core.domain.order import Status
from core.messaging.codecs.kerbside import AssignMessage, OfferMessage, RevokeMessage, RouteMessage
from tests.rigs import DOOR, Rig


@pytest.fixture
def history(rig: Rig) -> History:
    rig.place()
    rig.phones.drain()
    return History(lambda command: rig.do(command).undo)


def told(rig: Rig, driver_id: str) -> list[str]:
    """Kinds of what the driver is told, routes with the number of their stops."""
    rig.tick()
    words = {AssignMessage: "assign", RevokeMessage: "revoke", OfferMessage: "offer"}
    found = []
    for driver, message in rig.told_to():
        if driver != driver_id:
            continue
        if isinstance(message, RouteMessage):
            found.append(f"route {len(message.stops)}")
        elif type(message) in words:
            found.append(words[type(message)])
    return found


def where(rig: Rig) -> tuple[Status, str | None]:
    return rig.status_of(), rig.order().driver_id


def test_an_assignment(rig: Rig, history: History) -> None:
    history.do("Assign", c.AssignOrder(order_id="O-1", driver_id="D-1"))
    assert told(rig, "D-1") == ["assign", "route 2"]
    assert history.undo() == []
    assert where(rig) == (Status.WAITING, None)
    assert told(rig, "D-1") == ["revoke", "route 0"]
    assert history.redo() == []
    assert where(rig) == (Status.ASSIGNED, "D-1")
    assert told(rig, "D-1") == ["assign", "route 2"]


def test_an_assignment_that_took_the_order_from_another(rig: Rig, history: History) -> None:
    history.do("Assign", c.AssignOrder(order_id="O-1", driver_id="D-1"))
    history.do("Assign", c.AssignOrder(order_id="O-1", driver_id="D-2"))
    assert told(rig, "D-1") == ["assign", "route 2", "revoke", "route 0"]
    history.undo()
    assert where(rig) == (Status.ASSIGNED, "D-1")
    assert told(rig, "D-2") == ["revoke", "route 0"]
    assert rig.world.route("D-2") == Route("D-2")
    history.undo()
    assert where(rig) == (Status.WAITING, None)
    assert told(rig, "D-1") == ["revoke", "route 0"]


def test_an_assignment_over_an_open_offer(rig: Rig, history: History) -> None:
    history.do("Offer", c.OfferOrder(order_id="O-1", driver_id="D-1"))
    history.do("Assign", c.AssignOrder(order_id="O-1", driver_id="D-2"))
    assert told(rig, "D-1") == ["offer", "revoke"]
    history.undo()
    assert where(rig) == (Status.OFFERED, "D-1")
    assert told(rig, "D-1") == ["offer"]
    assert rig.world.route("D-2") == Route("D-2")


def test_an_unassignment(rig: Rig, history: History) -> None:
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    told(rig, "D-1")
    history.do("Take back", c.UnassignOrder(order_id="O-1"))
    assert told(rig, "D-1") == ["revoke", "route 0"]
    history.undo()
    assert where(rig) == (Status.ASSIGNED, "D-1")
    assert told(rig, "D-1") == ["assign", "route 2"]


def test_a_hold_of_an_order_that_was_under_way(rig: Rig, history: History) -> None:
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    told(rig, "D-1")
    history.do("Hold", c.HoldOrder(order_id="O-1"))
    assert (where(rig), told(rig, "D-1")) == ((Status.HELD, None), ["revoke", "route 0"])
    history.undo()
    assert (where(rig), told(rig, "D-1")) == ((Status.ASSIGNED, "D-1"), ["assign", "route 2"])


def test_a_release(rig: Rig, history: History) -> None:
    history.do("Hold", c.HoldOrder(order_id="O-1"))
    history.do("Release", c.ReleaseOrder(order_id="O-1"))
    history.undo()
    assert rig.status_of() is Status.HELD
    history.undo()
    assert rig.status_of() is Status.WAITING


@pytest.mark.parametrize("before", ["waiting", "held", "assigned", "offered"])
def test_a_cancellation(rig: Rig, history: History, before: str) -> None:
    match before:
        case "held":
            rig.do(c.HoldOrder(order_id="O-1"))
        case "assigned":
            rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
        case "offered":
            rig.do(c.OfferOrder(order_id="O-1", driver_id="D-1"))
    told(rig, "D-1")
    history.do("Cancel", c.CancelOrder(order_id="O-1", reason="closed"))
    assert rig.status_of() is Status.CANCELLED
    recalled = told(rig, "D-1")
    history.undo()
    again = told(rig, "D-1")
    match before:
        case "assigned":
            assert recalled == ["revoke", "route 0"]
            assert (where(rig), again) == ((Status.ASSIGNED, "D-1"), ["assign", "route 2"])
        case "offered":
            assert recalled == ["revoke"]
            assert rig.status_of() is Status.WAITING  # the matcher asks anew
        case _:
            assert recalled == []
            assert rig.status_of().value == before


def test_an_undo_that_comes_too_late_is_refused_and_says_why(rig: Rig, history: History) -> None:
    history.do("Assign", c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.say("D-1", "picked_up", order="O-1")
    rig.tick()
    [why] = history.undo()
    assert "carrying" in why
    assert where(rig) == (Status.CARRYING, "D-1")


def test_a_driver_and_a_presence(rig: Rig, history: History) -> None:
    before = rig.world.drivers["D-2"]
    history.do("Break", c.SetPresence(driver_id="D-2", presence=Presence.BREAK))
    history.undo()
    assert rig.world.drivers["D-2"].presence is Presence.ONLINE
    history.do("Remove", c.RemoveDriver(driver_id="D-2"))
    assert "D-2" not in rig.world.drivers
    history.undo()
    assert rig.world.drivers["D-2"].name == before.name


def test_everything_undone_is_on_disk_and_nothing_is_rolled_back(rig: Rig, history: History) -> None:
    history.do("Assign", c.AssignOrder(order_id="O-1", driver_id="D-1"))
    history.undo()
    rig.tick()
    kinds = [type(change).__name__ for change in rig.store.history("O-1")]
    assert kinds == ["OrderReceived", "OrderQueued", "OrderAssigned", "OrderUnassigned"]
    assert rig.store.rebuild_check() == []


def test_a_new_order_is_cancelled_and_comes_back(rig: Rig, history: History) -> None:
    history.do("New order", c.PlaceOrder(order_id="O-9", merchant_id="M-1", dropoff=DOOR))
    assert history.undo() == []
    assert rig.status_of("O-9") is Status.CANCELLED
    assert history.redo() == []
    assert rig.status_of("O-9") is Status.WAITING
    assert history.undo() == []
    assert rig.status_of("O-9") is Status.CANCELLED


def test_what_the_merchant_said_is_taken_back(rig: Rig, history: History) -> None:
    rig.place("O-8", ready_at=rig.clock.now() + 600)
    before = rig.order("O-8")
    history.do("Later", c.TellReady(order_id="O-8", ready_at=before.ready_at + 600))
    history.undo()
    assert (rig.order("O-8").ready_at, rig.order("O-8").readied_at) == (before.ready_at, None)
    history.do("Ready", c.TellReady(order_id="O-8", ready_at=rig.clock.now()))
    assert rig.order("O-8").readied_at is not None
    history.undo()
    assert (rig.order("O-8").ready_at, rig.order("O-8").readied_at) == (before.ready_at, None)
