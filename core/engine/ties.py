"""What is remembered of providers and of orders with them, beside what is stored. All of it may be lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from core.domain.provider import Provider
from core.providers.breaker import Breaker, RetryBudget
from core.providers.carrier import Carrier
from core.providers.health import Health


class Tag(NamedTuple):
    """Of a call: what was asked of whom about which consignments."""

    action: str
    provider_id: str
    keys: tuple[str, ...]


@dataclass(slots=True)
class Work:
    """What is known of an open consignment beside what is stored. After a start everything is in doubt."""

    key: str
    due: float
    doubt: bool = False
    pending: bool = False
    in_flight: bool = False
    tries: int = 0
    silences: int = 0
    denials: int = 0
    stretch: float = 1.0


@dataclass(slots=True)
class Ties:
    """What is kept per provider."""

    breaker: Breaker
    budget: RetryBudget = field(default_factory=RetryBudget)
    health: Health = field(default_factory=Health)
    carrier: tuple[Provider, str, Carrier] | None = None
    in_flight: int = 0
    ready: dict[str, float] = field(default_factory=dict)
    """Orders whose call is due and waits for others to come back, in their order; with what was due when."""
