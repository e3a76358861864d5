"""The conditions that can become alerts, each a small function of what is known.

Between two thresholds, where a condition does not hold but is not clearly over either, the answer is in doubt: ``None``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.order import ENDED, Order, Status
from core.settings import Settings

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NEEDED_BEFORE_READY_S = 600.0
NOBODY = frozenset({Status.WAITING, Status.OFFERED, Status.RECEIVED})


@dataclass(frozen=True, slots=True)
class Limits:
    """Minutes and metres beyond which something is the matter; see the settings of the same names."""

    will_be_late_min: float
    unassigned_min: float
    stopped_min: float
    off_route_m: float

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        number = settings.number
        return cls(
            number("alerts.will_be_late_min"),
            number("orders.unassigned_alarm_min"),
            number("alerts.stopped_min"),
            number("alerts.off_route_m"),
        )


def driver_needed_at(order: Order) -> float:
    """When it began, or begins, to wait for a driver: an order that will long be in the kitchen needs none yet."""
    return max(order.placed_at, order.ready_at - NEEDED_BEFORE_READY_S)


def is_late(order: Order, now: float) -> bool:
    return order.status not in ENDED and now > order.due_at


def will_be_late(order: Order, eta: float | None, now: float, limits: Limits) -> bool | None:
    """By the expected arrival at the door; over once that is within half of the limit. What is late already is not to come."""
    if eta is None or order.status in ENDED or now > order.due_at:
        return False
    minutes = (eta - order.due_at) / 60
    if minutes >= limits.will_be_late_min:
        return True
    return None if minutes >= limits.will_be_late_min / 2 else False


def has_no_driver(order: Order, now: float, limits: Limits) -> bool:
    return order.status in NOBODY and now - driver_needed_at(order) > limits.unassigned_min * 60


def has_stopped(still_s: Floats, limits: Limits) -> Flags:
    """Drivers under way, away from any stop, who have not moved for so long."""
    return still_s >= limits.stopped_min * 60


def is_off_route(away_m: Floats, limits: Limits) -> tuple[Flags, Flags]:
    """Drivers who are farther from the next stop, by so much, than they have been; and those in doubt, by half of it."""
    sure = away_m >= limits.off_route_m
    return sure, ~sure & (away_m >= limits.off_route_m / 2)
