"""What someone wants done. Imperative, frozen, one handler each; a refused one raises CommandRefused.

Where a command belongs to a person, ``actor`` names them, and the events it causes carry it.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.driver import Driver, Presence
from core.domain.forward import Forward
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.domain.vehicle import Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    actor: str = "dispatcher"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder(Command):
    """``ready_at`` and ``due_at`` are epoch seconds; ``None`` takes the merchant's usual time and the promised time."""

    order_id: str
    merchant_id: str
    dropoff: LatLon
    customer: str = ""
    address: str = ""
    note: str = ""
    ready_at: float | None = None
    due_at: float | None = None
    weight_kg: float = 1.0
    volume_l: float = 5.0
    vehicles: frozenset[Vehicle] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOrder(Command):
    """What is ``None`` stays as it is; units as in `PlaceOrder`."""

    order_id: str
    dropoff: LatLon | None = None
    customer: str | None = None
    address: str | None = None
    note: str | None = None
    ready_at: float | None = None
    due_at: float | None = None
    weight_kg: float | None = None
    volume_l: float | None = None
    vehicles: frozenset[Vehicle] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(Command):
    order_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinstateOrder(Command):
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOrder(Command):
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOrder(Command):
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignOrder(Command):
    """Give the order to the driver now, taking it from whoever has it or is being asked."""

    order_id: str
    driver_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferOrder(Command):
    """Ask the driver, who may say no."""

    order_id: str
    driver_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignOrder(Command):
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptFor(Command):
    """Accept the open offer for a driver who can't (OwnTracks), by the dispatcher's word."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordProgress(Command):
    """``event`` is one of arrived_pickup, picked_up, arrived_dropoff, delivered, failed."""

    order_id: str
    event: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDriver(Command):
    """Register a driver, or change one with the same id."""

    driver: Driver


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPresence(Command):
    driver_id: str
    presence: Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDriver(Command):
    driver_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveMerchant(Command):
    merchant: Merchant


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveArea(Command):
    area: Area


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveForward(Command):
    forward: Forward


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveForward(Command):
    forward_id: str
