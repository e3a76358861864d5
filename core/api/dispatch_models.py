"""Provider rules, providers and their callbacks, as other systems write and read them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from core.api.models import Id, Model, Name, Text, Time
from core.rules.actions import ACTIONS
from core.rules.operators import OPERATORS
from core.rules.operators.weather import WEATHERS

_WORDS = ", ".join(sorted(OPERATORS))
_ACTIONS = ", ".join(sorted(ACTIONS))
Date = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="ISO date; left out, today")]
Limit = Annotated[float, Field(ge=0.1, le=3600)]


class RuleIn(Model):
    """``when`` holds conditions of one word each, all of them meant together; an empty one holds for every order."""

    id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s\x00]+$")]
    when: Annotated[
        dict[str, Any],
        Field(description=f"Words: all, any, not, {_WORDS}", examples=[{"area": ["old-town"], "weather": "rain"}]),
    ] = {}
    then: Annotated[
        dict[str, Any], Field(description=f"One of {_ACTIONS}", examples=[{"split": {"swift": 30, "internal": 70}}])
    ]
    name: Text = ""
    priority: Annotated[int, Field(ge=-1_000_000, le=1_000_000, description="The highest is asked first")] = 0
    enabled: bool = True


Rules = Annotated[list[RuleIn], Field(max_length=500)]


class RuleSetIn(Model):
    """All rules, in their order. ``based_on`` is the version they were made from: where another has come since, they are
    refused."""

    rules: Rules
    based_on: Annotated[int, Field(ge=0, le=2**53)] | None = None


class Rule(Model):
    id: str
    name: str
    when: dict[str, Any]
    then: dict[str, Any]
    priority: int
    enabled: bool


class RuleSet(Model):
    version: int
    rules: list[Rule]


class RulesToCheck(Model):
    rules: Rules


class Finding(Model):
    """An error keeps rules from being saved; warnings and notes tell what may not be meant."""

    level: Literal["error", "warning", "note"]
    kind: str
    text: str
    rule_id: str
    area_id: str


class Findings(Model):
    findings: list[Finding]


class DryRunIn(Model):
    """Try these rules on the orders placed from ``start`` until ``end``; left out, on the last 24 hours."""

    rules: Rules
    start: Time | None = None
    end: Time | None = None


class Tried(Model):
    """``refused`` and ``held`` may stand in place of a provider."""

    order_id: str
    placed_at: float
    area_id: str
    was: str
    was_rule: str
    would: str
    would_rule: str


class Both(Model):
    """Orders that were given first, and would have been. ``name`` is a provider's, a rule's, or empty for none."""

    name: str
    area_id: str | None
    was: int
    would: int


class DryRun(Model):
    start: float
    end: float
    orders: int
    changed: int
    by_provider: list[Both]
    by_area: list[Both]
    by_rule: list[Both]
    examples: Annotated[list[Tried], Field(description="The first 200 orders that would have gone elsewhere")]


class Share(Model):
    """A split in one area: first choices so far against what was asked; ``off`` is in orders, above 0 ahead of the share."""

    rule_id: str
    area_id: str
    provider_id: str
    weight: int
    asked_pct: float
    held_pct: float
    orders: int
    off: float
    without: Annotated[list[str], Field(description="Who could not be given orders meanwhile and has no part in this count")]


class Shares(Model):
    shares: list[Share]


class WeatherIn(Model):
    weather: Literal["", *WEATHERS]  # type: ignore[valid-type]
    date: Date | None = None


class ProviderIn(Model):
    """``internal`` is our own fleet and its own kind. A webhook provider calls back, a polling one is asked."""

    name: Name
    kind: Literal["internal", "webhook", "polling"] = "webhook"
    url: Annotated[str, Field(max_length=2000, pattern=r"^[!-~]*$")] = ""
    enabled: bool = True
    cap_per_hour: Annotated[int, Field(ge=0, le=10_000_000, description="By the local clock's hours")] | None = None
    timeout_s: Limit = 5.0
    tries: Annotated[int, Field(ge=1, le=20)] = 3
    decide_s: Limit = 120.0
    idempotent: bool = True
    poll_s: Limit = 15.0


class ProviderHealth(Model):
    """``open`` counts orders it has or may have, ``doubtful`` those of which that is not known; the rest counts since the
    start."""

    breaker: Literal["closed", "open", "probing"]
    retry_at: float | None
    open: int
    doubtful: int
    this_hour: int | None
    sent: int
    retries: int
    retries_left: Annotated[int, Field(description="How many may be made now; what is sent earns more")]
    calls: int
    failures: int
    callbacks: int
    latency_p50_s: float
    latency_p95_s: float
    problem: str


class Provider(Model):
    id: str
    name: str
    kind: Literal["internal", "webhook", "polling"]
    url: str
    enabled: bool
    cap_per_hour: int | None
    timeout_s: float
    tries: int
    decide_s: float
    idempotent: bool
    poll_s: float
    version: int
    health: ProviderHealth


class Providers(Model):
    providers: list[Provider]


class ProviderSecret(Model):
    secret: Annotated[str, Field(description="Signs calls both ways from now on; shown this once")]


class SendIn(Model):
    provider_id: Id


class SettleIn(Model):
    has_it: Annotated[bool, Field(description="Whether the provider has the order, as a person found out")]


class Callback(Model):
    """How an order stands with the provider. ``key`` is the one it was sent with; any order, late and twice is all right."""

    key: Annotated[str, Field(min_length=1, max_length=200)]
    state: Literal[
        "accepted",
        "arrived_pickup",
        "picked_up",
        "arrived_dropoff",
        "delivered",
        "failed",
        "refused",
        "cancelled",
        "pending",
        "unknown",
    ]
    reason: str = ""
    id: Annotated[str, Field(description="The provider's own number")] = ""
    at: Annotated[float, Field(description="When it happened, epoch seconds")] | None = None


class Heard(Model):
    heard: bool
