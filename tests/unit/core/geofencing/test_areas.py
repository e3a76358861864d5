"""Watched areas: each coming and each going is told once, and jitter at the edge tells nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import BadInput
from core.domain.geo import EARTH_RADIUS_M, LatLon
from core.domain.merchant import Area
from core.geofencing.areas import MARGIN_M, POOR_M, AreaCrossing, AreaWatcher
from core.geofencing.tagging import Tagger, check_area

M_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M


def square(south, west, side=0.01):
    corners = [(0, 0), (0, side), (side, side), (side, 0), (0, 0)]
    return tuple(LatLon(south + a, west + b) for a, b in corners)


DEPOT = Area("depot", "Depot", ((square(41.0, -8.0),),), watched=True)


@pytest.fixture
def watcher():
    watcher = AreaWatcher()
    watcher.watch(DEPOT)
    return watcher


def move(watcher, *places, row=3, acc=math.nan, t=1.0):
    told = []
    for lat, lon in places:
        told += watcher.check(np.array([row]), *(np.array([v], float) for v in (lat, lon, acc, t)))
    return told


def south_of(metres):
    return 41.0 - metres / M_PER_DEGREE, -7.995


def test_each_coming_and_going_is_told_once(watcher):
    told = move(watcher, (40.9, -8.0), (41.005, -7.995), (41.006, -7.994), (41.02, -7.995), (41.03, -7.995))
    assert told == [AreaCrossing(3, "depot", True, 1.0), AreaCrossing(3, "depot", False, 1.0)]


def test_jitter_at_the_edge_tells_nothing_more(watcher):
    told = move(watcher, *[south_of(m) for m in (5, -5, 5, MARGIN_M - 1, -5, 20) * 5])
    assert [c.entered for c in told] == [True]
    assert [c.entered for c in move(watcher, south_of(MARGIN_M + 1))] == [False]


def test_who_leaves_is_farther_than_the_fix_may_be_off(watcher):
    move(watcher, south_of(-5))
    assert move(watcher, south_of(MARGIN_M + 39), acc=40.0) == []
    assert len(move(watcher, south_of(MARGIN_M + 41), acc=40.0)) == 1


def test_a_rough_fix_decides_nothing(watcher):
    assert move(watcher, (41.005, -7.995), acc=POOR_M + 1) == []
    assert len(move(watcher, (41.005, -7.995), acc=POOR_M)) == 1
    assert move(watcher, (42.0, -7.995), acc=POOR_M + 1) == []


def test_several_drivers_and_fixes_at_once(watcher):
    rows = np.array([0, 0, 2, 5, 5, 5])
    lat = np.array([40.9, 41.005, 41.005, 41.005, 41.005, 40.9])
    told = watcher.check(rows, lat, np.full(6, -7.995), np.full(6, math.nan), np.arange(6.0))
    assert told == [
        AreaCrossing(0, "depot", True, 1.0),
        AreaCrossing(2, "depot", True, 2.0),
        AreaCrossing(5, "depot", True, 3.0),
        AreaCrossing(5, "depot", False, 5.0),
    ]


def test_holes_and_parts():
    watcher = AreaWatcher()
    ring = (square(41.0, -8.0, 0.03), square(41.01, -7.99))
    watcher.watch(Area("zone", "Zone", (ring, (square(50.0, 9.0),)), watched=True))
    assert [c.entered for c in move(watcher, (41.005, -7.995), (41.015, -7.985), (50.005, 9.005))] == [True, False, True]


def test_an_area_at_the_antimeridian():
    watcher = AreaWatcher()
    ring = tuple(LatLon(a, b) for a, b in ((-17, 179.99), (-17, -179.99), (-16.9, -179.99), (-16.9, 179.99), (-17, 179.99)))
    watcher.watch(Area("fiji", "Fiji", ((ring,),), watched=True))
    assert [c.entered for c in move(watcher, (-16.95, 179.9), (-16.95, 179.995), (-16.95, -179.995), (-16.95, 0))] == [
        True,
        False,
    ]


def test_an_area_that_is_not_watched_any_more_tells_nothing(watcher):
    move(watcher, (41.005, -7.995))
    watcher.unwatch("depot")
    watcher.unwatch("depot")
    assert move(watcher, (40.0, -7.995)) == []
    assert len(watcher) == 0


def test_an_area_that_is_redrawn_counts_as_it_is_now(watcher):
    move(watcher, (41.005, -7.995))
    watcher.watch(Area("depot", "Depot", ((square(42.0, -8.0),),), watched=True))
    assert [c.entered for c in move(watcher, (41.005, -7.995), (42.005, -7.995))] == [False, True]


def drive(watcher, *fixes, row=3):
    """Fixes of (metres north of the area's south edge, metres east of its west edge, seconds, accuracy)."""
    north, east, t, acc = np.array(fixes, float).T
    wide = M_PER_DEGREE * math.cos(math.radians(41.0))
    lat, lon = 41.0 + north / M_PER_DEGREE, -8.0 + east / wide
    return watcher.check(np.full(len(t), row), lat, lon, acc, t)


def test_who_drives_through_between_two_fixes_came_in_and_left(watcher):
    told = drive(watcher, (-100, 400, 100, 5), (1300, 400, 170, 5), (1300, 400, 180, 5), (-100, 400, 220, 5))
    assert [(c.entered, c.row) for c in told] == [(True, 3), (False, 3)]  # the first way took more than a minute
    side = 0.01 * M_PER_DEGREE
    assert told[0].at == pytest.approx(180 + 40 * (1300 - side) / 1400, abs=0.1)
    assert told[1].at == pytest.approx(180 + 40 * 1300 / 1400, abs=0.1)


def test_the_way_from_the_last_message_counts_too(watcher):
    assert drive(watcher, (500, -200, 100, 5)) == []
    assert [c.entered for c in drive(watcher, (500, 1100, 130, 5))] == [True, False]


def test_a_corner_that_is_cut_and_a_rough_end_tell_nothing(watcher):
    assert drive(watcher, (-20, 20, 100, 5), (20, -20, 105, 5), (-15, 45, 110, 5)) == []  # 28 m of it inside at the most
    assert drive(watcher, (-100, 400, 200, POOR_M + 1), (1300, 400, 210, 5), (-100, 400, 220, POOR_M + 1)) == []
    assert drive(watcher, (1300, 400, 230, 5)) == []


STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(-300, 1300), st.integers(-300, 1300)), max_size=40)


