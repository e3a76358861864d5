"""What the engine keeps: changes in, the state they led to and their history out."""

from __future__ import annotations

import math
import queue
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from core.domain.events import Change, DispatchChange
from core.domain.language import Message
from core.domain.order import ENDED, Order
from core.domain.world import World
from core.storage.codec import (
    ALERTS,
    AREAS,
    CONSIGNMENTS,
    DAYS,
    DRIVERS,
    EXPERIMENTS,
    FORWARDS,
    MERCHANTS,
    OFFERS,
    ORDERS,
    PROVIDERS,
    ROUTES,
    RULESETS,
    TALLIES,
    Cell,
    E,
    StateTable,
    decode,
)
from core.storage.database import StorageError, open_readable, open_writable, told
from core.storage.verify import differences
from core.storage.writer import RETRY_S, Extras, Health, Writer, job_of
from core.tracking.positions import LastKnown

RECENT_S = 24 * 3600.0
"""Ended orders and drivers' words younger than this are loaded at the start."""

PAGE = 2000
MOST_NOTES = 1000
SETUP_KINDS = (
    "AreaSaved", "AreaRemoved", "RulesSaved", "ProviderSaved", "ProviderRemoved", "WeatherTold", "MerchantRegistered",
    "MerchantRemoved", "ForwardSaved", "ForwardRemoved",
)  # fmt: skip
"""As in the index of the schema."""
NOTE_KINDS = ("NoteTaken", "NoteStruck")
"""As in another index of it."""

_NEXT_ORDER = "SELECT seq, at FROM events WHERE seq > ? AND seq <= ? AND kind = 'OrderReceived' ORDER BY seq LIMIT 1"
_ENDED = ", ".join(f"'{status}'" for status in sorted(ENDED))


class Logged(NamedTuple):
    """A change with its number in the log; numbers rise by one and begin with 1."""

    seq: int
    change: Change


class LogRow(NamedTuple):
    """A change as it stands in the log; ``body`` is JSON."""

    seq: int
    at: float
    kind: str
    actor: str
    reason: str
    order_id: str | None
    driver_id: str | None
    body: str


@dataclass(slots=True)
class Loaded:
    """The state as it was stored. ``words`` are the ids of each driver's recent words, ``last_seq`` the last event's number."""

    world: World = field(default_factory=World)
    words: dict[str, set[str]] = field(default_factory=dict)
    positions: list[LastKnown] = field(default_factory=list)
    last_seq: int = 0
    last_at: float = 0.0


