"""What is wrong with a set of rules although each can be read. Everything claimed here is true; not everything true is
claimed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message
from core.domain.merchant import Area, Merchant
from core.domain.provider import Provider
from core.domain.rules import Rule
from core.rules.condition import Box, Condition, TooManyBoxes, boxes_of, meet, uncovered
from core.rules.facts import MINUTES_A_DAY, NOWHERE
from core.rules.operators import OPERATORS
from core.rules.operators.time import DAYS
from core.rules.ruleset import Compiled, Rules
from core.rules.sets import Labels
from core.rules.tree import Group, leaves
from core.rules.words import word_label


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """``kind`` is ``unreadable``, ``unknown``, ``never``, ``contradiction``, ``gap``, ``disabled`` or ``unchecked``.

    An ERROR keeps rules from being saved; the others tell what may not be meant."""

    level: Level
    kind: str
    text: str
    rule_id: str = ""
    area_id: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is for rules to name."""

    areas: Mapping[str, Area]
    merchants: Mapping[str, Merchant]
    providers: Mapping[str, Provider]

    def of(self, names: str) -> Collection[str]:
        return {*self.areas, NOWHERE} if names == "area" else self.merchants

    def occurs(self, box: Box) -> bool:
        """Whether an order in the box can be: named merchants lie where they lie and are what they are."""
        if "waiting" in box and "load" in box:  # one follows from the other
            return False
        named = box.get("merchant")
        if named is None or named.others:
            return True
        return any(
            named.holds(m.id)
            and ("area" not in box or box["area"].holds(m.area_id or NOWHERE))
            and ("kind" not in box or box["kind"].holds(m.kind))
            for m in self.merchants.values()
        )


def check(rules: Iterable[Rule], known: Known) -> list[Finding]:
    """Errors first. Rules that can't be read are named one by one; there is nothing more to say then."""
    rules = list(rules)
    unreadable = []
    for rule in rules:
        try:
            Rules([rule])
        except BadInput as error:
            unreadable.append(Finding(Level.ERROR, "unreadable", cause(error), rule.id))
    try:
        compiled = Rules(rules)
    except BadInput as error:
        return unreadable or [Finding(Level.ERROR, "unreadable", cause(error))]
    named = [finding for one in compiled.all for finding in _names(one, known)]
    return named + _reach(compiled, known) + _gaps(compiled, known)


def _names(one: Compiled, known: Known) -> Iterable[Finding]:
    """Names of things that do not exist, and of providers that are switched off."""
    rule = one.rule
    for test in leaves(one.when):
        names = OPERATORS[test.word].names
        if names and isinstance(test.values, Labels):
            for name in sorted(test.values.names - set(known.of(names))):
                told = {
                    "area": Message("rule {rule}: there is no area {name}", rule=rule.title, name=name),
                    "merchant": Message("rule {rule}: there is no merchant {name}", rule=rule.title, name=name),
                }
                yield Finding(Level.ERROR, "unknown", told[names], rule.id)
    for provider_id in one.then.providers:
        provider = known.providers.get(provider_id)
        if provider is None:
            yield Finding(
                Level.ERROR,
                "unknown",
                Message("rule {rule}: there is no provider {name}", rule=rule.title, name=provider_id),
                rule.id,
            )
        elif not provider.enabled and rule.enabled:
            yield Finding(
                Level.WARNING,
                "disabled",
                Message("rule {rule}: {name} is switched off", rule=rule.title, name=provider.name),
                rule.id,
            )


