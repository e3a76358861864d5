"""The grid against plain numpy where there are enough drivers for its cells to be walked: in a city, at the antimeridian,
near a pole and across the equator."""

import math
import threading
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import compiled
from core.domain.driver import Activity
from core.domain.geo import LatLon
from core.domain.reports import FixBatch
from core.domain.vehicle import Vehicle
from core.tracking import search
from core.tracking.geometry import distances_m
from core.tracking.positions import ACTIVITIES, VEHICLES, PositionStore
from core.tracking.search import EVERYONE, KERNELS, Among, Searcher

EACH = 1500
CLUSTERS = [LatLon(41.15, -8.61), LatLon(-17.0, 179.99), LatLon(89.7, 60.0), LatLon(0.0, 0.0), LatLon(-89.95, -120.0)]


def batch(names, lat, lon, t=1.0):
    n, nan = len(names), np.full(len(names), math.nan)
    return FixBatch(names, np.arange(n), np.full(n, t), np.asarray(lat), np.asarray(lon), nan, nan, nan)


@pytest.fixture(scope="module")
def fleet():
    assert KERNELS.get(wait=True) is not None
    rng = np.random.default_rng(5)
    lat, lon = [], []
    for centre in CLUSTERS:
        # On a lattice of a thousandth of a degree, so that some share a place and some lie on a cell's edge.
        north = np.round(rng.normal(0, 0.05, EACH), 3)
        east = np.round(rng.normal(0, 0.05, EACH) / math.cos(math.radians(centre.lat)), 3)
        lat.append(np.clip(centre.lat + north, -90, 90))
        lon.append((centre.lon + east + 180) % 360 - 180)
    store = PositionStore()
    names = [f"D-{i}" for i in range(EACH * len(CLUSTERS))]
    store.apply(batch(names, np.concatenate(lat), np.concatenate(lon)), 2.0)
    codes = rng.integers(0, len(VEHICLES), len(names)), rng.integers(0, len(ACTIVITIES), len(names))
    store.describe({n: (VEHICLES[v], ACTIVITIES[a]) for n, v, a in zip(names, *codes, strict=True)})
    return Searcher(store), Searcher(store, compiled=False), store


NUDGE = st.floats(-0.12, 0.12) | st.integers(-100, 100).map(lambda i: i / 1000)
PLACES = st.builds(
    lambda centre, north, east: LatLon(
        min(90.0, max(-90.0, centre.lat + north)),
        (centre.lon + east / max(0.001, math.cos(math.radians(centre.lat))) + 180) % 360 - 180,
    ),
    st.sampled_from(CLUSTERS),
    NUDGE,
    NUDGE,
)
WHO = st.sampled_from(
    [
        EVERYONE,
        Among(activities=frozenset({Activity.FREE, Activity.OFFERED})),
        Among(activities=frozenset({Activity.FREE}), vehicles=frozenset({Vehicle.CAR, Vehicle.BIKE})),
        Among(vehicles=frozenset()),
    ]
)


@given(PLACES, st.floats(0, 15_000) | st.floats(0, 3_000_000), WHO)
def test_a_circle_is_the_same(fleet, centre, radius_m, among):
    grid, plain, _ = fleet
    assert grid.within_circle(centre, radius_m, among).tolist() == plain.within_circle(centre, radius_m, among).tolist()


@given(PLACES, st.integers(1, 60), st.sampled_from([300.0, 5000.0, math.inf]), WHO)
def test_the_nearest_are_the_same(fleet, point, k, max_m, among):
    grid, plain, store = fleet
    rows, far = grid.nearest(point, k, max_m, among)
    _, their_far = plain.nearest(point, k, max_m, among)
    assert far == pytest.approx(their_far, abs=1e-6)
    # Two that are equally far but for the last digit may change places: so each by its own distance.
    assert far == pytest.approx(distances_m(point, store.lat[rows], store.lon[rows]), abs=1e-6)
    assert set(rows.tolist()) <= set(plain.within_circle(point, max_m, among).tolist())
    assert len(set(rows.tolist())) == len(rows)


@given(PLACES, st.floats(0, 0.2), st.floats(-0.2, 0.4), WHO)
def test_a_box_is_the_same(fleet, corner, height, width, among):
    grid, plain, _ = fleet
    box = corner.lat, corner.lon, min(90.0, corner.lat + height), corner.lon + width
    assert grid.within_box(*box, among).tolist() == plain.within_box(*box, among).tolist()


CORNERS = st.lists(st.tuples(st.integers(-80, 80), st.integers(-80, 80)), min_size=3, max_size=14, unique=True)


