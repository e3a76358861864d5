"""What is wrong with a set of rules although each can be read. Everything claimed here is true; not everything true is
claimed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.domain.errors import BadInput
from core.domain.merchant import Area, Merchant
from core.domain.provider import Provider
from core.domain.rules import Rule
from core.rules.condition import Box, Condition, TooManyBoxes, boxes_of, meet, uncovered
from core.rules.facts import MINUTES_A_DAY, NOWHERE
from core.rules.operators import OPERATORS
from core.rules.operators.time import DAYS
from core.rules.ruleset import Compiled, Rules
from core.rules.sets import Labels, Numbers
from core.rules.tree import Group, leaves


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
            unreadable.append(Finding(Level.ERROR, "unreadable", str(error), rule.id))
    try:
        compiled = Rules(rules)
    except BadInput as error:
        return unreadable or [Finding(Level.ERROR, "unreadable", str(error))]
    named = [finding for one in compiled.all for finding in _names(one, known)]
    return named + _reach(compiled, known) + _gaps(compiled, known)


def _names(one: Compiled, known: Known) -> Iterable[Finding]:
    """Names of things that do not exist, and of providers that are switched off."""
    rule = one.rule
    for test in leaves(one.when):
        names = OPERATORS[test.word].names
        if names and isinstance(test.values, Labels):
            for name in sorted(test.values.names - set(known.of(names))):
                yield Finding(Level.ERROR, "unknown", f"rule {rule.title}: there is no {names} {name}", rule.id)
    for provider_id in one.then.providers:
        provider = known.providers.get(provider_id)
        if provider is None:
            yield Finding(Level.ERROR, "unknown", f"rule {rule.title}: there is no provider {provider_id}", rule.id)
        elif not provider.enabled and rule.enabled:
            yield Finding(Level.WARNING, "disabled", f"rule {rule.title}: {provider.name} is switched off", rule.id)


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
                text = f"rule {rule.title} can never fire: nothing meets its condition{why}"
                found.append(Finding(Level.WARNING, "never", text, rule.id))
                continue
            covers = [box for _, earlier in before for box in earlier]
            if not uncovered(boxes, covers):
                guilty = [c.rule.title for c, earlier in before if any(meet(a, b) for a in boxes for b in earlier)]
                text = f"rule {rule.title} can never fire: {' and '.join(guilty)} before it take every order it could have"
                found.append(Finding(Level.WARNING, "never", text, rule.id))
            else:
                for other, earlier in before:
                    same = other.rule.priority == rule.priority and other.rule.then != rule.then
                    overlaps = (both for a in boxes for b in earlier if (both := meet(a, b)) is not None)
                    overlap = next((both for both in overlaps if known.occurs(both)), None) if same else None
                    if overlap is not None:
                        text = (
                            f"rules {other.rule.title} and {rule.title} have the same priority and want different things for "
                            f"the same orders{_where(overlap)}: {other.rule.title} wins, since it stands first"
                        )
                        found.append(Finding(Level.WARNING, "contradiction", text, rule.id))
            before.append((one, boxes))
        except TooManyBoxes:
            text = f"rule {rule.title} is too entangled to be checked against the others: split it up"
            found.append(Finding(Level.NOTE, "unchecked", text, rule.id))
    return found


def _clash(condition: Condition) -> str:
    """Which words exclude each other, where two parts meant together do."""
    if isinstance(condition, Group) and not condition.one_is_enough:
        sides = [(part, boxes_of(part)) for part in condition.parts]
        for n, (part, boxes) in enumerate(sides):
            for other, others in sides[:n]:
                if boxes and others and not any(meet(a, b) is not None for a in boxes for b in others):
                    words = [", ".join(dict.fromkeys(t.word for t in leaves(p))) for p in (other, part)]
                    return f" ({' against '.join(words)})"
    return ""


def _gaps(rules: Rules, known: Known) -> list[Finding]:
    """Areas, and merchants' places outside all areas, for whose orders no rule speaks, always or at times."""
    found: list[Finding] = []
    try:
        covers = [box for one in rules.ordered for box in boxes_of(one.when)]
        for area in sorted(known.areas.values(), key=lambda a: a.id):
            here: Box = {"area": Labels(frozenset({area.id}))}
            if not any(meet(here, cover) is not None for cover in covers):
                text = f"area {area.name} has no rule: its orders go to our own fleet"
                found.append(Finding(Level.WARNING, "gap", text, area_id=area.id))
            elif left := [box for box in uncovered([here], covers) if known.occurs(box)]:
                some = _where({name: values for name, values in left[0].items() if name != "area"})
                text = f"area {area.name}: no rule speaks for some orders{some}; they go to our own fleet"
                found.append(Finding(Level.NOTE, "gap", text, area_id=area.id))
    except TooManyBoxes:
        found.append(Finding(Level.NOTE, "unchecked", "the rules are too entangled to be checked for gaps"))
    return found


def _where(box: Box) -> str:
    """An example of what is in the box, in words; the area goes without saying where it is named anyway."""
    told = []
    for dimension, values in sorted(box.items()):
        value = values.example()
        if dimension == "time" and isinstance(values, Numbers) and isinstance(value, float):
            day, minute = divmod(int(value), MINUTES_A_DAY)
            told.append(f"{DAYS[day % 7]} {minute // 60:02d}:{minute % 60:02d}")
        elif dimension == "area":
            told += [f"area {value}"] if value is not None else []
        elif value is None:
            told.append(f"{dimension} not known" if not isinstance(values, Labels) else f"another {dimension}")
        else:
            told.append(f"{dimension} {value:g}" if isinstance(value, float) else f"{dimension} {value}")
    return f" (such as {', '.join(told)})" if told else ""
