"""Undo and redo: what was done, and the commands that take it back.

Nothing is rolled back. Undoing is doing the opposite, so a driver who was told is told again, and the log keeps both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.domain.commands import Command
from core.domain.errors import KerbsideError
from core.domain.language import line, tr

Execute = Callable[[Command], Sequence[Command]]
"""Carries a command out and returns the commands that would undo it, none where nothing can; raises KerbsideError."""


RECORDS = 1000
"""So many deeds are told of."""


class Refusal(str):
    """The line that says why a command was refused."""

    def __new__(cls, error: KerbsideError, command: Command) -> Refusal:
        refusal = super().__new__(cls, line(error))
        refusal.command = command
        return refusal

    command: Command


class Standing(StrEnum):
    DONE = "done"
    UNDONE = "undone"
    FINAL = "final"
    """Done, and nothing takes it back, or not any more."""
    FAILED = "failed"
    """It was asked for, and turned down."""


@dataclass(slots=True)
class Record:
    """What is told of a deed: ``at`` is epoch seconds, ``refused`` what of it could not be done, or undone; ``asked`` what an
    answer from outside is waited for, by what it is about."""

    number: int
    text: str
    at: float
    actor: str
    commands: tuple[Command, ...]
    standing: Standing
    refused: tuple[str, ...] = ()
    asked: dict[str, str] = field(default_factory=dict)
    why: str = ""
    """Why nothing takes it back."""


@dataclass(frozen=True, slots=True)
class Deed:
    text: str
    commands: tuple[Command, ...]
    undo: tuple[Command, ...]
    number: int = 0
    again: tuple[Command, ...] = ()
    """What takes the undoing back, where the commands themselves can't be given twice (an order is placed once)."""


@dataclass(slots=True)
class Memory:
    """What a history holds, without who carries it out: it can be given to the history of another core on the same database.
    ``since`` is when it began, epoch seconds."""

    since: float = 0.0
    number: int = 0
    records: dict[int, Record] = field(default_factory=dict)
    done: list[Deed] = field(default_factory=list)
    undone: list[Deed] = field(default_factory=list)


