"""Which rows come and go when one list of ids becomes another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set


def spans(positions: Iterable[int]) -> list[tuple[int, int]]:
    """Rising positions as runs of neighbours, each (first, last)."""
    runs: list[tuple[int, int]] = []
    for position in positions:
        if runs and runs[-1][1] == position - 1:
            runs[-1] = (runs[-1][0], position)
        else:
            runs.append((position, position))
    return runs


def gone(old: Sequence[str], new: Set[str]) -> list[tuple[int, int]]:
    """Spans of ``old`` that ``new`` lacks, the last first, so that each can be taken out without moving the others."""
    return spans(i for i, row_id in enumerate(old) if row_id not in new)[::-1]


def come(old: Set[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Spans of ``new`` that ``old`` lacks, the first first, so that each can be put in at its own place."""
    return spans(i for i, row_id in enumerate(new) if row_id not in old)