class Store:
    """One writer thread, and as many readers as ask at once. Every method may be called from any thread.

    Readers see what is committed: a change is in `history` once the future of its write is resolved.
    """

    def __init__(self, path: Path, writer: sqlite3.Connection, retry_s: float = RETRY_S) -> None:
        self.path = path
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._writer = Writer(writer, _last(writer)[0], retry_s)

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open or create. Raises BadInput, with nothing changed, for a file that is damaged, foreign, newer or read-only."""
        return cls(path, open_writable(path))

    @property
    def health(self) -> Health:
        return self._writer.health

    def write(
        self,
        changes: Sequence[Change],
        words: Sequence[tuple[str, str, float]] = (),
        positions: Sequence[LastKnown] = (),
        forget_words_before: float | None = None,
        extras: Extras = (),
    ) -> Future[int]:
        """Queue a write, all or nothing; the future gives the number of the last event once it is on the disk.

        ``words`` are (driver id, word id, epoch seconds); with ``forget_words_before`` older ones are dropped. ``extras`` are
        rows of tables that belong to one feature. Raises BadInput at once, with nothing queued, where a change can't be stored
        as it is. The future fails with a StorageError where the disk is in the way; the data is then kept, and tried again
        before anything later, so that an empty `write` succeeds once all before it is stored.
        """
        job = job_of(changes, words, positions, extras)
        job.forget_words_before = forget_words_before
        return self._writer.submit(job)

    def flush(self, timeout_s: float | None = None) -> int:
        """Wait until all that was written before is on the disk; raises StorageError where it can't be."""
        return self.write(()).result(timeout_s)

    def close(self) -> None:
        """Store what is queued and close. Raises StorageError where something could not be stored."""
        while (reader := self._spare_reader()) is not None:
            reader.close()
        self._writer.close()

    def load(self, now: float | None = None) -> Loaded:
        """The state to go on from: open orders and those that ended within `RECENT_S` of ``now``, and all else that stands.

        ``now`` is epoch seconds, by default the time of the last event.
        """
        with self._reader() as read, _snapshot(read):
            last_seq, last_at = _last(read)
            since = (last_at if now is None else now) - RECENT_S
            loaded = Loaded(last_seq=last_seq, last_at=last_at)
            kept = f"status NOT IN ({_ENDED}) OR status_at >= ?"
            loaded.world.apply(
                DispatchChange(
                    at=last_at,
                    merchants=tuple(_entities(read, MERCHANTS)),
                    areas=tuple(_entities(read, AREAS)),
                    experiments=tuple(_entities(read, EXPERIMENTS)),
                    drivers=tuple(_entities(read, DRIVERS, "NOT removed")),
                    orders=tuple(_entities(read, ORDERS, kept, since)),
                    offers=tuple(_entities(read, OFFERS, "state = 'open'")),
                    routes=tuple(_entities(read, ROUTES)),
                    alerts=tuple(_entities(read, ALERTS, "cleared_at IS NULL")),
                    rulesets=tuple(_entities(read, RULESETS)),
                    providers=tuple(_entities(read, PROVIDERS)),
                    tallies=tuple(_entities(read, TALLIES)),
                    consignments=tuple(_entities(read, CONSIGNMENTS, "state <> 'ended'")),
                    days=tuple(_entities(read, DAYS)),
                    forwards=tuple(_entities(read, FORWARDS, "NOT removed")),
                )
            )
            for driver_id, word_id in read.execute("SELECT driver_id, word_id FROM words WHERE at >= ?", (since,)):
                loaded.words.setdefault(driver_id, set()).add(word_id)
            loaded.positions = _positions(read)
            for change in _notes(read, since):
                loaded.world.apply(change)
        return loaded

    def has_order(self, order_id: str) -> bool:
        """Whether there was ever an order of that number."""
        with self._reader() as read:
            return read.execute("SELECT 1 FROM orders WHERE id = ?", (order_id,)).fetchone() is not None

    def orders(self) -> Iterator[Order]:
        """Every order there ever was, as it stands on the disk, by number."""
        with self._reader() as read, _snapshot(read):
            yield from _entities(read, ORDERS)

    def history(self, order_id: str) -> list[Change]:
        """Every change that concerns the order, oldest first."""
        rows = "SELECT e.seq, e.kind, e.body FROM event_orders JOIN events e USING (seq) WHERE event_orders.order_id = ?"
        return [logged.change for logged in self.logged(f"{rows} ORDER BY seq", order_id)]

    def recent(self, limit: int, before_seq: int | None = None) -> list[Logged]:
        """The last ``limit`` changes, newest first; with ``before_seq`` those that came before it, for the next page."""
        before = before_seq if before_seq is not None else 2**62
        return self.logged("SELECT seq, kind, body FROM events WHERE seq < ? ORDER BY seq DESC LIMIT ?", before, limit)

    def events_since(self, seq: int, limit: int = -1) -> list[Logged]:
        """The changes after number ``seq``, oldest first, at most ``limit`` of them (-1: all)."""
        return self.logged("SELECT seq, kind, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit)

    def between(self, start: float, end: float) -> Iterator[Logged]:
        """The changes from ``start`` until ``end`` (epoch seconds), oldest first, a page at a time.

        What matters is when they were logged: a phone's late word stands among those it came with.
        """
        at, last = self._seq_at(start), self._seq_at(end)
        while at < last:
            page = self.logged(
                "SELECT seq, kind, body FROM events WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?", at, last, PAGE
            )
            yield from page
            at = page[-1].seq if page else last

    def _seq_at(self, at: float) -> int:
        """The number of the last event before the first order that was received at ``at`` or later; of all where none was.

        Orders are received in the engine's time, which does not run backwards: that allows to halve.
        """
        with self._reader() as read:
            low, high = 0, _last(read)[0]
            while low < high:
                middle = (low + high) // 2
                row = read.execute(_NEXT_ORDER, (middle, high)).fetchone()
                if row is None or row[1] >= at:
                    high = middle
                else:
                    low = int(row[0])
            last = _last(read)[0]
            row = read.execute(_NEXT_ORDER, (low, last)).fetchone()
            return last if row is None else int(row[0]) - 1

    def rows_since(self, seq: int, limit: int) -> list[LogRow]:
        """`events_since`, each body as it is in the log: for whoever passes many on."""
        query = "SELECT seq, at, kind, actor, reason, order_id, driver_id, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
        return [LogRow._make(row) for row in self.ask(query, seq, limit)]

    def rows_of_order(self, order_id: str) -> list[LogRow]:
        """`history`, as it is in the log."""
        query = (
            "SELECT e.seq, at, kind, actor, reason, e.order_id, driver_id, body FROM event_orders o JOIN events e USING (seq)"
        )
        return [LogRow._make(row) for row in self.ask(f"{query} WHERE o.order_id = ? ORDER BY seq", order_id)]

    def last_seq(self) -> int:
        """The number of the last event that is on the disk; 0 before the first."""
        return int(self.ask("SELECT coalesce(max(seq), 0) FROM events")[0][0])

    def last_at(self) -> float:
        """When the last event happened, epoch seconds; 0 before the first."""
        with self._reader() as read:
            return _last(read)[1]

    def order(self, order_id: str) -> Order | None:
        """An order as it stands on the disk, however long ago it ended."""
        found = self.ask("SELECT body FROM orders WHERE id = ?", order_id)
        return ORDERS.decode(found[0][0]) if found else None

    def ask(self, query: str, *values: Cell) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self._reader() as read:
            return read.execute(query, values).fetchall()

    def on_commit(self, told: Callable[[int], None]) -> None:
        """Call ``told`` with the last event's number after each commit, in the writer's thread: it must only hand it on."""
        self._writer.on_commit = told

    def rebuild_check(self) -> list[str]:
        """Play the whole log again and name each difference between what it leads to and the state tables."""
        with self._reader() as read, _snapshot(read):
            return differences(read)

    def logged(self, query: str, *values: Cell) -> list[Logged]:
        """The changes of a query for their number, kind and body."""
        with self._reader() as read:
            return [Logged(seq, decode(kind, body)) for seq, kind, body in read.execute(query, values)]

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._spare_reader() or open_readable(self.path)
            try:
                yield connection
            finally:
                self._readers.put(connection)
        except sqlite3.Error as error:
            raise StorageError(
                Message("the database {path} can't be read: {reason}", path=self.path, reason=told(error))
            ) from None

    def _spare_reader(self) -> sqlite3.Connection | None:
        try:
            return self._readers.get_nowait()
        except queue.Empty:
            return None


@contextmanager
def _snapshot(read: sqlite3.Connection) -> Iterator[None]:
    """Several queries that see the same state, whatever is committed meanwhile."""
    read.execute("BEGIN")
    try:
        yield
    finally:
        read.execute("ROLLBACK")


def _last(read: sqlite3.Connection) -> tuple[int, float]:
    row = read.execute("SELECT seq, at FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    return (0, 0.0) if row is None else (int(row[0]), float(row[1]))


def _entities(read: sqlite3.Connection, table: StateTable[E], where: str = "true", *values: Cell) -> Iterator[E]:
    """In the order of their keys, so that a start leads to the same state whatever was written when."""
    query = f"SELECT body FROM {table.name} WHERE {where} ORDER BY {table.columns[0]}"
    return (table.decode(body) for (body,) in read.execute(query, values))


def _notes(read: sqlite3.Connection, since: float) -> list[Change]:
    """The notes since then, with those that were struck."""
    rows = read.execute(
        f"SELECT kind, body FROM events WHERE kind IN ({', '.join(map(repr, NOTE_KINDS))}) ORDER BY seq DESC LIMIT ?",
        (MOST_NOTES,),
    )
    return [change for change in reversed([decode(kind, body) for kind, body in rows]) if change.at >= since]


def _positions(read: sqlite3.Connection) -> list[LastKnown]:
    rows = read.execute(f"SELECT {', '.join(LastKnown._fields)} FROM positions ORDER BY driver_id").fetchall()
    return [LastKnown._make(math.nan if value is None else value for value in row) for row in rows]
