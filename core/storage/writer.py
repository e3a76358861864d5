"""The writer thread: whatever has queued up while one commit was under way goes out in the next."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.events import Change
from core.domain.language import Message
from core.storage.codec import STATE_TABLES, Cell, driver_of, encode, entities, orders_of
from core.storage.database import StorageError, is_poison, told
from core.tracking.positions import LastKnown

log = logging.getLogger(__name__)

RETRY_S = 1.0
GROUP_ROWS = 20_000
Row = tuple[Cell, ...]
Extras = Sequence[tuple[str, Sequence[Row]]]
"""Statements with their rows, of features that keep tables of their own: stored with the changes or not at all."""

_EVENT = "INSERT INTO events (seq, at, kind, actor, reason, order_id, driver_id, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_LINK = "INSERT INTO event_orders (order_id, seq) VALUES (?, ?)"
_WORD = "INSERT INTO words (driver_id, word_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_POSITION = (
    f"INSERT OR REPLACE INTO positions ({', '.join(LastKnown._fields)}) VALUES ({', '.join('?' * len(LastKnown._fields))})"
)
_UPSERTS = {table.name: table.upsert for table in STATE_TABLES}


@dataclass(frozen=True, slots=True)
class Health:
    """``problem`` is empty, or one line that says what is wrong and what to do; ``waiting`` counts rows not yet on disk."""

    problem: str = ""
    waiting: int = 0

    @property
    def ok(self) -> bool:
        return not self.problem


@dataclass(slots=True, eq=False)
class Job:
    """What one call wrote, as rows: stored together or not at all."""

    events: list[Row] = field(default_factory=list)
    links: list[tuple[str, ...]] = field(default_factory=list)
    state: dict[str, dict[Cell, Row]] = field(default_factory=dict)
    words: list[Row] = field(default_factory=list)
    positions: list[Row] = field(default_factory=list)
    forget_words_before: float | None = None
    extras: Extras = ()
    future: Future[int] = field(default_factory=Future)

    @property
    def rows(self) -> int:
        return len(self.events) + len(self.words) + len(self.positions) + sum(len(rows) for _, rows in self.extras)


def job_of(
    changes: Sequence[Change],
    words: Sequence[tuple[str, str, float]],
    positions: Sequence[Row],
    extras: Extras = (),
) -> Job:
    """Raise BadInput where a change can't be stored; nothing has been queued then."""
    job = Job(words=list(words), positions=list(positions), extras=extras)
    for change in changes:
        orders, kind = orders_of(change), type(change).__name__
        first = orders[0] if orders else None
        job.events.append((change.at, kind, change.actor, change.reason, first, driver_of(change), encode(change)))
        job.links.append(orders)
        for table, entity in entities(change):
            row = table.row(entity)
            job.state.setdefault(table.name, {})[row[0]] = row
    return job


