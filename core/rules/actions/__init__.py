"""What a rule may do. A new action is a file beside these that calls `action`; nothing else has to know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message


@dataclass(frozen=True, slots=True)
class Situation:
    """What an action decides on. ``free`` tells whether a provider can be given an order now; ``counts`` gives a tally's
    counts.

    ``scope`` names rule and area: what is counted is counted for these.
    """

    scope: str
    free: Callable[[str], bool]
    counts: Callable[[str], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Decision:
    """``chain``: the providers to try, in order; empty refuses the order, or nobody is free. ``tally`` and ``counted`` name a
    count that grows by one with this decision, and by which of the providers."""

    chain: tuple[str, ...]
    refused: bool = False
    tally: str = ""
    counted: str = ""


class Action(Protocol):
    @property
    def providers(self) -> tuple[str, ...]:
        """Every provider it may choose."""
        ...

    def decide(self, situation: Situation) -> Decision: ...


@dataclass(frozen=True, slots=True)
class ActionWord:
    word: str
    read: Callable[[object], Action]
    help: str = field(default="")


ACTIONS: dict[str, ActionWord] = {}


def action(word: str, read: Callable[[object], Action], example: str) -> None:
    if word in ACTIONS:
        raise ValueError(f"there are two actions {word}")
    ACTIONS[word] = ActionWord(word, read, example)


def read_action(data: Mapping[str, object]) -> Action:
    """Raise BadInput with one line."""
    if not isinstance(data, Mapping) or len(data) != 1 or next(iter(data)) not in ACTIONS:
        raise BadInput(
            Message(
                "an action is one of {choices}, such as {example}, not {data!r}",
                choices=", ".join(sorted(ACTIONS)),
                example=ACTIONS["provider"].help,
                data=data,
            )
        )
    word, argument = next(iter(data.items()))
    try:
        return ACTIONS[word].read(argument)
    except BadInput as error:
        raise BadInput(Message("{word} wants {reason}", word=word, reason=cause(error))) from None


def load_all() -> None:
    """Import every file of this folder once."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")


load_all()
