"""Profiles as deeds: one that was saved goes again or is as before, one that was deleted is there again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.domain.commands import Command
from core.domain.language import tr
from core.storage.profiles import Profile

if TYPE_CHECKING:
    from app.actions.deeds import Deeds
    from app.presenters.profiles import OwnProfiles


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepProfile(Command):
    """What stands under a name; ``None`` for nothing."""

    name: str
    before: Profile | None = field(hash=False)
    after: Profile | None = field(hash=False)


def take_charge_of_profiles(deeds: Deeds, profiles: OwnProfiles) -> None:
    def keep(command: Command) -> Sequence[Command]:
        assert isinstance(command, KeepProfile)
        profiles.put(command.name, command.after)
        return (KeepProfile(name=command.name, before=command.after, after=command.before),)

    def note(name: str, before: Profile | None, after: Profile | None) -> None:
        text = tr("Delete the profile {name}", name=name) if after is None else tr("Save the profile {name}", name=name)
        deeds.history.do(text, KeepProfile(name=name, before=before, after=after))
        deeds.changed()

    deeds.own[KeepProfile] = keep
    profiles.kept = note
