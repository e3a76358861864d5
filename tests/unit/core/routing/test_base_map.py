from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.domain.geo import LatLon
from core.routing.base_map import BaseMap, decode_line, encode_line, merged
from core.routing.city import Bounds, Place

degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(st.lists(degrees, min_size=1, max_size=30))
def test_a_line_comes_back_to_a_millionth_of_a_degree(points: list[tuple[float, float]]) -> None:
    line = np.array(points)
    assert np.abs(decode_line(encode_line(line)) - line).max() <= 0.5e-6 + 1e-12


def test_lines_that_meet_end_to_end_become_one() -> None:
    joined = merged([[(0, 0), (1, 1)], [(2, 2), (1, 1)], [(2, 2), (3, 3)]])
    assert joined in ([[(0, 0), (1, 1), (2, 2), (3, 3)]], [[(3, 3), (2, 2), (1, 1), (0, 0)]])


def test_lines_stay_apart_where_three_meet() -> None:
    star = [[(0, 0), (i, 1)] for i in (-1, 0, 1)]
    assert sorted(merged(star)) == sorted(star)


def test_a_ring_of_lines_closes_once() -> None:
    (ring,) = merged([[(0, 0), (0, 1)], [(0, 1), (1, 1)], [(1, 1), (0, 0)]])
    assert len(ring) == 4
    assert ring[0] == ring[-1]


lattice = st.tuples(st.integers(0, 4), st.integers(0, 4))


@given(st.lists(st.lists(lattice, min_size=2, max_size=4), max_size=25))
def test_merging_keeps_every_step(lines: list[list[tuple[int, int]]]) -> None:
    def steps(of: list[list[tuple[int, int]]]) -> list[tuple[tuple[int, int], ...]]:
        return sorted(tuple(sorted(pair)) for line in of for pair in pairwise(line))

    assert steps(merged(lines)) == steps(lines)


def test_the_page_gets_its_layers() -> None:
    base = BaseMap()
    outside = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    base.polygon("water", [outside, outside / 2])
    base.waterway(12.34, outside[:2])
    base.rail(outside[:2])
    base.road("primary", "High Street", outside[:2])
    base.road("path", "", outside[1:3])
    page = json.loads(base.to_bytes(Bounds(0, 0, 1, 1), [Place("park", "Ü", LatLon(0.5, 0.25))]))
    assert page["bounds"] == [0, 0, 1, 1]
    assert page["water"][0][0] == [0, 0, 0, 1_000_000, 1_000_000, 0, -1_000_000, -1_000_000]
    assert len(page["water"][0]) == 2
    assert page["waterways"] == [{"w": 12.3, "p": [0, 0, 0, 1_000_000]}]
    assert page["rails"] == [[0, 0, 0, 1_000_000]]
    assert [road["c"] for road in page["roads"]] == ["path", "primary"]  # the larger roads are drawn last, on top
    assert page["places"] == [{"k": "park", "n": "Ü", "p": [500_000, 250_000]}]
