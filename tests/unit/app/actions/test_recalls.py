"""Taking something back is asked about only where a driver knows of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.actions.recalls import recall_question
from core.domain import commands as c
from core.domain.receipt import Receipt, Told
from tests.rigs import Rig


@pytest.fixture
def given(rig: Rig) -> Rig:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    return rig


def seen(told: Told = Told.SEEN, driver: str = "D-1") -> dict[str, Receipt]:
    return {"O-1": Receipt("assign", driver, told, 0.0)}


BACK = (c.UnassignOrder(order_id="O-1"),)


def test_nobody_is_asked_while_the_phone_has_not_got_it(given: Rig) -> None:
    assert recall_question(BACK, given.world, {}) is None
    assert recall_question(BACK, given.world, seen(Told.SENT)) is None
    assert recall_question(BACK, given.world, seen(driver="D-2")) is None


@pytest.mark.parametrize(
    "command",
    [
        c.UnassignOrder(order_id="O-1"),
        c.HoldOrder(order_id="O-1"),
        c.CancelOrder(order_id="O-1"),
        c.AssignOrder(order_id="O-1", driver_id="D-2"),
        c.PlanRoute(driver_id="D-2", orders=("O-1",)),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_is_on_the_phone_is_asked_about(given: Rig, command: c.Command) -> None:
    question = recall_question([command], given.world, seen())
    assert question == ("Send a recall to Name D-1?", "Name D-1 has order O-1 on the phone already.")


def test_what_the_driver_keeps_is_not(given: Rig) -> None:
    assert recall_question([c.PlanRoute(driver_id="D-1", orders=("O-1",))], given.world, seen()) is None
    assert recall_question([c.ReleaseOrder(order_id="O-1")], given.world, seen()) is None


def test_what_was_accepted_is_asked_about_whatever_else_is_known(given: Rig) -> None:
    given.world.orders["O-1"] = replace(given.order(), by_dispatcher=False)
    question = recall_question(BACK, given.world, {})
    assert question is not None
    assert "has accepted order O-1 already" in question[1]
