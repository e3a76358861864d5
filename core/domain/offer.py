"""An order offered to a driver for a limited time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OfferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Offer:
    """``order_ids`` are delivered together; ``stops`` is the order of the stops as (kind, order id)."""

    id: str
    driver_id: str
    order_ids: tuple[str, ...]
    made_at: float
    expires_at: float
    stops: tuple[tuple[str, str], ...] = ()
    state: OfferState = OfferState.OPEN
    chained: bool = False
