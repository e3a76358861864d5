import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.geo import LatLon, distance_m
from core.matching.pruning import beyond_nearest, great_circle_km, nearest_km, on_sphere

places = st.lists(st.tuples(st.floats(-89, 89), st.floats(-180, 180)), min_size=1, max_size=6)


@given(places, places)
def test_distances_are_the_domain_s(a, b):
    found = great_circle_km(np.array(a), np.array(b))
    expected = [[distance_m(LatLon(*p), LatLon(*q)) / 1000 for q in b] for p in a]
    # The chord is blunt near the antipode, which is far beyond any pick-up.
    assert found == pytest.approx(np.array(expected), rel=1e-6, abs=1e-3) or np.max(expected) > 19000


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 5), st.integers(1, 14))
def test_the_k_nearest_eligible_stay(seed, n, m, k):
    rng = np.random.default_rng(seed)
    km, eligible = rng.random((n, m)), rng.random((n, m)) < 0.7
    cut = beyond_nearest(km, eligible, k)
    for j in range(m):
        ranked = sorted(np.flatnonzero(eligible[:, j]).tolist(), key=lambda i: km[i, j])
        assert np.flatnonzero(cut[:, j]).tolist() == sorted(ranked[k:])


def test_equals_at_the_edge_all_stay():
    km = np.array([[1.0], [2.0], [2.0], [3.0]])
    assert beyond_nearest(km, np.ones((4, 1), dtype=bool), 2)[:, 0].tolist() == [False, False, False, True]


@given(places, places)
def test_the_nearest_is_found_among_many(a, b):
    found = nearest_km(np.array(a), on_sphere(np.array(b)))
    assert found == pytest.approx(great_circle_km(np.array(a), np.array(b)).min(axis=1), rel=1e-9, abs=5e-4)
