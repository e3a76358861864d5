"""What the map shows of orders, told of single ones."""

from __future__ import annotations

from datetime import UTC

from app.presenters.order_marks import ENDED_SHOWN_S, SHARE, OrderMarks
from core.domain.alert import Alert, AlertKind
from core.domain.events import AlertCleared, AlertRaised, Delivered, OrderReceived
from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.domain.world import World

NONE: frozenset[str] = frozenset()
NOON = 1_770_033_600.0


def order(order_id: str, status: Status = Status.WAITING, at: float = NOON) -> Order:
    return Order(order_id, "M-1", LatLon(52.0, 4.0), LatLon(52.01, 4.01), NOON, NOON, NOON + 1800, status=status, status_at=at)


def world_of(*orders: Order) -> World:
    world = World()
    world.apply(OrderReceived(at=NOON, orders=orders))
    return world


def shown(marks: OrderMarks, world: World, now: float = NOON, chosen: frozenset[str] = NONE) -> dict[str, tuple[Status, bool]]:
    return {mark.id: (mark.status, mark.late) for mark in marks.made(world, now, chosen, UTC)}


def test_only_what_is_told_of_is_looked_at_until_another_moment_is() -> None:
    world, marks = world_of(order("1"), order("2")), OrderMarks()
    assert shown(marks, world) == {"1": (Status.WAITING, False), "2": (Status.WAITING, False)}
    world.apply(OrderReceived(at=NOON, orders=(order("1", Status.HELD), order("3"))))
    marks.note(["1"])
    assert shown(marks, world, NOON + 1) == {"1": (Status.HELD, False), "2": (Status.WAITING, False)}
    marks.forget()
    assert set(shown(marks, world, NOON + 2)) == {"1", "2", "3"}


def test_an_alert_marks_its_order_and_is_taken_back() -> None:
    world, marks = world_of(order("1"), order("2")), OrderMarks()
    alert = Alert("no_driver 1", AlertKind.NO_DRIVER, "1", NOON, NOON)
    world.apply(AlertRaised(at=NOON, alerts=(alert,)))
    assert [late for _, late in shown(marks, world).values()] == [True, False]
    world.apply(AlertCleared(at=NOON, alerts=(Alert("no_driver 1", AlertKind.NO_DRIVER, "1", NOON, NOON, cleared_at=NOON),)))
    marks.note(["1"])
    assert [late for _, late in shown(marks, world, NOON + 1).values()] == [False, False]


def test_what_has_ended_goes_after_a_while_unless_it_is_chosen() -> None:
    world, marks = world_of(order("1"), order("2")), OrderMarks()
    shown(marks, world)
    world.apply(Delivered(at=NOON, orders=(order("1", Status.DELIVERED), order("2", Status.DELIVERED))))
    marks.note(["1", "2"])
    assert len(shown(marks, world, NOON + 1)) == 2
    later = NOON + ENDED_SHOWN_S + 1
    for _ in range(SHARE):
        seen = shown(marks, world, later, frozenset({"2"}))
    assert set(seen) == {"2"}
    assert not shown(marks, world, later)


def test_what_is_chosen_carries_a_label_and_loses_it() -> None:
    world, marks = world_of(order("1"), order("2")), OrderMarks()
    labels = [mark.label for mark in marks.made(world, NOON, frozenset({"2"}), UTC)]
    assert labels == ["", "2, due 12:30"]
    assert [mark.label for mark in marks.made(world, NOON + 1, NONE, UTC)] == ["", ""]


def test_another_world_is_shown_whole() -> None:
    marks = OrderMarks()
    shown(marks, world_of(order("1"), order("2")))
    assert set(shown(marks, world_of(order("2"), order("9")), NOON + 1)) == {"2", "9"}
