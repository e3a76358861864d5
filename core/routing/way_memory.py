"""Ways that were searched before, and how long they take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
Floats = NDArray[np.float64]

_FRESH = 50_000
"""So many ways are kept apart from the rest until they are sorted in with them."""


class WayMemory:
    """Seconds by key, asked and told in bulk. Beyond ``most`` ways the older ones are forgotten."""

    def __init__(self, most: int = 2_000_000) -> None:
        self._most = most
        self._old = _Table.empty()
        self._fresh = _Table.empty()

    def __len__(self) -> int:
        return len(self._old.keys) + len(self._fresh.keys)

    @property
    def held_mb(self) -> float:
        return 16e-6 * len(self)

    def recall(self, keys: Keys) -> Floats:
        """Seconds, shape (n,), NaN where the way is not known."""
        seconds = self._old.recall(keys)
        return np.where(np.isnan(seconds), self._fresh.recall(keys), seconds)

    def keep(self, keys: Keys, seconds: Floats) -> None:
        """``keys`` are unique and not known yet."""
        self._fresh = self._fresh.with_more(keys, seconds)
        if len(self._fresh.keys) > max(_FRESH, len(self._old.keys) // 4):
            if len(self) > self._most:
                self._old = _Table.empty()
            self._old, self._fresh = self._old.with_more(self._fresh.keys, self._fresh.seconds), _Table.empty()


class _Table:
    def __init__(self, keys: Keys, seconds: Floats) -> None:
        self.keys, self.seconds = keys, seconds

    @classmethod
    def empty(cls) -> _Table:
        return cls(np.zeros(0, np.int64), np.zeros(0))

    def recall(self, keys: Keys) -> Floats:
        if not len(self.keys):
            return np.full(len(keys), np.nan)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.seconds[at], np.nan)

    def with_more(self, keys: Keys, seconds: Floats) -> _Table:
        keys, seconds = np.concatenate([self.keys, keys]), np.concatenate([self.seconds, seconds])
        order = np.argsort(keys, kind="stable")
        return _Table(keys[order], seconds[order])
