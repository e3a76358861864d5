"""The SQLite file itself: opened, checked, brought to the newest schema. Errors become one line that says what to do."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from importlib import resources
from pathlib import Path

from core.domain.causes import cause
from core.domain.errors import BadInput, KerbsideError
from core.domain.language import Message

log = logging.getLogger(__name__)

APPLICATION_ID = 0x4B455242
MAGIC = b"SQLite format 3\x00"
WAIT_S = 5.0


class StorageError(KerbsideError):
    """The database can't be written or read; nothing that depended on it was acknowledged."""


class Damaged(BadInput):
    """The database can't be trusted: what it says may not be what was stored."""


def schema_steps() -> list[str]:
    """The numbered schema files, in their order; the n-th brings a database from version n-1 to n."""
    folder = resources.files("core.storage") / "schema"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [f.read_text(encoding="utf-8") for f in files]


def open_writable(path: Path, steps: Sequence[str] | None = None) -> sqlite3.Connection:
    """Return the one connection that writes, on a database that is whole and of the newest schema.

    Raises BadInput, and leaves the file as it was, where it is no database of ours, damaged, newer than this program
    or not to be written.
    """
    steps = schema_steps() if steps is None else steps
    # A new one gets its name once it is whole: an empty file of that name has lost what was in it.
    begun = None if path.exists() else path.with_name(f"{path.name}.new")
    try:
        if begun is None:
            check(path, len(steps))
        else:
            begun.unlink(missing_ok=True)
        connection = sqlite3.connect(begun or path, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise BadInput(Message("the database {path} can't be opened: {reason}", path=path, reason=told(error))) from None
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL: a commit is on the disk itself before it is acknowledged. Commits are shared, so that it costs little.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # on macOS a plain sync leaves the data in the drive's own cache
        connection.execute("PRAGMA journal_size_limit = 67108864")
        _migrate(connection, steps)
        # SQLite opens a file it may not write without a word, and even begins to; the first change finds out.
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        connection.close()
        raise BadInput(Message("the database {path} can't be written: {reason}", path=path, reason=told(error))) from None
    if begun is None:
        return connection
    connection.close()
    try:
        begun.rename(path)
    except OSError as error:
        raise BadInput(Message("the database {path} can't be written: {reason}", path=path, reason=told(error))) from None
    return open_writable(path, steps)


def open_readable(path: Path) -> sqlite3.Connection:
    """A connection that can't write, usable from any one thread at a time."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=WAIT_S, isolation_level=None, check_same_thread=False)


def check(path: Path, newest: int) -> None:
    """Raise BadInput unless the file is a sound database of ours, of a version up to ``newest``. Writes nothing."""
    with path.open("rb") as file:
        began = file.read(len(MAGIC))
        if not began:
            raise _emptied(path)
        if began != MAGIC:
            raise BadInput(Message("{path} is no database: move it away, or choose another folder with --data", path=path))
    with closing(open_readable(path)) as connection:
        try:
            version = _number(connection, "PRAGMA user_version")
            owner = _number(connection, "PRAGMA application_id")
            empty = version == 0 and _number(connection, "SELECT count(*) FROM sqlite_schema") == 0
            if owner != APPLICATION_ID and not empty:
                raise BadInput(
                    Message("{path} belongs to another program: move it away, or choose another folder with --data", path=path)
                )
            if version > newest:
                raise BadInput(
                    Message(
                        "{path} was written by a newer Kerbside (schema {version}, this one knows {newest}): start the "
                        "newer one, or choose another folder with --data",
                        path=path,
                        version=version,
                        newest=newest,
                    )
                )
            if empty:
                raise _emptied(path)
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            if _code(error) in _SURROUNDINGS:
                raise
            verdict = str(error)
    if verdict != "ok":
        log.info("%s is damaged: %s", path, verdict)
        raise Damaged(
            Message(
                "{path} is damaged: mend it by the last backup and what can be read of the time since, with: main.py restore",
                path=path,
            )
        )


def _emptied(path: Path) -> BadInput:
    if last_backup(path) is None:
        return BadInput(
            Message(
                "{path} is empty, and was not always: put a copy in its place, or move it away to begin with an empty fleet",
                path=path,
            )
        )
    return Damaged(
        Message("{path} is empty, and was not always: put the last backup in its place, with: main.py restore", path=path)
    )


def last_backup(path: Path) -> Path | None:
    """The newest beside a database; one from the future, made while the clock was wrong, only where there is no other."""
    now = time.time()

    def age(backup: Path) -> tuple[bool, float]:
        at = backup.stat().st_mtime
        return at <= now, at

    return max((path.parent / "backups").glob("*.zip"), key=age, default=None)


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def _migrate(connection: sqlite3.Connection, steps: Sequence[str]) -> None:
    """Apply the missing steps, each in one transaction with its number; a step that fails leaves no trace."""
    version = _number(connection, "PRAGMA user_version")
    for number, step in enumerate(steps[version:], start=version + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{step}\nPRAGMA user_version = {number};\nCOMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def is_poison(error: Exception) -> bool:
    """Whether the data itself is at fault, so that no later try can succeed."""
    kinds = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)
    return not isinstance(error, sqlite3.DatabaseError) or isinstance(error, kinds)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is at fault, not what is around it."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


_ADVICE = {
    sqlite3.SQLITE_FULL: Message("the disk is full: free some space"),
    sqlite3.SQLITE_READONLY: Message("the file is write-protected: allow writing to it and to its folder"),
    sqlite3.SQLITE_CANTOPEN: Message("the file can't be opened: check that its folder exists and may be written"),
    sqlite3.SQLITE_PERM: Message("access is denied: allow reading and writing it"),
    sqlite3.SQLITE_BUSY: Message("another program holds it: close that program"),
    sqlite3.SQLITE_LOCKED: Message("another program holds it: close that program"),
    sqlite3.SQLITE_IOERR: Message("the disk reports an error: check the disk and its connection"),
    sqlite3.SQLITE_CORRUPT: Message("it is damaged: stop Kerbside and mend it with: main.py restore"),
    sqlite3.SQLITE_NOTADB: Message("it is no database: stop Kerbside and restore the last backup with: main.py restore"),
}

_SURROUNDINGS = frozenset(_ADVICE) - {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; the extended ones carry more in their upper bytes."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _is_read_only(path: Path) -> bool:
    """Whether the file system lets nobody write, as one that has shown errors; SQLite says only that it failed."""
    try:
        return hasattr(os, "statvfs") and bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def told(error: Exception, path: Path | None = None) -> Message:
    """What is wrong and what to do about it; ``path`` is the file, where it is known."""
    if isinstance(error, sqlite3.Error):
        if path is not None and _code(error) == sqlite3.SQLITE_IOERR and _is_read_only(path):
            return Message("the disk has become read-only: check it, and allow writing to it")
        return _ADVICE.get(_code(error)) or Message(str(error))
    return cause(error)
