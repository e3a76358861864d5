"""Rules by which events are passed on, as other systems write and read them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from core.api.models import Model, Name
from core.forwarding.choose import LOOKS
from core.rules.operators.numbers import BOUNDS
from core.storage.codec import KINDS

_TO = r"^(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?|mqtt:[A-Za-z0-9/_{}.-]{1,200})$"


class ForwardIn(Model):
    name: Name
    to: Annotated[
        str,
        Field(max_length=2000, pattern=_TO, description="https://host/path, or mqtt:topic with {kind} and {order}"),
    ]
    kinds: Annotated[
        list[str],
        Field(
            max_length=100,
            description="Kinds of events; empty takes all",
            json_schema_extra={"items": {"type": "string", "enum": sorted(KINDS)}},
        ),
    ] = []
    when: Annotated[
        dict[str, Any],
        Field(
            description=(
                "What the event has to hold: paths into it, each with a value, a list of values, bounds"
                f" ({', '.join(BOUNDS)}) or one of {', '.join(LOOKS)}; joined by all, any, not. Where a path leads to"
                " several values, one that fits is enough"
            ),
            examples=[{"orders.area_id": ["old-town"], "not": {"reason": {"contains": "test"}}}],
        ),
    ] = {}
    enabled: bool = True


class ForwardHealth(Model):
    """Since the program started: tries that went well and badly. As it stands: letters waiting to be tried again and dead
    ones, events not looked at yet, the last problem and how long the last try took."""

    sent: int
    failed: int
    waiting: int
    dead: int
    behind: int
    problem: str
    last_ms: float


class Forward(Model):
    id: str
    name: str
    to: str
    kinds: list[str]
    when: dict[str, Any]
    enabled: bool
    health: ForwardHealth


class Forwards(Model):
    rules: list[Forward]


class HookSecret(Model):
    secret: Annotated[str, Field(description="Signs from now on; shown this once")]


class Letter(Model):
    event: Annotated[int, Field(description="The event's number in the log")]
    order_id: str | None
    tries: int
    problem: str


class Letters(Model):
    letters: list[Letter]


class Chosen(Model):
    """Empty means all dead letters of the rule."""

    events: Annotated[list[Annotated[int, Field(ge=1, le=2**53)]], Field(max_length=1000)] = []


class Done(Model):
    count: int
