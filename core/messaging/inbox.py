"""What has come from drivers and waits for the engine: every word, and as many positions as can be taken."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from core.ports import Inbound, TransportStats

LIMIT = 50_000
"""Most messages with positions that wait: eight seconds of 50,000 drivers who are all on an order."""
_SHED_SHARE = 10


class Inbox:
    """Filled by the threads that receive, emptied by the engine's."""

    def __init__(self, stats: TransportStats, limit: int = LIMIT) -> None:
        self._stats = stats
        self._limit = limit
        self._lock = threading.Lock()
        self._words: deque[Inbound] = deque()
        self._positions: deque[Inbound] = deque()

    def __len__(self) -> int:
        return len(self._words) + len(self._positions)

    def put_word(self, message: Inbound) -> None:
        with self._lock:
            self._stats.received += 1
            self._words.append(message)

    def put_positions(self, messages: Sequence[Inbound]) -> None:
        """Where too many wait, the oldest of each driver are given up first, and counted in the stats."""
        with self._lock:
            self._stats.received += len(messages)
            self._positions.extend(messages)
            too_many = len(self._positions) - self._limit
            if too_many > 0:
                self._shed(too_many + self._limit // _SHED_SHARE)

    def drain(self, limit: int) -> list[Inbound]:
        """Words first, since none of them can be spared; each kind in the order in which it came."""
        with self._lock:
            taken = [self._words.popleft() for _ in range(min(limit, len(self._words)))]
            left = limit - len(taken)
            if left >= len(self._positions):
                taken += self._positions
                self._positions.clear()
            else:
                taken += [self._positions.popleft() for _ in range(left)]
            return taken

    def _shed(self, count: int) -> None:
        """First messages that a later one of the same driver follows, then whichever are oldest."""
        newest = {message.topic: place for place, message in enumerate(self._positions)}
        followed = [place for place, message in enumerate(self._positions) if newest[message.topic] != place]
        gone = set(followed[:count])
        kept = [message for place, message in enumerate(self._positions) if place not in gone]
        del kept[: count - len(gone)]
        self._stats.shed += len(self._positions) - len(kept)
        self._positions = deque(kept)
