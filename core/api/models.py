"""What may be sent, and what is answered: the OpenAPI document is made from this file and those named *_models beside it.

Times are epoch seconds, places degrees (WGS 84). Nothing is converted silently: a number in quotes is refused.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_PLAIN = r"^[^\x00]*$"
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$", description="Letters, digits and . _ ~ -")]
Text = Annotated[str, Field(max_length=500, pattern=_PLAIN)]
Word = Annotated[str, Field(max_length=60, pattern=_PLAIN)]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00\s][^\x00]*$")]
Vehicle = Literal["walk", "bike", "scooter", "car"]
Vehicles = Annotated[list[Vehicle], Field(max_length=4, description="Empty admits all")]
Goods = Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", description="One word, such as food")]
OwnDrivers = Literal["only", "first", "shared"]
Activity = Literal["offline", "break", "free", "offered", "to_pickup", "waiting", "carrying"]
Time = Annotated[float, Field(ge=0, le=32503680000, description="Epoch seconds")]
Kilograms = Annotated[float, Field(gt=0, le=10_000)]
Litres = Annotated[float, Field(ge=0, le=100_000)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Next = Annotated[str | None, Field(description="Give it as ``after`` for the next page; null on the last")]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Place(Model):
    lat: Latitude
    lon: Longitude


class Event(BaseModel):
    """Everything an event touched stands in it as it was after it; which fields there are depends on the kind."""

    model_config = ConfigDict(extra="allow")
    id: Annotated[int, Field(description="Its number in the log: numbers rise by one")]
    kind: str
    at: float
    actor: str
    reason: str
    order_id: str | None
    driver_id: str | None


class Events(Model):
    events: list[Event]


class Health(Model):
    status: Literal["ok", "trouble"]
    problem: str
    last_event: int


class Problem(Model):
    """What is wrong and what to do about it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
