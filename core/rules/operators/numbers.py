"""Amounts of the order: weight, volume, value, distance, minutes to its promise."""

from __future__ import annotations

import math

from core.domain.errors import BadInput
from core.domain.language import Message
from core.rules.facts import Facts, dimension, trip_km
from core.rules.operators import operator
from core.rules.sets import HIGHEST, LOWEST, Numbers

BOUNDS = {"above": 1, "at_least": 0, "below": 0, "at_most": 1}
"""On which side of its number a bound cuts."""


def read_bounds(argument: object) -> Numbers:
    """``{"above": 2, "at_most": 5}``."""
    wanted = Message("bounds such as {{above = 2, at_most = 5}} out of {choices}", choices=", ".join(BOUNDS))
    if not isinstance(argument, dict) or not argument or argument.keys() - BOUNDS.keys():
        raise BadInput(Message("{wanted}, not {argument!r}", wanted=wanted, argument=argument))
    low, high = LOWEST, HIGHEST
    for word, number in argument.items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
            raise BadInput(Message("{wanted}: {word} wants a number, not {number!r}", wanted=wanted, word=word, number=number))
        cut = (float(number), BOUNDS[word])
        if word in {"above", "at_least"}:
            low = max(low, cut)
        else:
            high = min(high, cut)
    return Numbers.between(low, high)


def _promise_min(facts: Facts) -> float:
    return (facts.order.due_at - facts.now) / 60


dimension("weight_kg", lambda facts: facts.order.weight_kg, numeric=True, low=0.0, known=True)
dimension("volume_l", lambda facts: facts.order.volume_l, numeric=True, known=True)
dimension("value", lambda facts: facts.order.value, numeric=True)
dimension("distance_km", lambda facts: trip_km(facts.order), numeric=True, low=0.0, known=True)
dimension("promise_min", _promise_min, numeric=True, known=True)

for _word in ("weight_kg", "volume_l", "value", "distance_km", "promise_min"):
    operator(_word, _word, read_bounds, f"{_word} = {{above = 2, at_most = 5}}")
