"""Drivers and the search for them, as other systems write and read them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from core.api.models import Activity, Kilograms, Latitude, Longitude, Model, Name, Next, Place, Time, Vehicle, Vehicles, Word
from core.api.place_models import Ring


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
