"""What the shifts table shows of one driver."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.driver import Break
from core.domain.vehicle import Vehicle


class Duty(StrEnum):
    """How plan and reality stand to each other; the order is that of urgency."""

    MISSING = "missing"
    OVERDUE = "overdue"
    BREAK_DUE = "break_due"
    OVER_TIME = "over_time"
    ON = "on"
    BREAK = "break"
    COMING = "coming"
    OVER = "over"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """Times are epoch seconds, ``None`` open."""

    id: str
    name: str
    group: str
    vehicle: Vehicle
    duty: Duty
    shift_start: float | None = None
    shift_end: float | None = None
    breaks: tuple[Break, ...] = ()

    @property
    def hours(self) -> float | None:
        """At work, without the breaks."""
        if self.shift_start is None or self.shift_end is None:
            return None
        return (self.shift_end - self.shift_start - sum(one.end - one.start for one in self.breaks)) / 3600

    def haystack(self) -> str:
        return f"{self.id} {self.name} {self.group} {self.vehicle.value}".casefold()
