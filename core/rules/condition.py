"""Conditions on an order, over the operators' words. Evaluated on one order, or laid out as boxes to reason about.

A box gives each dimension a set; it holds the orders whose every value lies in its dimension's set. Any condition is a union of
boxes (its disjunctive normal form). Dimensions are taken as independent, so that boxes may hold orders that can't occur (a
merchant outside its own area); what is claimed to be empty or covered is so all the more for those that can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message
from core.rules import operators
from core.rules.facts import DIMENSIONS, Facts
from core.rules.sets import ANY_LABEL, ANY_NUMBER, Numbers, ValueSet
from core.rules.tree import Not, Tree, read_tree

MOST_BOXES = 2000

Box = dict[str, Any]
"""Dimension → `ValueSet`; a dimension that is missing is unbounded."""


class TooManyBoxes(Exception):
    """The condition is too entangled to be reasoned about within `MOST_BOXES`."""


@dataclass(frozen=True, slots=True)
class Test:
    word: str
    dimension: str
    values: ValueSet

    def holds(self, facts: Facts) -> bool:
        return self.values.holds(facts[self.dimension])


Condition = Tree[Test]


def read_condition(data: Mapping[str, Any]) -> Condition:
    """Raise BadInput with one line that names the word that is wrong."""
    return read_tree(data, _read_test)


def _read_test(word: str, argument: object) -> Test:
    operator = operators.OPERATORS.get(word)
    if operator is None:
        raise BadInput(
            Message(
                "there is no operator {word}: use one of all, any, not, {choices}",
                word=word,
                choices=", ".join(sorted(operators.OPERATORS)),
            )
        )
    try:
        return Test(word, operator.dimension, operator.read(argument))
    except BadInput as error:
        raise BadInput(Message("{word} wants {reason}", word=word, reason=cause(error))) from None


def boxes_of(condition: Condition, want: bool = True) -> list[Box]:
    """Where the condition holds, or with ``want`` false where it does not."""
    if isinstance(condition, Not):
        return boxes_of(condition.part, not want)
    if isinstance(condition, Test):
        values = possible(condition.dimension) & (condition.values if want else ~condition.values)
        return [{condition.dimension: values}] if values else []
    sides = [boxes_of(part, want) for part in condition.parts]
    if condition.one_is_enough is want:
        return _few([box for side in sides for box in side])
    found: list[Box] = [{}]
    for side in sides:
        found = _few([both for a in found for b in side if (both := meet(a, b)) is not None])
    return found


def possible(dimension: str) -> Any:
    """The values that can occur at all."""
    known = DIMENSIONS[dimension]
    if not known.numeric:
        return ANY_LABEL
    if known.low is None and known.below is None:
        return ANY_NUMBER if not known.known else Numbers.between()
    low = Numbers.between((known.low, 0)) if known.low is not None else Numbers.between()
    whole = low & Numbers.between(high=(known.below, 0)) if known.below is not None else low
    return whole if known.known else Numbers(whole.spans, unknown=True)


def meet(a: Box, b: Box) -> Box | None:
    """What is in both; ``None`` where nothing is."""
    both = dict(a)
    for dimension, values in b.items():
        both[dimension] = both[dimension] & values if dimension in both else values
        if not both[dimension]:
            return None
    return both


def without(box: Box, other: Box) -> list[Box]:
    """What is in ``box`` and not in ``other``, as boxes that do not overlap."""
    if meet(box, other) is None:
        return [box]
    left, inner = [], dict(box)
    for dimension, values in other.items():
        here = inner.get(dimension, possible(dimension))
        outside = here & ~values
        if outside:
            left.append({**inner, dimension: outside})
        inner[dimension] = here & values
    return left


def uncovered(boxes: Iterable[Box], covers: Iterable[Box]) -> list[Box]:
    """What of the boxes none of the covers holds."""
    left = list(boxes)
    for cover in covers:
        left = _few([piece for box in left for piece in without(box, cover)])
        if not left:
            break
    return left


def _few(boxes: list[Box]) -> list[Box]:
    if len(boxes) > MOST_BOXES:
        raise TooManyBoxes
    return boxes


operators.load_all()
