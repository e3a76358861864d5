"""What is asked and what is answered: drivers who may be sent, places that orders are expected at, who goes where."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.geo import Cell, LatLon
from core.domain.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class Idle:
    """A driver who may be sent."""

    driver_id: str
    vehicle: Vehicle
    place: LatLon


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell and where in it a driver waits for orders: ``expected`` orders in the time ahead, ``supply`` drivers for them."""

    cell: Cell
    place: LatLon
    expected: float
    supply: int

    @property
    def gap(self) -> float:
        return self.expected - self.supply

    @property
    def wanted(self) -> int:
        """Whole drivers it lacks."""
        return max(0, int(self.gap))


@dataclass(frozen=True, slots=True)
class Choice:
    """``spot`` is an index of the spots asked about, ``seconds`` the drive."""

    driver_id: str
    spot: int
    seconds: float
