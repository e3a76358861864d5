"""A set of rules, read once and asked for every order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from core.domain.causes import cause
from core.domain.errors import BadInput, KerbsideError
from core.domain.language import Message
from core.domain.rules import Rule, Tally
from core.rules.actions import Action, Decision, Situation, read_action
from core.rules.condition import Condition, read_condition
from core.rules.facts import Facts
from core.rules.tree import leaves

LONGEST_ID = 64
MOST_RULES = 500


@dataclass(frozen=True, slots=True)
class Compiled:
    rule: Rule
    when: Condition
    then: Action


@dataclass(frozen=True, slots=True)
class Choice:
    """``rule`` is the one that fired."""

    rule: Rule
    decision: Decision


class Unreadable(KerbsideError):
    """The rules that were saved can't be read by this program, so it is not known who delivers."""


class Rules:
    """The enabled rules in the order in which they are asked. Raises BadInput that names the rule that can't be read."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        everyone = [read_rule(rule) for rule in rules]
        ids = [one.rule.id for one in everyone]
        if len(ids) > MOST_RULES:
            raise BadInput(Message("{count} rules are too many: at most {most} can be kept", count=len(ids), most=MOST_RULES))
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise BadInput(Message("there are two rules {twice}: give each an id of its own", twice=twice[0]))
        self.all = tuple(everyone)
        self.ordered = tuple(sorted((one for one in everyone if one.rule.enabled), key=lambda one: -one.rule.priority))

    def __bool__(self) -> bool:
        return bool(self.ordered)

    def uses(self, *dimensions: str) -> bool:
        return any(test.dimension in dimensions for one in self.ordered for test in leaves(one.when))

    def first(self, facts: Facts) -> Compiled | None:
        """The rule that fires, if one does."""
        return next((one for one in self.ordered if one.when.holds(facts)), None)

    def choose(self, facts: Facts, free: Callable[[str], bool], tallies: Mapping[str, Tally]) -> Choice | None:
        """What is to be done with the order; ``None`` where no rule fires."""
        fired = self.first(facts)
        if fired is None:
            return None

        def counts(tally: str) -> Mapping[str, int]:
            return tallies[tally].counts if tally in tallies else {}

        scope = f"{fired.rule.id} in {facts['area']}"
        return Choice(fired.rule, fired.then.decide(Situation(scope, free, counts)))


def counted(choice: Choice, tallies: Mapping[str, Tally], now: float) -> Tally | None:
    """The tally as it is after the choice, if it counts at all."""
    decision = choice.decision
    if not decision.tally:
        return None
    before = tallies.get(decision.tally) or Tally(decision.tally, {}, now)
    return Tally(before.id, {**before.counts, decision.counted: before.counts.get(decision.counted, 0) + 1}, before.since)


def read_rule(rule: Rule) -> Compiled:
    """Raise BadInput with one line that begins with the rule's name."""
    if not rule.id.strip() or len(rule.id) > LONGEST_ID or " " in rule.id:
        raise BadInput(Message("rule id {rule!r}: use letters, figures and dashes, for example rain-to-swift", rule=rule.id))
    try:
        return Compiled(rule, read_condition(rule.when), read_action(rule.then))
    except BadInput as error:
        raise BadInput(Message("rule {rule}: {reason}", rule=rule.title, reason=cause(error))) from None
