from __future__ import annotations

import numpy as np
import pytest

from core.domain.geo import LatLon, distance_m
from core.domain.vehicle import Vehicle
from core.routing.great_circle import SPEED_KMH, GreatCircle

A, B = LatLon(59.91, 10.75), LatLon(59.93, 10.79)


@pytest.mark.parametrize("vehicle", list(Vehicle))
def test_time_is_distance_with_its_detour_at_the_vehicles_speed(vehicle: Vehicle) -> None:
    travel = GreatCircle(1.4)
    expected = 1.4 * distance_m(A, B) * 3.6 / SPEED_KMH[vehicle]
    assert travel.pairs(np.array([A]), np.array([B]), vehicle)[0] == pytest.approx(expected)
    path = travel.path(A, B, vehicle)
    assert path.duration_s == pytest.approx(expected)
    assert path.distance_m == pytest.approx(1.4 * distance_m(A, B))


def test_matrix_pairs_and_path_agree_exactly() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.uniform(-1, 1, (7, 2)) + A, rng.uniform(-1, 1, (7, 2)) + A
    travel = GreatCircle(1.35)
    matrix = travel.matrix(a, b, Vehicle.BIKE)
    assert matrix.shape == (7, 7)
    np.testing.assert_array_equal(np.diag(matrix), travel.pairs(a, b, Vehicle.BIKE))
    assert [travel.path(LatLon(*p), LatLon(*q), Vehicle.BIKE).duration_s for p, q in zip(a, b, strict=True)] == np.diag(
        matrix
    ).tolist()


def test_no_places_give_no_times() -> None:
    assert GreatCircle().matrix(np.empty((0, 2)), np.array([A, B]), Vehicle.CAR).shape == (0, 2)


def test_the_isochrone_is_a_closed_circle_of_the_right_size() -> None:
    (ring,) = GreatCircle(1.35).isochrone(A, Vehicle.SCOOTER, 10)
    assert ring[0] == ring[-1]
    radius = 600 * SPEED_KMH[Vehicle.SCOOTER] / 3.6 / 1.35
    assert [distance_m(A, p) for p in ring] == pytest.approx([radius] * len(ring), rel=1e-6)
