"""Nothing is told before it is on disk.

Each entry waits for its write; entries leave in the order in which they came, so that a driver never hears of an order's
second step before its first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from core.ports import Inbound, OutMessage, Transport


@dataclass(slots=True)
class Entry:
    written: Future[int] | None
    messages: Sequence[OutMessage] = ()
    heard: Sequence[Inbound] = ()
    """Messages that may be acknowledged once this is written."""
    promised: Future[int] | None = field(default=None)
    """Resolved with the last event's number when this leaves."""


class Outbox:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._entries: deque[Entry] = deque()

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: Entry) -> None:
        self._entries.append(entry)
        self.release()

    def release(self) -> None:
        """Let everything go whose write is done; a write that failed for good lets nothing out and is told to its asker."""
        while self._entries and (self._entries[0].written is None or self._entries[0].written.done()):
            entry = self._entries.popleft()
            error = None if entry.written is None else entry.written.exception()
            if error is not None:
                if entry.promised is not None:
                    entry.promised.set_exception(error)
                continue
            for message in entry.messages:
                self._transport.publish(
                    message.topic, message.payload, qos=message.qos, retain=message.retain, expiry_s=message.expiry_s
                )
            if entry.heard:
                self._transport.acknowledge(entry.heard)
            if entry.promised is not None:
                entry.promised.set_result(0 if entry.written is None else entry.written.result())