@given(st.sampled_from(CLUSTERS), st.lists(CORNERS, min_size=1, max_size=3), WHO)
def test_an_outline_is_the_same(fleet, centre, shapes, among):
    """Corners lie where drivers are, too: who is on an edge is inside."""
    grid, plain, _ = fleet
    rings = [
        [LatLon(min(90.0, max(-90.0, centre.lat + y / 1000)), centre.lon + x / 1000) for y, x in shape] for shape in shapes
    ]
    rings = [ring for ring in rings if len(set(ring)) >= 3]
    assert grid.within_polygon(rings, among).tolist() == plain.within_polygon(rings, among).tolist()


def test_outlines_far_apart_and_round_the_globe(fleet):
    grid, plain, _ = fleet
    wide = [LatLon(-20, -179), LatLon(-20, 179.5), LatLon(45, 179.5), LatLon(45, -179)]
    small = [LatLon(41.1, -8.7), LatLon(41.1, -8.5), LatLon(41.2, -8.5)]
    other = [LatLon(-17.1, 179.9), LatLon(-17.1, -179.9), LatLon(-16.9, -179.9), LatLon(-16.9, 179.9)]
    polar = [LatLon(89.65, lon) for lon in range(-180, 180, 40)]
    for rings in ([small, other], [wide], [wide, small], [polar], [polar, small]):
        found = grid.within_polygon(rings).tolist()
        assert found == plain.within_polygon(rings).tolist()
        assert found


def test_many_circles_at_once_are_those_one_by_one(fleet):
    grid, _, _ = fleet
    centres = np.array(CLUSTERS)
    rows, begins = grid.within_circles(centres, 3000.0)
    for i, centre in enumerate(CLUSTERS):
        assert rows[begins[i] : begins[i + 1]].tolist() == grid.within_circle(centre, 3000.0).tolist()
    assert grid.within_circles(np.empty((0, 2)), 10.0)[0].tolist() == []


def test_who_moves_or_changes_is_found_where_they_are_now():
    store = PositionStore()
    search = Searcher(store)
    here, there = LatLon(41.0, -8.0), LatLon(42.0, -8.0)
    store.apply(batch(["D-0", "D-1"], [41.0, 41.0], [-8.0, -8.0]), 2.0)
    assert search.within_circle(here, 10).tolist() == [0, 1]
    store.apply(batch(["D-1"], [42.0], [-8.0], t=5.0), 6.0)
    assert (search.within_circle(here, 10).tolist(), search.within_circle(there, 10).tolist()) == ([0], [1])
    cars = Among(vehicles=frozenset({Vehicle.CAR}))
    assert search.within_circle(there, 10, cars).tolist() == []
    store.describe({"D-1": (Vehicle.CAR, Activity.FREE)})
    assert search.within_circle(there, 10, cars).tolist() == [1]
    store.forget("D-1")
    assert search.within_circle(there, 10).tolist() == []


def test_the_first_search_does_not_wait_for_the_compiler(monkeypatch):
    finished, module = threading.Event(), types.ModuleType("kernels")

    def slowly(_name):
        finished.wait(10)
        return module

    fresh = compiled.Compiled("core.tracking.kernels")
    monkeypatch.setattr(compiled, "import_module", slowly)
    monkeypatch.setattr(search, "KERNELS", fresh)
    store = PositionStore()
    store.apply(batch(["D-0"], [41.0], [-8.0]), 2.0)
    assert Searcher(store).within_circle(LatLon(41.0, -8.0), 10).tolist() == [0]
    assert fresh.get() is None
    finished.set()
    assert fresh.get(wait=True) is module


def test_without_numba_numpy_answers(monkeypatch, caplog):
    def missing(_name):
        raise ImportError("no numba here")

    monkeypatch.setattr(compiled, "import_module", missing)
    monkeypatch.setattr(search, "KERNELS", compiled.Compiled("core.tracking.kernels"))
    assert search.KERNELS.get(wait=True) is None
    assert "no numba here" in caplog.text
    store = PositionStore()
    store.apply(batch(["D-0"], [41.0], [-8.0]), 2.0)
    assert Searcher(store).nearest(LatLon(41.0, -8.0), 1)[0].tolist() == [0]


@pytest.mark.parametrize("most", [1, 900, 1024, 50_000, 1 << 20, 5_000_000])
def test_rows_are_sorted_digit_by_digit(most):
    for count in (0, 1, 2, 1000):
        rows = np.random.default_rng(count).integers(0, most, count)
        expected = np.sort(rows)
        KERNELS.get(wait=True).ascending(rows)
        assert rows.tolist() == expected.tolist()
