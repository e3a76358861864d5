"""Every shape at the sizes that are promised, against a look at everyone: across the antimeridian, round a pole, in a city."""

import numpy as np
import pytest

from core.domain.driver import Activity
from core.domain.geo import LatLon, circle_around
from core.domain.reports import FixBatch
from core.domain.vehicle import Vehicle
from core.routing.road_graph import RoadGraph
from core.tracking.positions import ACTIVITIES, VEHICLES, PositionStore
from core.tracking.search import EVERYONE, KERNELS, Among, Searcher

CITY = LatLon(46.2, 13.0)  # the training city's centre
CLUSTERS = [CITY, LatLon(-17.0, 179.99), LatLon(89.8, 60.0), LatLon(0.0, 0.0)]
WHO = [EVERYONE, Among(activities=frozenset({Activity.FREE}), vehicles=frozenset({Vehicle.CAR, Vehicle.BIKE}))]


@pytest.fixture(scope="module", params=[50_000, 500_000])
def fleet(request):
    assert KERNELS.get(wait=True) is not None
    rng, count = np.random.default_rng(11), request.param
    centre = np.array(CLUSTERS)[rng.integers(0, len(CLUSTERS), count)]
    off = rng.normal(0, 0.06, (count, 2))
    lat = np.clip(centre[:, 0] + off[:, 0], -90, 90)
    lon = (centre[:, 1] + off[:, 1] / np.maximum(0.01, np.cos(np.radians(centre[:, 0]))) + 180) % 360 - 180
    store, nan = PositionStore(), np.full(count, np.nan)
    names = [f"D-{i}" for i in range(count)]
    store.apply(FixBatch(names, np.arange(count), np.ones(count), lat, lon, nan, nan, nan), 2.0)
    vehicles, activities = rng.integers(0, len(VEHICLES), count), rng.integers(0, len(ACTIVITIES), count)
    codes = zip(names, vehicles.tolist(), activities.tolist(), strict=True)
    store.describe({n: (VEHICLES[v], ACTIVITIES[a]) for n, v, a in codes})
    return Searcher(store), Searcher(store, compiled=False), rng


def places(rng, count=5):
    for centre in CLUSTERS:
        for north, east in rng.normal(0, 0.05, (count, 2)):
            lat = min(90.0, centre.lat + north)
            yield LatLon(lat, (centre.lon + east / max(0.01, np.cos(np.radians(lat))) + 180) % 360 - 180)


@pytest.mark.parametrize("among", WHO)
def test_circles_boxes_outlines_and_the_nearest_are_the_same(fleet, among):
    grid, plain, rng = fleet
    found = 0
    for place in places(rng):
        radius_m = float(rng.uniform(100, 8000))
        ours = grid.within_circle(place, radius_m, among)
        assert ours.tolist() == plain.within_circle(place, radius_m, among).tolist()
        found += len(ours)
        wide = float(rng.uniform(0.01, 0.2))
        box = (place.lat - wide, place.lon - wide, min(90.0, place.lat + wide), place.lon + wide)
        assert grid.within_box(*box, among).tolist() == plain.within_box(*box, among).tolist()
        ring = [p for p in circle_around(place, radius_m, 9) if rng.random() < 0.9]
        assert grid.within_polygon([ring], among).tolist() == plain.within_polygon([ring], among).tolist()
        far = grid.nearest(place, 25, among=among)[1]
        assert far == pytest.approx(plain.nearest(place, 25, among=among)[1], abs=1e-6)
    assert found


def test_isochrones_are_the_same(fleet, training):
    grid, plain, _ = fleet
    graph = RoadGraph(training)
    for vehicle, minutes in ((Vehicle.WALK, 10.0), (Vehicle.SCOOTER, 6.0), (Vehicle.CAR, 15.0)):
        rings = graph.isochrone(CITY, vehicle, minutes)
        found = grid.within_polygon(rings).tolist()
        assert found == plain.within_polygon(rings).tolist()
        assert found
