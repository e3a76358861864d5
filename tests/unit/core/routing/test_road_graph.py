from __future__ import annotations

import heapq

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.geo import LatLon, distance_m
from core.domain.vehicle import Vehicle
from core.routing.city import City
from core.routing.great_circle import GreatCircle
from core.routing.network import Way
from core.routing.road_graph import LEG_SPEED_MS, RoadGraph
from tests.examples import examples
from tests.unit.core.routing.toy_towns import EVERYONE, random_town, town

towns = st.integers(0, 40)
vehicles = st.sampled_from(list(Vehicle))
few = settings(max_examples=examples(25))


def some_places(city: City, count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    south, west, north, east = city.bounds
    return np.column_stack((rng.uniform(south - 0.001, north + 0.001, count), rng.uniform(west - 0.001, east + 0.001, count)))


def node_places(graph: RoadGraph, vehicle: Vehicle, count: int, seed: int) -> np.ndarray:
    points = graph.network(vehicle).points
    return points[np.random.default_rng(seed).integers(0, len(points), count)]


def plain_dijkstra(city: City, vehicle: Vehicle, start: int) -> dict[int, float]:
    out: dict[int, list[tuple[int, float]]] = {}
    for tail, head, seconds in zip(
        city.edge_tail.tolist(), city.edge_head.tolist(), city.seconds(vehicle).tolist(), strict=True
    ):
        if seconds < float("inf"):
            out.setdefault(tail, []).append((head, seconds))
    done: dict[int, float] = {}
    heap = [(0.0, start)]
    while heap:
        time, node = heapq.heappop(heap)
        if node not in done:
            done[node] = time
            for head, seconds in out.get(node, []):
                heapq.heappush(heap, (time + seconds, head))
    return done


@few
@given(towns, vehicles)
def test_times_between_nodes_are_those_of_a_plain_dijkstra(seed: int, vehicle: Vehicle) -> None:
    city = random_town(seed)
    graph = RoadGraph(city)
    net = graph.network(vehicle)
    matrix = graph.matrix(net.points[:6], net.points, vehicle)
    for i in range(min(6, len(net.nodes))):
        truth = plain_dijkstra(city, vehicle, int(net.nodes[i]))
        assert matrix[i].tolist() == [truth[node] for node in net.nodes.tolist()]


@few
@given(towns, vehicles)
def test_every_node_of_a_network_reaches_every_other_and_no_larger_one_exists(seed: int, vehicle: Vehicle) -> None:
    city = random_town(seed)
    nodes = set(RoadGraph(city).network(vehicle).nodes.tolist())
    reach = {n: set(plain_dijkstra(city, vehicle, n)) for n in range(len(city.node_lat))}
    assert all(nodes <= reach[n] for n in nodes)
    mutual = {n: sum(n in reach[m] for m in reach[n]) for n in reach}
    assert max(mutual.values()) == len(nodes)


@few
@given(towns, vehicles)
def test_matrix_pairs_and_path_say_the_same(seed: int, vehicle: Vehicle) -> None:
    city = random_town(seed)
    graph = RoadGraph(city)
    a, b = some_places(city, 6, seed), some_places(city, 6, seed + 1)
    matrix = graph.matrix(a, b, vehicle)
    np.testing.assert_array_equal(np.diag(matrix), RoadGraph(city).pairs(a, b, vehicle))
    for i in range(6):
        path = RoadGraph(city).path(LatLon(*a[i]), LatLon(*b[i]), vehicle)
        assert path.duration_s == matrix[i, i]
        assert tuple(path.points[0]) == tuple(a[i])
        assert tuple(path.points[-1]) == tuple(b[i])
        assert len(path.points) == len(path.times_s)
        assert path.times_s[0] == 0
        assert (np.diff(path.times_s) >= 0).all()
        steps = [distance_m(LatLon(*p), LatLon(*q)) for p, q in zip(path.points[:-1], path.points[1:], strict=True)]
        assert path.distance_m == pytest.approx(sum(steps), rel=2e-3, abs=0.5)


@few
@given(towns, vehicles)
def test_trees_from_the_origins_and_to_the_destinations_agree_to_the_last_bit(seed: int, vehicle: Vehicle) -> None:
    city = random_town(seed)
    many, one = some_places(city, 12, seed), some_places(city, 1, seed + 9)
    out, back = RoadGraph(city), RoadGraph(city)
    spread, gathered = out.matrix(one, many, vehicle), back.matrix(many, one, vehicle)
    assert spread[0].tolist() == [RoadGraph(city).matrix(one, many[i : i + 1], vehicle)[0, 0] for i in range(12)]
    assert gathered[:, 0].tolist() == [RoadGraph(city).matrix(many[i : i + 1], one, vehicle)[0, 0] for i in range(12)]
    # The same question again, now that the cache is warm with trees of the other direction.
    back.matrix(one, many, vehicle)
    assert back.matrix(one, many, vehicle).tolist() == spread.tolist()


@few
@given(towns, vehicles)
def test_no_way_round_is_quicker_than_the_way(seed: int, vehicle: Vehicle) -> None:
    city = random_town(seed)
    graph = RoadGraph(city)
    places = some_places(city, 8, seed)
    m = graph.matrix(places, places, vehicle)
    assert (np.diag(m) == 0).all()
    # Legs off the road are rounded to 1/16 s each.
    assert (m[:, None, :] <= m[:, :, None] + m[None, :, :] + 0.25).all()


def test_a_full_cache_changes_nothing(training: City) -> None:
    small, large = RoadGraph(training, cache_mb=0.2), RoadGraph(training)
    places = some_places(training, 40, 5)
    np.testing.assert_array_equal(small.matrix(places, places, Vehicle.CAR), large.matrix(places, places, Vehicle.CAR))
    tree_mb = len(small.network(Vehicle.CAR).nodes) * 4 / 1e6
    assert 1 <= len(small._cache) <= 0.2 / tree_mb + 1
    assert len(large._cache) >= 39


def test_a_warm_matrix_computes_no_tree(training: City, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = RoadGraph(training)
    merchants = np.array([m.place for m in training.merchants[:20]])
    first = graph.matrix(some_places(training, 60, 1), merchants, Vehicle.BIKE)
    monkeypatch.setattr("scipy.sparse.csgraph.dijkstra", None)
    np.testing.assert_array_equal(graph.matrix(some_places(training, 60, 1), merchants, Vehicle.BIKE), first)
    assert np.isfinite(graph.matrix(some_places(training, 900, 2), merchants, Vehicle.BIKE)).all()


def test_places_snap_to_what_the_vehicle_can_reach_and_leave() -> None:
    """Node 3 hangs on a one-way street into it, node 4 on one out of it: neither is a place to send a car to."""
    points = {0: (50.0, 10.0), 1: (50.0, 10.0005), 2: (50.0005, 10.0), 3: (50.0, 10.001), 4: (50.001, 10.0)}
    only_in, nowhere = EVERYONE, (4.8, 0.0, 0.0, 0.0)
    ways = [
        Way((0, 1, 2, 0), "residential", "", EVERYONE, EVERYONE),
        Way((1, 3), "residential", "", only_in, nowhere),
        Way((4, 2), "residential", "", only_in, nowhere),
    ]
    graph = RoadGraph(town(ways, points))
    at_ends = np.array([points[3], points[4]])
    assert np.isfinite(graph.matrix(at_ends, at_ends, Vehicle.CAR)).all()
    assert graph.path(LatLon(*points[3]), LatLon(*points[0]), Vehicle.CAR).points[1].tolist() == list(points[1])
    assert graph.path(LatLon(*points[3]), LatLon(*points[0]), Vehicle.WALK).points[1].tolist() == list(points[3])


def test_the_leg_to_the_road_takes_its_time() -> None:
    points = {0: (50.0, 10.0), 1: (50.0, 10.0005)}
    graph = RoadGraph(town([Way((0, 1), "residential", "", EVERYONE, EVERYONE)], points))
    away = LatLon(50.001, 10.0)
    seconds = graph.pairs(np.array([away]), np.array([points[0]]), Vehicle.CAR)[0]
    assert seconds == pytest.approx(distance_m(away, LatLon(*points[0])) / LEG_SPEED_MS[Vehicle.CAR], abs=0.1)


def test_neighbours_at_one_node_do_not_go_by_way_of_it() -> None:
    points = {0: (50.0, 10.0), 1: (50.0, 10.0005)}
    graph = RoadGraph(town([Way((0, 1), "residential", "", EVERYONE, EVERYONE)], points))
    a, b = LatLon(50.003, 10.0), LatLon(50.00301, 10.0)
    path = graph.path(a, b, Vehicle.WALK)
    assert path.duration_s < 2
    assert path.duration_s == graph.matrix(np.array([a]), np.array([b]), Vehicle.WALK)[0, 0]
    assert graph.path(a, a, Vehicle.WALK).duration_s == 0


def test_parallel_roads_count_once_and_the_quicker_serves() -> None:
    points = {0: (50.0, 10.0), 1: (50.0, 10.0005)}
    slow = (2.0, 5.0, 5.0, 5.0)
    ways = [Way((0, 1), "service", "", slow, slow), Way((0, 1), "residential", "", EVERYONE, EVERYONE)]
    both, quick = RoadGraph(town(ways, points)), RoadGraph(town(ways[1:], points))
    a, b = np.array([points[0]]), np.array([points[1]])
    assert both.pairs(a, b, Vehicle.CAR) == quick.pairs(a, b, Vehicle.CAR)


def test_a_vehicle_without_roads_goes_as_the_crow_flies() -> None:
    points = {0: (50.0, 10.0), 1: (50.0, 10.0005)}
    feet = (4.8, 0.0, 0.0, 0.0)
    graph = RoadGraph(town([Way((0, 1), "path", "", feet, feet)], points))
    a, b = np.array([points[0]]), np.array([points[1]])
    np.testing.assert_array_equal(graph.matrix(a, b, Vehicle.CAR), GreatCircle().matrix(a, b, Vehicle.CAR))
    assert np.isfinite(graph.pairs(a, b, Vehicle.CAR)).all()
    assert graph.path(LatLon(*a[0]), LatLon(*b[0]), Vehicle.CAR).duration_s > 0
    assert graph.isochrone(LatLon(*a[0]), Vehicle.CAR, 5)


def test_no_places_give_no_times(small_city: City) -> None:
    graph = RoadGraph(small_city)
    none, one = np.empty((0, 2)), np.array([small_city.centre])
    assert graph.matrix(none, one, Vehicle.CAR).shape == (0, 1)
    assert graph.matrix(one, none, Vehicle.CAR).shape == (1, 0)
    assert graph.pairs(none, none, Vehicle.CAR).shape == (0,)


@pytest.mark.parametrize(("vehicle", "minutes"), [(Vehicle.WALK, 8), (Vehicle.BIKE, 5), (Vehicle.CAR, 4), (Vehicle.CAR, 15)])
def test_an_isochrone_holds_what_is_reached_and_little_else(training: City, vehicle: Vehicle, minutes: float) -> None:
    graph = RoadGraph(training)
    centre = training.merchants[7].place
    rings = graph.isochrone(centre, vehicle, minutes)
    assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in rings)
    region = shapely.union_all([shapely.Polygon([(p.lon, p.lat) for p in ring]) for ring in rings])
    assert region.is_valid
    net = graph.network(vehicle)
    seconds = graph.matrix(np.array([centre]), net.points, vehicle)[0]
    inside = shapely.contains_xy(region, net.points[:, 1], net.points[:, 0])
    assert inside[seconds <= minutes * 60].all()
    assert region.contains(shapely.Point(centre.lon, centre.lat))
    # Tight: hardly a node inside that would take much longer.
    assert (seconds[inside] > minutes * 60 * 1.5 + 60).mean() < 0.02
    assert graph.isochrone(centre, vehicle, minutes) is rings


def test_a_longer_time_reaches_farther(training: City) -> None:
    graph = RoadGraph(training)
    centre = training.centre
    shapes = [
        shapely.union_all(
            [shapely.Polygon([(p.lon, p.lat) for p in r]) for r in graph.isochrone(centre, Vehicle.BIKE, minutes)]
        )
        for minutes in (0, 2, 6, 12)
    ]
    assert [s.area for s in shapes] == sorted({s.area for s in shapes})


def test_each_place_has_its_own_isochrone_and_each_map_its_own_cache(training: City) -> None:
    """Two places as far from one crossing, on either side of it: neither gets the other's region."""
    graph = RoadGraph(training)
    points = graph.network(Vehicle.WALK).points
    crossing = points[np.argmin(((points - np.array(training.centre)) ** 2).sum(axis=1))]
    sides = [LatLon(float(crossing[0]) + off, float(crossing[1])) for off in (-3e-4, 3e-4)]
    assert graph.isochrone(sides[0], Vehicle.WALK, 1.0) != graph.isochrone(sides[1], Vehicle.WALK, 1.0)
    for place in sides:
        region = shapely.union_all(
            [shapely.Polygon([(p.lon, p.lat) for p in ring]) for ring in graph.isochrone(place, Vehicle.WALK, 1.0)]
        )
        assert region.contains(shapely.Point(place.lon, place.lat))
    assert RoadGraph(training).isochrone(sides[0], Vehicle.WALK, 1.0) is not graph.isochrone(sides[0], Vehicle.WALK, 1.0)
