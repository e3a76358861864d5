"""Everything that it takes to go on elsewhere, in one file, taken while the program runs; and the way back.

A backup is a zip of the database (a consistent moment of it), what commands of the terminal have left for its log, the
settings, the credentials, the keys and the city file in use. The position history stays behind: it is kept for a set time only.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import tempfile
import threading
import time
import zipfile
import zlib
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message
from core.domain.upkeep import Altered
from core.settings import Settings, values_of
from core.storage.database import check, last_backup, open_readable, open_writable, schema_steps, told
from core.storage.folder import BACKUPS, CITIES, CREDENTIALS, DATABASE, KEYS, PROVIDER_SECRETS, SETTINGS, DataFolder
from core.storage.salvage import Salvaged, bring_over, is_damaged
from core.storage.upkeep import SUFFIX as SPOOLED
from core.storage.upkeep import spool_of

log = logging.getLogger(__name__)

FORMAT = "kerbside-backup"
VERSION = 1
SUFFIX = ".kerbside.zip"
_MANIFEST = "backup.json"
_BY_ITSELF = "auto-"
_FOLDERS = (CITIES, spool_of(Path(DATABASE)).name)
_BESIDE = (SETTINGS, CREDENTIALS, KEYS, PROVIDER_SECRETS)


@dataclass(frozen=True, slots=True)
class Backup:
    """``made_at`` is epoch seconds, ``events`` the number of the last event in it."""

    path: Path
    made_at: float
    events: int
    size: int

    @property
    def altered(self) -> Altered:
        """It as the log tells of it."""
        return Altered(str(self.path.absolute()), self.path.name)


def back_up(folder: Path, target: Path | None = None) -> Backup:
    """Save the data folder into a new file, readable by its owner alone; by default one in its own folder ``backups``.

    The database may be in use, also by another process. Raises BadInput with nothing left behind where that fails.
    """
    database = folder / DATABASE
    if not database.is_file():
        raise BadInput(Message("there is nothing to back up in {folder}: name the data folder with --data", folder=folder))
    made_at = time.time()
    target = target or _free_name(folder / BACKUPS, made_at)
    scratch = target.with_name(target.name + ".new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as name:
            copy = Path(name) / DATABASE
            # Read before the database is: what goes into its log in between is in both, and the log takes it once.
            spooled = _spooled(folder)
            events = _copy(database, copy)
            manifest = {"format": FORMAT, "version": VERSION, "made_at": made_at, "events": events}
            scratch.unlink(missing_ok=True)
            with _private(scratch) as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                    archive.writestr(_MANIFEST, json.dumps(manifest))
                    archive.write(copy, DATABASE)
                    for beside in (*_BESIDE, *_city(folder)):
                        if (folder / beside).is_file():
                            archive.write(folder / beside, beside)
                    for beside, entry in spooled.items():
                        archive.writestr(beside, entry)
                file.flush()
                os.fsync(file.fileno())
        os.replace(scratch, target)
    except (OSError, sqlite3.Error, zipfile.LargeZipFile) as error:
        with suppress(OSError):
            scratch.unlink()
        raise BadInput(Message("the backup {target} can't be written: {reason}", target=target, reason=told(error))) from None
    return Backup(target, made_at, events, target.stat().st_size)


def _free_name(folder: Path, at: float) -> Path:
    stem = time.strftime("%Y-%m-%d-%H%M%S", time.localtime(at))
    name, number = folder / f"{stem}{SUFFIX}", 2
    while name.exists():
        name, number = folder / f"{stem}-{number}{SUFFIX}", number + 1
    return name


def _copy(database: Path, copy: Path) -> int:
    """A sound copy of one moment; the number of its last event. All pages in one step: writers go on meanwhile."""
    with closing(open_readable(database)) as source, closing(sqlite3.connect(copy, isolation_level=None)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
    check(copy, len(schema_steps()))
    with closing(open_readable(copy)) as read:
        return int(read.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])


def _spooled(folder: Path) -> dict[str, bytes]:
    """What is in the spool, by its name in the data folder."""
    found = {}
    for path in spool_of(folder / DATABASE).glob(f"*{SPOOLED}"):
        with suppress(FileNotFoundError):  # it has just gone into the log
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def _city(folder: Path) -> list[str]:
    """The city file in use, by its name in the data folder."""
    wanted = ""
    # As it stands, be it half written: `Settings.load` would set it aside.
    with suppress(OSError, UnicodeDecodeError, BadInput):
        wanted = str(values_of((folder / SETTINGS).read_text(encoding="utf-8-sig"))[0].get("map.city", ""))
    names = (wanted, f"{wanted}.city")
    return [f"{CITIES}/{name}" for name in names if wanted and Path(name).name == name and (folder / CITIES / name).is_file()]


@dataclass(frozen=True, slots=True)
class Restored:
    """``aside`` is the folder that holds all that stood there before; ``salvaged`` what was brought over from it, all there is
    where there was no backup."""

    backup: Backup | None
    aside: Path
    salvaged: Salvaged | None = None

    @property
    def altered(self) -> Altered:
        return Altered(DATABASE) if self.backup is None else self.backup.altered


def restore(folder: DataFolder, source: Path | None = None) -> Restored:
    """Put what a backup, by default the newest of its own, holds in the place of what is in the folder, which is held and not
    in use.

    Where the database there is damaged, nobody wants to go back: what it still holds of the time since is brought over, and
    what stands beside it stays as it is. Raises BadInput, with nothing changed, for a file that is no sound backup.
    """
    source = source or last_backup(folder.database)
    if source is None and not is_damaged(folder.database):
        raise BadInput(Message("there is no backup in {folder}: name one", folder=folder.backups))
    with tempfile.TemporaryDirectory(dir=folder.path, prefix=".restore-") as name:
        fresh = Path(name)
        backup = None if source is None else _unpack(source, fresh)
        if backup is None:
            open_writable(fresh / DATABASE).close()
        aside = folder.path / time.strftime("before-restore-%Y-%m-%d-%H%M%S")
        number = 2
        while aside.exists():
            aside, number = aside.with_name(f"{aside.name.partition('_')[0]}_{number}"), number + 1
        try:
            aside.mkdir()
            for beside in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", *_BESIDE):
                if (folder.path / beside).is_file():
                    shutil.copy2(folder.path / beside, aside / beside)
            salvaged = bring_over(aside / DATABASE, fresh / DATABASE) if is_damaged(folder.database) else None
            if backup is None and salvaged is None:
                shutil.rmtree(aside)
                raise BadInput(
                    Message(
                        "nothing of {database} can be read, and there is no backup: move it away to start anew",
                        database=folder.database,
                    )
                )
            if salvaged is not None:
                for beside in _BESIDE:
                    if (folder.path / beside).is_file():
                        (fresh / beside).unlink(missing_ok=True)
            # A log of the old database beside the new one would be played into it.
            for old in (f"{DATABASE}-wal", f"{DATABASE}-shm"):
                (folder.path / old).unlink(missing_ok=True)
            for path in sorted(p for p in fresh.rglob("*") if p.is_file()):
                target = folder.path / path.relative_to(fresh)
                target.parent.mkdir(exist_ok=True)
                os.replace(path, target)
        except OSError as error:
            reason = told(error)
            raise BadInput(
                Message(
                    "the backup can't be restored ({reason}): what stood here before is in {aside}", reason=reason, aside=aside
                )
            ) from None
    return Restored(backup, aside, salvaged)


def _unpack(source: Path, into: Path) -> Backup:
    """Lay a backup's files out, checked. Raises BadInput where it is none, or damaged."""
    if not source.is_file():
        raise BadInput(Message("there is no file {source}", source=source))
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            if manifest["format"] != FORMAT:
                raise KeyError(FORMAT)
            if manifest["version"] > VERSION:
                raise BadInput(Message("{source} was made by a newer Kerbside: restore it with that one", source=source))
            backup = Backup(source, float(manifest["made_at"]), int(manifest["events"]), source.stat().st_size)
            for member in archive.namelist():
                path = Path(member)
                ours = member in (DATABASE, *_BESIDE) or (
                    len(path.parts) == 2 and path.parts[0] in _FOLDERS and ".." not in member
                )
                if ours:
                    (into / path).parent.mkdir(exist_ok=True)
                    with archive.open(member) as packed, _private(into / path) as file:
                        shutil.copyfileobj(packed, file)
                        file.flush()
                        os.fsync(file.fileno())
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError, zlib.error) as error:
        raise BadInput(
            Message(
                "{source} is no backup of Kerbside, or it is damaged ({reason}): choose another file",
                source=source,
                reason=cause(error),
            )
        ) from None
    except OSError as error:
        raise BadInput(Message("{source} can't be restored: {reason}", source=source, reason=told(error))) from None
    if not (into / DATABASE).is_file():
        raise BadInput(Message("{source} holds no database: choose another file", source=source))
    try:
        check(into / DATABASE, len(schema_steps()))
    except sqlite3.Error as error:
        raise BadInput(Message("{source} can't be restored: {reason}", source=source, reason=told(error))) from None
    return backup


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


