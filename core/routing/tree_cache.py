"""Shortest-path trees over one vehicle's network, computed in bulk and kept while memory allows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.routing.searches import tree_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Tree = NDArray[np.float32]
"""Seconds between the root and every node of the network, shape (nodes,)."""

_BATCH = 256


class TreeCache:
    """Trees by (network, direction, root), the least recently used forgotten first. Not for several threads at once."""

    def __init__(self, megabytes: float) -> None:
        self._limit = megabytes * 1e6
        self._held = 0
        self._trees: OrderedDict[tuple[str, bool, int], Tree] = OrderedDict()

    def __len__(self) -> int:
        return len(self._trees)

    @property
    def held_mb(self) -> float:
        return self._held / 1e6

    def has(self, network: str, reverse: bool, root: int) -> bool:
        return (network, reverse, root) in self._trees

    def trees(self, network: str, graph: csr_array, reverse: bool, roots: NDArray[np.int64]) -> Iterator[tuple[int, Tree]]:
        """Yield (place in ``roots``, tree) for every root, cached ones first. ``roots`` are unique.

        ``graph`` holds the seconds of the edges; for ``reverse`` it is the transposed one, and a tree gives the times *to*
        its root. Every tree is yielded even where the memory does not hold them all.
        """
        missing = []
        for i, root in enumerate(roots.tolist()):
            tree = self._trees.get((network, reverse, root))
            if tree is None:
                missing.append(i)
            else:
                self._trees.move_to_end((network, reverse, root))
                yield i, tree
        if not missing:
            return
        for at in range(0, len(missing), _BATCH):
            batch = missing[at : at + _BATCH]
            for i, row in zip(batch, tree_rows(graph, roots[batch]), strict=True):
                tree = row.copy()
                self._keep((network, reverse, int(roots[i])), tree)
                yield i, tree

    def find(self, network: str, reverse: bool, root: int) -> Tree | None:
        """The tree if it is there."""
        return self._trees.get((network, reverse, root))

    def _keep(self, key: tuple[str, bool, int], tree: Tree) -> None:
        self._trees[key] = tree
        self._held += tree.nbytes
        while self._held > self._limit and len(self._trees) > 1:
            self._held -= self._trees.popitem(last=False)[1].nbytes
