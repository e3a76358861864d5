"""How far the last word to a driver about an order has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Told(StrEnum):
    """``QUEUED`` waits for the disk or for the broker, ``SENT`` the broker has acknowledged, ``SEEN`` the driver's phone has,
    ``FAILED`` can't reach it any more."""

    QUEUED = "queued"
    SENT = "sent"
    SEEN = "seen"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """``what`` was told is offer, assign, recall or route; ``at`` is epoch seconds of the last that is known of it."""

    what: str
    driver_id: str
    told: Told
    at: float
