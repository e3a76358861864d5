"""Named sets of settings, with how the window is arranged beside them: each a TOML file, in a folder of the data folder or
wherever somebody has put it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message
from core.settings import DESK, Value, toml_of, values_of

SUFFIX = ".toml"
_NAME = re.compile(r"\w[\w .,'()&-]{0,39}")
MOST_BYTES = 2_000_000
"""A file that is larger is something else."""


@dataclass(frozen=True, slots=True)
class Profile:
    """``desk`` is how the window is arranged, in texts that the window alone understands; empty where it stays as it is."""

    values: Mapping[str, Value]
    desk: Mapping[str, str] = field(default_factory=dict)


class Profiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """Those there are, by the alphabet."""
        return sorted((path.stem for path in self._folder.glob(f"*{SUFFIX}")), key=str.casefold)

    def save(self, name: str, profile: Profile) -> str:
        """Keep a profile under a name, in place of what had it, and return the name; BadInput where it can't be used."""
        name = name.strip()
        if not _NAME.fullmatch(name) or name.endswith("."):
            raise BadInput(
                Message("a profile's name has up to 40 letters, figures, spaces, commas and dashes, for example Friday night")
            )
        path = self._folder / f"{name}{SUFFIX}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write(path, profile)
        except OSError as error:
            raise BadInput(
                Message("the profile could not be saved in {folder}: {reason}", folder=self._folder, reason=cause(error))
            ) from None
        return name

    def read(self, name: str) -> Profile:
        """What is kept under the name; BadInput where there is no such file, or something in it can't be used."""
        return read(self._folder / f"{name}{SUFFIX}")

    def remove(self, name: str) -> None:
        (self._folder / f"{name}{SUFFIX}").unlink(missing_ok=True)


def write(path: Path, profile: Profile) -> None:
    """Raises OSError, and then what was there before is still there."""
    scratch = path.with_name(f"{path.name}.new")
    scratch.write_text(toml_of(profile.values, profile.desk), encoding="utf-8")
    os.replace(scratch, path)


def read(path: Path) -> Profile:
    """BadInput where it can't be read, is no profile, or something in it can't be used."""
    name = path.stem
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(
                Message("{name} is far too large for a profile: choose a file that was exported as one", name=path.name)
            )
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput(Message("the profile {name} can't be read: save it again", name=name)) from None
    values, problems = values_of(text)
    desk = tomllib.loads(text.removeprefix("\ufeff")).get(DESK, {})
    if not isinstance(desk, dict) or not all(isinstance(part, str) for part in desk.values()):
        problems.append(Message("what stands under desk is not how a window is arranged"))
    if problems:
        raise BadInput(Message("the profile {name} was not taken: {problems}", name=name, problems="; ".join(problems[:3])))
    return Profile(values, desk)
