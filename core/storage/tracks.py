"""Where everyone was: positions kept for a set time, in a file of their own, a minute of 256 drivers in each piece.

What is written here is never waited for, and a stop without warning may lose the last minute of it.
"""

from __future__ import annotations

import logging
import os
import queue
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.domain.errors import BadInput
from core.domain.geo import LatLon, checked_place
from core.domain.language import Message
from core.domain.reports import FixBatch, Floats
from core.storage.database import StorageError, is_damage, open_readable, told
from core.storage.track_codec import Numbers, decode, encode
from core.tracking.geometry import distances_m

log = logging.getLogger(__name__)

SLICE_S = 60.0
GROUP = 256
PENDING = 10
"""Most minutes that are kept while the disk is in the way; then the oldest is given up."""
_FREED_PAGES = 4000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS drivers (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS pieces (
    band    INTEGER NOT NULL,  -- number of the driver / 256
    first_t REAL NOT NULL,
    last_t  REAL NOT NULL,
    body    BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS pieces_by_time ON pieces (last_t);
CREATE INDEX IF NOT EXISTS pieces_by_band ON pieces (band, last_t);
"""


class Track(NamedTuple):
    """One driver's way: epoch seconds ascending, degrees; each of shape (n,)."""

    t: Floats
    lat: Floats
    lon: Floats


class Ways(NamedTuple):
    """Many drivers' fixes, by driver and time; ``driver`` (n,) indexes ``drivers``, the others as in `Track`."""

    drivers: list[str]
    driver: Numbers
    t: Floats
    lat: Floats
    lon: Floats


class Sighting(NamedTuple):
    """A driver near a place: from the first to the last fix within the radius (epoch seconds), and how near at most."""

    driver_id: str
    first_t: float
    last_t: float
    nearest_m: float


class Halt(NamedTuple):
    """Where a driver stayed: from and to in epoch seconds, and the middle of the fixes."""

    since: float
    until: float
    place: LatLon


class Where(NamedTuple):
    driver_id: str
    t: float
    place: LatLon


class TrackLog:
    """`add` may be called from one thread, the questions from any. ``keep_s`` may be changed while it runs.

    A question sees all that was added before it.
    """

    def __init__(self, path: Path, keep_s: float) -> None:
        """Raises BadInput where the file can't be used."""
        self.path = path
        self.keep_s = keep_s
        self.problem = ""
        """Why it can't be written; empty where it can."""
        self.set_aside = ""
        """That a damaged file was set aside at the start, and where it is."""
        try:
            self._write, self._numbers = _begin(path)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise BadInput(
                    Message("the position history {path} can't be opened: {reason}", path=path, reason=told(error))
                ) from None
            # Where everyone was is no reason to hold up where everyone is to go.
            self.set_aside = Message(
                "the position history was damaged and begins anew: what it held is in {name}", name=_set_aside(path).name
            )
            log.error("%s", self.set_aside)
            self._write, self._numbers = _begin(path)
        self._new: list[tuple[int, str]] = []
        self._parts: list[tuple[Numbers, Floats, Floats, Floats]] = []
        self._slice_ends = 0.0
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="track-writer", daemon=True)
        self._thread.start()

    def add(self, fixes: FixBatch, now: float) -> None:
        """Keep the fixes, the late and the repeated ones too. ``now`` is epoch seconds."""
        with self._lock:
            if now >= self._slice_ends:
                self._hand_over(now)
                self._slice_ends = now + SLICE_S
            numbers = np.fromiter(map(self._number, fixes.drivers), np.int64, len(fixes.drivers))
            self._parts.append((numbers[fixes.driver], fixes.t, fixes.lat, fixes.lon))

    def flush(self) -> None:
        """Wait until all that was added is in the file. Raises StorageError where it can't be."""
        done = threading.Event()
        with self._lock:
            self._hand_over(None, done)
        if not done.wait(60.0) or self.problem:
            raise StorageError(self.problem or Message("the position history is not written: the disk does not answer"))

    def close(self) -> None:
        with self._lock:
            self._hand_over(None)
        self._queue.put(None)
        self._thread.join()
        self._write.close()

    # --- questions

    def track(self, driver_id: str, since: float, until: float) -> Track:
        """Every fix of the driver from ``since`` to ``until`` (epoch seconds); of those with the same time the last to come."""
        number = self._numbers.get(driver_id)
        parts = [np.empty((3, 0))]
        if number is not None:
            for driver, *columns in self._pieces(since, until, number // GROUP):
                mine = driver == number
                parts.append(np.stack(columns)[:, mine])
        fixes = np.concatenate(parts, axis=1)
        fixes = fixes[:, (fixes[0] >= since) & (fixes[0] <= until)]
        fixes = fixes[:, np.argsort(fixes[0], kind="stable")]
        return Track(*fixes[:, np.append(fixes[0, 1:] != fixes[0, :-1], True)[: fixes.shape[1]]])

    def near(self, place: LatLon, radius_m: float, since: float, until: float) -> list[Sighting]:
        """Who was within the radius between two moments, the first to come first. Raises BadInput for no place or radius."""
        checked_place(*place)
        if not radius_m > 0:
            raise BadInput(Message("a radius must be above 0 m: not {radius_m}", radius_m=radius_m))
        seen: dict[int, tuple[float, float, float]] = {}
        for driver, t, lat, lon in self._pieces(since, until):
            rows = np.flatnonzero((np.abs(lat - place.lat) <= radius_m / 111_000.0) & (t >= since) & (t <= until))
            far = distances_m(place, lat[rows], lon[rows])
            hits = far <= radius_m
            rows, far = rows[hits], far[hits]
            for number, at, metres in zip(driver[rows].tolist(), t[rows].tolist(), far.tolist(), strict=True):
                first, last, nearest = seen.get(number, (at, at, metres))
                seen[number] = min(first, at), max(last, at), min(nearest, metres)
        names = self._names()
        return sorted((Sighting(names[n], *when) for n, when in seen.items()), key=lambda s: (s.first_t, s.driver_id))

    def at(self, moment: float, within_s: float = 300.0) -> list[Where]:
        """Where everyone was: of each driver the last fix up to that moment, none older than ``within_s``."""
        newest: dict[int, tuple[float, float, float]] = {}
        for driver, t, lat, lon in self._pieces(moment - within_s, moment):
            rows = np.flatnonzero((t <= moment) & (t >= moment - within_s))
            if not len(rows):
                continue
            rows = rows[np.lexsort((t[rows], driver[rows]))]
            last = rows[np.append(driver[rows][1:] != driver[rows][:-1], True)]
            for number, *fix in zip(*(c[last].tolist() for c in (driver, t, lat, lon)), strict=True):
                if fix[0] >= newest.get(number, (0.0,))[0]:
                    newest[number] = (fix[0], fix[1], fix[2])
        names = self._names()
        return sorted(Where(names[n], t, LatLon(lat, lon)) for n, (t, lat, lon) in newest.items())

    def ways(self, since: float, until: float) -> Ways:
        """Every fix of everyone from ``since`` to ``until`` (epoch seconds); of those with the same time the last to come."""
        parts = [np.empty((4, 0)), *(np.stack(columns) for columns in self._pieces(since, until))]
        fixes = np.concatenate(parts, axis=1)
        fixes = fixes[:, (fixes[1] >= since) & (fixes[1] <= until)]
        fixes = fixes[:, np.lexsort((fixes[1], fixes[0]))]
        again = (fixes[0, 1:] == fixes[0, :-1]) & (fixes[1, 1:] == fixes[1, :-1])
        number, t, lat, lon = fixes[:, np.append(~again, True)[: fixes.shape[1]]]
        names = self._names()
        numbers, driver = np.unique(number.astype(np.int64), return_inverse=True)
        return Ways([names[n] for n in numbers.tolist()], driver, t, lat, lon)

    def _pieces(self, since: float, until: float, band: int | None = None) -> Iterator[tuple[Numbers, Floats, Floats, Floats]]:
        self.flush()
        query = "SELECT body FROM pieces WHERE last_t >= ? AND first_t <= ?"
        values: tuple[float, ...] = (since, until)
        if band is not None:
            query, values = f"{query} AND band = ?", (since, until, band)
        try:
            with closing(open_readable(self.path)) as read:
                for (body,) in read.execute(f"{query} ORDER BY rowid", values):
                    yield decode(body)
        except sqlite3.Error as error:
            raise StorageError(
                Message("the position history {path} can't be read: {reason}", path=self.path, reason=told(error))
            ) from None

    def _names(self) -> dict[int, str]:
        with self._lock:
            return {number: name for name, number in self._numbers.items()}

    # --- writing

    def _number(self, driver_id: str) -> int:
        number = self._numbers.get(driver_id)
        if number is None:
            number = self._numbers[driver_id] = len(self._numbers)
            self._new.append((number, driver_id))
        return number

    def _hand_over(self, now: float | None, done: threading.Event | None = None) -> None:
        self._queue.put(_Job(self._parts, self._new, None if now is None else now - self.keep_s, done))
        self._parts, self._new = [], []

    def _run(self) -> None:
        waiting: list[_Job] = []
        while (job := self._queue.get()) is not None:
            waiting.append(job)
            try:
                while waiting:
                    self._store(waiting[0])
                    waiting.pop(0)
                self.problem = ""
            except sqlite3.Error as error:
                if self._write.in_transaction:
                    self._write.rollback()
                problem = Message(
                    "the position history can't be written, {reason}; the last minutes are kept and tried again",
                    reason=told(error),
                )
                if problem != self.problem:
                    log.error("%s", problem)
                self.problem = problem
                for stuck in waiting:
                    stuck.tell()
                if len(waiting) > PENDING:
                    # Its drivers' names are still needed.
                    waiting[1] = waiting[1]._replace(names=waiting[0].names + waiting[1].names)
                    del waiting[0]

    def _store(self, job: _Job) -> None:
        rows = []
        if job.parts:
            driver, t, lat, lon = (np.concatenate(columns) for columns in zip(*job.parts, strict=True))
            # What claims to be from another day is no history of this one, and would make the pieces wide.
            rows = list(_rows(driver, t, lat, lon))
        self._write.execute("BEGIN IMMEDIATE")
        self._write.executemany("INSERT INTO drivers (number, id) VALUES (?, ?)", job.names)
        self._write.executemany("INSERT INTO pieces (band, first_t, last_t, body) VALUES (?, ?, ?, ?)", rows)
        if job.forget_before is not None:
            self._write.execute("DELETE FROM pieces WHERE last_t < ?", (job.forget_before,))
        self._write.execute("COMMIT")
        if job.forget_before is not None:
            self._write.execute(f"PRAGMA incremental_vacuum({_FREED_PAGES})").fetchall()
        job.tell()


class _Job(NamedTuple):
    parts: list[tuple[Numbers, Floats, Floats, Floats]]
    names: list[tuple[int, str]]
    forget_before: float | None
    done: threading.Event | None

    def tell(self) -> None:
        if self.done is not None:
            self.done.set()


def _begin(path: Path) -> tuple[sqlite3.Connection, dict[str, int]]:
    connection = _opened(path)
    try:
        return connection, {str(name): int(number) for number, name in connection.execute("SELECT number, id FROM drivers")}
    except sqlite3.Error:
        connection.close()
        raise


def _set_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.bad")
    for old in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(FileNotFoundError):
            os.replace(old, old.with_name(old.name.replace(path.name, aside.name)))
    return aside


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _rows(driver: Numbers, t: Floats, lat: Floats, lon: Floats) -> Iterator[tuple[int, float, float, bytes]]:
    """A row per group of drivers and day, so that a backlog of last week's does not make a piece of today's wide."""
    day = np.floor(t / 86_400.0).astype(np.int64)
    order = np.lexsort((t, driver, day, driver // GROUP))
    driver, t, lat, lon, day = driver[order], t[order], lat[order], lon[order], day[order]
    band = driver // GROUP
    starts = np.flatnonzero(np.append(True, (band[1:] != band[:-1]) | (day[1:] != day[:-1])))
    for first, end in zip(starts.tolist(), [*starts[1:].tolist(), len(t)], strict=True):
        part = slice(first, end)
        yield int(band[first]), float(t[part].min()), float(t[part].max()), encode(driver[part], t[part], lat[part], lon[part])


def halts(track: Track, radius_m: float = 50.0, least_s: float = 120.0) -> list[Halt]:
    """Where the driver stayed within ``radius_m`` of where they stopped for ``least_s`` or longer."""
    found: list[Halt] = []
    t, lat, lon = track
    start = 0
    while start < len(t):
        here = LatLon(float(lat[start]), float(lon[start]))
        long_enough = int(np.searchsorted(t, t[start] + least_s)) + 1
        if long_enough > len(t) or (distances_m(here, lat[start:long_enough], lon[start:long_enough]) > radius_m).any():
            start += 1
            continue
        away = np.flatnonzero(distances_m(here, lat[start:], lon[start:]) > radius_m)
        end = start + int(away[0]) if len(away) else len(t)
        middle = LatLon(float(np.median(lat[start:end])), float(np.median(lon[start:end])))
        found.append(Halt(float(t[start]), float(t[end - 1]), middle))
        start = end
    return found
