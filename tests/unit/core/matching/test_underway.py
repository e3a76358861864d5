import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.driver import StopKind
from core.matching.market import read_market
from core.matching.snapshot import StopView
from core.matching.underway import follow

P, D = StopKind.PICKUP, StopKind.DROPOFF


def followed(town, drivers, now=0.0, **params):
    snapshot = town.snapshot([], drivers, now=now, **params)
    market = read_market(snapshot)
    return follow(market.now, market.drivers, snapshot.params, town)


def test_a_driver_without_a_route_is_free_here_and_now(town):
    found = followed(town, [town.driver("D")])
    assert found.free_at.tolist() == [0.0]
    assert found.free_place.tolist() == [list(town.place("base"))]
    assert found.etas == {}


def test_a_route_is_played_to_its_end(town):
    town.minutes = {("base", "shop"): 4.0, ("shop", "door"): 6.0}
    order = town.order("1", ready=10, pickup_stop_min=2.0, dropoff_stop_min=3.0)
    found = followed(town, [town.driver("D", stops=(StopView(P, order), StopView(D, order)))])
    assert found.etas == {"1": (240.0, 18 * 60.0)}
    assert found.free_at.tolist() == [21 * 60.0]
    assert found.free_place.tolist() == [list(order.dropoff)]


@pytest.mark.parametrize(
    ("arrived_min", "ready_min", "leaves_min"),
    [(96, 90, 102), (99, 101, 103), (80, 90, 100)],
    ids=["is being served", "waits for the kitchen", "should have left already: counts from now"],
)
def test_a_driver_who_stands_at_the_first_stop(town, arrived_min, ready_min, leaves_min):
    town.minutes = {("shop", "door"): 6.0}
    order = town.order("1", ready=ready_min, pickup_stop_min=6.0 if arrived_min == 96 else 2.0)
    stops = (StopView(P, order, arrived_at=60.0 * arrived_min), StopView(D, order))
    found = followed(town, [town.driver("D", at="somewhere", stops=stops)], now=100)
    assert found.etas["1"] == (60.0 * arrived_min, 60.0 * (leaves_min + 6))


def test_orders_on_board_have_no_pickup_any_more(town):
    town.minutes = {("base", "door"): 5.0}
    assert followed(town, [town.driver("D", stops=town.carrying(town.order("1")))]).etas == {"1": (None, 300.0)}


def test_orders_picked_up_at_one_place_are_one_visit(town):
    town.minutes = {("base", "shop"): 5.0, ("shop", "a"): 3.0, ("a", "b"): 2.0}
    one, two = town.order("1", dropoff="a", ready=4), town.order("2", dropoff="b", ready=9)
    stops = (StopView(P, one), StopView(P, two), StopView(D, one), StopView(D, two))
    found = followed(town, [town.driver("D", stops=stops)], pickup_stop_min=2.0, dropoff_stop_min=1.0)
    assert found.etas == {"1": (300.0, 14 * 60.0), "2": (300.0, 17 * 60.0)}


def test_a_door_that_can_t_be_reached_has_no_eta_and_its_driver_never_gets_free(town):
    found = followed(town, [town.driver("D", stops=town.carrying(town.order("1"))), town.driver("E")])
    assert found.etas == {}
    assert found.free_at.tolist() == [math.inf, 0.0]


@given(
    st.lists(st.integers(0, 30), min_size=4, max_size=4),
    st.lists(st.integers(0, 60), min_size=2, max_size=2),
    st.booleans(),
)
def test_routes_of_different_lengths_side_by_side_are_those_of_each_alone(make_town, legs, ready, first):
    town = make_town()
    names = ["base", "shop", "door", "shop 2", "door 2"]
    town.minutes = {way: float(leg) for way, leg in zip(pairwise(names), legs, strict=True)}
    one, two = town.order("1", ready=ready[0]), town.order("2", "shop 2", "door 2", ready=ready[1])
    long = town.driver("L", stops=(StopView(P, one), StopView(D, one), StopView(P, two), StopView(D, two)))
    short = town.driver("A" if first else "Z", stops=(StopView(P, two), StopView(D, two)), at="door")
    together = followed(town, [long, town.driver("M"), short])
    for driver in (long, short):
        alone = followed(town, [driver])
        assert alone.free_at[0] in together.free_at
    at = 0.0
    for leg, wait in zip(legs, (ready[0], -1, ready[1], -1), strict=True):
        at = max(at + leg, wait)
    assert 60.0 * at in together.free_at


def test_each_way_is_asked_once_a_vehicle(town):
    town.unknown_min = 5.0
    drivers = [town.driver(f"D{i}", stops=town.carrying(town.order(f"{i}"))) for i in range(5)]
    followed(town, drivers)
    assert town.calls == ["pairs"]
