"""Who delivers: our own fleet or somebody else's, and an order while it is with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.language import tr

INTERNAL = "internal"
"""The provider that is our own fleet. It is always there."""


class ProviderKind(StrEnum):
    INTERNAL = "internal"
    WEBHOOK = "webhook"
    POLLING = "polling"


@dataclass(frozen=True, slots=True)
class Provider:
    """``url`` is where its orders are sent to. ``cap_per_hour`` bounds the orders booked with it in a clock hour, ``None``
    does not. ``timeout_s`` bounds one call, ``tries`` the sendings of one order, ``decide_s`` the time until it has to have
    taken it.

    ``idempotent``: the same key sent twice is one order there; otherwise it is asked before anything is sent again.
    ``poll_s`` is how often it is asked how its orders stand, at first. ``version`` counts its changes.
    """

    id: str
    name: str
    kind: ProviderKind = ProviderKind.WEBHOOK
    url: str = ""
    enabled: bool = True
    cap_per_hour: int | None = None
    timeout_s: float = 5.0
    tries: int = 3
    decide_s: float = 120.0
    idempotent: bool = True
    poll_s: float = 15.0
    version: int = 1
    removed: bool = False

    @property
    def title(self) -> str:
        """Its name; our own fleet has one in every language."""
        return tr(self.name) if self.id == INTERNAL else self.name


class ConsignmentState(StrEnum):
    """``SENDING`` ends when it is known that the provider has the order or that it never will; ``RECALLING`` when it is known
    that the provider gives it up or that it does not."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    RECALLING = "recalling"
    ENDED = "ended"


NOBODY = ""
"""Alone among those that come next: the order is held once it is given up."""


@dataclass(frozen=True, slots=True)
class Consignment:
    """An order given to one provider. ``id`` is the key under which the provider knows it, the same at each try.

    The provider must not take it after ``valid_until`` (epoch seconds). ``rest`` are the providers that come next. ``cancel``:
    once it is recalled, the order is cancelled rather than given to the next. ``outcome`` says how it ended.
    """

    id: str
    order_id: str
    provider_id: str
    since: float
    valid_until: float
    state: ConsignmentState = ConsignmentState.SENDING
    rest: tuple[str, ...] = ()
    remote_id: str = ""
    cancel: bool = False
    outcome: str = ""
