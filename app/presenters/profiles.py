"""Profiles of this console: its settings and how the window is arranged, saved by name, taken, handed on as files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from app.actions.arranging import Rearrange, difference
from app.arrangement import Arrangement, as_texts, from_texts
from core.domain.errors import BadInput
from core.domain.events import ProfileRemoved, ProfileSaved, UpkeepChange
from core.domain.language import line, tr
from core.domain.upkeep import Altered
from core.settings import Settings, Value, declared
from core.storage.profiles import Profile, Profiles, read, write

Record = Callable[[type[UpkeepChange], Altered], None]


class OwnProfiles:
    """What takes effect at the next start alone (broker, map, addresses) belongs to the computer: no profile changes it."""

    def __init__(self, settings: Settings, profiles: Profiles, arrangement: Arrangement, record: Record) -> None:
        """``record`` has what is done with profiles in the log; of the settings they bring these say so themselves."""
        self._settings, self._profiles, self._arrangement, self._record = settings, profiles, arrangement, record
        self.kept: Callable[[str, Profile | None, Profile | None], None] = lambda name, before, after: None
        """Told what stood under a name before, and what does now."""
        self._rearranged: Rearrange | None = None

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
        self._arrangement.profile = self._keep(name, Profile(values, as_texts(self._arrangement.kept())))

    def take(self, name: str) -> None:
        """All of it or, where something can't be used, nothing; with settings alone in it the window stays as it is."""
        profile = _checked(name, self._profiles.read(name))
        stay = {key: value for key, value in self._settings.changed().items() if key not in _movable({key: value})}
        self._settings.replace({**stay, **_movable(profile.values)})
        before = self._arrangement.kept()
        if profile.desk:
            self._arrangement.take_up(from_texts(profile.desk))
        self._arrangement.profile = name
        self._rearranged = difference(before, self._arrangement.kept())

    def rearranged(self) -> list[Rearrange]:
        """How the window was arranged anew by the profile that was taken last; told once."""
        change, self._rearranged = self._rearranged, None
        return [] if change is None else [change]

    def remove(self, name: str) -> None:
        before = self._known(name)
        self.put(name, None)
        self.kept(name, before, None)

    def put(self, name: str, profile: Profile | None) -> None:
        """Have this under the name, or nothing."""
        before = self._known(name)
        if profile == before and (profile is not None or name not in self.names()):
            return
        was = None if before is None else _in_words(before.values)
        if profile is None:
            self._profiles.remove(name)
            self._record(ProfileRemoved, Altered(name, "", was))
        else:
            self._profiles.save(name, profile)
            self._record(ProfileSaved, Altered(name, "", was, _in_words(profile.values)))

    def bring_in(self, path: Path) -> str:
        """Keep the profile in a file under the file's name, in place of what had it; returns the name."""
        profile = _checked(path.stem, read(path))
        return self._keep(path.stem, replace(profile, values=_movable(profile.values)))

    def _keep(self, name: str, profile: Profile) -> str:
        name = name.strip()
        before = self._known(name)
        self.put(name, profile)
        self.kept(name, before, profile)
        return name

    def _known(self, name: str) -> Profile | None:
        """``None`` where there is none that can be read."""
        try:
            return self._profiles.read(name)
        except BadInput:
            return None

    def hand_on(self, name: str, path: Path) -> None:
        """Write a profile to a file of somebody's choice. Raises OSError."""
        write(path, self._profiles.read(name))


def _movable(values: Mapping[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in values.items() if (setting := declared(key)) is not None and setting.live}


def _in_words(values: Mapping[str, Value]) -> str:
    return ", ".join(f"{key} {json.dumps(value, ensure_ascii=False)}" for key, value in sorted(values.items()))


def _checked(name: str, profile: Profile) -> Profile:
    try:
        from_texts(profile.desk)
    except BadInput as error:
        raise BadInput(tr("the profile {name} was not taken: {problems}", name=name, problems=line(error))) from None
    return profile
