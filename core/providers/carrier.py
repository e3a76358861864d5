"""The interface of every provider, our own fleet included, and what is said across it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from core.domain.order import Order


class Fate(StrEnum):
    """What a provider says of an order; the last two are what we have to say where it says nothing that can be used.

    ``NOT_SENT``: it certainly did not hear us. ``DOUBTFUL``: it may have.
    """

    PENDING = "pending"
    ACCEPTED = "accepted"
    ARRIVED_PICKUP = "arrived_pickup"
    PICKED_UP = "picked_up"
    ARRIVED_DROPOFF = "arrived_dropoff"
    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    DOUBTFUL = "doubtful"


HAS_IT = (Fate.ACCEPTED, Fate.ARRIVED_PICKUP, Fate.PICKED_UP, Fate.ARRIVED_DROPOFF, Fate.DELIVERED, Fate.FAILED)
"""In the order in which they happen."""
ON_THE_WAY = frozenset(HAS_IT[2:])
SILENT = frozenset({Fate.NOT_SENT, Fate.DOUBTFUL})


@dataclass(frozen=True, slots=True)
class Answer:
    """``at`` is when it happened, epoch seconds by the provider; ``retry_after_s`` what it asks us to wait."""

    fate: Fate
    reason: str = ""
    remote_id: str = ""
    at: float | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """``minutes`` until it is delivered; ``price`` in the provider's currency where it names one."""

    takes_it: bool
    minutes: float | None = None
    price: float | None = None
    currency: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a provider is told. ``key`` is ours, and the same however often it is sent."""

    key: str
    order: Order
    merchant: str
    valid_until: float

    def told(self) -> dict[str, Any]:
        order = self.order
        return {
            "key": self.key,
            "order": order.id,
            "valid_until": self.valid_until,
            "merchant": self.merchant,
            "pickup": {"lat": order.pickup.lat, "lon": order.pickup.lon},
            "dropoff": {"lat": order.dropoff.lat, "lon": order.dropoff.lon, "address": order.address},
            "customer": order.customer,
            "note": order.note,
            "ready_at": order.ready_at,
            "due_at": order.due_at,
            "weight_kg": order.weight_kg,
            "volume_l": order.volume_l,
            "value": order.value,
        }


class Carrier(Protocol):
    """None of these raises: what goes wrong is an answer."""

    async def quote(self, parcel: Parcel) -> Quote: ...

    async def send(self, parcel: Parcel) -> Answer:
        """Once the same key has been accepted, sending it again says how it stands."""
        ...

    async def cancel(self, key: str) -> Answer:
        """CANCELLED: the provider will not deliver what has this key, not even if it hears of it only now."""
        ...

    async def follow(self, keys: Sequence[str]) -> dict[str, Answer]:
        """How these stand: one answer for each key."""
        ...
