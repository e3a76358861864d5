"""Vehicles and what they can carry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.language import mark


class Vehicle(StrEnum):
    WALK = mark("walk")
    BIKE = mark("bike")
    SCOOTER = mark("scooter")
    CAR = mark("car")


@dataclass(frozen=True, slots=True)
class Capacity:
    weight_kg: float
    volume_l: float


CAPACITY: dict[Vehicle, Capacity] = {
    Vehicle.WALK: Capacity(8.0, 40.0),
    Vehicle.BIKE: Capacity(12.0, 60.0),
    Vehicle.SCOOTER: Capacity(25.0, 90.0),
    Vehicle.CAR: Capacity(200.0, 600.0),
}
"""Default load limits per vehicle; a driver may be given other ones."""


def capacity(vehicle: Vehicle, weight_kg: float | None, volume_l: float | None) -> Capacity:
    """What somebody on the vehicle can carry; a limit of their own goes before the usual one."""
    usual = CAPACITY[vehicle]
    return Capacity(usual.weight_kg if weight_kg is None else weight_kg, usual.volume_l if volume_l is None else volume_l)
