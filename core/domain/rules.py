"""Which provider an order goes to, as data: the words are read by `core.rules`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Rule:
    """``when`` is a condition and ``then`` an action, each a table of one word of its registry: ``{"area": ["old-town"]}``,
    ``{"split": {"swift": 30, "internal": 70}}``. An empty ``when`` holds for every order.

    The highest ``priority`` is asked first; among equals the one that stands first.
    """

    id: str
    when: dict[str, Any] = field(default_factory=dict)
    then: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    priority: int = 0
    enabled: bool = True

    @property
    def title(self) -> str:
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules as they stood from ``version`` on; the log says who saved it and when."""

    version: int
    rules: tuple[Rule, ...] = ()
    id: str = "rules"


@dataclass(frozen=True, slots=True)
class Tally:
    """Orders by provider since ``since`` (epoch seconds): a split's first choices in one area, or the bookings of an hour."""

    id: str
    counts: dict[str, int]
    since: float


@dataclass(frozen=True, slots=True)
class Day:
    """What a dispatcher says of a day; ``id`` is its ISO date in the clock's zone."""

    id: str
    weather: str
