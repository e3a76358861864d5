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
    """``order_ids`` are delivered together; ``stops`` is the order of the stops as (kind, order id).

    ``weighed`` are the best drivers for each order when it was made: (order id, driver id, minutes a delivery). It is kept with
    the event of the making alone.
    """

    id: str
    driver_id: str
    order_ids: tuple[str, ...]
    made_at: float
    expires_at: float
    stops: tuple[tuple[str, str], ...] = ()
    state: OfferState = OfferState.OPEN
    chained: bool = False
    weighed: tuple[tuple[str, str, float], ...] = ()
