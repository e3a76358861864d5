"""What a simulation is made of: the facts of the city, and the figures that may be turned."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.vehicle import Vehicle
from core.ports import Points

FLEET_MIX: tuple[tuple[Vehicle, float], ...] = (
    (Vehicle.SCOOTER, 0.70),
    (Vehicle.BIKE, 0.20),
    (Vehicle.CAR, 0.08),
    (Vehicle.WALK, 0.02),
)


@dataclass(frozen=True, slots=True)
class CityFacts:
    """``bounds`` are south, west, north, east in degrees; ``nodes`` (k, 2) are places on streets where people live, and may
    be empty: then customers are spread evenly. ``address`` names a place as an envelope would."""

    bounds: tuple[float, float, float, float]
    merchants: tuple[Merchant, ...]
    nodes: Points
    address: Callable[[LatLon], str]

    def __post_init__(self) -> None:
        south, west, north, east = self.bounds
        if not (south < north and west < east):
            raise BadInput(f"the bounds of the city are empty: south {south}, west {west}, north {north}, east {east}")
        if not self.merchants:
            raise BadInput("the city has no merchants: import some, or let synthetic ones be made")
        if self.nodes.ndim != 2 or self.nodes.shape[1] != 2:
            raise BadInput(f"the city's nodes must be pairs of latitude and longitude, not of shape {self.nodes.shape}")


@dataclass(frozen=True, slots=True)
class SimulationParams:
    """``orders_per_hour`` is the mean over the ``window_min`` minutes after the start, whatever the hour of the day.

    ``answer_s`` is the median time a driver takes to answer an offer. ``prep_spread`` and ``stop_spread`` are standard
    deviations of logarithms. ``cancel_per_min`` is the hazard of a customer's change of mind before the pick-up.
    ``trip_scale_m`` is the distance at which most customers live from their merchant, ``trip_max_m`` the farthest, both as
    the crow flies. ``core_m`` is how far demand reaches from the middle of the merchants, as a standard deviation. ``gps_m``
    is the typical error of a position. ``first_order`` numbers the first order. ``habit_spread`` is how much kitchens, stops at
    them and doors differ from each other, and ``rush`` by how much the slowest kitchens are slower at the peak of the day than
    they say, as a share; ``ready_told_rate`` is the share of merchants who say when an order is ready, or will be late.
    ``drift_m`` is how far an idle driver goes to a popular shop without being told, as the crow flies; 0 stays.
    """

    seed: int = 1
    drivers: int = 60
    orders_per_hour: float = 300.0
    window_min: float = 60.0
    accept_rate: float = 0.94
    ignore_rate: float = 0.02
    answer_s: float = 6.0
    merchant_refusal_rate: float = 0.01
    cancel_per_min: float = 0.001
    prep_spread: float = 0.18
    pickup_stop_min: float = 1.5
    dropoff_stop_min: float = 1.5
    stop_spread: float = 0.3
    breaks_per_hour: float = 0.0
    break_min: float = 15.0
    trip_scale_m: float = 550.0
    trip_max_m: float = 2500.0
    core_m: float = 2000.0
    gps_m: float = 3.0
    vehicles: tuple[tuple[Vehicle, float], ...] = FLEET_MIX
    first_order: int = 1001
    habit_spread: float = 0.15
    rush: float = 0.4
    ready_told_rate: float = 0.8
    drift_m: float = 3000.0

    def __post_init__(self) -> None:
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if not (math.isfinite(value) and low <= value <= high):
                raise BadInput(f"simulation: {name} must be between {low:g} and {high:g}, not {value!r}")
        if self.accept_rate + self.ignore_rate > 1:
            raise BadInput("simulation: accept_rate and ignore_rate together must not exceed 1")
        if not self.vehicles or any(share < 0 for _, share in self.vehicles) or sum(s for _, s in self.vehicles) <= 0:
            raise BadInput("simulation: vehicles needs shares of 0 or more, one of them above 0")


_RANGES: tuple[tuple[str, float, float], ...] = (
    ("seed", 0, 2**63 - 1),
    ("drivers", 0, 100_000),
    ("orders_per_hour", 0, 1_000_000),
    ("window_min", 1, 1440),
    ("accept_rate", 0, 1),
    ("ignore_rate", 0, 1),
    ("answer_s", 1, 600),
    ("merchant_refusal_rate", 0, 1),
    ("cancel_per_min", 0, 1),
    ("prep_spread", 0, 2),
    ("pickup_stop_min", 0, 60),
    ("dropoff_stop_min", 0, 60),
    ("stop_spread", 0, 2),
    ("breaks_per_hour", 0, 4),
    ("break_min", 1, 240),
    ("trip_scale_m", 50, 50_000),
    ("trip_max_m", 200, 100_000),
    ("core_m", 100, 1_000_000),
    ("gps_m", 0, 100),
    ("first_order", 0, 10**12),
    ("habit_spread", 0, 2),
    ("rush", 0, 5),
    ("ready_told_rate", 0, 1),
    ("drift_m", 0, 1_000_000),
)
