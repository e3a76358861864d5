"""What if: nothing real changes until it is carried out, and then exactly what was tried happens, as one deed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.actions.history import History
from app.actions.sandbox import Sandbox, tryable
from core.domain import commands as c
from core.domain.driver import Driver, Presence
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Status
from core.domain.vehicle import Vehicle
from core.domain.world import World
from core.orders.desk import Desk
from core.settings import Settings

DOOR = LatLon(45.01, 9.01)


class Real:
    """A real world with its desk."""

    def __init__(self) -> None:
        self.world = World()
        self.world.merchants["M"] = Merchant("M", "Rosa", LatLon(45.0, 9.0))
        for n in (1, 2, 3):
            self.world.drivers[f"D-{n}"] = Driver(f"D-{n}", f"Driver {n}", Vehicle.CAR, presence=Presence.ONLINE)
        self.desk = Desk(self.world, Settings())
        for n in "1234":
            self.do(c.PlaceOrder(order_id=n, merchant_id="M", dropoff=DOOR))
        self.history = History(self.do)
        self.sandbox = Sandbox(self.world, Settings(), lambda: 1000.0)

    def do(self, command: c.Command) -> tuple[c.Command, ...]:
        outcome = self.desk.handle(command, 1000.0)
        for change in outcome.changes:
            self.world.apply(change)
        return outcome.undo


def routes(world: World) -> dict[str, list[tuple[str, str]]]:
    return {d: [(s.kind.value, s.order_id) for s in route.stops] for d, route in world.routes.items()}


def statuses(world: World) -> dict[str, tuple[Status, str | None]]:
    return {o.id: (o.status, o.driver_id) for o in world.orders.values()}


def assign(order: str, driver: int) -> c.AssignOrder:
    return c.AssignOrder(order_id=order, driver_id=f"D-{driver}")


@pytest.fixture
def real() -> Real:
    return Real()


def test_what_is_tried_shows_in_the_copy_alone(real: Real) -> None:
    assert real.sandbox.do("Assign", assign("1", 1)) == []
    assert routes(real.world) == {}
    assert routes(real.sandbox.world) == {"D-1": [("pickup", "1"), ("dropoff", "1")]}
    assert real.sandbox.moved() == ["D-1"]
    assert real.sandbox.would(assign("2", 2)).changes
    assert routes(real.sandbox.world).keys() == {"D-1"}


def test_it_is_taken_back_and_tried_again(real: Real) -> None:
    real.sandbox.do("One", assign("1", 1))
    real.sandbox.do("Two", assign("2", 1))
    assert real.sandbox.undo_text == "Two"
    real.sandbox.undo()
    assert routes(real.sandbox.world) == {"D-1": [("pickup", "1"), ("dropoff", "1")]}
    assert (real.sandbox.undo_text, real.sandbox.redo_text) == ("One", "Two")
    assert real.sandbox.redo() == []
    assert len(routes(real.sandbox.world)["D-1"]) == 4
    real.sandbox.undo()
    real.sandbox.do("Other", assign("3", 2))
    assert real.sandbox.redo_text is None


def test_what_is_refused_at_once_is_no_step(real: Real) -> None:
    assert "no driver D-9" in real.sandbox.do("Assign", c.AssignOrder(order_id="1", driver_id="D-9"))[0]
    assert real.sandbox.steps == []


def test_the_real_orders_go_on_and_conflicts_are_named(real: Real) -> None:
    real.sandbox.do("One to Driver 1", assign("1", 1))
    real.sandbox.do("Two to Driver 1", assign("2", 1))
    real.do(assign("1", 3))
    real.do(c.RecordProgress(order_id="1", event="picked_up"))
    real.do(c.PlaceOrder(order_id="5", merchant_id="M", dropoff=DOOR))
    real.sandbox.rebase()
    assert "5" in real.sandbox.world.orders
    [conflict] = real.sandbox.conflicts()
    assert "order 1 is carrying" in conflict
    assert [bool(step.refused) for step in real.sandbox.steps] == [True, False]
    assert real.history.do("Two changes", *real.sandbox.commands()) == [conflict]
    assert statuses(real.world)["2"] == (Status.ASSIGNED, "D-1")
    assert statuses(real.world)["1"] == (Status.CARRYING, "D-3")


def test_only_what_moves_orders_can_be_tried(real: Real) -> None:
    assert tryable([assign("1", 1), c.HoldOrder(order_id="1")])
    assert not tryable([assign("1", 1), c.SetPresence(driver_id="D-1", presence=Presence.BREAK)])
    with pytest.raises(TypeError):
        real.sandbox.do("Break", c.SetPresence(driver_id="D-1", presence=Presence.BREAK))


DRIVERS, ORDERS = st.integers(1, 3), st.sampled_from("1234")
COMMANDS = st.one_of(
    st.builds(assign, ORDERS, DRIVERS),
    st.builds(lambda o: c.UnassignOrder(order_id=o), ORDERS),
    st.builds(lambda o: c.HoldOrder(order_id=o), ORDERS),
    st.builds(lambda o: c.ReleaseOrder(order_id=o), ORDERS),
    st.builds(lambda o: c.CancelOrder(order_id=o), ORDERS),
    st.builds(
        lambda d, orders, block: c.PlanRoute(
            driver_id=f"D-{d}", orders=tuple(orders), stops=tuple((k, o) for k in ("pickup", "dropoff") for o in block)
        ),
        DRIVERS,
        st.lists(ORDERS, unique=True),
        st.permutations("1234"),
    ),
)


@given(st.lists(COMMANDS, max_size=4), st.lists(COMMANDS, max_size=8))
def test_carried_out_it_is_what_was_tried_and_undone_what_was_before(before: list[Any], tried: list[Any]) -> None:
    real = Real()
    for command in before:
        real.history.do("before", command)
    real.sandbox.rebase()
    stood = routes(real.world), statuses(real.world)
    for command in tried:
        real.sandbox.do("tried", command)
    assert (routes(real.world), statuses(real.world)) == stood
    real.sandbox.rebase()
    assert real.sandbox.conflicts() == []
    assert real.history.do("all of it", *real.sandbox.commands()) == []
    assert routes(real.world) == routes(real.sandbox.world)
    assert statuses(real.world) == statuses(real.sandbox.world)
    if real.history.undo_text == "all of it":
        real.history.undo()
        assert (routes(real.world), statuses(real.world)) == stood
