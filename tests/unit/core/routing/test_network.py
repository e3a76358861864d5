from __future__ import annotations

import numpy as np
import pytest

from core.domain.geo import LatLon, distance_m
from core.routing.city import VEHICLES
from core.routing.geometry import Projection, haversine_m
from core.routing.network import JUNCTION_S, MAX_SEGMENT_M, NOWHERE, QUANTUM_S, SIGNAL_S, Speeds, Way, assemble

ALL: Speeds = (4.8, 15.0, 30.0, 36.0)
POINTS = {10: (50.0, 10.0), 20: (50.0, 10.01), 30: (50.001, 10.01)}
CAR = 3


def _total(arrays: dict[str, np.ndarray], row: int, *, eastward: bool) -> float:
    east = arrays["node_lon"][arrays["edge_head"]] > arrays["node_lon"][arrays["edge_tail"]]
    return float(arrays["edge_seconds"][row][east == eastward].sum())


def test_long_segments_are_cut_and_keep_their_length_and_time() -> None:
    arrays = assemble([Way((10, 20), "tertiary", "A", ALL, ALL)], POINTS)
    whole = distance_m(LatLon(*POINTS[10]), LatLon(*POINTS[20]))
    assert arrays["edge_length_m"].max() <= MAX_SEGMENT_M
    assert arrays["edge_length_m"].sum() == pytest.approx(2 * whole, rel=1e-5)
    for row, kmh in enumerate(ALL):
        pieces = len(arrays["edge_tail"]) / 2
        assert _total(arrays, row, eastward=True) == pytest.approx(whole * 3.6 / kmh, abs=pieces * QUANTUM_S / 2)


def test_edge_times_are_multiples_of_the_quantum() -> None:
    arrays = assemble([Way((10, 20, 30), "tertiary", "A", ALL, (3.3, 7.7, 0.0, 11.1))], POINTS)
    finite = arrays["edge_seconds"][np.isfinite(arrays["edge_seconds"])]
    assert finite.min() >= QUANTUM_S
    np.testing.assert_array_equal(finite * 16, np.rint(finite * 16))


def test_a_one_way_street_has_no_edge_back_for_whom_it_binds() -> None:
    arrays = assemble([Way((10, 20), "tertiary", "A", ALL, (4.8, 0.0, 0.0, 0.0))], POINTS)
    west = arrays["node_lon"][arrays["edge_head"]] < arrays["node_lon"][arrays["edge_tail"]]
    assert np.isfinite(arrays["edge_seconds"][0]).all()
    assert np.isinf(arrays["edge_seconds"][1:, west]).all()
    assert np.isfinite(arrays["edge_seconds"][1:, ~west]).all()


def test_edges_that_carry_nobody_are_left_out() -> None:
    arrays = assemble([Way((10, 20), "tertiary", "A", ALL, NOWHERE), Way((20, 30), "path", "", NOWHERE, NOWHERE)], POINTS)
    assert (arrays["node_lon"][arrays["edge_head"]] > arrays["node_lon"][arrays["edge_tail"]]).all()
    assert arrays["node_lat"].max() == 50.0


def test_a_light_costs_time_on_reaching_it_only() -> None:
    ways = [Way((10, 20), "tertiary", "A", ALL, ALL)]
    plain, lit = assemble(ways, POINTS), assemble(ways, POINTS, signals={20})
    for row in range(len(VEHICLES)):
        east = _total(lit, row, eastward=True) - _total(plain, row, eastward=True)
        assert east == pytest.approx(SIGNAL_S[row], abs=QUANTUM_S)
        assert _total(lit, row, eastward=False) == _total(plain, row, eastward=False)


def test_a_junction_of_three_arms_costs_time() -> None:
    points = POINTS | {40: (49.999, 10.01)}
    two = assemble([Way((10, 20, 30), "tertiary", "A", ALL, ALL)], points)
    three = assemble([Way((10, 20, 30), "tertiary", "A", ALL, ALL), Way((20, 40), "tertiary", "B", ALL, ALL)], points)
    gain = _total(three, CAR, eastward=True) - _total(two, CAR, eastward=True)
    assert gain == pytest.approx(JUNCTION_S[CAR], abs=QUANTUM_S)


def test_a_bollard_stops_cars_and_lets_feet_pass() -> None:
    arrays = assemble(
        [Way((10, 20, 30), "tertiary", "A", ALL, ALL)], POINTS, blocked={20: (False, False, False, True), 99: (True,) * 4}
    )
    at = np.flatnonzero((arrays["node_lat"] == 50.0) & (arrays["node_lon"] == 10.01))
    touching = np.isin(arrays["edge_head"], at) | np.isin(arrays["edge_tail"], at)
    assert touching.any()
    assert np.isfinite(arrays["edge_seconds"][0]).all()
    assert np.isinf(arrays["edge_seconds"][CAR, touching]).all()


def test_points_on_the_same_spot_make_no_trouble() -> None:
    points = {1: (50.0, 10.0), 2: (50.0, 10.0), 3: (50.0, 10.0005)}
    arrays = assemble([Way((1, 2, 2, 3), "service", "", ALL, ALL)], points)
    assert len(arrays["node_lat"]) == 3
    assert np.isfinite(arrays["edge_seconds"]).all()
    assert arrays["streets"] == ()
    assert (arrays["edge_street"] == -1).all()


def test_the_projection_is_near_the_sphere_and_returns() -> None:
    rng = np.random.default_rng(3)
    points = np.array([60.0, 10.7]) + rng.uniform(-0.05, 0.05, (50, 2))
    projection = Projection(60.0, 10.7)
    xy = projection.to_xy(points)
    assert projection.to_latlon(xy) == pytest.approx(points, abs=1e-12)
    flat = np.hypot(*(xy - xy[0]).T)
    round_ = haversine_m(points[:, 0], points[:, 1], points[:1, 0], points[:1, 1])
    assert flat == pytest.approx(round_, rel=3e-3, abs=0.1)
