"""What providers were to have of the orders, and what they were given."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from core.domain.rules import RuleSet, Tally

_WEIGHT = re.compile(r"[^ :]+:\d+\Z")


@dataclass(frozen=True, slots=True)
class Share:
    """``held`` first choices of ``whole`` orders, of which ``wanted`` were its due; all summed over rules and areas."""

    provider_id: str
    held: int
    wanted: float
    whole: int

    @property
    def held_pct(self) -> float:
        return 100 * self.held / self.whole

    @property
    def wanted_pct(self) -> float:
        return 100 * self.wanted / self.whole


def shares(ruleset: RuleSet, tallies: Iterable[Tally]) -> list[Share]:
    """Of every provider that a split of an enabled rule names, by id. Counts of rules that are gone are left out.

    Orders for which one provider could not be had count by the weights of the others, as the split itself does.
    """
    rules = {rule.id for rule in ruleset.rules if rule.enabled and "split" in rule.then}
    held: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    whole = 0
    for tally in tallies:
        words = tally.id.split(" ")
        if words[0] != "split" or words[1] not in rules:
            continue
        weights = {name: int(weight) for name, _, weight in (w.rpartition(":") for w in words if _WEIGHT.match(w))}
        total, sum_of_weights = sum(tally.counts.values()), sum(weights.values())
        if not total or not sum_of_weights:
            continue
        whole += total
        held.update(tally.counts)
        for name, weight in weights.items():
            wanted[name] += total * weight / sum_of_weights  # type: ignore[assignment]
    return [Share(name, held[name], wanted[name], whole) for name in sorted(held.keys() | wanted.keys())]
