"""What may be sent, and what is answered: the OpenAPI document is made from these.

Times are epoch seconds, places degrees (WGS 84). Nothing is converted silently: a number in quotes is refused.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.domain.order import Status

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


# Orders


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


class Position(Place):
    at: Annotated[float, Field(description="When the phone was there, epoch seconds")]
    acc_m: float | None
    speed_mps: float | None
    heading_deg: float | None


class Tracker(Model):
    id: str
    name: str
    vehicle: Vehicle
    activity: Activity
    position: Position | None


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


# Merchants, drivers, areas


class MerchantIn(Model):
    name: Name
    place: Place
    kind: Word = "restaurant"
    prep_min: Annotated[float, Field(ge=0, le=1440)] = 12.0
    fence_m: Annotated[float, Field(gt=0, le=5000)] | None = None
    area_id: Id | None = None
    goods: Goods = "food"
    fleet: Annotated[Word, Field(description="The group of its own drivers; empty for none")] = ""
    own_drivers: OwnDrivers = "first"
    share_km: Annotated[float, Field(ge=0, le=100)] = 0.5


class Merchant(Model):
    id: str
    name: str
    place: Place
    kind: str
    prep_min: float
    fence_m: float | None
    area_id: str | None
    goods: str
    fleet: str
    own_drivers: OwnDrivers
    share_km: float


class Merchants(Model):
    merchants: list[Merchant]
    next: Next


class Break(Model):
    start: Time
    end: Time


class DriverIn(Model):
    name: Name
    vehicle: Vehicle
    app: Literal["kerbside", "owntracks"] = "kerbside"
    phone: Word = ""
    group: Word = ""
    shift_start: Time | None = None
    shift_end: Time | None = None
    breaks: Annotated[list[Break], Field(max_length=20)] = []
    weight_kg: Kilograms | None = None
    volume_l: Annotated[float, Field(gt=0, le=100_000)] | None = None
    cold_box: bool = False
    rating: Annotated[float, Field(ge=1, le=5)] | None = None


class Driver(Model):
    id: str
    name: str
    vehicle: Vehicle
    app: Literal["kerbside", "owntracks"]
    phone: str
    group: str
    shift_start: float | None
    shift_end: float | None
    breaks: list[Break]
    weight_kg: float | None
    volume_l: float | None
    cold_box: bool
    rating: float | None
    presence: Literal["offline", "online", "break"]
    activity: Activity
    position: Position | None


class Drivers(Model):
    drivers: list[Driver]
    next: Next


Corner = Annotated[list[float], Field(min_length=2, max_length=3, description="Longitude, latitude")]
Ring = Annotated[list[Corner], Field(min_length=4, max_length=20_000, description="Closed: the last corner is the first")]


Rings = Annotated[list[Ring], Field(min_length=1, max_length=100)]


class Polygon(Model):
    type: Literal["Polygon"]
    coordinates: Rings


class MultiPolygon(Model):
    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Rings], Field(min_length=1, max_length=200)]


class AreaProperties(Model):
    name: Name
    priority: Annotated[int, Field(ge=-1_000_000, le=1_000_000, description="Of areas that overlap the highest counts")] = 0
    watched: Annotated[bool, Field(description="Drivers' comings and goings become events")] = False
    vehicles: Annotated[list[Vehicle], Field(max_length=4, description="Those that may serve it; empty admits all")] = []


class AreaIn(Model):
    """A GeoJSON Feature (RFC 7946)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "Feature",
                "properties": {"name": "Old town", "priority": 1, "watched": True},
                "geometry": {"type": "Polygon", "coordinates": [[[9.0, 45.0], [9.02, 45.0], [9.02, 45.02], [9.0, 45.0]]]},
            }
        }
    )

    type: Literal["Feature"]
    properties: AreaProperties
    geometry: Annotated[Polygon | MultiPolygon, Field(discriminator="type")]


class AreaOutProperties(Model):
    name: str
    priority: int
    watched: bool
    vehicles: list[Vehicle]
    version: Annotated[int, Field(description="Counts its changes")]


class AreaOutGeometry(Model):
    type: Literal["MultiPolygon"]
    coordinates: list[list[list[list[float]]]]


class Area(Model):
    type: Literal["Feature"]
    id: str
    properties: AreaOutProperties
    geometry: AreaOutGeometry


class Areas(Model):
    type: Literal["FeatureCollection"]
    features: list[Area]


# Search


class Circle(Model):
    shape: Literal["circle"]
    centre: Place
    radius_m: Annotated[float, Field(ge=0, le=500_000)]


class Rectangle(Model):
    """``west`` beyond ``east`` crosses the antimeridian."""

    shape: Literal["rectangle"]
    south: Latitude
    west: Longitude
    north: Latitude
    east: Longitude


class Outline(Model):
    """Rings as in GeoJSON: one within another cuts a hole, one beside another adds a part."""

    shape: Literal["polygon"]
    rings: Annotated[list[Ring], Field(min_length=1, max_length=200)]


class Isochrone(Model):
    """What can be reached from the centre in so many minutes."""

    shape: Literal["isochrone"]
    centre: Place
    minutes: Annotated[float, Field(gt=0, le=120)]
    vehicle: Vehicle


class SearchIn(Model):
    within: Annotated[Circle | Rectangle | Outline | Isochrone, Field(discriminator="shape")]
    activities: Annotated[list[Activity], Field(max_length=7, description="Empty admits all")] = []
    vehicles: Vehicles = []
    limit: Annotated[int, Field(ge=1, le=5000)] = 200


class Found(Model):
    """``total`` counts all; ``drivers`` are the first of them."""

    total: int
    drivers: list[Tracker]
    outline: Annotated[
        list[list[list[float]]] | None, Field(description="An isochrone's rings, longitude and latitude; else null")
    ]


# Events


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
