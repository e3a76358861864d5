"""One provider, or several of which the next is tried where one can't."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.errors import BadInput
from core.domain.language import Message
from core.rules.actions import Decision, Situation, action


@dataclass(frozen=True, slots=True)
class Chain:
    providers: tuple[str, ...]

    def decide(self, situation: Situation) -> Decision:
        # Those behind the first may be free again by the time they are needed.
        first = next((n for n, p in enumerate(self.providers) if situation.free(p)), len(self.providers))
        return Decision(self.providers[first:])


def _one(argument: object) -> Chain:
    if not isinstance(argument, str) or not argument.strip():
        raise BadInput(Message("the id of a provider, not {argument!r}", argument=argument))
    return Chain((argument,))


def _several(argument: object) -> Chain:
    if not isinstance(argument, list | tuple) or not argument or not all(isinstance(p, str) and p.strip() for p in argument):
        raise BadInput(Message("a list of providers' ids, not {argument!r}", argument=argument))
    if len(set(argument)) < len(argument):
        raise BadInput(Message("each provider once"))
    return Chain(tuple(argument))


action("provider", _one, '{provider = "swift"}')
action("chain", _several, '{chain = ["swift", "internal"]}')
