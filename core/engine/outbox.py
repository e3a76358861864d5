"""Nothing is told before it is on disk.

Each entry waits for its write; entries leave in the order in which they came, so that a driver never hears of an order's
second step before its first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
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
    then: Callable[[], None] | None = field(default=None)
    """Called when this leaves."""


class Outbox:
    def __init__(self, transport: Transport, write_again: Callable[[], Future[int]]) -> None:
        """``write_again`` gives a future that is resolved once everything written so far is on disk."""
        self._transport = transport
        self._write_again = write_again
        self._entries: deque[Entry] = deque()
        self._asked: deque[Entry] = deque()

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: Entry) -> None:
        self._entries.append(entry)
        if entry.promised is not None and entry.written is not None:
            self._asked.append(entry)
        self.release()

    def release(self) -> None:
        """Let everything go whose write is done. One that failed is told to its asker, and waits for the disk to recover."""
        self._tell_failures()
        while self._entries:
            entry = self._entries[0]
            number = 0
            if entry.written is not None:
                if not entry.written.done():
                    return
                if entry.written.exception() is not None:
                    self._tell_failures()
                    self._ask_again()
                    return
                number = entry.written.result()
            self._entries.popleft()
            for message in entry.messages:
                self._transport.publish(
                    message.topic,
                    message.payload,
                    qos=message.qos,
                    retain=message.retain,
                    expiry_s=message.expiry_s,
                    told=message.told,
                )
            if entry.heard:
                self._transport.acknowledge(entry.heard)
            if entry.promised is not None:
                entry.promised.set_result(number)
            if entry.then is not None:
                entry.then()

    def _ask_again(self) -> None:
        """One question for all that failed: it is written behind them. One each would take a tick for every entry."""
        again = self._write_again()
        for entry in self._entries:
            if entry.written is not None and entry.written.done() and entry.written.exception() is not None:
                entry.written = again

    def _tell_failures(self) -> None:
        """At once, also those who stand behind others: whoever asked must not wait until the disk has recovered."""
        while self._asked:
            written = self._asked[0].written
            assert written is not None
            if not written.done():
                return
            entry, error = self._asked.popleft(), written.exception()
            if error is not None and entry.promised is not None:
                entry.promised.set_exception(error)
                entry.promised = None
