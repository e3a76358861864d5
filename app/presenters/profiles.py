"""Profiles of this console: its settings and how the window is arranged, saved by name, taken, handed on as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.arrangement import Arrangement, as_texts, from_texts
from core.domain.errors import BadInput
from core.domain.language import line, tr
from core.settings import Settings, Value, declared
from core.storage.profiles import Profile, Profiles, read, write


class OwnProfiles:
    """What takes effect at the next start alone (broker, map, addresses) belongs to the computer: no profile changes it."""

    def __init__(self, settings: Settings, profiles: Profiles, arrangement: Arrangement) -> None:
        self._settings, self._profiles, self._arrangement = settings, profiles, arrangement

    def names(self) -> list[str]:
        return self._profiles.names()

    @property
    def taken(self) -> str:
        """The one that was saved or taken last, if it is still there."""
        name = self._arrangement.profile
        return name if name in self.names() else ""

    @property
    def worn(self) -> str:
        """The one that was taken last, as long as the settings are as it has them."""
        name = self.taken
        try:
            return name if name and _movable(self._profiles.read(name).values) == _movable(self._settings.changed()) else ""
        except BadInput:
            return ""

    def save(self, name: str) -> None:
        values = _movable(self._settings.changed())
        self._arrangement.profile = self._profiles.save(name, Profile(values, as_texts(self._arrangement.kept())))

    def take(self, name: str) -> None:
        """All of it or, where something can't be used, nothing; with settings alone in it the window stays as it is."""
        profile = _checked(name, self._profiles.read(name))
        stay = {key: value for key, value in self._settings.changed().items() if key not in _movable({key: value})}
        self._settings.replace({**stay, **_movable(profile.values)})
        if profile.desk:
            self._arrangement.take_up(from_texts(profile.desk))
        self._arrangement.profile = name

    def remove(self, name: str) -> None:
        self._profiles.remove(name)

    def bring_in(self, path: Path) -> str:
        """Keep the profile in a file under the file's name, in place of what had it; returns the name."""
        profile = _checked(path.stem, read(path))
        return self._profiles.save(path.stem, replace(profile, values=_movable(profile.values)))

    def hand_on(self, name: str, path: Path) -> None:
        """Write a profile to a file of somebody's choice. Raises OSError."""
        write(path, self._profiles.read(name))


def _movable(values: Mapping[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in values.items() if (setting := declared(key)) is not None and setting.live}


def _checked(name: str, profile: Profile) -> Profile:
    try:
        from_texts(profile.desk)
    except BadInput as error:
        raise BadInput(tr("the profile {name} was not taken: {problems}", name=name, problems=line(error))) from None
    return profile
