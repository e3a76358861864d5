"""What editors need to know of the words of conditions and actions: which form their argument has.

It is found out by trying, so that a new operator or action appears in every editor by itself: one whose argument has a form
of its own is edited as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from core.domain.errors import BadInput
from core.domain.language import Message, mark
from core.rules.actions import ACTIONS, ActionWord
from core.rules.facts import DIMENSIONS
from core.rules.operators import OPERATORS, Operator


class Form(StrEnum):
    """``PICK``: a list out of choices; ``LABELS``: a list of any names; ``BOUNDS``: ``{"above": 2, "at_most": 5}``; ``TIMES``:
    from, to and days. Of actions ``ONE`` is a provider, ``CHAIN`` several in order, ``SHARES`` providers with weights,
    ``NOTHING`` has no argument. ``TEXT`` is anything else, as JSON."""

    PICK = "pick"
    LABELS = "labels"
    BOUNDS = "bounds"
    TIMES = "times"
    ONE = "one"
    CHAIN = "chain"
    SHARES = "shares"
    NOTHING = "nothing"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Word:
    """``choices`` are what may be picked, ``names`` the kind of thing picked instead (``area``, ``merchant``); ``unit`` is how
    a number is measured; ``example`` the word in use."""

    word: str
    form: Form
    choices: tuple[str, ...] = ()
    names: str = ""
    unit: str = ""
    example: str = ""


LABELS = {
    "area": mark("Area"),
    "merchant": mark("Merchant"),
    "kind": mark("Kind of shop"),
    "time": mark("Time"),
    "weather": mark("Weather"),
    "load": mark("Orders per driver"),
    "waiting": mark("Orders waiting"),
    "weight_kg": mark("Weight"),
    "volume_l": mark("Volume"),
    "value": mark("Value"),
    "distance_km": mark("Distance"),
    "promise_min": mark("Time to promise"),
    "provider": mark("Give to one provider"),
    "chain": mark("Try one after another"),
    "split": mark("Share out"),
    "refuse": mark("Refuse the order"),
}
"""Words of the registries as a person reads them; one that is not here is read as it is."""


_UNITS = {"kg": "kg", "l": "l", "km": "km", "min": "min"}


def word_label(word: str) -> Message:
    return Message(LABELS.get(word) or word.replace("_", " ").capitalize())


def operator_words() -> tuple[Word, ...]:
    """In the order in which they were registered."""
    return _operator_words(tuple(OPERATORS.values()))


@lru_cache(4)
def _operator_words(operators: tuple[Operator, ...]) -> tuple[Word, ...]:
    words = []
    for operator in operators:
        name = operator.word
        dimension = DIMENSIONS[operator.dimension]
        named = operator.names in {"area", "merchant"}
        label = dimension.choices[0] if dimension.choices else "x"
        forms = {Form.BOUNDS: {"above": 1}, Form.TIMES: {"from": "1:00", "to": "2:00"}, Form.LABELS: [label]}
        form = _form(operator.read, forms)
        if form is Form.LABELS and (named or dimension.choices):
            form = Form.PICK
        unit = _UNITS.get(name.rpartition("_")[2], "") if form is Form.BOUNDS else ""
        words.append(Word(name, form, dimension.choices, operator.names if named else "", unit, operator.help))
    return tuple(words)


def action_words() -> tuple[Word, ...]:
    return _action_words(tuple(ACTIONS.values()))


@lru_cache(4)
def _action_words(actions: tuple[ActionWord, ...]) -> tuple[Word, ...]:
    forms = {Form.ONE: "x", Form.CHAIN: ["x"], Form.SHARES: {"x": 1}, Form.NOTHING: True}
    return tuple(Word(one.word, _form(one.read, forms), example=one.help) for one in actions)


def _form(read: Callable[[object], object], forms: Mapping[Form, object]) -> Form:
    """The one form whose example can be read."""
    fitting = [form for form, example in forms.items() if _reads(read, example)]
    return fitting[0] if len(fitting) == 1 else Form.TEXT


def _reads(read: Callable[[object], object], example: object) -> bool:
    try:
        read(example)
    except BadInput:
        return False
    return True
