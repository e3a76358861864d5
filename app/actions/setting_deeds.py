"""Settings and the matcher's pause as deeds like any other: told of under What was done, undone and done again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.presenters.setting_words import shown
from app.scene import record
from core.domain.causes import cause
from core.domain.commands import Command
from core.domain.errors import BadInput
from core.domain.events import MatchingPaused, MatchingResumed
from core.domain.language import Message, ntr, tr
from core.settings import Value, declared

if TYPE_CHECKING:
    from app.actions.deeds import Deeds

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings(Command):
    """Those that differ between the two; a setting that one of them lacks has its usual value there."""

    before: Values = field(hash=False)
    after: Values = field(hash=False)

    def changes(self) -> dict[str, Value]:
        keys = sorted({*self.before, *self.after})
        now, then = ({key: values.get(key, _usual(key)) for key in keys} for values in (self.after, self.before))
        return {key: value for key, value in now.items() if value != then[key]}

    def text(self) -> str:
        changes = self.changes()
        if len(changes) != 1:
            return ntr("{n:,} setting changed", "{n:,} settings changed", len(changes))
        ((key, value),) = changes.items()
        setting = declared(key)
        meaning = tr(setting.description) if setting is not None else key
        return tr("{setting}: {value}", setting=meaning, value=shown(setting, value))


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseMatching(Command):
    paused: bool


def take_charge(deeds: Deeds) -> None:
    """From now on these deeds know how such commands are carried out."""

    def change(command: Command) -> Sequence[Command]:
        assert isinstance(command, ChangeSettings)
        changes = command.changes()
        done_already = all(deeds.settings[key] == value for key, value in changes.items())
        try:
            for key, value in changes.items():
                deeds.settings.set(key, value)
            deeds.settings.save()
        except OSError as error:
            raise BadInput(Message("the setting could not be saved: {error}", error=cause(error))) from None
        if not done_already:
            deeds.settings_moved()
        return (ChangeSettings(before=command.after, after=command.before),)

    def pause(command: Command) -> Sequence[Command]:
        assert isinstance(command, PauseMatching)
        deeds.engine.matching_paused = command.paused
        record(deeds.engine, MatchingPaused if command.paused else MatchingResumed)
        return (PauseMatching(paused=not command.paused),)

    deeds.own[ChangeSettings] = change
    deeds.own[PauseMatching] = pause


def _usual(key: str) -> Value:
    setting = declared(key)
    return setting.default if setting is not None else ""
