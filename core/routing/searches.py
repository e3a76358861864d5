"""Shortest paths in bulk over one vehicle's network, by the compiled kernels on all cores, or by scipy where they are not
there.

Both give the same seconds to the bit, so it does not matter which was at hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.compiled import Compiled

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

KERNELS = Compiled("core.routing.kernels")
_BATCH = 32
"""Roots a piece of work."""


def tree_rows(graph: csr_array, roots: Indices) -> NDArray[np.float32]:
    """Seconds from each root to every node, shape (roots, nodes); inf where there is no way."""
    module = KERNELS.get()
    if module is None:
        from scipy.sparse.csgraph import dijkstra  # half a second to import: not before the first question

        return np.asarray(dijkstra(graph, indices=roots), np.float32)
    network = _network(graph)
    out = np.empty((len(roots), graph.shape[0]), np.float32)
    starts = roots.astype(np.int32)
    _on_all_cores(len(roots), lambda a, b: module.trees(*network, starts[a:b], out[a:b]))
    return out


def way_seconds(graph: csr_array, roots: Indices, ends: Indices) -> Floats:
    """Seconds from ``roots[i]`` to ``ends[i]``, shape (n,). Pairs of one root share a search."""
    starts, group = np.unique(roots, return_inverse=True)
    order = np.argsort(group, kind="stable")
    at = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(starts)))])
    targets = ends[order]
    found = np.empty(len(ends))
    module = KERNELS.get()
    if module is None:
        for begin in range(0, len(starts), _BATCH):
            rows = tree_rows(graph, starts[begin : begin + _BATCH])
            for row, i in enumerate(range(begin, min(begin + _BATCH, len(starts)))):
                found[at[i] : at[i + 1]] = rows[row, targets[at[i] : at[i + 1]]]
    else:
        network, some, places = _network(graph), starts.astype(np.int32), targets.astype(np.int32)
        _on_all_cores(len(starts), lambda a, b: module.ways(*network, some[a:b], at[a : b + 1], places, found))
    seconds = np.empty(len(ends))
    seconds[order] = found
    return seconds


def _network(graph: csr_array) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    return graph.indptr.astype(np.int32), graph.indices.astype(np.int32), graph.data.astype(np.float64)


def _on_all_cores(count: int, work: Callable[[int, int], None]) -> None:
    """``work(a, b)`` for pieces of ``range(count)``."""
    pieces = [(a, min(a + _BATCH, count)) for a in range(0, count, _BATCH)]
    threads = min(len(pieces), os.cpu_count() or 1)
    if threads < 2:
        for a, b in pieces:
            work(a, b)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda piece: work(*piece), pieces))
