"""A driver's day as stops: what was done, what is to come, and what a change would lead to in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import pytest

from app.actions.moving import Trial, Weighed
from app.presenters.consequences import consequences, signed
from app.presenters.timeline_rows import coming_stops, expected_stops, foreseen_stops, past_stops, timeline_row
from core.domain.commands import Command
from core.domain.driver import Driver, Presence, Route
from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.domain.world import World
from core.matching.cost import NAMES, Cost
from core.matching.eligibility import Reason
from core.matching.outlook import Outlook, StopTimes
from core.orders.draft import stops_of
from widgets.common.words import Moment

HERE = LatLon(45.0, 9.0)
Make = Callable[..., Order]


@pytest.fixture
def delivered(make_order: Make) -> Order:
    return make_order(
        status=Status.DELIVERED, driver_id="D-1", assigned_at=1100.0, arrived_pickup_at=1500.0, picked_up_at=1700.0,
        arrived_dropoff_at=3400.0, delivered_at=3700.0,
    )  # fmt: skip


def test_what_was_done_with_its_ways_waits_and_lateness(town: World, delivered: Order) -> None:
    pickup, door = past_stops([delivered], town)
    assert (pickup.set_off, pickup.arrive, pickup.begin, pickup.leave) == (1100.0, 1500.0, 1600.0, 1700.0)
    assert (door.set_off, door.arrive, door.leave) == (1700.0, 3400.0, 3700.0)
    assert (pickup.late_min, door.late_min, door.late) == (None, 5.0, True)
    assert pickup.done and door.done  # noqa: PT018
    assert pickup.place == "Trattoria"


def test_a_way_never_begins_before_the_stop_before_it_is_over(town: World, delivered: Order, make_order: Make) -> None:
    second = make_order(
        id="O-2", status=Status.CARRYING, driver_id="D-1", assigned_at=1200.0, arrived_pickup_at=None, picked_up_at=1800.0
    )
    stops = past_stops([second, delivered], town)
    assert [(s.kind, s.order_id) for s in stops] == [("pickup", "O-1"), ("pickup", "O-2"), ("dropoff", "O-1")]
    assert [s.set_off for s in stops] == [1100.0, 1700.0, 1800.0]


def test_a_failed_order_is_marked_and_has_no_lateness(town: World, make_order: Make) -> None:
    failed = make_order(status=Status.FAILED, driver_id="D-1", picked_up_at=1700.0, status_at=2000.0)
    door = past_stops([failed], town)[-1]
    assert (door.failed, door.late, door.late_min) == (True, True, None)


def outlook(driver: str, *stops: StopTimes, broken: tuple[tuple[str, Reason], ...] = (), **spent: float) -> Outlook:
    minutes = tuple(spent.get(name, 0.0) for name in NAMES)
    return Outlook(driver, stops, Cost(minutes, (1.0,) * len(NAMES), 1), broken)


def test_a_recorded_moment_has_the_arrivals_that_were_expected_then(town: World, make_order: Make) -> None:
    order = make_order(status=Status.ASSIGNED, driver_id="D-1")
    town.orders[order.id] = order
    rough = coming_stops(Route("D-1", stops_of(order)), town, None, 1000.0, HERE)
    assert expected_stops(rough, town) == rough  # nothing was recorded: by the crow's way, and marked
    town.etas[order.id] = (1500.0, order.due_at + 240.0)
    pickup, door = expected_stops(rough, town)
    assert (pickup.arrive, pickup.begin, pickup.rough) == (1500.0, 1600.0, False)  # not before it is ready
    assert (door.arrive, door.late_min, door.rough) == (order.due_at + 240.0, 4.0, False)
    assert pickup.leave <= door.set_off <= door.arrive


def test_what_is_to_come_is_rough_until_it_is_foreseen(town: World, make_order: Make) -> None:
    order = make_order(status=Status.ASSIGNED, driver_id="D-1")
    town.orders[order.id] = order
    route = Route("D-1", stops_of(order))
    rough = coming_stops(route, town, None, 1000.0, HERE)
    assert all(stop.rough for stop in rough)
    assert rough[0].arrive <= rough[0].begin <= rough[0].leave <= rough[1].arrive <= rough[1].leave
    assert rough[0].begin == 1600.0  # not before it is ready
    times = StopTimes("pickup", "O-1", 100.0, 1300.0, 1700.0, None), StopTimes("dropoff", "O-1", 300.0, 2000.0, 3640.0, 4.0)
    fine = coming_stops(route, town, outlook("D-1", *times), 1000.0, HERE)
    assert fine == foreseen_stops(outlook("D-1", *times), town)
    assert not any(stop.rough for stop in fine)
    assert (fine[0].set_off, fine[0].begin, fine[1].late_min) == (1200.0, 1600.0, 4.0)
    old = outlook("D-1", times[1])
    assert all(stop.rough for stop in coming_stops(route, town, old, 1000.0, HERE))  # of another route


def test_who_is_off_shift(town: World, make_driver: Callable[..., Driver]) -> None:
    for number, (driver, off) in enumerate(
        [
            (make_driver(presence=Presence.OFFLINE), True),
            (make_driver(shift_end=900.0), True),
            (make_driver(shift_start=1100.0), True),
            (make_driver(shift_start=900.0, shift_end=1100.0), False),
            (make_driver(presence=Presence.BREAK), False),
        ]
    ):
        town.drivers["D-1"] = driver
        assert timeline_row("D-1", town, (), (), 1000.0, False).off_shift is off, number


def door(order: str, at: float, late: float) -> StopTimes:
    return StopTimes("dropoff", order, 60.0, at - 60, at, late)


@pytest.fixture
def weighed() -> Weighed:
    before = {
        "D-1": outlook("D-1", door("1", 36000.0, -4.0), door("2", 36600.0, 0.0), pickup_leg=10.0),
        "D-2": outlook("D-2", door("3", 36000.0, -1.0), broken=(("3", Reason.COLD),), pickup_leg=5.0),
    }
    after = {
        "D-1": outlook("D-1", door("2", 36300.0, -5.0), pickup_leg=6.0),
        "D-2": outlook(
            "D-2", door("1", 36480.0, 4.0), door("3", 36480.0, 7.0), pickup_leg=12.0, dropoff_late=11.0,
            broken=(("3", Reason.COLD), ("1", Reason.SHIFT_END)),
        ),
    }  # fmt: skip
    return Weighed(Trial(Command(), (), ()), before, after)


def test_consequences_in_words(weighed: Weighed, town: World) -> None:
    lines = consequences(weighed, ["1"], town, Moment(36000.0, UTC))
    assert [line.text for line in lines] == [
        "1 at the door 10:08, +4 min (was 10:00)",
        "Late orders of these drivers: 2, were 0",
        "1 other order up to 8 min later",
        "1 other order up to 5 min sooner",
        "Cost +14 min: on the way +3, late +11",
        "Driver 2, 1: would not finish before the shift ends or a break begins",
    ]
    assert [line.token for line in lines] == ["late", "late", "text", "text", "text", "late"]
    assert all(line.icon for line in lines)


def test_of_many_orders_only_the_sum_is_told(weighed: Weighed, town: World) -> None:
    lines = consequences(weighed, ["1", "2", "3"], town, Moment(36000.0, UTC))
    assert lines[0].text == "Late orders of these drivers: 2, were 0"


@pytest.mark.parametrize(("minutes", "text"), [(3.6, "+4"), (-3.6, "−4"), (0.4, "0"), (-0.4, "0")])
def test_signed(minutes: float, text: str) -> None:
    assert signed(minutes) == text