@given(STEPS)
def test_whatever_the_way_it_tells_what_a_plain_loop_finds(steps):
    """Metres from the corner of a square of about 1,000 m, away from where rounding decides."""
    side, watcher, inside, where = 1000.5 / M_PER_DEGREE, AreaWatcher(), {}, LatLon(0.0, 10.0)
    watcher.watch(Area("square", "Square", ((square(*where, side),),), watched=True))
    for row, north, east in steps:
        told = move(watcher, (north / M_PER_DEGREE + 1e-7, 10.0 + east / M_PER_DEGREE + 1e-7), row=row)
        gap = math.hypot(max(-north, 0, north - 1000.5), max(-east, 0, east - 1000.5))
        now = gap == 0 or (inside.get(row, False) and gap <= MARGIN_M)
        if abs(gap - MARGIN_M) < 0.1:
            now = told[0].entered if told else inside.get(row, False)
        assert [c.entered for c in told] == ([now] if now != inside.get(row, False) else [])
        inside[row] = now


@given(STEPS, st.integers(1, 9))
def test_it_does_not_matter_how_many_fixes_come_at_once(steps, batch):
    side, told = 1000.5 / M_PER_DEGREE, []
    for size in (1, batch):
        watcher, found = AreaWatcher(), []
        watcher.watch(Area("square", "Square", ((square(0.0, 10.0, side),),), watched=True))
        for start in range(0, len(steps), size):
            part = sorted((row, start + i, north, east) for i, (row, north, east) in enumerate(steps[start : start + size]))
            row, t, north, east = (np.array(column, float) for column in zip(*part, strict=True))
            place = north / M_PER_DEGREE + 1e-7, 10.0 + east / M_PER_DEGREE + 1e-7
            found += watcher.check(row.astype(np.int64), *place, np.full(len(t), math.nan), t)
        told.append(sorted(found, key=lambda one: one.at))
    assert told[0] == told[1]


def test_an_outline_that_crosses_itself_is_mended_or_refused_in_good_time() -> None:
    bow_tie = Area("a", "Bow tie", (((LatLon(45, 9), LatLon(45.1, 9.1), LatLon(45.1, 9), LatLon(45, 9.1), LatLon(45, 9)),),))
    check_area(bow_tie)
    assert Tagger().tags([LatLon(45.02, 9.05), LatLon(45.05, 9.01)], {"a": bow_tie}) == ["a", None]
    rng = np.random.default_rng(3)
    scribble = [LatLon(float(lat), float(lon)) for lat, lon in rng.uniform([45, 9], [45.1, 9.1], (2000, 2))]
    with pytest.raises(BadInput, match="crosses itself more than 100 times"):
        check_area(Area("b", "Scribble", (((*scribble, scribble[0]),),)))
    ring = bow_tie.polygons[0][0][:3] + bow_tie.polygons[0][0][:1]
    with pytest.raises(BadInput, match="crosses itself"):
        check_area(Area("c", "Onion", ((ring,) * 300,)))
