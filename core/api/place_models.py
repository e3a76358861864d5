"""Merchants and areas, as other systems write and read them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from core.api.models import Goods, Id, Model, Name, Next, OwnDrivers, Place, Vehicle, Word


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