class History:
    """``limit`` deeds are kept. Doing something new forgets what was undone, though `records` still tell of it. ``stamp`` gives
    the time, epoch seconds, and who is at the desk."""

    def __init__(
        self,
        execute: Execute,
        limit: int = 200,
        stamp: Callable[[], tuple[float, str]] = lambda: (0.0, "dispatcher"),
        why_final: Callable[[tuple[Command, ...]], str] = lambda commands: "",
    ) -> None:
        self._execute = execute
        self._limit = limit
        self._stamp = stamp
        self._why_final = why_final
        self.memory = Memory(stamp()[0])
        self._asked: dict[str, str] = {}
        self.changed: list[Callable[[], None]] = []

    def do(self, text: str, *commands: Command) -> list[str]:
        """Carry the commands out as one deed. Returns a line for each that was refused; the others stand."""
        carried, undo, refused = self._carry_out(commands)
        if carried:
            record = self._record(text, carried, Standing.DONE if undo else Standing.FINAL)
            record.refused, record.asked = tuple(refused), self._asked
            if not undo:
                record.why = self._why_final(carried)
        if undo:
            self.memory.done.append(Deed(text, carried, undo, self.memory.number))
            for gone in self.memory.done[: -self._limit]:
                self._note(gone, Standing.FINAL, why=tr("the latest {n} can be undone", n=self._limit))
            del self.memory.done[: -self._limit]
            self.memory.undone.clear()
        self._tell()
        return refused

    def tell_of(self, text: str, why: str) -> None:
        """Something was done otherwise than by commands, and nothing takes it back."""
        self._record(text, (), Standing.FINAL).why = why
        self._tell()

    def _record(self, text: str, commands: tuple[Command, ...], standing: Standing) -> Record:
        self.memory.number += 1
        at, actor = self._stamp()
        record = self.memory.records[self.memory.number] = Record(self.memory.number, text, at, actor, commands, standing)
        self.memory.records.pop(self.memory.number - RECORDS, None)
        return record

    def records(self) -> list[Record]:
        """What was done, the oldest first."""
        return list(self.memory.records.values())

    @property
    def undo_commands(self) -> tuple[Command, ...]:
        """What would take the last deed back."""
        return self.memory.done[-1].undo if self.memory.done else ()

    @property
    def redo_commands(self) -> tuple[Command, ...]:
        return self.memory.undone[-1].commands if self.memory.undone else ()

    def _note(self, deed: Deed, standing: Standing, refused: Sequence[str] = (), why: str = "") -> None:
        record = self.memory.records.get(deed.number)
        if record is not None:
            record.standing, record.refused, record.asked, record.why = standing, tuple(refused), self._asked, why

    # What others have a say in

    def ask(self, about: str, text: str) -> None:
        """For whoever carries a command out: it is only asked for, and `answered` later."""
        self._asked[about] = text

    @property
    def asking(self) -> tuple[str, ...]:
        """What the last deed, or its undoing, has asked for and not been answered."""
        return tuple(self._asked.values())

    def answered(self, about: str, refused: str = "") -> bool:
        """Somebody outside has done what a deed asked for, or has ``refused``; whether any deed waited for that."""
        record = next((one for one in reversed(self.memory.records.values()) if about in one.asked), None)
        if record is None:
            return False
        del record.asked[about]
        if refused:
            record.refused += (refused,)
            self._drop_where_nothing_came_of_it(record)
        self._tell()
        return True

    def _drop_where_nothing_came_of_it(self, record: Record) -> None:
        undone = record.standing is Standing.UNDONE
        deeds = self.memory.undone if undone else self.memory.done
        deed = next((one for one in deeds if one.number == record.number), None)
        if deed is not None and len(record.refused) >= len(deed.undo if undone else deed.commands):
            deeds.remove(deed)
            record.standing = Standing.FINAL if undone else Standing.FAILED

    def _tell(self) -> None:
        for listen in tuple(self.changed):
            listen()

    def forget(self, kind: type[Command]) -> None:
        """Drop the deeds that are of this kind of command alone: what they were about has come to its end."""
        for deeds in (self.memory.done, self.memory.undone):
            gone = [deed for deed in deeds if all(isinstance(command, kind) for command in deed.commands)]
            deeds[:] = [deed for deed in deeds if deed not in gone]
            for deed in gone:
                self.memory.records.pop(deed.number, None)
        self._tell()

    @property
    def undo_text(self) -> str | None:
        return self.memory.done[-1].text if self.memory.done else None

    @property
    def redo_text(self) -> str | None:
        return self.memory.undone[-1].text if self.memory.undone else None

    def undo(self) -> list[str]:
        """Take the last deed back as far as it can be. Returns a line for each command that was refused."""
        if not self.memory.done:
            return []
        deed = self.memory.done.pop()
        undone, again, refused = self._carry_out(deed.undo)
        if undone:
            self.memory.undone.append(replace(deed, again=again))
        self._note(deed, Standing.UNDONE if undone else Standing.FINAL, refused)
        self._tell()
        return refused

    def redo(self) -> list[str]:
        """Do again what was undone last, as things stand now: what undoes it may be another now."""
        if not self.memory.undone:
            return []
        deed = self.memory.undone.pop()
        done, undo, refused = self._carry_out(deed.commands)
        if not done and deed.again:
            done, undo, refused = self._carry_out(deed.again)
        if done:
            self.memory.done.append(Deed(deed.text, done, undo or deed.undo, deed.number))
            self._note(deed, Standing.DONE, refused)
        self._tell()
        return refused

    def _carry_out(self, commands: Sequence[Command]) -> tuple[tuple[Command, ...], tuple[Command, ...], list[str]]:
        """What was carried out, what takes it back, and a line for each that was refused."""
        self._asked = {}
        carried: list[Command] = []
        undo: list[Sequence[Command]] = []
        refused: list[str] = []
        for command in commands:
            try:
                undo.append(self._execute(command))
            except KerbsideError as error:
                refused.append(Refusal(error, command))
                continue
            carried.append(command)
        return tuple(carried), tuple(command for back in reversed(undo) for command in back), refused