class Backups:
    """Made by themselves, every so many hours, in a thread of their own; the newest few are kept."""

    def __init__(self, folder: Path, settings: Settings, after_s: float = 60.0) -> None:
        """None is made within the first ``after_s``: a start has enough to do."""
        self._folder = folder
        self._settings = settings
        self._from = time.monotonic() + after_s
        self._thread: threading.Thread | None = None
        self.problem = ""
        """Why the last one failed; empty where it did not."""

    def look(self) -> None:
        """Begin one if it is time; called as often as one likes."""
        every_s = 3600 * self._settings.number("storage.backup_every_h")
        if time.monotonic() < self._from or not every_s or (self._thread is not None and self._thread.is_alive()):
            return
        # One that seems to come from the future was made by a clock that was wrong.
        now = time.time()
        last = max((at for path in self._made() if (at := path.stat().st_mtime) <= now), default=0.0)
        if now - last >= every_s:
            self._thread = threading.Thread(target=self._make, name="backup", daemon=True)
            self._thread.start()

    def close(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def _made(self) -> list[Path]:
        return sorted((self._folder / BACKUPS).glob(f"{_BY_ITSELF}*{SUFFIX}"))

    def _make(self) -> None:
        try:
            stem = time.strftime(f"{_BY_ITSELF}%Y-%m-%d-%H%M%S")
            made = back_up(self._folder, self._folder / BACKUPS / f"{stem}{SUFFIX}").path
            for old in self._made()[: -int(self._settings.number("storage.backups_kept"))]:
                if old != made:
                    old.unlink()
            self.problem = ""
        except (BadInput, OSError) as error:
            if self.problem != cause(error):
                log.error("%s", error)
            self.problem = cause(error)
