"""Each search against a plain loop over all drivers, and where the globe is awkward."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.domain.driver import Activity
from core.domain.errors import BadInput
from core.domain.geo import EARTH_RADIUS_M, LatLon, distance_m
from core.domain.reports import FixBatch
from core.domain.vehicle import Vehicle
from core.tracking.positions import PositionStore
from core.tracking.search import KERNELS, Among, Searcher

M_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    assert KERNELS.get(wait=True) is not None


class Both:
    """Asks the compiled grid and plain numpy, and lets them differ in nothing."""

    def __init__(self, store):
        self._searchers = Searcher(store), Searcher(store, compiled=False)

    def __getattr__(self, name):
        def ask(*args, **more):
            found, plain = (getattr(searcher, name)(*args, **more) for searcher in self._searchers)
            both = found, plain
            if name == "nearest":  # of two who are equally near the last digit decides; that each is as far as said is tested
                both = found[1:], plain[1:]
            for ours, theirs in zip(*(a if isinstance(a, tuple) else (a,) for a in both), strict=True):
                # Near the antipode the haversine formula itself is rough, and libraries differ in its last digit.
                assert ours == pytest.approx(theirs, abs=1.0 if theirs.max(initial=0) > 2e7 else 1e-6)
            return found

        return ask


def searcher(places):
    store = PositionStore(capacity=4)
    for _ in places:
        store.row(f"D-{len(store)}")
    known = [i for i, place in enumerate(places) if place is not None]
    n, nan = len(known), np.full(len(known), math.nan)
    lat, lon = (np.array([places[i][axis] for i in known], float) for axis in (0, 1))
    store.apply(FixBatch([f"D-{i}" for i in known], np.arange(n), np.ones(n), lat, lon, nan, nan, nan), 2.0)
    return Both(store), store


AWKWARD_LAT = st.sampled_from([-90.0, -89.999, 0.0, 89.999, 90.0])
AWKWARD_LON = st.sampled_from([-180.0, -179.999, 0.0, 179.999, 180.0])
ANYWHERE = st.builds(LatLon, st.floats(-90, 90) | AWKWARD_LAT, st.floats(-180, 180) | AWKWARD_LON)
NEARBY = st.builds(LatLon, st.floats(41.1, 41.2), st.floats(-8.7, -8.5))
AT_SEAM = st.builds(LatLon, st.floats(-1, 1), st.floats(179, 180) | st.floats(-180, -179))
AT_POLE = st.builds(LatLon, st.floats(89.9, 90), st.floats(-180, 180))
FLEETS = st.one_of(*(st.lists(st.none() | place, max_size=25) for place in (ANYWHERE, NEARBY, AT_SEAM, AT_POLE)))
CENTRES = st.one_of(ANYWHERE, NEARBY, AT_SEAM, AT_POLE)
RADII = st.floats(0, 20_000) | st.floats(0, 21_000_000)
ROUNDING_M = 1e-6


@given(FLEETS, CENTRES, RADII)
@example([LatLon(90, 0), LatLon(90, 77), LatLon(-90, 3)], LatLon(90, -100), 0.0)
@example([LatLon(0, 180), LatLon(0, -180)], LatLon(0, 180), 0.001)
def test_a_circle_finds_who_is_within_it(places, centre, radius_m):
    found = set(searcher(places)[0].within_circle(centre, radius_m).tolist())
    for row, place in enumerate(places):
        far = math.inf if place is None else distance_m(centre, place)
        # Near the antipode the haversine formula itself is this rough.
        rounding = ROUNDING_M if far < 2e7 else 1.0
        if abs(far - radius_m) > rounding:
            assert (row in found) == (far < radius_m)


def test_the_edge_of_a_circle_is_in_it():
    places = [LatLon(41.15, -8.61), LatLon(41.16, -8.6), LatLon(41.2, -8.5)]
    search, _ = searcher(places)
    for row, place in enumerate(places):
        far = distance_m(LatLon(41.1, -8.7), place)
        assert row in search.within_circle(LatLon(41.1, -8.7), far + 1e-7)
        assert row not in search.within_circle(LatLon(41.1, -8.7), far - 1e-7)


@given(FLEETS, CENTRES, st.integers(1, 30), RADII | st.just(math.inf))
@example([LatLon(90, 0), LatLon(90, 77)], LatLon(41, -100), 1, math.inf)
def test_the_nearest_are_those_a_sort_finds(places, point, k, max_m):
    rows, far = searcher(places)[0].nearest(point, k, max_m)
    expected = sorted(distance_m(point, place) for place in places if place is not None)
    expected = [d for d in expected if d <= max_m][:k]
    assert abs(len(rows) - len(expected)) <= sum(abs(d - max_m) < 1.0 for d in (distance_m(point, p) for p in places if p))
    for row, metres in zip(rows.tolist(), far.tolist(), strict=True):
        assert metres == pytest.approx(distance_m(point, places[row]), abs=1.0 if metres > 2e7 else ROUNDING_M)
    assert far.tolist() == sorted(far.tolist())
    for metres, wanted in zip(far.tolist(), expected, strict=False):
        assert metres == pytest.approx(wanted, abs=1.0 if wanted > 2e7 else ROUNDING_M)


def test_of_those_equally_near_the_lower_rows_come_first():
    search, _ = searcher([LatLon(1, 1)] * 9 + [LatLon(0, 0)])
    rows, far = search.nearest(LatLon(0, 0), 4)
    assert rows.tolist() == [9, 0, 1, 2]
    assert far[0] == 0.0


DEGREES = st.floats(-180, 180) | AWKWARD_LON


def on_meridians(lon, west, east):
    """Whether going east from ``west`` to ``east`` passes the longitude."""
    here = [x for x in (lon, -lon) if abs(lon) == 180] or [lon]
    if west <= east:
        seam = [180.0, -180.0] if 180 in (abs(west), abs(east)) and abs(lon) == 180 else []
        return any(west <= x <= east for x in (*here, *seam))
    return any(x >= west or x <= east for x in here)


@given(FLEETS, st.tuples(st.floats(-90, 90), st.floats(-90, 90)), DEGREES, DEGREES)
@example([LatLon(0, 180), LatLon(0, -180), LatLon(0, 0)], (-1.0, 1.0), 170.0, 180.0)
@example([LatLon(0, 180), LatLon(0, -180), LatLon(0, 0)], (-1.0, 1.0), 170.0, -170.0)
@example([LatLon(90, 5), LatLon(-90, 5)], (80.0, 90.0), 100.0, 110.0)
def test_a_box_finds_who_is_in_it(places, latitudes, west, east):
    south, north = sorted(latitudes)
    found = set(searcher(places)[0].within_box(south, west, north, east).tolist())
    for row, place in enumerate(places):
        inside = place is not None and south <= place.lat <= north
        assert (row in found) == (inside and (abs(place.lat) == 90 or on_meridians(place.lon, west, east)))


@pytest.mark.parametrize(
    ("west", "east", "found"),
    [
        (-180, 180, [0, 1, 2, 3]),
        (170, -170, [1, 2]),
        (170, 190, [1, 2]),
        (-190, -170, [1, 2]),
        (530, 550, [1, 2]),
        (-10, 350, [0, 1, 2, 3]),
        (5, 365, [0, 1, 2, 3]),
        (-400, 400, [0, 1, 2, 3]),
        (350, 375, [0, 3]),
    ],
)
def test_a_map_dragged_round_the_world_means_what_it_shows(west, east, found):
    search, _ = searcher([LatLon(0, 0), LatLon(0, 175), LatLon(0, -175), LatLon(0, 10)])
    assert search.within_box(-1, west, 1, east).tolist() == found


def crossings(ring, place):
    """The even–odd rule by a plain loop: how many edges a ray to the east meets."""
    count = 0
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (a.lat > place.lat) != (b.lat > place.lat):
            count += place.lon < a.lon + (place.lat - a.lat) * (b.lon - a.lon) / (b.lat - a.lat)
    return count


GRID = st.builds(LatLon, st.integers(0, 12).map(float), st.integers(0, 12).map(float))
OFF_GRID = st.builds(LatLon, st.integers(0, 11).map(lambda i: i + 0.4871), st.integers(0, 11).map(lambda i: i + 0.5219))
OUTLINES = st.lists(GRID, min_size=3, max_size=9, unique=True)


@given(
    st.lists(OFF_GRID, max_size=20), st.lists(OUTLINES, min_size=1, max_size=3), st.sampled_from([0.0, 174.0, -186.0, 360.0])
)
def test_a_polygon_finds_who_is_inside_an_odd_number_of_rings(places, rings, moved):
    """Also self-crossing outlines, as people draw them, and anywhere round the globe."""
    there = [LatLon(p.lat, (p.lon + moved + 180) % 360 - 180) for p in places]
    outlines = [[LatLon(p.lat, p.lon + moved) for p in ring] for ring in rings]
    found = set(searcher(there)[0].within_polygon(outlines).tolist())
    for row, place in enumerate(places):
        assert (row in found) == (sum(crossings(ring, place) for ring in rings) % 2 == 1)


SQUARE = [LatLon(0, 0), LatLon(0, 4), LatLon(4, 4), LatLon(4, 0)]
HOLE = [LatLon(1, 1), LatLon(1, 3), LatLon(3, 3), LatLon(3, 1), LatLon(1, 1)]
APART = [LatLon(0, 10), LatLon(0, 12), LatLon(2, 12), LatLon(2, 10), LatLon(0, 10)]


def test_parts_add_up_and_holes_are_cut_out():
    search, _ = searcher([LatLon(0.5, 0.5), LatLon(2, 2), LatLon(1, 11), LatLon(5, 5), None])
    assert search.within_polygon([SQUARE]).tolist() == [0, 1]
    assert search.within_polygon([SQUARE, HOLE, APART]).tolist() == [0, 2]
    assert search.within_polygon([]).tolist() == []


def test_corners_and_edges_are_inside_an_outline():
    search, _ = searcher([LatLon(0, 0), LatLon(0, 2), LatLon(4, 4), LatLon(4.000001, 4)])
    assert search.within_polygon([SQUARE]).tolist() == [0, 1, 2]


def test_an_outline_across_the_antimeridian():
    fiji = [LatLon(-19, 177), LatLon(-19, -179), LatLon(-16, -179), LatLon(-16, 177)]
    search, _ = searcher(
        [LatLon(-18, 178), LatLon(-17, -179.5), LatLon(-17, 180), LatLon(-17, -180), LatLon(-17, 0), LatLon(-17, -178)]
    )
    assert search.within_polygon([fiji]).tolist() == [0, 1, 2, 3]
    assert search.within_polygon([fiji[::-1]]).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("turn", [1, -1])
def test_an_outline_round_a_pole_holds_the_pole(turn):
    north = [LatLon(80, lon) for lon in range(-180, 180, 30)][::turn]
    search, _ = searcher([LatLon(85, 17), LatLon(90, 0), LatLon(81, -180), LatLon(79, 17), LatLon(-85, 17)])
    assert search.within_polygon([north]).tolist() == [0, 1, 2]
    south = [LatLon(-p.lat, p.lon) for p in north]
    assert search.within_polygon([south]).tolist() == [4]


def test_only_those_asked_for_are_found():
    here = LatLon(41.15, -8.61)
    search, store = searcher([here] * 4)
    store.describe({
        "D-0": (Vehicle.BIKE, Activity.FREE), "D-1": (Vehicle.CAR, Activity.FREE),
        "D-2": (Vehicle.CAR, Activity.CARRYING), "D-3": (Vehicle.WALK, Activity.OFFLINE),
    })  # fmt: skip
    free = Among(activities=frozenset({Activity.FREE}))
    free_cars = Among(activities=frozenset({Activity.FREE}), vehicles=frozenset({Vehicle.CAR}))
    around = [LatLon(here.lat + a, here.lon + b) for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1))]
    for among, rows in ((free, [0, 1]), (free_cars, [1]), (Among(vehicles=frozenset()), [])):
        assert search.within_circle(here, 10, among).tolist() == rows
        assert search.nearest(here, 3, among=among)[0].tolist() == rows
        assert search.within_box(41, -9, 42, -8, among).tolist() == rows
        assert search.within_polygon([around], among).tolist() == rows


@pytest.mark.parametrize("ask", [
    lambda s: s.within_circle(LatLon(91, 0), 10),
    lambda s: s.within_circle(LatLon(0, math.nan), 10),
    lambda s: s.within_circle(LatLon(0, 0), -1),
    lambda s: s.within_circle(LatLon(0, 0), math.nan),
    lambda s: s.nearest(LatLon(0, 0), 0),
    lambda s: s.within_box(2, 0, 1, 0),
    lambda s: s.within_box(0, math.nan, 1, 0),
    lambda s: s.within_box(math.nan, 0, 1, 0),
    lambda s: s.within_polygon([[LatLon(0, 0), LatLon(1, 1), LatLon(0, 0)]]),
    lambda s: s.within_polygon([[]]),
    lambda s: s.within_polygon([[LatLon(0, 0), LatLon(1, math.nan), LatLon(2, 0)]]),
])  # fmt: skip
def test_a_search_for_nonsense_is_refused_in_one_line(ask):
    with pytest.raises(BadInput) as caught:
        ask(searcher([LatLon(0, 0)])[0])
    assert "\n" not in str(caught.value)


def test_an_empty_fleet_is_searched_in_vain():
    search, _ = searcher([])
    assert search.within_circle(LatLon(0, 0), math.inf).tolist() == []
    assert search.nearest(LatLon(0, 0), 3)[0].tolist() == []
    assert search.within_polygon([SQUARE]).tolist() == []
