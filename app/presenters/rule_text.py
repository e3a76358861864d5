"""Rules in words: what a condition asks and what an action does, with things by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.language import inner, mark, number, said, tr
from core.rules.words import Form, Word, action_words, operator_words, word_label
from widgets.common.words import arrow
from widgets.conditions.arguments import DAYS

WEATHER = {
    "dry": mark("dry"),
    "rain": mark("rain"),
    "storm": mark("storm"),
    "snow": mark("snow"),
    "ice": mark("ice"),
    "heat": mark("heat"),
}
_LOOKS = {"begins_with": mark("begins with"), "contains": mark("contains")}
_BOUNDS = {"above": "> {n}", "at_least": "≥ {n}", "below": "< {n}", "at_most": "≤ {n}"}

Named = Callable[[str, str], str]
"""Kind (``area``, ``merchant``, ``provider``, ``status``) and id of a thing → its name."""


def label(word: str) -> str:
    return said(word_label(word))


def when_text(when: Mapping[str, Any], named: Named) -> str:
    return condition_text(when, named, {word.word: word for word in operator_words()}) or tr("every order")


def condition_text(
    when: Mapping[str, Any], named: Named, words: Mapping[str, Word], label: Callable[[str], str] = label
) -> str:
    """A condition of those words; empty for the empty one."""
    return _Said(named, words, label).all(when)


@dataclass(frozen=True, slots=True)
class _Said:
    named: Named
    words: Mapping[str, Word]
    label: Callable[[str], str]

    def all(self, when: object) -> str:
        if not isinstance(when, Mapping):
            return str(when)
        said = []
        for word, argument in when.items():
            parts = argument if isinstance(argument, list | tuple) else []
            if word == "all":
                said.append(tr(" and ").join(self._part(part) for part in parts))
            elif word == "any":
                said.append(tr(" or ").join(self._part(part) for part in parts))
            elif word == "not":
                said.append(tr("not ({what})", what=self.all(argument)))
            else:
                said.append(self._test(word, argument))
        return tr(" and ").join(part for part in said if part)

    def _part(self, part: object) -> str:
        text = self.all(part)
        nested = isinstance(part, Mapping) and (len(part) > 1 or {"all", "any"} & set(part))
        return f"({text})" if nested else text

    def _test(self, word: str, argument: Any) -> str:
        known, name = self.words.get(word), self.label(word)
        name = inner(name) if known is not None else name
        if known is not None and known.form is Form.TIMES and isinstance(argument, Mapping):
            days = argument.get("days")
            when = f"{argument.get('from', '0:00')}–{argument.get('to', '24:00')}"
            days = [days] if isinstance(days, str) else days
            return " ".join([*(tr(DAYS.get(day, day)) for day in days or ()), when])
        if isinstance(argument, Mapping):
            return self._compared(name, argument, known.unit if known is not None else "")
        if isinstance(argument, bool):
            return f"{name}: {tr('yes') if argument else tr('no')}"
        if isinstance(argument, list | tuple | str):
            things = [argument] if isinstance(argument, str) else argument
            kind = known.names if known is not None else ""
            said = [self.named(kind, str(i)) if kind else tr(WEATHER.get(str(i), str(i))) for i in things]
            return f"{name} {', '.join(said)}".rstrip()
        return f"{name} {argument}" if argument is not None else name

    @staticmethod
    def _compared(name: str, argument: Mapping[str, Any], unit: str) -> str:
        if argument and argument.keys() <= _BOUNDS.keys():
            bounds = ", ".join(
                _BOUNDS[key].format(n=number(value, ".15g") if isinstance(value, int | float) else value)
                for key, value in argument.items()
            )
            return f"{name} {bounds}{f' {unit}' if unit else ''}"
        word, wanted = next(iter(argument.items())) if len(argument) == 1 else ("", None)
        if word in _LOOKS:
            return f"{name} {tr(_LOOKS[word])} {wanted}"
        if word == "present":
            return tr("{what} is there", what=name) if wanted else tr("{what} is not there", what=name)
        return f"{name} {dict(argument)}" if argument else name


def then_text(then: Mapping[str, Any], named: Named) -> str:
    if len(then) != 1:
        return str(dict(then))
    word, argument = next(iter(then.items()))
    form = next((known.form for known in action_words() if known.word == word), Form.TEXT)
    if form is Form.ONE:
        return named("provider", str(argument))
    if form is Form.CHAIN and isinstance(argument, list | tuple):
        return f" {arrow()} ".join(named("provider", str(i)) for i in argument)
    if form is Form.SHARES and isinstance(argument, Mapping):
        whole = sum(weight for weight in argument.values() if isinstance(weight, int)) or 1
        return ", ".join(
            f"{named('provider', str(i))} {number(100 * weight / whole, '.3g')} %" for i, weight in argument.items() if weight
        )
    return tr("refuse") if form is Form.NOTHING else f"{label(word)} {argument}"
