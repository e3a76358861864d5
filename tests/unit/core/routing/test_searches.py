"""Shortest paths in bulk: the compiled searches and scipy's give the same to the bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from core.routing import searches
from core.routing.searches import KERNELS, tree_rows, way_seconds
from core.routing.way_memory import WayMemory
from tests.examples import examples


@pytest.fixture(scope="module", autouse=True)
def compiled():
    assert KERNELS.get(wait=True) is not None


def network(seed, nodes=60, edges=180):
    rng = np.random.default_rng(seed)
    seconds = rng.integers(1, 2000, edges) / 16
    return csr_array((seconds, (rng.integers(0, nodes, edges), rng.integers(0, nodes, edges))), shape=(nodes, nodes))


@settings(max_examples=examples(40))
@given(st.integers(0, 10_000), st.integers(1, 100))
def test_ways_and_trees_are_scipys(seed, count):
    graph, rng = network(seed), np.random.default_rng(seed)
    roots, ends = rng.integers(0, 60, count), rng.integers(0, 60, count)
    right = dijkstra(graph)
    assert np.array_equal(way_seconds(graph, roots, ends), right[roots, ends])
    assert np.array_equal(tree_rows(graph, roots), right[roots].astype(np.float32))


def test_without_the_compiler_the_answer_is_the_same(monkeypatch):
    graph, rng = network(3), np.random.default_rng(3)
    roots, ends = rng.integers(0, 60, 80), rng.integers(0, 60, 80)
    fast = way_seconds(graph, roots, ends), tree_rows(graph, roots)
    monkeypatch.setattr(searches.KERNELS, "get", lambda wait=False: None)
    assert np.array_equal(way_seconds(graph, roots, ends), fast[0])
    assert np.array_equal(tree_rows(graph, roots), fast[1])


def test_what_was_told_is_remembered_and_the_rest_is_not_known():
    memory = WayMemory()
    memory.keep(np.array([7, 3]), np.array([70.0, np.inf]))
    memory.keep(np.array([5]), np.array([50.0]))
    assert np.array_equal(memory.recall(np.array([3, 4, 5, 7])), [np.inf, np.nan, 50.0, 70.0], equal_nan=True)
    assert len(memory) == 3


def test_a_full_memory_forgets_the_oldest():
    memory = WayMemory(most=120_000)
    for k in range(4):
        keys = np.arange(k * 60_000, (k + 1) * 60_000)
        memory.keep(keys, keys.astype(np.float64))
        assert memory.recall(keys).tolist() == keys.tolist()
        assert len(memory) <= 180_000
    assert np.isnan(memory.recall(np.arange(60_000))).all()