class Writer:
    """Owns the connection that writes. A job's future is resolved, in this thread, after its commit.

    Where the disk or the file stands in the way, the futures fail, `health` says why, and the data is kept and tried again
    until it is stored; what comes later waits behind it, so that the log keeps its order.
    """

    def __init__(self, connection: sqlite3.Connection, last_seq: int, retry_s: float = RETRY_S) -> None:
        self._connection = connection
        self._seq = last_seq
        self._retry_s = retry_s
        self._path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._waiting: deque[Job] = deque()
        self._singly = 0
        self._lock = threading.Lock()
        self._rows = 0
        self._problem = self._reason = ""
        self._closed = False
        self.on_commit: Callable[[int], None] = lambda seq: None
        self._thread = threading.Thread(target=self._run, name="storage-writer", daemon=True)
        self._thread.start()

    @property
    def health(self) -> Health:
        return Health(self._problem, self._rows)

    def submit(self, job: Job) -> Future[int]:
        job.future.set_running_or_notify_cancel()  # a write can't be called back
        with self._lock:
            if self._closed:
                raise StorageError(Message("the database is closed: nothing more can be stored"))
            self._rows += job.rows
            self._queue.put(job)
        return job.future

    def close(self) -> None:
        """Write what is queued and end. Raises StorageError where something could not be stored, and says how much."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        self._connection.close()
        if self._rows:
            raise StorageError(
                Message(
                    "{rows:,} changes could not be stored: {reason}",
                    rows=self._rows,
                    reason=self._reason,
                )
            )

    def _run(self) -> None:
        more = True
        while more:
            more = self._gather()
            while self._waiting and self._write_group():
                pass

    def _gather(self) -> bool:
        """Take what is queued: at least one job, or, with jobs put off, what comes until it is time to try again.

        False once there will be no more.
        """
        put_off, deadline = bool(self._waiting), time.monotonic() + self._retry_s
        while True:
            try:
                if put_off:
                    job = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
                else:
                    job = self._queue.get(block=not self._waiting)
            except queue.Empty:
                return True
            if job is None:
                return False
            self._waiting.append(job)

    def _head(self) -> list[Job]:
        """The jobs for the next commit."""
        if self._singly:
            self._singly -= 1
            return [self._waiting[0]]
        group, rows = [], 0
        for job in self._waiting:
            group.append(job)
            rows += job.rows
            if rows >= GROUP_ROWS:
                break
        return group

    def _write_group(self) -> bool:
        """Commit the first jobs; False where that has to be tried again later."""
        group = self._head()
        try:
            last = self._commit(group)
        except Exception as error:
            # Whatever it is, the thread lives on: without it everything later would stay unwritten.
            with suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                self._connection.rollback()
            if not is_poison(error):
                self._put_off(error)
                return False
            if len(group) > 1:
                self._singly = len(group)
                return True
            log.exception("a write was dropped, since it can't be stored: %r", group[0].events)
            self._done(group)
            _fail(group[0], StorageError(Message("this can't be stored: {reason}", reason=told(error))))
            return True
        if self._problem:
            log.warning("writing to the database works again")
            self._problem = ""
        self._done(group)
        for job, seq in zip(group, last, strict=True):
            if not job.future.done():
                job.future.set_result(seq)
        self.on_commit(self._seq)
        return True

    def _commit(self, group: list[Job]) -> list[int]:
        """Store the jobs in one transaction; return the number of the last event up to and with each of them."""
        seq, last = self._seq, []
        events: list[Row] = []
        links: list[Row] = []
        state: dict[str, dict[Cell, Row]] = {}
        for job in group:
            for event, orders in zip(job.events, job.links, strict=True):
                seq += 1
                events.append((seq, *event))
                links += [(order_id, seq) for order_id in orders]
            for name, rows in job.state.items():
                state.setdefault(name, {}).update(rows)
            last.append(seq)
        write = self._connection
        write.execute("BEGIN IMMEDIATE")
        write.executemany(_EVENT, events)
        write.executemany(_LINK, links)
        for name, rows in state.items():
            write.executemany(_UPSERTS[name], rows.values())
        write.executemany(_WORD, (row for job in group for row in job.words))
        write.executemany(_POSITION, (row for job in group for row in job.positions))
        for job in group:
            if job.forget_words_before is not None:
                write.execute("DELETE FROM words WHERE at < ?", (job.forget_words_before,))
            for statement, extra in job.extras:
                write.executemany(statement, extra)
        write.execute("COMMIT")
        self._seq = seq
        return last

    def _done(self, group: list[Job]) -> None:
        for _ in group:
            self._waiting.popleft()
        with self._lock:
            self._rows -= sum(job.rows for job in group)

    def _put_off(self, error: Exception) -> None:
        self._reason = told(error, self._path)
        problem = Message(
            "the database can't be written, {reason}; what happens meanwhile is kept and tried again", reason=self._reason
        )
        if problem != self._problem:
            log.error("%s", problem)
            self._problem = problem
        for job in self._waiting:
            _fail(job, StorageError(problem))


def _fail(job: Job, error: StorageError) -> None:
    if not job.future.done():
        job.future.set_exception(error)
