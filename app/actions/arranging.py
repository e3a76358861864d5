"""How the window is arranged as deeds like any other: boards opened, closed, renamed; layouts; panels floated.

A deed holds what it changed and nothing else, so taking it back leaves alone what was moved by hand since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray

from app.layouts import Kept
from core.domain.commands import Command
from widgets.orders.views import changed_as

if TYPE_CHECKING:
    from app.actions.deeds import Deeds
    from app.arrangement import Arrangement

Part = str | QByteArray | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rearrange(Command):
    """What is kept of the window, by name, as far as it differs; ``None`` where nothing was kept."""

    before: Mapping[str, Part] = field(hash=False)
    after: Mapping[str, Part] = field(hash=False)


def difference(before: Kept, after: Kept) -> Rearrange | None:
    parts = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    if not parts:
        return None
    return Rearrange(before={key: before.get(key) for key in parts}, after={key: after.get(key) for key in parts})


class Arranging:
    def __init__(self, deeds: Deeds, arrangement: Arrangement) -> None:
        self._deeds, self._arrangement = deeds, arrangement
        deeds.own[Rearrange] = self._arrange

    def do(self, text: str, act: Callable[[], object]) -> None:
        """Arrange something, and have it in the history if it has changed anything."""
        before = self._arrangement.kept()
        act()
        change = difference(before, self._arrangement.kept())
        if change is not None:
            self._deeds.history.do(text, change)
            self._deeds.changed()

    def _boards(self, command: Rearrange, now: Kept) -> Kept:
        """All boards are kept as one text; a deed is about one of them, or two."""
        texts = [parts.get("boards") for parts in (command.before, command.after, now)]
        was, to, present = (text if isinstance(text, str) else "" for text in texts)
        return {"boards": changed_as(was, to, present)} if "boards" in command.after else {}

    def _arrange(self, command: Command) -> Sequence[Command]:
        assert isinstance(command, Rearrange)
        now = self._arrangement.kept()
        if any(now.get(key) != part for key, part in command.after.items()):
            self._arrangement.take_up({**now, **command.after, **self._boards(command, now)})
        return (Rearrange(before=command.after, after=command.before),)
