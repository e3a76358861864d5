"""The figures of a run, with the worked examples of "Route Efficiencies in On-Demand Delivery" (Postmates, 2019)."""

import math
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.insight.figures import summarise
from core.insight.timeline import Visit, time_spent, visit_of

HERE = LatLon(41.15, -8.61)
NAMES = ("pickup_leg", "pickup_stop", "dropoff_leg", "dropoff_stop")


def delivered(name, driver, *minutes, due=math.inf, **more):
    """``minutes`` are those of assignment, arrival and leaving at the pick-up, arrival and leaving at the drop-off."""
    assigned, at_pickup, picked_up, at_dropoff, end = (None if m is None else m * 60.0 for m in minutes)
    return Order(
        name, "M-1", HERE, HERE, 0.0, 0.0, due * 60, status=Status.DELIVERED, status_at=end, driver_id=driver,
        assigned_at=assigned, arrived_pickup_at=at_pickup, picked_up_at=picked_up, arrived_dropoff_at=at_dropoff,
        delivered_at=end, **more,
    )  # fmt: skip


def parts_of(figures):
    return [getattr(figures, f"{name}_min") for name in NAMES]


def test_figure_6_two_solo_deliveries_take_27_and_a_half_minutes_each():
    orders = [delivered("O-1", "D-1", 0, 8, 12, 22, 26), delivered("O-2", "D-2", 0, 9, 13, 25, 29)]
    figures = summarise(orders, pickup_stop_min=4)
    assert figures.pdt_min == 27.5
    assert parts_of(figures) == [8.5, 4, 11, 4]
    assert figures.batched_pct == 0


def test_figure_7_the_batch_of_both_takes_17_and_a_half():
    """35 minutes in all: the leg to the merchant, the stop there and the first leg onwards are shared."""
    orders = [delivered("O-1", "D-1", 0, 8, 12, 22, 26, batched=True), delivered("O-2", "D-1", 0, 8, 12, 31, 35, batched=True)]
    figures = summarise(orders, pickup_stop_min=4)
    assert figures.pdt_min == 17.5
    assert [2 * part for part in parts_of(figures)] == [8, 4, 10 + 5, 4 + 4]
    assert figures.batched_pct == 100


def test_figure_8_three_deliveries_of_a_compound_route_take_18_each():
    """54 minutes: a batch of two, and a third accepted under way, picked up between their drop-offs."""
    orders = [
        delivered("O-1", "D-1", 0, 9, 13, 22, 25, batched=True),
        delivered("O-2", "D-1", 0, 9, 13, 40, 44, batched=True),
        delivered("O-3", "D-1", 18, 30, 34, 50, 54, chained=True),
    ]
    figures = summarise(orders, pickup_stop_min=4)
    assert figures.pdt_min == 18
    # To the first merchant 9, to the second 25→30; at them 4 and 4; to the doors 13→22, 34→40, 44→50; at them 3, 4 and 4.
    assert [3 * part for part in parts_of(figures)] == pytest.approx([9 + 5, 4 + 4, 9 + 6 + 6, 3 + 4 + 4])
    assert figures.batched_pct == pytest.approx(200 / 3)
    assert figures.chained_pct == pytest.approx(100 / 3)
    assert (figures.pdt_shared_min, figures.pdt_solo_min) == (18, None)


def test_shared_tours_are_told_from_those_with_one_delivery():
    batch = [delivered(f"O-{i}", "D-1", 0, 8, 12, 22 + 9 * i, 26 + 9 * i) for i in range(2)]
    alone = [delivered("O-3", "D-1", 50, 58, 62, 72, 77), delivered("O-4", "D-2", 0, 9, 13, 25, 29)]
    figures = summarise([*batch, *alone], pickup_stop_min=4)
    assert (figures.pdt_shared_min, figures.pdt_solo_min) == (17.5, 28)


def test_time_with_nothing_to_do_does_not_count():
    orders = [delivered("O-1", "D-1", 0, 5, 6, 9, 10), delivered("O-2", "D-1", 100, 105, 106, 109, 110)]
    assert summarise(orders, pickup_stop_min=1).pdt_min == 10


