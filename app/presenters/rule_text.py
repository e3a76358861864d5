"""Rules in words: what a condition asks and what an action does, with things by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.domain.language import mark, tr
from core.rules.words import Form, Word, action_words, operator_words

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
WEATHER = {
    "dry": mark("dry"),
    "rain": mark("rain"),
    "storm": mark("storm"),
    "snow": mark("snow"),
    "ice": mark("ice"),
    "heat": mark("heat"),
}
_BOUNDS = {"above": "> {n}", "at_least": "≥ {n}", "below": "< {n}", "at_most": "≤ {n}"}

Named = Callable[[str, str], str]
"""Kind (``area``, ``merchant``, ``provider``) and id of a thing → its name."""


def label(word: str) -> str:
    return tr(LABELS[word]) if word in LABELS else word.replace("_", " ").capitalize()


def when_text(when: Mapping[str, Any], named: Named) -> str:
    return _all(when, named, {word.word: word for word in operator_words()}) or tr("every order")


def _all(when: object, named: Named, words: Mapping[str, Word]) -> str:
    if not isinstance(when, Mapping):
        return str(when)
    said = []
    for word, argument in when.items():
        parts = argument if isinstance(argument, list | tuple) else []
        if word == "all":
            said.append(tr(" and ").join(_part(part, named, words) for part in parts))
        elif word == "any":
            said.append(tr(" or ").join(_part(part, named, words) for part in parts))
        elif word == "not":
            said.append(tr("not ({what})", what=_all(argument, named, words)))
        else:
            said.append(_test(word, argument, named, words))
    return tr(" and ").join(part for part in said if part)


def _part(part: object, named: Named, words: Mapping[str, Word]) -> str:
    text = _all(part, named, words)
    nested = isinstance(part, Mapping) and (len(part) > 1 or {"all", "any"} & set(part))
    return f"({text})" if nested else text


def _test(word: str, argument: Any, named: Named, words: Mapping[str, Word]) -> str:
    known = words.get(word)
    name = label(word).lower()
    if known is None or not argument:
        return f"{name} {argument}" if argument else name
    if known.form is Form.BOUNDS and isinstance(argument, Mapping):
        unit = f" {known.unit}" if known.unit else ""
        bounds = (_BOUNDS.get(key, "{n}").format(n=value) for key, value in argument.items())
        return f"{name} {', '.join(bounds)}{unit}"
    if known.form is Form.TIMES and isinstance(argument, Mapping):
        days = argument.get("days")
        when = f"{argument.get('from', '0:00')}–{argument.get('to', '24:00')}"
        return f"{' '.join([days] if isinstance(days, str) else days)} {when}" if days else when
    if known.form in {Form.PICK, Form.LABELS}:
        things = [argument] if isinstance(argument, str) else list(argument)
        return f"{name} {', '.join(named(known.names, str(i)) if known.names else str(i) for i in things)}"
    return f"{name} {argument}"


def then_text(then: Mapping[str, Any], named: Named) -> str:
    if len(then) != 1:
        return str(dict(then))
    word, argument = next(iter(then.items()))
    form = next((known.form for known in action_words() if known.word == word), Form.TEXT)
    if form is Form.ONE:
        return named("provider", str(argument))
    if form is Form.CHAIN and isinstance(argument, list | tuple):
        return " → ".join(named("provider", str(i)) for i in argument)
    if form is Form.SHARES and isinstance(argument, Mapping):
        whole = sum(weight for weight in argument.values() if isinstance(weight, int)) or 1
        return ", ".join(
            f"{named('provider', str(i))} {100 * weight / whole:.3g} %" for i, weight in argument.items() if weight
        )
    return tr("refuse") if form is Form.NOTHING else f"{label(word)} {argument}"
