"""What a command has done beside the database, left for its log."""

from __future__ import annotations

import getpass
import time
from pathlib import Path

from core.domain.events import UpkeepChange
from core.domain.upkeep import Altered
from core.storage.folder import DATABASE
from core.storage.upkeep import Spool


def leave(folder: Path, kind: type[UpkeepChange], altered: Altered) -> None:
    """Raises BadInput where it can't be written."""
    Spool(folder / DATABASE).put(kind(at=time.time(), actor=at_the_terminal(), altered=(altered,)))


def at_the_terminal() -> str:
    """Who gives a command, as the log has it: by their name at this machine."""
    try:
        return f"terminal:{getpass.getuser()}"
    except (KeyError, OSError, ImportError):  # this machine has no name for them
        return "terminal:?"
