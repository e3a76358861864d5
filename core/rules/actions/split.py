"""Several providers by proportion.

A share is of *first choices*: each order is counted once, with the decision and in the same stored event, for the provider
that is to have it first. Who ends up with it is a matter of fallbacks and is not counted again. A provider that can't be given
an order at the moment (cap reached, breaker open, disabled) has no share meanwhile: the others share in their own proportions,
with a count of their own, and the count of all is gone on with once it is back; what it missed is not made up for in a rush. A
weight of 0 stands in for the others only."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.errors import BadInput
from core.domain.language import Message
from core.rules.actions import Decision, Situation, action
from core.rules.split import most_behind_first, next_in_turn

HIGHEST_WEIGHT = 10_000


@dataclass(frozen=True, slots=True)
class Split:
    weights: dict[str, int]

    @property
    def providers(self) -> tuple[str, ...]:
        return tuple(self.weights)

    def decide(self, situation: Situation) -> Decision:
        free = {p: w for p, w in sorted(self.weights.items()) if situation.free(p)}
        if not any(free.values()):
            return Decision(tuple(free))
        tally = tally_id(situation.scope, free)
        counts = situation.counts(tally)
        first = next_in_turn(free, counts)
        rest = (p for p in most_behind_first(free, counts) if p != first)
        return Decision((first, *rest), tally=tally, counted=first)


def tally_id(scope: str, weights: dict[str, int]) -> str:
    """The count that belongs to these providers with these weights in this scope."""
    return f"split {scope} {' '.join(f'{p}:{w}' for p, w in sorted(weights.items()))}"


def counted_by(tally: str, rule_id: str, weights: dict[str, int]) -> tuple[str, dict[str, int]] | None:
    """The area of a rule's count and the weights that share in it, all of the split's or some; ``None`` for any other count."""
    head = f"split {rule_id} in "
    if not tally.startswith(head):
        return None
    words, known, among = tally.removeprefix(head).split(" "), {f"{p}:{w}": p for p, w in weights.items()}, set[str]()
    while words and words[-1] in known:
        among.add(known[words.pop()])
    return (" ".join(words), {p: w for p, w in weights.items() if p in among}) if words and among else None


def _read(argument: object) -> Split:
    wanted = Message("providers with whole numbers as weights, such as {swift = 30, internal = 70}")
    if not isinstance(argument, dict) or not argument:
        raise BadInput(Message("{wanted}, not {argument!r}", wanted=wanted, argument=argument))
    for provider, weight in argument.items():
        if not isinstance(provider, str) or not provider.strip() or isinstance(weight, bool) or not isinstance(weight, int):
            raise BadInput(Message("{wanted}, not {argument!r}", wanted=wanted, argument=argument))
        if not 0 <= weight <= HIGHEST_WEIGHT:
            raise BadInput(Message("weights of 0 to {most}, not {weight}", most=HIGHEST_WEIGHT, weight=weight))
    if not any(argument.values()):
        raise BadInput(Message("one weight above 0 at least"))
    return Split(dict(argument))


action("split", _read, "{split = {swift = 30, internal = 70}}")
