"""Orders and quotes, as customers and other systems write and read them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.api.fleet_models import Tracker
from core.api.models import Goods, Id, Kilograms, Litres, Model, Next, Place, Text, Time, Vehicle, Vehicles
from core.domain.order import Status


class OrderIn(Model):
    """``ready_at`` left out takes the merchant's usual time, ``due_at`` the usual promise, ``id`` a number made here."""

    id: Id | None = None
    merchant_id: Id
    dropoff: Place
    customer: Text = ""
    address: Text = ""
    note: Text = ""
    ready_at: Time | None = None
    due_at: Time | None = None
    weight_kg: Kilograms = 1.0
    volume_l: Litres = 5.0
    vehicles: Vehicles = []
    goods: Annotated[Goods | None, Field(description="What it is; left out, what the merchant sells")] = None
    value: Annotated[float, Field(ge=0, le=1e9, description="In your currency, for rules that ask for it")] | None = None


class OrderChange(Model):
    """What is left out, or null, stays as it is."""

    dropoff: Place | None = None
    customer: Text | None = None
    address: Text | None = None
    note: Text | None = None
    ready_at: Time | None = None
    due_at: Time | None = None
    weight_kg: Kilograms | None = None
    volume_l: Litres | None = None
    vehicles: Vehicles | None = None


class Cancel(Model):
    reason: Text = ""


class Order(Model):
    id: str
    status: Annotated[str, Field(json_schema_extra={"enum": [status.value for status in Status]})]
    status_at: float
    merchant_id: str
    area_id: str | None
    driver_id: str | None
    provider_id: Annotated[str | None, Field(description="Who delivers it, where rules have chosen: internal is our own fleet")]
    pickup: Place
    dropoff: Place
    customer: str
    address: str
    note: str
    weight_kg: float
    volume_l: float
    vehicles: list[Vehicle]
    goods: str
    value: float | None
    placed_at: float
    ready_at: float
    due_at: float
    assigned_at: float | None
    picked_up_at: float | None
    delivered_at: float | None
    eta_pickup_at: Annotated[float | None, Field(description="Expected arrival at the pick-up, while it is ahead")]
    eta_dropoff_at: Annotated[float | None, Field(description="Expected arrival at the door, while it is known")]


class Orders(Model):
    orders: list[Order]
    next: Next


class Tracked(Model):
    """An order, and who has it and where they are."""

    order: Order
    driver: Tracker | None


class QuoteIn(Model):
    merchant_id: Id
    dropoff: Place
    ready_at: Time | None = None
    due_at: Time | None = None
    weight_kg: Kilograms = 1.0
    volume_l: Litres = 5.0
    vehicles: Vehicles = []
    value: Annotated[float, Field(ge=0, le=1e9)] | None = None


class ProviderQuote(Model):
    """What a provider says it would do; ``price`` in ``currency``, null where it names none, as with our own fleet."""

    provider_id: str
    takes_it: bool
    minutes: float | None
    price: float | None
    currency: str
    reason: str


class Quote(Model):
    """What to expect if the order were placed now. ``vehicle`` and the times of pick-up and door are of our own fleet; without
    a free driver nearby they are null. ``providers`` are those whom the rules would try, the first one first."""

    merchant_id: str
    area_id: str | None
    ready_at: float
    due_at: Annotated[float, Field(description="What the customer would be promised")]
    distance_m: Annotated[float, Field(description="From the merchant to the door, as the crow flies")]
    drivers_free: Annotated[int, Field(description="Free drivers near enough to be asked")]
    vehicle: Vehicle | None
    pickup_at: float | None
    dropoff_at: float | None
    on_time: bool | None
    rule_id: Annotated[str | None, Field(description="The rule that would choose; null where none has a say")]
    refused: Annotated[bool, Field(description="A rule would turn the order down")]
    providers: list[ProviderQuote]
