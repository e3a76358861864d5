"""The words a condition may use. A new one is a file beside these that calls `operator`; nothing else has to know it.

An operator reads its argument into the set of values it admits along one dimension. That is all: evaluating it, and reasoning
about it, follow from the set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from core.domain.errors import BadInput
from core.domain.language import Message
from core.rules.sets import ValueSet

Reader = Callable[[object], ValueSet]


@dataclass(frozen=True, slots=True)
class Operator:
    """``read`` raises BadInput with what it wants instead. ``names`` is the kind of thing its labels name, if they name any.
    ``help`` is an example, for messages and editors."""

    word: str
    dimension: str
    read: Reader
    help: str
    names: str = ""


OPERATORS: dict[str, Operator] = {}


def operator(word: str, dimension: str, read: Reader, example: str, names: str = "") -> None:
    if word in OPERATORS or word in {"all", "any", "not"}:
        raise ValueError(f"there are two operators {word}")
    OPERATORS[word] = Operator(word, dimension, read, example, names)


def one_of(argument: object, choices: tuple[str, ...] = ()) -> frozenset[str]:
    """A name or a list of names; with ``choices``, of these."""
    names = [argument] if isinstance(argument, str) else argument
    if not isinstance(names, list | tuple) or not names or not all(isinstance(n, str) and n.strip() for n in names):
        raise BadInput(Message("a name or a list of names, not {argument!r}", argument=argument))
    strange = sorted(set(names) - set(choices)) if choices else []
    if strange:
        raise BadInput(Message("one of {choices}, not {strange}", choices=", ".join(choices), strange=", ".join(strange)))
    return frozenset(names)


def load_all() -> None:
    """Import every file of this folder once."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
