"""The data folder: everything a run keeps, and the lock that keeps a second run out of it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout
from platformdirs import user_data_dir

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message

DATABASE = "kerbside.db"
SETTINGS = "settings.toml"
CREDENTIALS = "credentials.json"
KEYS = "api-keys.json"
PROVIDER_SECRETS = "provider-secrets.json"
CITIES = "cities"
BACKUPS = "backups"


def data_path(path: Path | None) -> Path:
    """``None`` is the platform's own place."""
    return (Path(user_data_dir("Kerbside", appauthor=False)) if path is None else path).absolute()


class FolderInUse(BadInput):
    """Another process has the folder."""


class DataFolder:
    """Created where it is missing, and held by one process until `close`.

    The lock is the system's own, so a process that is killed leaves none behind.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Raise BadInput where the folder can't be used, FolderInUse where another process has it; ``None`` is the platform's
        own place."""
        self.path = data_path(path)
        try:
            for folder in (self.path, self.cities, self.logs):
                folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self.path / "kerbside.lock", timeout=0, thread_local=False)
            self._lock.acquire()
            self._pid.write_text(f"{os.getpid()}\n", encoding="ascii")
        except Timeout:
            raise FolderInUse(
                Message(
                    "the data folder {path} is in use by another Kerbside{holder}: close that one, or choose "
                    "another folder with --data",
                    path=self.path,
                    holder=self._holder(),
                )
            ) from None
        except (OSError, NotImplementedError) as error:
            reason = cause(error)
            raise BadInput(
                Message(
                    "the data folder {path} can't be used ({reason}): choose another one with --data, or allow writing to it",
                    path=self.path,
                    reason=reason,
                )
            ) from None

    @property
    def database(self) -> Path:
        return self.path / DATABASE

    @property
    def settings(self) -> Path:
        return self.path / SETTINGS

    @property
    def cities(self) -> Path:
        return self.path / CITIES

    @property
    def credentials(self) -> Path:
        return self.path / CREDENTIALS

    @property
    def keys(self) -> Path:
        """Of other systems, for HTTP."""
        return self.path / KEYS

    @property
    def backups(self) -> Path:
        return self.path / BACKUPS

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def layout(self) -> Path:
        return self.path / "layout.ini"

    def close(self) -> None:
        """Let the next one in. Closing twice is fine."""
        if self._lock.is_locked:
            with suppress(OSError):
                self._pid.unlink()
            self._lock.release()

    def __enter__(self) -> DataFolder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def _pid(self) -> Path:
        """Beside the lock and not in it: on Windows a locked file can't be read by the one who is refused."""
        return self.path / "kerbside.pid"

    def _holder(self) -> str:
        try:
            return Message(" (process {process})", process=int(self._pid.read_text(encoding="ascii")))
        except (OSError, ValueError):
            return ""
