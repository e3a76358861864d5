"""Priorities that give areas the order in which they stand in a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

STEP = 10


def ranked(order: Sequence[str], priorities: Mapping[str, int], moved: frozenset[str] = frozenset()) -> dict[str, int]:
    """The priorities that have to change, by id, so that ``order`` stands from the highest to the lowest.

    Those ``moved`` are put between their neighbours, which keep theirs where there is room; else all are numbered anew.
    """
    wanted = dict(priorities)
    for place, area_id in enumerate(order):
        if area_id not in moved:
            continue
        above = wanted[order[place - 1]] if place else None
        below = next((wanted[i] for i in order[place + 1 :] if i not in moved), None)
        if above is None:
            wanted[area_id] = STEP if below is None else below + STEP
        else:
            wanted[area_id] = above - STEP if below is None else (above + below) // 2
    if any(wanted[a] <= wanted[b] for a, b in pairwise(order)):
        wanted = {area_id: STEP * (len(order) - place) for place, area_id in enumerate(order)}
    return {area_id: wanted[area_id] for area_id in order if wanted[area_id] != priorities[area_id]}
