"""Sets of values along one dimension: what a condition admits. Closed under complement, so that conditions can be reasoned
about.

Either set may hold "not known" (``None``) as one more value: a condition on the weather does not hold while nobody has said
what it is, and its opposite does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

Value = str | float | None
S = TypeVar("S", bound="ValueSet")


class ValueSet(Protocol):
    """Sets are only ever combined with those of the same dimension, which are of the same class."""

    def holds(self, value: Value) -> bool: ...

    def __and__(self: S, other: S) -> S: ...

    def __invert__(self: S) -> S: ...

    def __bool__(self) -> bool: ...

    def example(self) -> Value:
        """Some value of a set that is not empty."""
        ...


@dataclass(frozen=True, slots=True)
class Labels:
    """These names, or with ``others`` every value but these."""

    names: frozenset[str]
    others: bool = False

    def holds(self, value: Value) -> bool:
        return (value in self.names) is not self.others

    def __and__(self, other: Labels) -> Labels:
        match self.others, other.others:
            case False, False:
                return Labels(self.names & other.names)
            case True, True:
                return Labels(self.names | other.names, others=True)
            case True, False:
                return Labels(other.names - self.names)
            case _:
                return Labels(self.names - other.names)

    def __invert__(self) -> Labels:
        return Labels(self.names, not self.others)

    def __bool__(self) -> bool:
        return self.others or bool(self.names)

    def example(self) -> Value:
        return None if self.others else min(self.names)


Cut = tuple[float, int]
"""A place between numbers: ``(x, 0)`` lies just before x, ``(x, 1)`` just behind it."""

LOWEST: Cut = (-math.inf, 0)
HIGHEST: Cut = (math.inf, 1)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Intervals between cuts, in order, none touching the next; with ``unknown`` also what is not known."""

    spans: tuple[tuple[Cut, Cut], ...]
    unknown: bool = False

    @classmethod
    def between(cls, low: Cut = LOWEST, high: Cut = HIGHEST) -> Numbers:
        return cls(((low, high),) if low < high else ())

    @classmethod
    def union(cls, parts: Iterable[Numbers]) -> Numbers:
        """All of them together."""
        left = cls(((LOWEST, HIGHEST),), unknown=True)
        for part in parts:
            left = left & ~part
        return ~left

    def holds(self, value: Value) -> bool:
        if value is None:
            return self.unknown
        assert not isinstance(value, str)
        at = (float(value), 0)
        return any(low <= at < high for low, high in self.spans)

    def __and__(self, other: Numbers) -> Numbers:
        spans = []
        for low, high in self.spans:
            for low_2, high_2 in other.spans:
                if max(low, low_2) < min(high, high_2):
                    spans.append((max(low, low_2), min(high, high_2)))
        return Numbers(tuple(sorted(spans)), self.unknown and other.unknown)

    def __invert__(self) -> Numbers:
        gaps, at = [], LOWEST
        for low, high in self.spans:
            if at < low:
                gaps.append((at, low))
            at = high
        if at < HIGHEST:
            gaps.append((at, HIGHEST))
        return Numbers(tuple(gaps), not self.unknown)

    def __bool__(self) -> bool:
        return self.unknown or bool(self.spans)

    def example(self) -> Value:
        if not self.spans:
            return None
        (low, side), (high, _) = self.spans[0]
        if side == 0 and math.isfinite(low):
            return low
        if math.isinf(low):
            return high - 1.0 if math.isfinite(high) else 0.0
        return low + 1.0 if math.isinf(high) else (low + high) / 2


EMPTY_LABELS = Labels(frozenset())
ANY_LABEL = ~EMPTY_LABELS
ANY_NUMBER = Numbers(((LOWEST, HIGHEST),), unknown=True)
