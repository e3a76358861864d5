from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import BadInput
from core.domain.geo import EARTH_RADIUS_M, LatLon, bearing_deg, checked_place, circle_around, distance_m

places = st.builds(LatLon, st.floats(-90, 90), st.floats(-180, 180))
# Farther from the poles than a bearing turns round.
towns = st.builds(LatLon, st.floats(-70, 70), st.floats(-179, 179))

LISBON, PORTO = LatLon(38.7223, -9.1393), LatLon(41.1579, -8.6291)


def test_distances_and_bearings_known_from_elsewhere() -> None:
    assert distance_m(LISBON, PORTO) == pytest.approx(274_200, rel=2e-3)
    assert bearing_deg(LISBON, PORTO) == pytest.approx(9.0, abs=0.5)
    assert distance_m(LatLon(0, 0), LatLon(0, 1)) == pytest.approx(math.radians(1) * EARTH_RADIUS_M)
    assert distance_m(LatLon(0, 179.5), LatLon(0, -179.5)) == pytest.approx(math.radians(1) * EARTH_RADIUS_M)
    assert distance_m(LatLon(90, 0), LatLon(-90, 77)) == pytest.approx(math.pi * EARTH_RADIUS_M)


@pytest.mark.parametrize(("to", "bearing"), [((1, 0), 0), ((0, 1), 90), ((-1, 0), 180), ((0, -1), 270)])
def test_bearings_are_clockwise_from_north(to: tuple[float, float], bearing: float) -> None:
    assert bearing_deg(LatLon(0, 0), LatLon(*to)) == pytest.approx(bearing)


def test_a_hair_west_of_north_is_north() -> None:
    assert bearing_deg(LatLon(0, 0), LatLon(1, -1e-16)) == 0.0


@given(places, places, places)
def test_distance_is_a_metric(a: LatLon, b: LatLon, c: LatLon) -> None:
    assert distance_m(a, a) == 0.0
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-6)
    assert 0.0 <= distance_m(a, b) <= math.pi * EARTH_RADIUS_M * (1 + 1e-9)
    assert distance_m(a, c) <= distance_m(a, b) + distance_m(b, c) + 1.0


@given(towns, st.floats(0.001, 0.01), st.floats(0, 360))
def test_going_along_a_bearing_leads_there(a: LatLon, step_deg: float, bearing: float) -> None:
    """Within a kilometre the sphere is as good as flat."""
    east = math.sin(math.radians(bearing)) * step_deg / math.cos(math.radians(a.lat))
    b = LatLon(a.lat + math.cos(math.radians(bearing)) * step_deg, a.lon + east)
    off = abs(bearing_deg(a, b) - bearing)
    assert min(off, 360 - off) < 0.1
    assert 0.0 <= bearing_deg(a, b) < 360.0
    assert distance_m(a, b) == pytest.approx(math.radians(step_deg) * EARTH_RADIUS_M, rel=2e-3)


@given(places)
def test_a_place_on_the_globe_is_taken_as_it_is(place: LatLon) -> None:
    assert checked_place(*place) == place


@pytest.mark.parametrize(
    ("lat", "lon", "why"),
    [
        (90.01, 0, "latitude 90.01 is not between -90 and 90"),
        (math.nan, 0, "latitude nan"),
        (-math.inf, 0, "latitude -inf"),
        (0, 180.01, "longitude 180.01 is not between -180 and 180"),
        (0, math.nan, "longitude nan"),
    ],
)
def test_a_place_off_the_globe_is_refused_by_the_wrong_coordinate(lat: float, lon: float, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        checked_place(lat, lon)


@given(st.builds(LatLon, st.floats(-89, 89), st.floats(-180, 180)), st.floats(1, 50_000))
def test_a_circle_s_corners_are_all_as_far(centre: LatLon, radius_m: float) -> None:
    corners = circle_around(centre, radius_m, 12)
    assert len(corners) == 12
    for corner in corners:
        assert distance_m(centre, corner) == pytest.approx(radius_m, rel=1e-6, abs=1e-3)
        assert abs(corner.lon - centre.lon) <= 180.0
