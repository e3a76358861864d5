"""An alert: something that needs a dispatcher's eye, for as long as it does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Severity(StrEnum):
    WARNING = "warning"
    CRITICAL = "critical"


class AlertKind(StrEnum):
    """What is the matter; the order is that of urgency."""

    CONNECTION = "connection"
    LATE = "late"
    SILENT = "silent"
    NO_DRIVER = "no_driver"
    WILL_BE_LATE = "will_be_late"
    STOPPED = "stopped"
    OFF_ROUTE = "off_route"


SEVERITY: dict[AlertKind, Severity] = {
    AlertKind.CONNECTION: Severity.CRITICAL,
    AlertKind.LATE: Severity.CRITICAL,
    AlertKind.SILENT: Severity.CRITICAL,
    AlertKind.NO_DRIVER: Severity.CRITICAL,
    AlertKind.WILL_BE_LATE: Severity.WARNING,
    AlertKind.STOPPED: Severity.WARNING,
    AlertKind.OFF_ROUTE: Severity.WARNING,
}
OF_DRIVERS = frozenset({AlertKind.SILENT, AlertKind.STOPPED, AlertKind.OFF_ROUTE})
"""Kinds that are about a driver under way, and so about all of the driver's orders."""
BROKER = "broker"
"""What an alert on the connection is about: nothing can be heard of drivers, nor told to them."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Times are epoch seconds. ``since`` is when the condition began, ``raised_at`` when it had lasted long enough.

    ``times`` counts how often it has come lately. ``cleared_at`` is ``None`` while it stands. A snoozed alert keeps still until
    ``snoozed_until``; ``owner`` looks after it.
    """

    id: str
    kind: AlertKind
    subject: str
    since: float
    raised_at: float
    times: int = 1
    acknowledged_by: str = ""
    snoozed_until: float | None = None
    owner: str = ""
    cleared_at: float | None = None

    @property
    def severity(self) -> Severity:
        return SEVERITY[self.kind]

    @property
    def order_id(self) -> str | None:
        return None if self.kind in OF_DRIVERS or self.kind is AlertKind.CONNECTION else self.subject

    @property
    def driver_id(self) -> str | None:
        return self.subject if self.kind in OF_DRIVERS else None

    def is_snoozed(self, now: float) -> bool:
        return self.snoozed_until is not None and now < self.snoozed_until

    def is_new(self, now: float) -> bool:
        """Nobody has seen to it yet."""
        return not self.acknowledged_by and not self.is_snoozed(now)


@lru_cache(maxsize=65_536)
def alert_id(kind: AlertKind, subject: str) -> str:
    """One alert of a kind at a time for each order or driver."""
    return f"{kind.value} {subject}"
