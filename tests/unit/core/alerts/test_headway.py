"""Who gets anywhere, by what the phones say."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.alerts.headway import Headway, HeadwayWatch

DEGREE_M = 111_195.0
TARGET = (45.02, 9.0)


def look(watch: HeadwayWatch, t: float, *metres_north: float, leg: str = "pickup 1", radius_m: float = 100.0) -> Headway:
    """Drivers so far north of 45°; their stop is 2,224 m north of it."""
    place = np.array([(45.0 + m / DEGREE_M, 9.0) for m in metres_north]).reshape(-1, 2)
    n = len(metres_north)
    names = [f"D-{i}" for i in range(n)]
    return watch.look(names, [leg] * n, place, np.full(n, t), np.tile(TARGET, (n, 1)), radius_m)


def test_whoever_does_not_come_far_stands_still() -> None:
    watch = HeadwayWatch()
    still = [float(look(watch, t, north).still_s[0]) for t, north in ((0.0, 0.0), (60.0, 40.0), (200.0, -30.0), (260.0, 70.0))]
    assert still == [0.0, 60.0, 200.0, 0.0]


def test_whoever_is_at_the_stop_does_not_stand_still() -> None:
    watch = HeadwayWatch()
    look(watch, 0.0, 2150.0)
    assert look(watch, 900.0, 2150.0).still_s[0] == 0.0
    assert look(watch, 1200.0, 2150.0, radius_m=10.0).still_s[0] == 300.0


def test_a_silent_driver_does_not_stand_still() -> None:
    watch = HeadwayWatch()
    look(watch, 100.0, 0.0)
    assert look(watch, 100.0, 0.0).still_s[0] == 0.0  # the same fix an hour later


def test_going_away_is_measured_from_the_nearest_one_has_been() -> None:
    watch = HeadwayWatch()
    away = [
        round(float(look(watch, t, north).away_m[0]))
        for t, north in ((0.0, 0.0), (60.0, 800.0), (120.0, 100.0), (180.0, 900.0))
    ]
    assert away == [0, 0, 700, 0]


def test_another_stop_begins_anew_and_who_is_left_out_is_forgotten() -> None:
    watch = HeadwayWatch()
    look(watch, 0.0, 800.0, 0.0)
    look(watch, 60.0, 0.0, 0.0)
    anew = look(watch, 90.0, 0.0, 0.0, leg="dropoff 1")
    assert (anew.still_s.tolist(), anew.away_m.tolist()) == ([0.0, 0.0], [0.0, 0.0])
    look(watch, 95.0)
    again = look(watch, 500.0, 0.0, 0.0, leg="dropoff 1")
    assert again.still_s.tolist() == [0.0, 0.0]


def test_a_driver_without_a_place_is_neither_and_counts_from_the_first_fix() -> None:
    watch = HeadwayWatch()
    unknown = np.array([[math.nan, math.nan]])
    first = watch.look(["D-0"], ["pickup 1"], unknown, np.array([math.nan]), np.array([TARGET]), 100.0)
    assert (first.still_s[0], first.away_m[0]) == (0.0, 0.0)
    assert look(watch, 1000.0, 0.0).still_s[0] == 0.0
    assert look(watch, 1100.0, 0.0).still_s[0] == 100.0


@given(st.lists(st.lists(st.floats(-3000, 2000), min_size=3, max_size=3), min_size=1, max_size=12), st.permutations([0, 1, 2]))
def test_each_driver_is_judged_alone_whatever_the_order_they_are_told_in(ways: list[list[float]], order: list[int]) -> None:
    together, mixed = HeadwayWatch(), HeadwayWatch()
    alone = [HeadwayWatch() for _ in range(3)]
    for i, spots in enumerate(ways):
        t = np.full(3, 10.0 * i)
        place = np.array([(45.0 + m / DEGREE_M, 9.0) for m in spots])
        target = np.tile(TARGET, (3, 1))
        names, legs = ["a", "b", "c"], ["pickup 1"] * 3
        whole = together.look(names, legs, place, t, target, 100.0)
        other = mixed.look([names[k] for k in order], legs, place[order], t, target, 100.0)
        assert whole.still_s[order].tolist() == other.still_s.tolist()
        assert whole.away_m[order].tolist() == other.away_m.tolist()
        for k in range(3):
            one = alone[k].look([names[k]], ["pickup 1"], place[k : k + 1], t[:1], target[:1], 100.0)
            assert (one.still_s[0], one.away_m[0]) == (whole.still_s[k], whole.away_m[k])
        assert (whole.still_s >= 0).all()
        assert (whole.away_m >= 0).all()
