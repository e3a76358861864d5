"""What may go wrong in a simulation on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Fault(Protocol):
    """Something injected. Asked once per simulated second and driver; must depend on its arguments alone."""

    def cuts_off(self, driver_id: str, now: float) -> bool:
        """Whether the driver's phone can neither send nor receive at this moment."""
        ...


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """A phone without a signal from ``start`` until before ``end`` (epoch seconds). What it has to say comes afterwards."""

    driver_id: str
    start: float
    end: float

    def cuts_off(self, driver_id: str, now: float) -> bool:
        return driver_id == self.driver_id and self.start <= now < self.end


def cut_off(faults: Sequence[Fault], driver_id: str, now: float) -> bool:
    return any(fault.cuts_off(driver_id, now) for fault in faults)


@dataclass(frozen=True, slots=True)
class Declines:
    """A driver who turns every offer down from ``start`` until before ``end`` (epoch seconds)."""

    driver_id: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class GpsJump:
    """A phone that places its driver elsewhere, by so many metres, from ``start`` until before ``end`` (epoch seconds)."""

    driver_id: str
    start: float
    end: float
    north_m: float
    east_m: float


@dataclass(frozen=True, slots=True)
class KitchenDelay:
    """A merchant whose orders all take ``later_min`` longer: those in the kitchen at ``start``, and those that come until
    ``end`` (epoch seconds)."""

    merchant_id: str
    start: float
    end: float
    later_min: float


Injected = OutOfReach | Declines | GpsJump | KitchenDelay
