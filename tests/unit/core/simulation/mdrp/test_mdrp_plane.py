import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.matching.pruning import great_circle_km
from core.simulation.mdrp.plane import Plane, metres, place

coordinate = st.integers(-40_000, 40_000)


@given(coordinate, coordinate)
def test_places_come_back_exactly(x, y):
    assert metres(np.array(place(x, y))).tolist() == [x, y]


@given(coordinate, coordinate, coordinate, coordinate, st.sampled_from([320.0, 427.0]))
def test_travel_is_the_formula_of_the_benchmark(ax, ay, bx, by, pace):
    expected = 60.0 * math.ceil(math.sqrt((ax - bx) ** 2 + (ay - by) ** 2) / pace)
    a, b = np.array([place(ax, ay)]), np.array([place(bx, by)])
    assert Plane(pace).pairs(a, b, Vehicle.CAR).tolist() == [expected]
    assert Plane(pace).matrix(a, b, Vehicle.CAR).tolist() == [[expected]]


def test_as_the_crow_flies_is_what_it_is_in_the_plane():
    km = great_circle_km(np.array([place(0, 0)]), np.array([place(3000, 4000)]))
    assert km[0, 0] == pytest.approx(5.0, rel=1e-5)


def test_a_path_has_the_length_and_the_time():
    path = Plane(100.0).path(place(0, 0), place(300, 400), Vehicle.CAR)
    assert path.distance_m == pytest.approx(500.0)
    assert path.duration_s == 300.0


def test_an_isochrone_is_a_closed_circle():
    (ring,) = Plane(100.0).isochrone(LatLon(0.0, 0.0), Vehicle.CAR, 5.0)
    assert ring[0] == ring[-1]
    assert np.hypot(*metres(np.array(ring)).T) == pytest.approx(500.0)
