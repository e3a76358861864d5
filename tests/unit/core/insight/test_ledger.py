"""The day by the minute: it comes to what the figures of the whole say, however it is cut."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.driver import Driver, Presence
from core.domain.events import (
    CycleFinished,
    Delivered,
    DriverCameOnline,
    DriverTookBreak,
    OfferAccepted,
    OrderCancelled,
    OrderReceived,
)
from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.domain.vehicle import Vehicle
from core.insight.figures import summarise
from core.insight.ledger import KEPT_MIN, Ledger

HERE = LatLon(41.15, -8.61)
DAY_MIN = 24 * 60
NAMES = ("pdt_min", "pickup_leg_min", "pickup_stop_min", "dropoff_leg_min", "dropoff_stop_min", "waiting_min")


def order(name: str, driver: str, minutes: tuple[float, ...], **more: Any) -> Order:
    """``minutes`` are those of assignment, arrival and leaving at the pick-up, arrival and leaving at the drop-off."""
    assigned, at_pickup, picked_up, at_dropoff, end = (60.0 * m for m in minutes)
    plain: dict[str, Any] = {"due_at": end + 60, **more}
    return Order(
        name, "M-1", HERE, HERE, assigned, assigned, status=Status.DELIVERED, status_at=end, driver_id=driver,
        assigned_at=assigned, arrived_pickup_at=at_pickup, picked_up_at=picked_up, arrived_dropoff_at=at_dropoff,
        delivered_at=end, **plain,
    )  # fmt: skip


def play(ledger: Ledger, orders: list[Order]) -> None:
    """Tell the ledger as the bus would, in the order of time."""
    told: list[tuple[float, int, Any]] = []
    for one in orders:
        assert one.assigned_at is not None
        assert one.delivered_at is not None
        under_way = replace(one, status=Status.ASSIGNED, delivered_at=None, picked_up_at=None)
        told.append((one.placed_at, 0, OrderReceived(at=one.placed_at, orders=(replace(under_way, status=Status.RECEIVED),))))
        told.append((one.assigned_at, 1, OfferAccepted(at=one.assigned_at, orders=(under_way,))))
        told.append((one.delivered_at, 2, Delivered(at=one.delivered_at, orders=(one,))))
    for _, _, event in sorted(told, key=lambda item: item[:2]):
        ledger.note(event)


@st.composite
def days(draw: st.DrawFn) -> list[Order]:
    minute = st.integers(0, 240)
    orders = []
    for n in range(draw(st.integers(1, 8))):
        times = sorted(draw(st.lists(minute, min_size=5, max_size=5)))
        driver = draw(st.sampled_from(["D-1", "D-2"]))
        flags = {"batched": draw(st.booleans()), "chained": draw(st.booleans())}
        orders.append(order(f"O-{n}", driver, tuple(times), due_at=60.0 * draw(minute), **flags))
    return orders


@given(days())
def test_the_whole_is_that_of_the_figures(orders: list[Order]) -> None:
    ledger = Ledger(0.0, 2.0)
    play(ledger, orders)
    course, whole = ledger.whole(0, 60 * DAY_MIN - 60), summarise(orders, pickup_stop_min=2.0)
    for name in NAMES:
        assert getattr(course, name)[0] == pytest.approx(getattr(whole, name)), name
    assert course.late_pct[0] == pytest.approx(whole.late_orders_pct)
    assert course.batched_pct[0] == pytest.approx(whole.batched_pct)
    assert course.chained_pct[0] == pytest.approx(whole.chained_pct)
    assert course.placed[0] == course.delivered[0] == len(orders)


@given(days(), st.sampled_from([1, 2, 5, 15, 60]))
def test_however_it_is_cut_it_adds_up(orders: list[Order], bin_min: int) -> None:
    ledger = Ledger(0.0, 2.0)
    play(ledger, orders)
    course = ledger.course(0, 241 * 60, bin_min)
    spent = np.nansum(course.pdt_min * course.delivered)
    assert spent == pytest.approx((summarise(orders, pickup_stop_min=2.0).pdt_min or 0) * len(orders))
    assert course.delivered.sum() == len(orders)
    assert np.isnan(course.pdt_min[course.delivered == 0]).all()


def test_a_shared_leg_is_booked_with_the_delivery_that_ended_first() -> None:
    """The batch of figure 7: 26 minutes to the first door, 9 more to the second."""
    ledger = Ledger(0.0, 4.0)
    play(ledger, [order("O-1", "D-1", (0, 8, 12, 22, 26)), order("O-2", "D-1", (0, 8, 12, 31, 35))])
    course = ledger.course(0, 40 * 60, 1)
    assert course.pdt_min[26] == 26
    assert course.pdt_min[35] == 9


def test_a_route_that_never_ends_stays_cheap() -> None:
    """Of a driver who always has another order, only what still overlaps is looked at."""
    ledger = Ledger(0.0, 2.0)
    orders = [order(f"O-{n}", "D-1", (n, n + 1, n + 1, n + 2, n + 2)) for n in range(500)]
    play(ledger, orders)
    assert len(ledger._visits["D-1"]) < 5
    course = ledger.whole(0, 60 * DAY_MIN - 60)
    assert course.pdt_min[0] * 500 == pytest.approx(501)


def test_hours_online_are_those_of_drivers_who_could_be_asked() -> None:
    ledger = Ledger(0.0, 2.0)
    driver = Driver("D-1", "Ada", Vehicle.BIKE)
    ledger.note(DriverCameOnline(at=0.0, drivers=(replace(driver, presence=Presence.ONLINE),)))
    ledger.note(DriverTookBreak(at=1800.0, drivers=(replace(driver, presence=Presence.BREAK),)))
    ledger.note(DriverCameOnline(at=2700.0, drivers=(replace(driver, presence=Presence.ONLINE),)))
    play(ledger, [order("O-1", "D-1", (50, 51, 52, 53, 54)), order("O-2", "D-1", (54, 55, 56, 57, 58))])
    course = ledger.course(0, 3600, 60)
    assert course.per_driver_hour[0] == pytest.approx(2 / 0.75)


def test_who_was_online_at_the_beginning_counts_from_there() -> None:
    ledger = Ledger(0.0, 2.0)
    ledger.begin_with({"D-1"})
    play(ledger, [order("O-1", "D-1", (0, 1, 2, 3, 4))])
    assert ledger.course(0, 1800, 30).per_driver_hour[0] == pytest.approx(2.0)


def test_cycles_by_mean_and_worst() -> None:
    ledger = Ledger(0.0, 2.0)
    for at, seconds, gap in ((1.0, 0.2, 0.01), (11.0, 0.6, math.inf), (21.0, 0.1, 0.03)):
        ledger.note(CycleFinished(at=at, seconds=seconds, waiting=3, drivers=4, pairs=30, offers=1, gap=gap))
    course = ledger.course(0, 60, 1)
    assert course.cycle_s[0] == pytest.approx(0.3)
    assert course.slowest_s[0] == 0.6
    assert course.gap_pct[0] == pytest.approx(2.0)  # a choice without a bound says nothing of how good it is
    assert course.pairs[0] == 30


def test_a_day_later_the_minute_begins_anew() -> None:
    ledger = Ledger(0.0, 2.0)
    play(ledger, [order("O-1", "D-1", (0, 1, 2, 3, 4)), order("O-2", "D-1", tuple(KEPT_MIN + m for m in (0, 1, 2, 3, 4)))])
    assert ledger.course(0, 600, 1).delivered.sum() == 0
    assert ledger.course(60.0 * KEPT_MIN, 60.0 * KEPT_MIN + 600, 1).delivered.tolist()[4] == 1


def test_what_is_cancelled_is_no_delivery() -> None:
    ledger = Ledger(0.0, 2.0)
    gone = replace(order("O-1", "D-1", (0, 1, 2, 3, 4)), status=Status.CANCELLED, driver_id=None, delivered_at=None)
    ledger.note(OrderCancelled(at=240.0, orders=(gone,)))
    course = ledger.course(0, 600, 10)
    assert (course.cancelled[0], course.delivered[0]) == (1, 0)
    assert set(course.figures()) >= {*NAMES, "placed", "pairs"}
