"""Which words of drivers were acted on, so that none is acted on twice: remembered for a set time, and not without end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MOST_OF_ONE = 2000
"""A driver says a dozen words an order: far more are remembered than any phone still repeats."""


class HeardWords:
    """By driver, the ids in the order in which they were heard, each with its time in epoch seconds."""

    def __init__(self, known: Mapping[str, Iterable[str]], at: float) -> None:
        self._at: dict[str, dict[str, float]] = {driver: dict.fromkeys(ids, at) for driver, ids in known.items()}

    def __len__(self) -> int:
        return sum(map(len, self._at.values()))

    def of(self, driver_id: str) -> set[str]:
        """The driver's words that are remembered."""
        return set(self._at.get(driver_id, ()))

    def note(self, driver_id: str, word_id: str, now: float) -> bool:
        """Remember the word; False where it was heard before."""
        known = self._at.setdefault(driver_id, {})
        if word_id in known:
            return False
        known[word_id] = now
        if len(known) > MOST_OF_ONE:
            del known[next(iter(known))]
        return True

    def forget_before(self, at: float) -> None:
        """Drop what was heard before ``at``, and drivers of whom nothing is left."""
        for driver_id, known in list(self._at.items()):
            # Oldest first: what is kept is most often nearly all of it.
            for word_id in [w for w, when in known.items() if when < at]:
                del known[word_id]
            if not known:
                del self._at[driver_id]
