"""Shortest paths compiled by numba: whole trees, and ways to a few places that end as soon as those are reached.

Importing this module compiles it, or loads what was compiled. The network comes as compressed rows: the edges that leave node i
are ``first[i]`` up to ``first[i + 1]``, each with its ``head`` and its ``seconds``. Seconds are multiples of 1/16, so sums are
exact and equal those of any other method. Nothing here holds Python's lock: threads may share the work.
"""

import numpy as np
from numba import njit

_NETWORK = "i4[::1], i4[::1], f8[::1]"


@njit("i8(f8[::1], i4[::1], i8, f8, i4)", cache=True, nogil=True)
def _push(keys, nodes, size, key, node):
    """Into a binary heap; returns its new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], nodes[at] = keys[above], nodes[above]
        at = above
    keys[at], nodes[at] = key, node
    return size + 1


@njit("i8(f8[::1], i4[::1], i8)", cache=True, nogil=True)
def _pop(keys, nodes, size):
    """Take the first of the heap away; returns its new size."""
    size -= 1
    key, node = keys[size], nodes[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at], nodes[at] = keys[below], nodes[below]
        at = below
    keys[at], nodes[at] = key, node
    return size


@njit(f"void({_NETWORK}, i4[::1], f4[:,::1])", cache=True, nogil=True)
def trees(first, head, seconds, roots, out):
    """Seconds from each root to every node, inf where there is no way, into ``out`` (roots, nodes)."""
    count = len(first) - 1
    time = np.empty(count)
    keys, nodes = np.empty(len(head) + 1), np.empty(len(head) + 1, np.int32)
    for i in range(len(roots)):
        time[:] = np.inf
        time[roots[i]] = 0.0
        size = _push(keys, nodes, 0, 0.0, roots[i])
        while size:
            key, node = keys[0], nodes[0]
            size = _pop(keys, nodes, size)
            if key > time[node]:
                continue
            for e in range(first[node], first[node + 1]):
                later = key + seconds[e]
                if later < time[head[e]]:
                    time[head[e]] = later
                    size = _push(keys, nodes, size, later, head[e])
        for n in range(count):
            out[i, n] = time[n]


@njit(f"void({_NETWORK}, i4[::1], i8[::1], i4[::1], f8[::1])", cache=True, nogil=True)
def ways(first, head, seconds, roots, target_at, targets, out):
    """Seconds from root i to each of ``targets[target_at[i]:target_at[i + 1]]``, into ``out`` beside them.

    A search ends once the last of its targets is reached (Dijkstra 1959).
    """
    count = len(first) - 1
    time = np.full(count, np.inf)
    wanted = np.zeros(count, np.bool_)
    touched = np.empty(count, np.int32)
    keys, nodes = np.empty(len(head) + 1), np.empty(len(head) + 1, np.int32)
    for i in range(len(roots)):
        left = 0
        for t in range(target_at[i], target_at[i + 1]):
            if not wanted[targets[t]]:
                wanted[targets[t]] = True
                left += 1
        time[roots[i]] = 0.0
        touched[0], seen = roots[i], 1
        size = _push(keys, nodes, 0, 0.0, roots[i])
        while size and left:
            key, node = keys[0], nodes[0]
            size = _pop(keys, nodes, size)
            if key > time[node]:
                continue
            if wanted[node]:
                wanted[node] = False
                left -= 1
            for e in range(first[node], first[node + 1]):
                later = key + seconds[e]
                if later < time[head[e]]:
                    if time[head[e]] == np.inf:
                        touched[seen] = head[e]
                        seen += 1
                    time[head[e]] = later
                    size = _push(keys, nodes, size, later, head[e])
        for t in range(target_at[i], target_at[i + 1]):
            out[t] = time[targets[t]]
            wanted[targets[t]] = False
        for k in range(seen):
            time[touched[k]] = np.inf
