"""Files of secrets, that only their owner may read: read whole, and replaced whole, so that no crash leaves half of one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import msgspec

from core.domain.errors import BadInput, why

T = TypeVar("T")


def read_private(path: Path, kind: type[T], instead: str) -> T | None:
    """What the JSON file holds; ``None`` where there is none.

    Raises BadInput where it can't be read, is damaged, or says by its ``version`` that a newer Kerbside wrote it.
    ``instead`` is what there is to do besides restoring it, as in "delete it to issue new passwords".
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput(f"{path} can't be read: {why(error)}") from error
    try:
        held = msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is damaged ({error}): restore it, or {instead}") from error
    if getattr(held, "version", 1) > 1:
        raise BadInput(f"{path} was written by a newer Kerbside: update this one")
    return held


def replace_private(path: Path, held: object) -> None:
    """Write it as JSON; it is on disk when this returns. Raises BadInput where that can't be."""
    scratch = path.with_name(path.name + ".new")
    try:
        write_private(scratch, msgspec.json.format(msgspec.json.encode(held), indent=1))
        os.replace(scratch, path)
    except OSError as error:
        raise BadInput(f"{path} can't be written ({error.strerror}): check the folder and its rights") from error


def write_private(path: Path, content: bytes) -> None:
    """A new file that only its owner may read (on Windows, whoever may read its folder). Raises OSError."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