def _reach(rules: Rules, known: Known) -> list[Finding]:
    """Rules that can never fire, alone or for those before them; equals in priority that want different things."""
    found: list[Finding] = []
    before: list[tuple[Compiled, list[Box]]] = []
    for one in rules.ordered:
        rule = one.rule
        try:
            boxes = boxes_of(one.when)
            if not boxes:
                why = _clash(one.when)
                text = Message("rule {rule} can never fire: nothing meets its condition{why}", rule=rule.title, why=why)
                found.append(Finding(Level.WARNING, "never", text, rule.id))
                continue
            covers = [box for _, earlier in before for box in earlier]
            if not uncovered(boxes, covers):
                guilty = tuple(c.rule.title for c, earlier in before if any(meet(a, b) for a in boxes for b in earlier))
                text = Message(
                    "rule {rule} can never fire: what stands before it takes every order it could have ({rules})",
                    rule=rule.title,
                    rules=guilty,
                )
                found.append(Finding(Level.WARNING, "never", text, rule.id))
            else:
                for other, earlier in before:
                    same = other.rule.priority == rule.priority and other.rule.then != rule.then
                    overlaps = (both for a in boxes for b in earlier if (both := meet(a, b)) is not None)
                    overlap = next((both for both in overlaps if known.occurs(both)), None) if same else None
                    if overlap is not None:
                        text = Message(
                            "rules {first} and {rule} have the same priority and want different things for the same "
                            "orders{where}: {first} wins, since it stands first",
                            first=other.rule.title,
                            rule=rule.title,
                            where=_where(overlap, known),
                        )
                        found.append(Finding(Level.WARNING, "contradiction", text, rule.id))
            before.append((one, boxes))
        except TooManyBoxes:
            text = Message("rule {rule} is too entangled to be checked against the others: split it up", rule=rule.title)
            found.append(Finding(Level.NOTE, "unchecked", text, rule.id))
    return found


def _clash(condition: Condition) -> Message:
    """Which words exclude each other, where two parts meant together do."""
    if isinstance(condition, Group) and not condition.one_is_enough:
        sides = [(part, boxes_of(part)) for part in condition.parts]
        for n, (part, boxes) in enumerate(sides):
            for other, others in sides[:n]:
                if boxes and others and not any(meet(a, b) is not None for a in boxes for b in others):
                    one, another = (tuple(map(word_label, dict.fromkeys(t.word for t in leaves(p)))) for p in (other, part))
                    return Message(" ({one} against {another})", one=one, another=another)
    return Message("")


def _gaps(rules: Rules, known: Known) -> list[Finding]:
    """Areas, and merchants' places outside all areas, for whose orders no rule speaks, always or at times."""
    found: list[Finding] = []
    try:
        covers = [box for one in rules.ordered for box in boxes_of(one.when)]
        for area in sorted(known.areas.values(), key=lambda a: a.id):
            here: Box = {"area": Labels(frozenset({area.id}))}
            if not any(meet(here, cover) is not None for cover in covers):
                text = Message("area {area} has no rule: its orders go to our own fleet", area=area.name)
                found.append(Finding(Level.WARNING, "gap", text, area_id=area.id))
            elif left := [box for box in uncovered([here], covers) if known.occurs(box)]:
                some = _where({name: values for name, values in left[0].items() if name != "area"}, known)
                text = Message(
                    "area {area}: no rule speaks for some orders{where}; they go to our own fleet", area=area.name, where=some
                )
                found.append(Finding(Level.NOTE, "gap", text, area_id=area.id))
    except TooManyBoxes:
        found.append(Finding(Level.NOTE, "unchecked", Message("the rules are too entangled to be checked for gaps")))
    return found


def _where(box: Box, known: Known) -> Message:
    """An example of what is in the box, in words; the area goes without saying where it is named anyway."""
    told: list[str] = []
    for dimension, values in sorted(box.items()):
        value, name = values.example(), word_label(dimension)
        if value is None:
            unknown, other = Message("{what} not known", what=name), Message("{what}: another one", what=name)
            told += [] if dimension == "area" else [unknown if not isinstance(values, Labels) else other]
        else:
            shown = _value(dimension, value, known)
            told.append(shown if dimension == "time" else Message("{what} {value}", what=name, value=shown))
    return Message(" (such as {told})", told=tuple(told)) if told else Message("")


def _value(dimension: str, value: float | str, known: Known) -> str:
    if dimension == "time" and isinstance(value, float):
        day, minute = divmod(int(value), MINUTES_A_DAY)
        at = f"{minute // 60:02d}:{minute % 60:02d}"
        return Message("{day} {at}", day=Message(DAYS[day % 7][:2].capitalize()), at=at)  # as the form calls the days
    if isinstance(value, float):
        return f"{value:g}"
    if dimension == "area" and value != NOWHERE:
        return known.areas[value].name if value in known.areas else value
    if dimension == "merchant":
        return known.merchants[value].name if value in known.merchants else value
    return Message(value)
