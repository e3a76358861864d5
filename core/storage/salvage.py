"""What a damaged database still holds of what came after a backup, brought over into that backup's database.

Events carry the state they led to, so each that can be read is simply stored again, under the number it had. Where some can't
be read, the tables of current state say what they led to: that follows as an event of its own.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain import reasons
from core.domain.errors import BadInput, KerbsideError
from core.domain.events import BroughtOver, Change
from core.storage.codec import STATE_TABLES, Cell, decode
from core.storage.database import Damaged, check, open_readable, open_writable, schema_steps
from core.storage.store import Store

AT_ONCE = 500
SMALLEST = 64
"""Bytes of an event: a file has no more of them than that, whatever number stands in it."""
LOOKED_AT = 1000
"""So many of the backup's last events are tried to find out whether both are of one history."""
_ROW = "SELECT at, kind, body FROM events WHERE seq = ?"
_LAST = ("SELECT max(seq) FROM events", "SELECT max(seq) FROM event_orders", "SELECT max(seq) FROM forward_cursors")
_BESIDE = ("words", "positions", "answers")


@dataclass(frozen=True, slots=True)
class Salvaged:
    """``events`` came over; ``lost`` could not be read, though what they led to may have been."""

    events: int
    lost: int


def is_damaged(database: Path) -> bool:
    """Whether the file is there and can't be trusted. One that can't be looked at for another reason is left alone."""
    with suppress(OSError, sqlite3.Error, BadInput):
        try:
            check(database, len(schema_steps()))
        except Damaged:
            return True
    return False


def bring_over(damaged: Path, database: Path) -> Salvaged | None:
    """Add to a sound database what another, damaged one had more. ``None``, with nothing added, where that is not a later state
    of the same history, or nothing of it can be read. Raises BadInput where the sound one can't be written."""
    steps = schema_steps()
    open_writable(database).close()  # brought to the newest schema
    with suppress(sqlite3.Error), closing(open_readable(damaged)) as old, closing(open_readable(database)) as sound:
        if old.execute("PRAGMA user_version").fetchone()[0] != len(steps):
            return None
        after = int(sound.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])
        if not _same_history(old, sound, after):
            return None
        with closing(Store.open(database)) as store:
            last = _last(old)
            return None if last is None else _bring_over(old, store, after, min(last, damaged.stat().st_size // SMALLEST))
    return None


def _same_history(old: sqlite3.Connection, sound: sqlite3.Connection, last: int) -> bool:
    """One of the last events of both, the first that can be read, is the same."""
    for seq in range(last, max(0, last - LOOKED_AT), -1):
        with suppress(sqlite3.Error):
            found = old.execute(_ROW, (seq,)).fetchone()
            if found is not None:
                return bool(found == sound.execute(_ROW, (seq,)).fetchone())
    return last == 0


def _bring_over(old: sqlite3.Connection, store: Store, after: int, last: int) -> Salvaged:
    lost: list[int] = []
    changes: list[Change] = []
    brought = 0
    for seq in range(after + 1, last + 1):
        change = _change(old, seq)
        if change is None:
            lost.append(seq)
            continue
        changes.append(change)
        brought += 1
        if len(changes) == AT_ONCE:
            store.write(changes).result()
            changes = []
    store.write(changes).result()
    if lost:
        _state(old, store)
    extras = [(_insert(table, row), [row]) for table in _BESIDE for row in _rows(old, f"SELECT * FROM {table}")]
    # Others have heard of events up to a number: it is less by those before it that are gone.
    moved: list[tuple[str, list[tuple[Any, ...]]]] = []
    for forward_id, seq in _rows(old, "SELECT forward_id, seq FROM forward_cursors"):
        moved.append(("UPDATE forward_cursors SET seq = ? WHERE forward_id = ?", [(seq - bisect_right(lost, seq), forward_id)]))
    for forward_id, seq, *rest in _rows(old, "SELECT * FROM letters"):
        if seq not in lost:
            row = (forward_id, seq - bisect_right(lost, seq), *rest)
            moved.append((_insert("letters", row), [row]))
    store.write((), extras=[*extras, *moved]).result()
    return Salvaged(brought, len(lost))


def _insert(table: str, row: tuple[Any, ...]) -> str:
    return f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})"


def _last(old: sqlite3.Connection) -> int | None:
    """The last number that can be found out; ``None`` where none can."""
    found = []
    for query in _LAST:
        with suppress(sqlite3.Error):
            found.append(int(old.execute(query).fetchone()[0] or 0))
    return max(found, default=None)


def _change(old: sqlite3.Connection, seq: int) -> Change | None:
    with suppress(sqlite3.Error, KerbsideError, UnicodeDecodeError, TypeError):
        row = old.execute(_ROW, (seq,)).fetchone()
        return decode(row[1], row[2]) if row is not None else None
    return None


def _state(old: sqlite3.Connection, store: Store) -> None:
    """What the tables say otherwise than the events that could be read."""
    at, changes = store.last_at(), list[Change]()
    for table in STATE_TABLES:
        key = table.columns[0]
        known: dict[Cell, str] = dict(store.ask(f"SELECT {key}, body FROM {table.name}"))
        for thing_id, body in _rows(old, f"SELECT {key}, body FROM {table.name}"):
            with suppress(KerbsideError, ValueError):  # garbage that was no event either
                # As things, not as texts: the same one may have been written in other words.
                found = table.decode(body)
                if thing_id not in known or table.decode(known[thing_id]) != found:
                    told: dict[str, Any] = {table.name: (found,)}
                    changes.append(BroughtOver(at=at, reason=reasons.DAMAGED, **told))
    store.write(changes).result()


def _rows(old: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """What can be read of a table, from its beginning and from its end up to where it is damaged."""
    seen: set[Any] = set()
    for order in ("ASC", "DESC"):
        with suppress(sqlite3.Error, UnicodeDecodeError):
            for row in old.execute(f"{query} ORDER BY 1 {order}"):
                if row not in seen:
                    seen.add(row)
                    yield row
            return