def test_a_leg_of_an_order_accepted_under_way_belongs_to_the_stop_ahead():
    """From 2 to 8 the driver brings the first order to its door, although the second was accepted at 4."""
    first, second = Visit(0, 1, 2, 8, 9), Visit(4, 12, 13, 20, 21)
    parts = time_spent([second, first])
    assert [getattr(parts, name) for name in NAMES] == [1 + 3, 1 + 1, 6 + 7, 1 + 1]


def test_waiting_is_what_goes_beyond_the_usual_stop():
    orders = [
        delivered("O-1", "D-1", 0, 5, 12, 20, 22),
        delivered("O-2", "D-2", 0, 5, 6, 20, 22),
        delivered("O-3", "D-3", 0, None, 6, 20, 22),
    ]
    assert summarise(orders, pickup_stop_min=2).waiting_min == 2.5


def test_late_is_after_the_promise():
    orders = [delivered(f"O-{due}", "D-1", 0, 5, 6, 20, 22, due=due) for due in (21.9, 22, 23, 40)]
    assert summarise(orders, pickup_stop_min=2).late_orders_pct == 25


def test_orders_are_counted_by_how_they_stand():
    one = delivered("O-1", "D-1", 0, 5, 6, 20, 22)
    others = [replace(one, id=status, status=status, delivered_at=None) for status in Status if status is not Status.DELIVERED]
    figures = summarise(iter([one, *others]), pickup_stop_min=2, online_hours=4)
    assert (figures.orders_placed, figures.orders_delivered) == (len(Status), 1)
    assert (figures.orders_cancelled, figures.orders_failed) == (1, 1)
    assert figures.orders_open == len(Status) - 3
    assert figures.orders_per_driver_hour == 0.25
    assert figures.pdt_min == 22


def test_where_nothing_was_delivered_nothing_is_made_up():
    figures = summarise([], pickup_stop_min=2, online_hours=0)
    assert (figures.orders_placed, figures.orders_open) == (0, 0)
    assert (figures.pdt_min, *parts_of(figures)) == (None,) * 5
    assert (figures.waiting_min, figures.late_orders_pct, figures.batched_pct, figures.chained_pct) == (None,) * 4
    assert figures.orders_per_driver_hour is None


def test_an_arrival_nobody_told_counts_as_driving():
    assert visit_of(delivered("O-1", "D-1", 0, None, 6, None, 22)) == Visit(0, 360, 360, 1320, 1320)


def test_an_arrival_of_an_earlier_driver_is_none():
    assert visit_of(delivered("O-1", "D-1", 10, 5, 16, 20, 22)) == Visit(600, 960, 960, 1200, 1320)


def test_a_delivery_without_a_driver_takes_nobody_s_time():
    own = delivered("O-1", "D-1", 0, 5, 6, 20, 22)
    figures = summarise(
        [own, replace(own, id="O-2", driver_id=None), replace(own, id="O-3", assigned_at=None)], pickup_stop_min=2
    )
    assert (figures.orders_delivered, figures.pdt_min) == (3, 22)


VISITS = st.lists(st.lists(st.integers(0, 60), min_size=5, max_size=5).map(lambda t: Visit(*sorted(t))), max_size=6)


@given(VISITS)
@example([Visit(0, 1, 2, 50, 60), Visit(5, 6, 7, 8, 10), Visit(20, 21, 22, 25, 30)])
def test_the_parts_add_up_to_the_time_in_which_any_order_was_under_way(visits):
    parts = time_spent(visits)
    minutes = {m for v in visits for m in range(int(v.assigned), int(v.delivered))}
    assert parts.total == len(minutes)


@given(VISITS)
def test_the_stops_are_the_time_spent_at_them(visits):
    parts = time_spent(visits)
    at_pickup = {m for v in visits for m in range(int(v.at_pickup), int(v.picked_up))}
    at_dropoff = {m for v in visits for m in range(int(v.at_dropoff), int(v.delivered))}
    assert parts.pickup_stop == len(at_pickup)
    assert parts.dropoff_stop == len(at_dropoff - at_pickup)
