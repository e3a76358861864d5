"""What if? Changes that are tried in a copy of the world, while the real one goes on; then carried out as one deed, or dropped.

The copy is made anew from the real world whenever that has moved on, and what was tried is tried again on it, in order. So what
is shown is always what would come of the changes *now*, and what has become impossible meanwhile is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.actions.history import Refusal
from core.domain import commands as c
from core.domain.errors import KerbsideError
from core.domain.language import line
from core.domain.world import World
from core.orders.desk import Desk
from core.orders.tells import Outcome
from core.settings import Settings

TRYABLE = (
    c.AssignOrder,
    c.PlanRoute,
    c.UnassignOrder,
    c.HoldOrder,
    c.ReleaseOrder,
    c.CancelOrder,
    c.ReinstateOrder,
)
"""What can be tried: what moves orders about among our own drivers. All else happens at once, what-if or not."""


@dataclass(slots=True)
class Step:
    """One thing that was tried; ``refused`` are the lines of what can't be done any more."""

    text: str
    commands: tuple[c.Command, ...]
    refused: list[str] = field(default_factory=list)


class Sandbox:
    """``world`` is the copy as the steps leave it."""

    def __init__(self, live: World, settings: Settings, now: Callable[[], float]) -> None:
        self._live, self._settings, self._now = live, settings, now
        self.steps: list[Step] = []
        self._taken_back: list[Step] = []
        self.world = live.copy()
        self._desk = Desk(self.world, settings)

    # As the history has them

    def do(self, text: str, *commands: c.Command) -> list[str]:
        """Try the commands as one step. Returns a line for each that was refused; the others stand."""
        self.rebase()
        carried: list[c.Command] = []
        refused: list[str] = []
        for command in commands:
            try:
                self._carry(command)
            except KerbsideError as error:
                refused.append(Refusal(error, command))
            else:
                carried.append(command)
        if carried:
            self.steps.append(Step(text, tuple(carried)))
            self._taken_back.clear()
        return refused

    @property
    def undo_text(self) -> str | None:
        return self.steps[-1].text if self.steps else None

    @property
    def redo_text(self) -> str | None:
        return self._taken_back[-1].text if self._taken_back else None

    def undo(self) -> list[str]:
        if self.steps:
            self._taken_back.append(self.steps.pop())
            self.rebase()
        return []

    def redo(self) -> list[str]:
        if not self._taken_back:
            return []
        self.steps.append(self._taken_back.pop())
        self.rebase()
        return list(self.steps[-1].refused)

    # Against the real world

    def rebase(self) -> None:
        """Begin again from the real world as it is now, and try everything again."""
        self.world = self._live.copy()
        self._desk = Desk(self.world, self._settings)
        for step in self.steps:
            step.refused = []
            for command in step.commands:
                try:
                    self._carry(command)
                except KerbsideError as error:
                    step.refused.append(line(error))

    def would(self, command: c.Command) -> Outcome:
        return self._desk.handle(command, self._now())

    def commands(self) -> tuple[c.Command, ...]:
        return tuple(command for step in self.steps for command in step.commands)

    def conflicts(self) -> list[str]:
        """A line for everything that can't be done any more, as of the last `rebase`."""
        return [line for step in self.steps for line in step.refused]

    def moved(self) -> list[str]:
        """The drivers whose routes would be others."""
        ids = dict.fromkeys((*self._live.routes, *self.world.routes))
        return [i for i in ids if self._live.route(i) != self.world.route(i)]

    def changed_orders(self) -> frozenset[str]:
        """The orders that would be others, as of the last look at the real world."""
        live = self._live.orders
        return frozenset(i for i, order in self.world.orders.items() if live.get(i) is not order)

    def _carry(self, command: c.Command) -> None:
        if not isinstance(command, TRYABLE):
            raise TypeError(f"{type(command).__name__} can't be tried")
        for change in self._desk.handle(command, self._now()).changes:
            self.world.apply(change)


def tryable(commands: Sequence[c.Command]) -> bool:
    return all(isinstance(command, TRYABLE) for command in commands)
