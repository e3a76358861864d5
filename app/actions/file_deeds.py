"""Deeds about files that come in: each file is one deed, which one undo takes back as far as nothing has moved on since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.importing import is_osm, read_commands
from core.domain.errors import KerbsideError
from core.domain.language import ntr, sentence

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


def ask_files(deeds: Deeds) -> None:
    deeds.window.ask_files(lambda paths: import_files(deeds, paths))


def import_files(deeds: Deeds, paths: Sequence[Path]) -> None:
    for path in paths:
        if is_osm(path):
            deeds.window.import_city(path)
            continue
        try:
            import_file(deeds, path)
        except KerbsideError as error:
            deeds.window.tell(sentence(error), bad=True)


def import_file(deeds: Deeds, path: Path) -> list[str]:
    """Orders, drivers, merchants, areas or experiments; returns a line for each that was refused. Raises KerbsideError for a
    file that can't be read whole."""
    commands = read_commands(path)
    text = ntr("Import {n:,} entry from {file}", "Import {n:,} entries from {file}", len(commands), file=path.name)
    return deeds.carry_out(text, commands)
