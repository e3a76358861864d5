"""Named sets of settings, each a TOML file in a folder of the data folder."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from core.domain.errors import BadInput
from core.settings import Value, toml_of, values_of

_NAME = re.compile(r"[\w][\w .-]{0,39}")


class Profiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """Those there are, by the alphabet."""
        return sorted((path.stem for path in self._folder.glob("*.toml")), key=str.casefold)

    def save(self, name: str, values: Mapping[str, Value]) -> str:
        """Keep the values under a name, in place of what had it, and return the name; BadInput where it can't be used."""
        name = name.strip()
        if not _NAME.fullmatch(name) or name.endswith("."):
            raise BadInput("a profile's name has up to 40 letters, figures, spaces and dashes, for example Friday night")
        path = self._folder / f"{name}.toml"
        scratch = path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            scratch.write_text(toml_of(values), encoding="utf-8")
            os.replace(scratch, path)
        except OSError as error:
            raise BadInput(f"the profile could not be saved in {self._folder}: {error.strerror}") from None
        return name

    def read(self, name: str) -> tuple[dict[str, Value], list[str]]:
        """The values kept under the name, and a line for each that can't be used; BadInput where there is no such file."""
        try:
            return values_of((self._folder / f"{name}.toml").read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            raise BadInput(f"the profile {name} can't be read: save it again") from None

    def remove(self, name: str) -> None:
        (self._folder / f"{name}.toml").unlink(missing_ok=True)
