"""Who goes where, and who stays."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.repositioning.choosing import choose
from core.repositioning.demand import cell_of
from core.repositioning.market import Choice, Idle, Spot
from core.routing.great_circle import GreatCircle

TRAVEL = GreatCircle(1.0)
AHEAD_S, LONGEST_S = 900.0, 600.0


def spot(lat: float, expected: float, supply: int = 0, lon: float = 9.005) -> Spot:
    place = LatLon(lat, lon)
    return Spot(cell_of(place), place, expected, supply)


def idle(number: int, lat: float, lon: float = 9.005, vehicle: Vehicle = Vehicle.SCOOTER) -> Idle:
    return Idle(f"D-{number}", vehicle, LatLon(lat, lon))


def sent(drivers: list[Idle], spots: list[Spot], longest_s: float = LONGEST_S) -> list[tuple[str, int]]:
    return [(c.driver_id, c.spot) for c in choose(tuple(drivers), tuple(spots), AHEAD_S, longest_s, TRAVEL)]


def test_a_driver_goes_where_there_are_more_orders_than_drivers() -> None:
    here, there = spot(45.005, 0.2, supply=1), spot(45.015, 2.4, supply=1)
    [choice] = choose((idle(1, 45.005),), (here, there), AHEAD_S, LONGEST_S, TRAVEL)
    assert (choice.driver_id, choice.spot) == ("D-1", 1)
    assert 60 < choice.seconds < 300


@pytest.mark.parametrize(
    ("expected", "supply", "count"),
    [(0.9, 0, 0), (1.0, 0, 1), (2.7, 1, 1), (3.2, 1, 2), (3.0, 3, 0), (9.0, 1, 3)],
)
def test_no_more_than_it_lacks(expected: float, supply: int, count: int) -> None:
    drivers = [idle(n, 45.0045 + n / 10_000) for n in range(3)]
    assert len(sent(drivers, [spot(45.005, 0.0, 3), spot(45.015, expected, supply)])) == count


def test_the_largest_gap_comes_first_and_of_equal_ones_the_nearest() -> None:
    here, near, far = spot(45.005, 0.0, 1), spot(45.015, 1.5), spot(45.025, 3.5)
    assert sent([idle(1, 45.005)], [here, near, far]) == [("D-1", 2)]
    assert sent([idle(1, 45.005)], [here, near, spot(45.025, 1.5)]) == [("D-1", 1)]


def test_drivers_are_assigned_together_so_that_both_have_short_ways() -> None:
    west, east = spot(45.005, 1.2, lon=9.005), spot(45.005, 1.2, lon=9.055)
    drivers = [idle(1, 45.005, 9.035), idle(2, 45.005, 9.065)]
    assert sorted(sent(drivers, [west, east], 3600.0)) == [("D-1", 0), ("D-2", 1)]


def test_nobody_leaves_a_place_that_would_lack_as_much() -> None:
    assert sent([idle(1, 45.005)], [spot(45.005, 2.0, 1), spot(45.015, 1.9)]) == []


def test_the_second_to_leave_leaves_more_behind() -> None:
    drivers = [idle(n, 45.005) for n in range(3)]
    spots = [spot(45.005, 1.6, 3), spot(45.015, 3.3)]
    assert sent(drivers, spots) == [("D-0", 1), ("D-1", 1)]  # the third would be worth 1.3 there and 1.6 here


def test_a_drive_beyond_the_longest_is_not_asked_of_anybody() -> None:
    drivers, spots = [idle(1, 45.005)], [spot(45.055, 5.0)]
    [choice] = choose(tuple(drivers), tuple(spots), 3600.0, 3600.0, TRAVEL)
    assert sent(drivers, spots, choice.seconds) == [("D-1", 0)]
    assert sent(drivers, spots, choice.seconds - 1) == []


def test_a_drive_that_takes_more_than_it_brings_is_left() -> None:
    drivers, spots = (idle(1, 45.005, vehicle=Vehicle.WALK),), (spot(45.035, 1.0),)
    assert choose(drivers, spots, 900.0, 7200.0, TRAVEL) == ()
    assert len(choose(drivers, spots, 7200.0, 7200.0, TRAVEL)) == 1


lats = st.floats(45.0, 45.06)
spots_of = st.lists(st.tuples(lats, st.floats(0, 6), st.integers(0, 4)), max_size=6)


@given(st.lists(st.tuples(lats, st.sampled_from(Vehicle)), max_size=8), spots_of, st.floats(60, 1800))
def test_whatever_the_market_nobody_is_sent_twice_too_far_or_beyond_a_gap(people, places, longest_s) -> None:
    drivers = tuple(idle(n, lat, vehicle=vehicle) for n, (lat, vehicle) in enumerate(people))
    spots = tuple({one.cell: one for one in (spot(lat, expected, supply) for lat, expected, supply in places)}.values())
    choices: tuple[Choice, ...] = choose(drivers, spots, AHEAD_S, longest_s, TRAVEL)
    by_id = {one.driver_id: one for one in drivers}
    assert len({c.driver_id for c in choices}) == len(choices) <= len(by_id)
    assert {c.driver_id for c in choices} <= by_id.keys()
    for number, count in Counter(c.spot for c in choices).items():
        assert count <= spots[number].gap
    for choice in choices:
        assert choice.seconds <= longest_s
        assert cell_of(by_id[choice.driver_id].place) != spots[choice.spot].cell
    assert choose(drivers, spots, AHEAD_S, longest_s, TRAVEL) == choices
