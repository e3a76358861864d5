"""Undo and redo: what was done, and the commands that take it back.

Nothing is rolled back. Undoing is doing the opposite, so a driver who was told is told again, and the log keeps both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.domain.commands import Command
from core.domain.errors import KerbsideError

Execute = Callable[[Command], Sequence[Command]]
"""Carries a command out and returns the commands that would undo it, none where nothing can; raises KerbsideError."""


@dataclass(frozen=True, slots=True)
class Deed:
    text: str
    commands: tuple[Command, ...]
    undo: tuple[Command, ...]


class History:
    """``limit`` deeds are kept. Doing something new forgets what was undone."""

    def __init__(self, execute: Execute, limit: int = 200) -> None:
        self._execute = execute
        self._limit = limit
        self._done: list[Deed] = []
        self._undone: list[Deed] = []

    def do(self, text: str, *commands: Command) -> list[str]:
        """Carry the commands out as one deed. Returns a line for each that was refused; the others stand."""
        carried: list[Command] = []
        undo: list[tuple[Command, ...]] = []
        refused: list[str] = []
        for command in commands:
            try:
                back = tuple(self._execute(command))
            except KerbsideError as error:
                refused.append(str(error))
                continue
            carried.append(command)
            undo.append(back)
        if any(undo):
            backwards = tuple(command for back in reversed(undo) for command in back)
            self._done.append(Deed(text, tuple(carried), backwards))
            del self._done[: -self._limit]
            self._undone.clear()
        return refused

    @property
    def undo_text(self) -> str | None:
        return self._done[-1].text if self._done else None

    @property
    def redo_text(self) -> str | None:
        return self._undone[-1].text if self._undone else None

    def undo(self) -> list[str]:
        """Take the last deed back as far as it can be. Returns a line for each command that was refused."""
        return self._turn(self._done, self._undone, lambda deed: deed.undo)

    def redo(self) -> list[str]:
        return self._turn(self._undone, self._done, lambda deed: deed.commands)

    def _turn(self, source: list[Deed], target: list[Deed], commands: Callable[[Deed], tuple[Command, ...]]) -> list[str]:
        if not source:
            return []
        deed = source.pop()
        refused: list[str] = []
        for command in commands(deed):
            try:
                self._execute(command)
            except KerbsideError as error:
                refused.append(str(error))
        if len(refused) < len(commands(deed)):
            target.append(deed)
        return refused
