"""What someone wants done. Imperative, frozen, one handler each; a refused one raises CommandRefused.

Where a command belongs to a person, ``actor`` names them, and the events it causes carry it.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.driver import Driver, Presence
from core.domain.events import UpkeepChange
from core.domain.experiment import Experiment
from core.domain.forward import Forward
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.domain.order import Status
from core.domain.provider import Consignment, Provider
from core.domain.rules import Rule
from core.domain.upkeep import Altered
from core.domain.vehicle import Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    actor: str = "dispatcher"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder(Command):
    """``ready_at`` and ``due_at`` are epoch seconds; ``None`` takes the merchant's usual time and the promised time, and of
    ``goods`` what the merchant sells."""

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
    goods: str | None = None
    value: float | None = None


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
class PlanRoute(Command):
    """Let the driver make the stops in this order, as (kind, order id), and give them ``orders`` that they do not have.

    Stops that are no more the driver's are passed over, those that are not named come last, and where the driver is already
    stays first: a route goes on while it is looked at.
    """

    driver_id: str
    orders: tuple[str, ...] = ()
    stops: tuple[tuple[str, str], ...] = ()


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
class CorrectProgress(Command):
    """Take a step of a delivery back that was marked by mistake: ``event`` as in `RecordProgress`, ``status`` what the order
    was before. ``stops`` are (kind, order id), the order in which the driver's stops were then."""

    order_id: str
    event: str
    status: Status
    stops: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TellReady(Command):
    """The merchant's word: ready at ``ready_at`` (epoch seconds), or already where that is not after now. ``is_ready`` says
    otherwise: a time that has passed may have been promised alone."""

    order_id: str
    ready_at: float
    is_ready: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDriver(Command):
    """Register a driver, or change one with the same id. ``over``, here and below, is what it is to replace: where somebody
    has changed that meanwhile, it is refused; ``None`` replaces whatever there is."""

    driver: Driver
    over: Driver | None = None


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
    over: Merchant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMerchant(Command):
    merchant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveArea(Command):
    area: Area
    over: Area | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveExperiment(Command):
    """Begin, change or end an experiment on the drivers' apps."""

    experiment: Experiment
    over: Experiment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCommand(Command):
    """About an alert that stands."""

    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeAlert(AlertCommand):
    """``by`` has seen it; empty takes the acknowledgement back."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeAlert(AlertCommand):
    """Let it keep still until ``until``, epoch seconds; ``None`` wakes it."""

    until: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAlert(AlertCommand):
    """``owner`` looks after it; empty for nobody."""

    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveArea(Command):
    area_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRules(Command):
    """All rules, in their order. ``based_on`` is the version that was edited: where another has come since, it is refused;
    ``None`` replaces whatever there is."""

    rules: tuple[Rule, ...]
    based_on: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveProvider(Command):
    provider: Provider
    over: Provider | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveProvider(Command):
    provider_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellWeather(Command):
    """The weather of a day; ``date`` is ISO, empty for today."""

    weather: str
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendToProvider(Command):
    """Give the order to this provider, our own fleet included, whatever the rules say; it is recalled first where it has to
    be.
    """

    order_id: str
    provider_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleConsignment(Command):
    """A dispatcher has asked by telephone what a provider does not answer: whether it ``has_it``."""

    order_id: str
    has_it: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BringBack(Command):
    """Let the order go where it was before somebody sent, cancelled or settled it, whatever has come of that: to the first of
    ``chain`` that can take it, called back first from whoever has it. (INTERNAL,) has it wait for a driver of ours, (NOBODY,)
    holds it."""

    order_id: str
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtConsignment(Command):
    """Whether the provider has the order is not known after all: the consignment is as it was ``before`` somebody said so."""

    before: Consignment


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeNote(Command):
    """``actor`` is its author. ``note_id`` and ``at`` (epoch seconds) are those of one that was struck."""

    text: str
    note_id: str = ""
    at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeNote(Command):
    note_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveForward(Command):
    forward: Forward
    over: Forward | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveForward(Command):
    forward_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordUpkeep(Command):
    """Have in the log what was done beside the world."""

    kind: type[UpkeepChange]
    altered: tuple[Altered, ...] = ()
