from __future__ import annotations

import json
import re
from itertools import combinations

import numpy as np
import pytest
import shapely

from core.domain.vehicle import Vehicle
from core.routing.base_map import decode_line
from core.routing.city import ROAD_CLASSES, City
from core.routing.geometry import haversine_m
from core.routing.road_graph import RoadGraph
from core.routing.training_city import training_city


def _shape(polygons: tuple[tuple[tuple[tuple[float, float], ...], ...], ...]) -> shapely.Geometry:
    return shapely.union_all([shapely.Polygon(rings[0], rings[1:]) for rings in polygons])


def test_a_seed_gives_one_city(training: City) -> None:
    again = training_city(1)
    assert again.base_map == training.base_map
    assert again.merchants == training.merchants
    np.testing.assert_array_equal(again.edge_seconds, training.edge_seconds)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_seed_gives_a_whole_city(training: City, seed: int) -> None:
    city = training if seed == 1 else training_city(seed)
    assert 6_000 <= len(city.node_lat) <= 14_000
    assert len(city.merchants) >= 400
    assert 8 <= len(city.areas) <= 12
    south, west, north, east = city.bounds
    height, width = (
        haversine_m(*(np.array([v]) for v in (south, west, north, west)))[0],
        haversine_m(*(np.array([v]) for v in (south, west, south, east)))[0],
    )
    assert 7_500 < height < 10_500
    assert 7_500 < width < 10_500
    for vehicle in Vehicle:
        open_ = np.isfinite(city.seconds(vehicle))
        nodes = np.unique(np.concatenate((city.edge_tail[open_], city.edge_head[open_])))
        assert len(RoadGraph(city).network(vehicle).nodes) >= 0.97 * len(nodes), vehicle


def test_every_driver_gets_from_merchant_to_merchant(training: City) -> None:
    graph = RoadGraph(training)
    places = np.array([m.place for m in training.merchants[::9]])
    for vehicle in Vehicle:
        seconds = graph.matrix(places, places, vehicle)
        assert np.isfinite(seconds).all()
        assert seconds.max() < (3 * 3600 if vehicle is Vehicle.WALK else 3600)


def test_districts_have_names_and_do_not_overlap(training: City) -> None:
    assert len({a.name for a in training.areas}) == len(training.areas)
    shapes = [_shape(a.polygons) for a in training.areas]
    assert all(s.is_valid and s.area > 0 for s in shapes)
    for a, b in combinations(shapes, 2):
        assert a.intersection(b).area < 1e-4 * min(a.area, b.area)


def test_merchants_are_believable(training: City) -> None:
    assert len({m.id for m in training.merchants}) == len({m.name for m in training.merchants}) == len(training.merchants)
    assert len({m.kind for m in training.merchants}) >= 6
    assert all(2 <= m.prep_min <= 30 for m in training.merchants)
    points = np.array([m.place for m in training.merchants])
    _, legs, _ = RoadGraph(training).network(Vehicle.WALK).snap(points)
    assert legs.max() * 1.25 < 60  # metres from the road
    areas = {a.id: _shape(a.polygons) for a in training.areas}
    at_home = [areas[m.area_id].distance(shapely.Point(m.place)) for m in training.merchants if m.area_id]
    assert len(at_home) == len(training.merchants)
    assert np.mean(np.array(at_home) < 1e-3) > 0.85
    nearest = np.sort(haversine_m(points[:, None, 0], points[:, None, 1], points[None, :, 0], points[None, :, 1]), axis=1)[:, 3]
    assert np.median(nearest) < 150  # they stand in clusters


def test_streets_have_names_lanes_and_one_ways(training: City) -> None:
    assert len(training.streets) > 400
    assert all(re.fullmatch(r"[A-Z][\w' ]+", name) for name in training.streets)
    named = training.edge_street >= 0
    assert named.mean() > 0.95
    car = np.isfinite(training.seconds(Vehicle.CAR))
    lane = training.edge_class == ROAD_CLASSES.index("path")
    assert lane.any()
    assert not car[lane].any()
    ways = set(zip(training.edge_tail[car].tolist(), training.edge_head[car].tolist(), strict=True))
    assert sum((head, tail) not in ways for tail, head in ways) > 300


def test_the_base_map_has_every_layer_within_bounds(training: City) -> None:
    page = json.loads(training.base_map)
    assert len(page["buildings"]) > 8_000
    assert len(page["parks"]) > 20
    assert len(page["water"]) >= 2
    assert page["rails"]
    assert {r["c"] for r in page["roads"]} >= {"trunk", "primary", "secondary", "tertiary", "residential", "path"}
    assert {p["k"] for p in page["places"]} >= {"city", "suburb", "park", "water"}
    south, west, north, east = training.bounds
    for layer in ("water", "parks", "buildings"):
        for polygon in page[layer]:
            points = decode_line(polygon[0])
            assert (points[0] == points[-1]).all()
            assert (points >= (south - 1e-3, west - 1e-3)).all()
            assert (points <= (north + 1e-3, east + 1e-3)).all()


def test_houses_stand_clear_of_water(training: City) -> None:
    page = json.loads(training.base_map)
    water = shapely.union_all([shapely.Polygon(decode_line(p[0]), [decode_line(h) for h in p[1:]]) for p in page["water"]])
    shapely.prepare(water)
    houses = np.array([decode_line(p[0])[0] for p in page["buildings"]])
    assert not shapely.contains_xy(water, houses[:, 0], houses[:, 1]).any()
