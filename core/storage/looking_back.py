"""The log of some hours, read beside the running store: for a worker that reckons what they came to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.domain.driver import Presence
from core.domain.events import Change, DriverCameOnline, DriverTookBreak, DriverWentOffline
from core.domain.language import Message
from core.storage.codec import DRIVERS, decode
from core.storage.database import StorageError, open_readable, told

DAY_S = 86_400.0
_PRESENCES = ", ".join(f"'{kind.__name__}'" for kind in (DriverCameOnline, DriverTookBreak, DriverWentOffline))


def changes_until(path: Path, since: float, until_seq: int) -> Iterator[Change]:
    """The changes from ``since`` (epoch seconds) until that number, oldest first. Raises StorageError."""
    with _reading(path) as read:
        rows = read.execute(
            "SELECT kind, body FROM events WHERE seq > ? AND seq <= ? ORDER BY seq",
            (_before(read, since, until_seq), until_seq),
        )
        for kind, body in rows:
            yield decode(kind, body)


def online_at(path: Path, since: float, until_seq: int) -> set[str]:
    """Drivers who were online then: by the last word of the day before, else by what the first word after it ended."""
    with _reading(path) as read:
        begin = _before(read, since, until_seq)
        last = _presences(read, "max", _before(read, since - DAY_S, until_seq), begin)
        first = _presences(read, "min", begin, until_seq)
        drivers = [DRIVERS.decode(body) for (body,) in read.execute("SELECT body FROM drivers WHERE NOT removed")]
    online = DriverCameOnline.__name__
    before = {driver_id for driver_id, kind in last.items() if kind == online}
    left = {driver_id for driver_id, kind in first.items() if kind != online}
    stayed = {d.id for d in drivers if d.presence is Presence.ONLINE and d.id not in first}
    return before | ((left | stayed) - last.keys())


def _presences(read: sqlite3.Connection, which: str, after: int, until: int) -> dict[str, str]:
    """The first or last kind of word (``min`` or ``max``) about each driver's presence between two numbers."""
    chosen = f"SELECT {which}(seq) FROM events WHERE seq > ? AND seq <= ? AND kind IN ({_PRESENCES}) GROUP BY driver_id"
    return dict(read.execute(f"SELECT driver_id, kind FROM events WHERE seq IN ({chosen})", (after, until)).fetchall())


def _before(read: sqlite3.Connection, at: float, until_seq: int) -> int:
    """The number of the last event before ``at``. A phone's late word may stand a little after others of its time."""
    low, high = 0, until_seq
    while low < high:
        middle = (low + high) // 2
        row = read.execute("SELECT at FROM events WHERE seq > ? ORDER BY seq LIMIT 1", (middle,)).fetchone()
        if row is None or row[0] >= at:
            high = middle
        else:
            low = middle + 1
    return low


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(open_readable(path)) as read:
            yield read
    except sqlite3.Error as error:
        raise StorageError(Message("the database {path} can't be read: {reason}", path=path, reason=told(error))) from None
