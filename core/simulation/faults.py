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
