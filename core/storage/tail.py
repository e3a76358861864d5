"""The end of the event log, followed by many at once and read from the disk once."""

from __future__ import annotations

import asyncio
from collections import deque

from core.storage.store import LogRow, Store

KEPT = 2000
"""Most events held in memory for those who are up to date; whoever is further behind reads the disk."""


class Tail:
    """Belongs to the loop that it was made on. Only what is committed is seen."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._loop = asyncio.get_running_loop()
        self.last = store.last_seq()
        self._rows: deque[LogRow] = deque(maxlen=KEPT)
        self._end = self.last
        """The number of the last event in ``_rows``, which begin with no gap behind it."""
        self._reading = asyncio.Lock()
        self._grown = asyncio.Event()
        store.on_commit(self._committed)

    def close(self) -> None:
        self._store.on_commit(lambda seq: None)

    def _committed(self, seq: int) -> None:
        """In the writer's thread."""
        if seq > self.last:
            try:
                self._loop.call_soon_threadsafe(self._grow, seq)
            except RuntimeError:  # the loop has just ended
                return

    def _grow(self, seq: int) -> None:
        self.last = max(self.last, seq)
        self._grown.set()
        self._grown = asyncio.Event()

    async def after(self, seq: int, limit: int = 200) -> list[LogRow]:
        """The events after number ``seq``, oldest first, at most ``limit``; waits until there is one."""
        while True:
            grown = self._grown
            if seq < self.last and (rows := await self._read(seq, limit)):
                return rows
            await grown.wait()

    async def _read(self, seq: int, limit: int) -> list[LogRow]:
        begin = self._rows[0].seq if self._rows else self._end + 1
        if seq + 1 < begin:
            return await asyncio.to_thread(self._store.rows_since, seq, limit)
        async with self._reading:
            if seq > self._end:  # who asks came here by the disk, past what is held: no gap may stay
                self._rows.clear()
                self._end = seq
            if seq == self._end:
                for row in await asyncio.to_thread(self._store.rows_since, self._end, KEPT):
                    self._rows.append(row)
                    self._end = row.seq
        # Taken anew: the deque may have moved on meanwhile.
        if self._rows and seq + 1 >= self._rows[0].seq:
            first = seq + 1 - self._rows[0].seq
            return [self._rows[i] for i in range(first, min(first + limit, len(self._rows)))]
        return await asyncio.to_thread(self._store.rows_since, seq, limit)
