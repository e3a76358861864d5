"""Turn the order down."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.errors import BadInput
from core.domain.language import Message
from core.rules.actions import Decision, Situation, action


@dataclass(frozen=True, slots=True)
class Refuse:
    providers: tuple[str, ...] = ()

    def decide(self, situation: Situation) -> Decision:
        return Decision((), refused=True)


def _read(argument: object) -> Refuse:
    if argument is not True:
        raise BadInput(Message("true, not {argument!r}", argument=argument))
    return Refuse()


action("refuse", _read, "{refuse = true}")
