"""Traces of drivers past their stops: each visit is told once when it begins and once when it ends."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import BadInput
from core.domain.geo import EARTH_RADIUS_M, LatLon, distance_m
from core.geofencing.watcher import DEEP_FACTOR, GAP_S, LEAVE_FACTOR, Crossing, Dwell, FenceWatcher

STOP = LatLon(41.15, -8.61)
M_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M
DRIVERS = {"D-1": 3, "D-2": 0, "D-3": 7}


def north_of(place, metres):
    return LatLon(place.lat + metres / M_PER_DEGREE, place.lon)


class Trace:
    """Feeds a watcher with one fix after another and remembers what it told."""

    def __init__(self, **more):
        self.watcher = FenceWatcher(DRIVERS.__getitem__, **more)
        self.t = 0.0

    def move(self, driver, place, acc=math.nan):
        self.t += 1.0
        column = (np.array([value], float) for value in (*place, acc, self.t))
        return self.watcher.check(np.array([DRIVERS[driver]]), *column)

    def metres(self, driver, *distances, acc=math.nan):
        """(entered, metres) of each crossing as the driver stands so far north of the stop, one fix each."""
        return [(crossing.entered, d) for d in distances for crossing in self.move(driver, north_of(STOP, d), acc)]


@pytest.fixture
def trace():
    trace = Trace(capacity=1)
    trace.watcher.watch("D-1", "O-1", "pickup", STOP, 100.0)
    return trace


def test_a_visit_is_told_once_when_it_begins_and_once_when_it_ends(trace):
    assert trace.metres("D-1", 900, 300, 101, 99, 40, 0, 40, 99, 129, 131, 300, 900) == [(True, 99), (False, 131)]


def test_a_second_visit_is_told_again(trace):
    assert trace.metres("D-1", 50, 500, 50, 500) == [(True, 50), (False, 500), (True, 50), (False, 500)]


def test_jitter_at_the_edge_tells_nothing_more(trace):
    assert trace.metres("D-1", *[98, 103, 99, 125, 110] * 20) == [(True, 98)]


def test_a_crossing_says_who_where_and_when(trace):
    assert trace.move("D-1", STOP) == [Crossing("D-1", "O-1", "pickup", True, 100.0, 1.0)]


@pytest.mark.parametrize(
    ("radius_m", "acc", "told"), [(100.0, 200.0, 1), (100.0, 201.0, 0), (30.0, 100.0, 1), (30.0, 101.0, 0)]
)
def test_a_fix_too_rough_for_the_fence_decides_nothing(trace, radius_m, acc, told):
    trace.watcher.watch("D-1", "O-1", "pickup", STOP, radius_m)
    assert len(trace.move("D-1", STOP, acc)) == told
    assert len(trace.move("D-1", STOP)) == 1 - told
    assert len(trace.move("D-1", north_of(STOP, 5000), acc)) == told


def test_only_the_driver_of_the_order_is_watched(trace):
    assert trace.move("D-2", STOP) == []
    assert len(trace.move("D-1", STOP)) == 1


def test_pickup_and_dropoff_of_several_drivers_in_one_pass():
    trace = Trace(capacity=1)
    away = north_of(STOP, 3000)
    for driver, order in (("D-1", "O-1"), ("D-2", "O-2"), ("D-2", "O-3")):
        trace.watcher.watch(driver, order, "pickup", STOP, 100.0)
        trace.watcher.watch(driver, order, "dropoff", away, 50.0)
    places = [STOP, away, STOP]
    lat, lon = (np.array([place[axis] for place in places]) for axis in (0, 1))
    rows = np.array([DRIVERS[d] for d in ("D-2", "D-1", "D-3")])
    crossings = trace.watcher.check(rows, lat, lon, np.full(3, math.nan), np.array([20.0, 10.0, 5.0]))
    assert [(c.driver_id, c.order_id, c.stop, c.radius_m, c.at) for c in crossings] == [
        ("D-1", "O-1", "dropoff", 50.0, 10.0),
        ("D-2", "O-2", "pickup", 100.0, 20.0),
        ("D-2", "O-3", "pickup", 100.0, 20.0),
    ]


def test_the_watch_ends_with_the_order(trace):
    trace.watcher.watch("D-1", "O-1", "dropoff", STOP, 100.0)
    trace.watcher.watch("D-1", "O-2", "pickup", STOP, 100.0)
    trace.watcher.unwatch("O-1")
    trace.watcher.unwatch("O-1")
    assert len(trace.watcher) == 1
    assert [c.order_id for c in trace.move("D-1", STOP)] == ["O-2"]
    trace.watcher.unwatch("O-2")
    assert trace.move("D-1", north_of(STOP, 900)) == []


def test_a_place_left_free_begins_anew(trace):
    trace.move("D-1", STOP)
    trace.watcher.unwatch("O-1")
    trace.watcher.watch("D-2", "O-2", "pickup", STOP, 100.0)
    assert trace.move("D-1", north_of(STOP, 900)) == []
    assert [(c.driver_id, c.entered) for c in trace.move("D-2", STOP)] == [("D-2", True)]


def test_watching_again_replaces(trace):
    assert trace.metres("D-1", 50) == [(True, 50)]
    trace.watcher.watch("D-1", "O-1", "pickup", STOP, 60.0)
    assert trace.metres("D-1", 50, 90) == [(False, 90)]
    trace.metres("D-1", 0)
    trace.watcher.watch("D-2", "O-1", "pickup", STOP, 60.0)
    assert len(trace.watcher) == 1
    assert trace.metres("D-1", 900, 0) == []
    assert trace.metres("D-2", 0) == [(True, 0)]
    moved = north_of(STOP, 1000)
    trace.watcher.watch("D-2", "O-1", "pickup", moved, 60.0)
    assert [c.entered for c in trace.move("D-2", moved)] == [True]


def test_who_is_known_to_be_there_is_not_told_to_enter_again():
    trace = Trace()
    trace.watcher.watch("D-1", "O-1", "pickup", STOP, 100.0, inside=True)
    assert trace.metres("D-1", 0, 100, 500) == [(False, 500)]


def test_who_passes_between_two_fixes_came_and_left(trace):
    trace.move("D-1", north_of(STOP, 400))
    told = trace.move("D-1", north_of(STOP, -400))
    assert [(c.entered, c.at) for c in told] == [(True, 1.5), (False, 2.0)]
    assert trace.metres("D-1", 400 - 1e-3, 300, 99) == [(True, 400 - 1e-3), (False, 400 - 1e-3), (True, 99)]


def test_a_way_that_only_grazes_the_fence_tells_nothing(trace):
    east = 350 / M_PER_DEGREE / math.cos(math.radians(STOP.lat))
    for metres, told in ((DEEP_FACTOR * 100 + 0.5, 0), (DEEP_FACTOR * 100 - 0.5, 2)):
        beside = north_of(STOP, metres)
        trace.t += 2 * GAP_S
        trace.move("D-1", LatLon(beside.lat, beside.lon - east))
        assert len(trace.move("D-1", LatLon(beside.lat, beside.lon + east))) == told


def test_a_way_of_minutes_or_to_a_rough_fix_tells_nothing(trace):
    trace.move("D-1", north_of(STOP, 400))
    trace.t += GAP_S
    assert trace.move("D-1", north_of(STOP, -400)) == []
    assert trace.move("D-1", north_of(STOP, 400), acc=250.0) == []
    assert trace.move("D-1", north_of(STOP, -400)) == []
    assert len(trace.move("D-1", north_of(STOP, 400))) == 2


def test_several_fixes_at_once_are_the_same_as_one_by_one():
    metres = [400, 90, 60, 400, -400, -20, -20, -500, 99, 131]
    told = []
    for size in (1, 3, 10):
        trace = Trace(dwell_s=1.0)
        trace.watcher.watch("D-1", "O-1", "pickup", STOP, 100.0)
        told.append([])
        for start in range(0, 10, size):
            lat = np.array([north_of(STOP, m).lat for m in metres[start : start + size]])
            n = len(lat)
            t = 10.0 + np.arange(start, start + n)
            told[-1] += trace.watcher.check(np.full(n, 3), lat, np.full(n, STOP.lon), np.full(n, math.nan), t)
    assert told[0] == told[1] == told[2]
    at = {"Crossing": [11.0, 13.0, 13.5, 14.0, 15.0, 17.0, 18.0, 19.0], "Dwell": [12.0, 16.0]}
    for name, times in at.items():
        assert [c.at for c in told[0] if type(c).__name__ == name] == times


def test_a_visit_of_some_length_is_told_once():
    trace = Trace(dwell_s=5.0)
    trace.watcher.watch("D-1", "O-1", "pickup", STOP, 100.0)
    told = [c for _ in range(20) for c in trace.move("D-1", STOP)]
    assert told[1:] == [Dwell("D-1", "O-1", "pickup", 5.0, 6.0)]
    trace.move("D-1", north_of(STOP, 900))
    assert [type(c) for _ in range(9) for c in trace.move("D-1", STOP)][-1] is Dwell


def test_who_leaves_is_farther_than_the_fix_may_be_off(trace):
    assert trace.metres("D-1", 50, 160, 175, acc=40.0) == [(True, 50), (False, 175)]


def test_a_fence_at_the_antimeridian_and_at_a_pole():
    trace = Trace()
    trace.watcher.watch("D-1", "O-1", "pickup", LatLon(-17.0, 179.9999), 100.0)
    trace.watcher.watch("D-2", "O-2", "pickup", LatLon(89.9999, 0.0), 100.0)
    assert [c.entered for c in trace.move("D-1", LatLon(-17.0, -179.9999))] == [True]
    assert [c.entered for c in trace.move("D-2", LatLon(89.9999, 180.0))] == [True]


def test_with_nobody_moved_or_nothing_watched_there_is_nothing_to_tell(trace):
    nothing = np.empty(0)
    assert trace.watcher.check(np.empty(0, np.int64), nothing, nothing, nothing, nothing) == []
    assert Trace().move("D-1", STOP) == []


@pytest.mark.parametrize(("place", "radius_m"), [(STOP, 0.0), (STOP, math.nan), (STOP, math.inf), (LatLon(91, 0), 10.0)])
def test_a_fence_that_is_none_is_refused(place, radius_m):
    watcher = FenceWatcher(DRIVERS.__getitem__)
    with pytest.raises(BadInput):
        watcher.watch("D-1", "O-1", "pickup", place, radius_m)
    assert len(watcher) == 0


WATCH = st.tuples(st.sampled_from(sorted(DRIVERS)), st.integers(0, 5), st.integers(-300, 300), st.sampled_from([40.0, 100.0]))
MOVES = st.dictionaries(st.sampled_from(sorted(DRIVERS)), st.tuples(st.integers(-400, 400), st.integers(-400, 400)))


@given(st.lists(st.one_of(WATCH, st.integers(0, 5), MOVES), max_size=40))
def test_whatever_happens_it_tells_what_a_plain_loop_finds(deeds):
    """Watches (a tuple), ends (an order's number) and moves (metres east and north by driver), in any order."""
    trace = Trace(capacity=1)
    watched, inside = {}, {}
    for deed in deeds:
        if isinstance(deed, tuple):
            driver, number, metres, radius_m = deed
            place = north_of(STOP, metres)
            trace.watcher.watch(driver, f"O-{number}", "pickup", place, radius_m)
            if watched.get(number, (None,))[:2] != (driver, place):
                inside[number] = False
            watched[number] = (driver, place, radius_m)
        elif isinstance(deed, int):
            trace.watcher.unwatch(f"O-{deed}")
            watched.pop(deed, None)
        else:
            at = {
                d: LatLon(STOP.lat + north / M_PER_DEGREE, STOP.lon + east / M_PER_DEGREE) for d, (east, north) in deed.items()
            }
            expected = set()
            for number, (driver, place, radius_m) in watched.items():
                if driver in at:
                    now = distance_m(place, at[driver]) <= radius_m * (LEAVE_FACTOR if inside[number] else 1.0)
                    if now != inside[number]:
                        expected.add((f"O-{number}", now))
                        inside[number] = now
            lat, lon = (np.array([place[axis] for place in at.values()]) for axis in (0, 1))
            rows = np.array([DRIVERS[d] for d in at], np.int64)
            trace.t += 2 * GAP_S  # so far apart that nothing is said of the way between
            told = trace.watcher.check(rows, lat, lon, np.full(len(at), math.nan), np.full(len(at), trace.t))
            assert {(c.order_id, c.entered) for c in told} == expected
            assert len(told) == len(expected)
