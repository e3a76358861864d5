"""What was done beside the world, as the log has it, and what other processes leave for the log while they can't write it.

A command of the terminal may change keys while the console runs, which alone writes the database, or while nothing runs. Either
way it leaves an event in the spool, a folder beside the database, and whoever runs the core now or next takes it into the log.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from core.domain.causes import cause
from core.domain.errors import BadInput, KerbsideError
from core.domain.events import Change, SettingsChanged, UpkeepChange
from core.domain.language import Message
from core.settings import Value
from core.storage.codec import decode, encode
from core.storage.store import Store

log = logging.getLogger(__name__)

UPKEEP_KINDS = (
    "SettingsChanged", "ProfileSaved", "ProfileRemoved", "KeyMade", "KeyRevoked", "SecretChanged", "LettersResent",
    "LettersDiscarded", "BackupMade", "BackupRestored", "MatchingPaused", "MatchingResumed",
)  # fmt: skip
"""As in the index of the schema."""
_OURS = f"kind IN ({', '.join(repr(kind) for kind in UPKEEP_KINDS)})"
SUFFIX = ".event"


class _Entry(msgspec.Struct):
    kind: str
    event: msgspec.Raw


def spool_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.spool")


class Spool:
    """Of one database. An event is a file, put there whole."""

    def __init__(self, database: Path) -> None:
        self.folder = spool_of(database)
        self._unreadable: set[Path] = set()

    def put(self, change: UpkeepChange) -> None:
        """It is on disk when this returns. Raises BadInput where that can't be."""
        entry = _Entry(type(change).__name__, msgspec.Raw(encode(change).encode()))
        path = self.folder / f"{change.at:.6f}-{secrets.token_hex(4)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.write(msgspec.json.encode(entry))
                file.flush()
                os.fsync(file.fileno())
            path.rename(path.with_name(path.name + SUFFIX))
        except OSError as error:
            raise BadInput(
                Message(
                    "{folder} can't be written ({reason}): check the folder and its rights",
                    folder=self.folder,
                    reason=cause(error),
                )
            ) from error

    def entries(self) -> Iterator[tuple[Path, Change]]:
        """The oldest first. What can't be read is set aside, and the log of the program says so."""
        for path in sorted(set(self.folder.glob(f"*{SUFFIX}")) - self._unreadable):
            try:
                entry = msgspec.json.decode(path.read_bytes(), type=_Entry)
                yield path, decode(entry.kind, bytes(entry.event).decode())
            except (OSError, msgspec.DecodeError, UnicodeDecodeError, KerbsideError) as error:
                log.error("%s can't be read and is set aside: %s", path, error)
                self._unreadable.add(path)
                with suppress(OSError):  # somebody else's file
                    path.rename(path.with_suffix(".bad"))

    def drop(self, path: Path) -> None:
        """It is in the log. Somebody else's file may stay, and is known there."""
        with suppress(OSError):
            path.unlink()


def is_logged(store: Store, change: Change) -> bool:
    """Whether the log has this very event of upkeep."""
    query = f"SELECT 1 FROM events WHERE kind = ? AND {_OURS} AND at = ? AND body = ? LIMIT 1"
    return bool(store.ask(query, type(change).__name__, change.at, encode(change)))


def settings_logged(store: Store) -> dict[str, Value]:
    """What the log says of the settings: as they became where they were changed last."""
    found = store.logged(f"SELECT seq, kind, body FROM events WHERE kind = 'SettingsChanged' AND {_OURS} ORDER BY seq")
    changes = (one.change for one in found if isinstance(one.change, SettingsChanged))
    return {one.id: one.after for change in changes for one in change.altered if one.after is not None}
