from __future__ import annotations

import numpy as np
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from core.domain.geo import LatLon
from core.domain.merchant import Area


def ring(*corners):
    return tuple(LatLon(*c) for c in (*corners, corners[0]))


OUTSIDE = ring((0, 0), (0, 10), (10, 10), (10, 0))
HOLE = ring((4, 4), (4, 6), (6, 6), (6, 4))


def test_a_hole_is_outside_and_a_second_part_inside():
    area = Area("A", "A", ((OUTSIDE, HOLE), (ring((20, 20), (20, 21), (21, 20)),)))
    places = np.array([(1, 1), (5, 5), (3, 5), (20.2, 20.2), (20.9, 20.9), (-1, 5)], float)
    assert area.holds(places).tolist() == [True, False, True, True, False, False]
    assert area.holds(np.empty((0, 2))).tolist() == []


def test_an_area_may_lie_across_the_date_line():
    area = Area("A", "A", ((ring((0, 179), (0, -179), (2, -179), (2, 179)),),))
    assert area.holds(np.array([(1, 179.5), (1, -179.5), (1, 178.5), (1, 0)], float)).tolist() == [True, True, False, False]


corner = st.tuples(st.integers(-50, 50), st.integers(-50, 50))


@given(st.lists(corner, min_size=3, max_size=8, unique=True), st.lists(corner, min_size=1, max_size=20))
def test_it_agrees_with_shapely_off_the_edges(corners, places):
    polygon = shapely.Polygon([(lon, lat) for lat, lon in corners])
    assume(polygon.is_valid and polygon.area > 0)
    off_edge = [(lat + 0.31, lon + 0.17) for lat, lon in places]
    off_edge = [p for p in off_edge if polygon.boundary.distance(shapely.Point(p[1], p[0])) > 1e-9]
    assume(off_edge)
    expected = [polygon.contains(shapely.Point(lon, lat)) for lat, lon in off_edge]
    assert Area("A", "A", ((ring(*corners),),)).holds(np.array(off_edge, float)).tolist() == expected
