import math

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.domain.geo import LatLon, bearing_deg, distance_m
from core.domain.vehicle import Vehicle
from core.ports import Path
from core.routing.great_circle import GreatCircle
from core.simulation.motion import LOST_MPS, ON_FOOT_MPS, Motion, scattered, way
from tests.examples import examples

HERE = LatLon(41.0, 3.0)


class Offset(GreatCircle):
    """A map whose streets begin and end some metres from where one is."""

    def path(self, origin, destination, vehicle):
        found = super().path(origin, destination, vehicle)
        return Path(found.points + 1e-4, found.times_s, found.distance_m)


class Nowhere(GreatCircle):
    def path(self, origin, destination, vehicle):
        return Path(np.array([origin, destination]), np.array([0.0, math.inf]), math.inf)


ways = st.lists(st.tuples(st.floats(-0.01, 0.01), st.floats(-0.01, 0.01), st.floats(0, 90)), min_size=1, max_size=8).map(
    lambda legs: _way(legs)
)


def _way(legs):
    steps = np.array([(41.0, 3.0), *((41 + a, 3 + b) for a, b, _ in legs)])
    return steps, np.concatenate(([0.0], np.cumsum([s for *_, s in legs])))


@given(way=ways, pace=st.floats(0.5, 1.5))
@example(way=_way([(0.01, 0.0, 90.0)]), pace=1.4999999999999998)
@settings(max_examples=examples(50))
def test_a_mover_never_leaves_the_way_and_arrives_on_time(way, pace):
    points, times = way
    motion = Motion(points[:1])
    motion.start(0, points, times)
    line = shapely.LineString(points)
    seconds = 0
    while motion.moving[0]:
        seconds += 1
        arrived = motion.advance(1.0, np.array([pace]))
        assert line.distance(shapely.Point(motion.lat[0], motion.lon[0])) < 1e-9
        expected = np.array([np.interp(seconds * pace, times, points[:, k]) for k in (0, 1)])
        if not arrived and not np.any(np.isclose(times, seconds * pace)):
            assert (motion.lat[0], motion.lon[0]) == pytest.approx(expected, abs=1e-9)
        assert arrived == ([] if motion.moving[0] else [0])
    # Steps are added up: who would arrive at the end of a second may, by rounding, arrive with the next.
    assert seconds in {max(1, math.ceil(times[-1] / pace + rounding)) for rounding in (-1e-6, 1e-6)}
    assert (motion.lat[0], motion.lon[0]) == tuple(points[-1])
    assert motion.spd[0] == 0


def test_speed_and_heading_are_those_of_the_piece():
    there = LatLon(41.0, 3.01)
    up = LatLon(41.01, 3.01)
    motion = Motion(np.array([HERE, HERE]))
    points = np.array([HERE, there, up])
    motion.start(1, points, np.array([0.0, 100.0, 300.0]))
    motion.advance(10.0, np.array([1.0, 0.9]))
    assert motion.spd[1] == pytest.approx(distance_m(HERE, there) / 100 * 0.9)
    assert motion.hdg[1] == pytest.approx(bearing_deg(HERE, there))
    motion.advance(100.0, np.array([1.0, 1.0]))
    assert motion.hdg[1] == pytest.approx(0, abs=1e-6)
    assert motion.place(0) == HERE
    motion.halt(1)
    before = motion.place(1)
    motion.advance(10.0, np.ones(2))
    assert motion.place(1) == before
    assert (motion.spd[1], motion.hdg[1]) == (0, pytest.approx(0, abs=1e-6))


def test_the_gap_to_the_street_is_walked():
    there = LatLon(41.01, 3.01)
    points, times = way(Offset(), HERE, there, Vehicle.SCOOTER)
    assert tuple(points[0]) == HERE
    assert tuple(points[-1]) == there
    gap_m = distance_m(HERE, LatLon(*points[1]))
    assert times[1] == pytest.approx(gap_m / ON_FOOT_MPS)
    assert np.all(np.diff(times) > 0)


def test_a_path_that_fits_is_taken_as_it_is():
    there = LatLon(41.01, 3.01)
    path = GreatCircle().path(HERE, there, Vehicle.BIKE)
    points, times = way(GreatCircle(), HERE, there, Vehicle.BIKE)
    assert np.array_equal(points, path.points)
    assert np.array_equal(times, path.times_s)


def test_where_there_is_no_way_it_is_a_straight_line():
    there = LatLon(41.01, 3.01)
    points, times = way(Nowhere(), HERE, there, Vehicle.CAR)
    assert len(points) == 2
    assert times[-1] == pytest.approx(distance_m(HERE, there) / LOST_MPS[Vehicle.CAR])


def test_scattering_moves_by_metres():
    lat, lon = scattered(np.array([60.0]), np.array([10.0]), np.array([30.0]), np.array([40.0]))
    assert distance_m(LatLon(60.0, 10.0), LatLon(float(lat[0]), float(lon[0]))) == pytest.approx(50, rel=1e-3)
