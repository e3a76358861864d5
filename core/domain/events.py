"""What has happened. Past tense, frozen, told to many.

A `Change` carries every entity it touched *as it is after the change*. Current state is therefore the last entity seen per
id, and the event log alone rebuilds it; storage and the in-memory world need no code per event. A `Notice` is passing news
(a broker that went away, fixes that came in): told on the bus, never stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.alert import Alert
from core.domain.driver import Driver, Route
from core.domain.experiment import Experiment
from core.domain.forward import Forward
from core.domain.merchant import Area, Merchant
from core.domain.note import Note
from core.domain.offer import Offer
from core.domain.order import Order
from core.domain.provider import Consignment, Provider
from core.domain.rules import Day, RuleSet, Tally
from core.domain.upkeep import Altered


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """``at`` is epoch seconds by the engine's clock."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Event):
    """``actor`` is who did it: ``matcher``, ``dispatcher`` or a name given at the desk, ``driver:D-1``, ``key:Shop``,
    ``terminal:root``, ``settings.toml``, ``customer``, ``system``."""

    actor: str = "system"
    reason: str = ""
    orders: tuple[Order, ...] = ()
    offers: tuple[Offer, ...] = ()
    routes: tuple[Route, ...] = ()
    drivers: tuple[Driver, ...] = ()
    merchants: tuple[Merchant, ...] = ()
    areas: tuple[Area, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    alerts: tuple[Alert, ...] = ()
    forwards: tuple[Forward, ...] = ()


class OrderReceived(Change): ...


class OrderTagged(Change): ...


class OrderQueued(Change): ...


class OrderHeld(Change): ...


class OrderReleased(Change): ...


class OrderCancelled(Change): ...


class OrderReinstated(Change): ...


class OrderChanged(Change):
    """Where to, by when, what, or what was written to it."""


class OfferMade(Change): ...


class OfferAccepted(Change): ...


class OfferRejected(Change): ...


class OfferExpired(Change): ...


class OfferWithdrawn(Change): ...


class OrderAssigned(Change):
    """The dispatcher gave the order to a driver."""


class RouteReordered(Change):
    """The dispatcher put a driver's stops in another order."""


class OrderUnassigned(Change): ...


class OrderHandedBack(Change):
    """The driver gave an accepted order back."""


class ReadyTold(Change):
    """The merchant moved the time at which an order is ready, or said that it is."""


class ArrivedAtPickup(Change): ...


class PickedUp(Change): ...


class ArrivedAtDropoff(Change): ...


class Delivered(Change): ...


class DeliveryFailed(Change): ...


class OrderCorrected(Change):
    """A step of its delivery that was marked by mistake is taken back: it compensates `PickedUp`, `Delivered` and the like."""


class DriverRegistered(Change): ...


class DriverChanged(Change): ...


class DriverRemoved(Change): ...


class DriverCameOnline(Change): ...


class DriverWentOffline(Change): ...


class DriverTookBreak(Change): ...


class RepositioningBegan(Change):
    """A free driver is sent towards orders that are expected, and may be given any meanwhile."""


class RepositioningEnded(Change):
    """The driver is there, has an order, or goes no further; ``reason`` says which."""


class MerchantRegistered(Change): ...


class MerchantRemoved(Change): ...


class AreaSaved(Change): ...


class ExperimentSaved(Change):
    """Begun, changed, ended or removed. Who ran what from then on follows from it and the drivers' groups."""


class AlertRaised(Change): ...


class AlertCleared(Change): ...


class AlertAcknowledged(Change):
    """Or the acknowledgement was taken back."""


class AlertSnoozed(Change):
    """Or woken before its time."""


class AlertTaken(Change):
    """Somebody looks after it now, or nobody any more."""


class AreaRemoved(Change): ...


class MerchantsTagged(Change):
    """Areas have changed, and with them the tags of these merchants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchChange(Change):
    """A change of rules, of providers or of an order's way to one. Plain changes are spared these fields."""

    rulesets: tuple[RuleSet, ...] = ()
    providers: tuple[Provider, ...] = ()
    tallies: tuple[Tally, ...] = ()
    consignments: tuple[Consignment, ...] = ()
    days: tuple[Day, ...] = ()


class RulesSaved(DispatchChange): ...


class ProviderSaved(DispatchChange): ...


class ProviderRemoved(DispatchChange): ...


class WeatherTold(DispatchChange): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderChosen(DispatchChange):
    """``rule_id`` decided; empty where a dispatcher did."""

    rule_id: str = ""


class OrderRefused(DispatchChange):
    """A rule refuses the order; ``reason`` says which."""


class ProviderAccepted(DispatchChange): ...


class ProviderLost(DispatchChange):
    """The provider will not deliver the order: it refused, could not be reached, gave it up or was recalled."""


class NoProviderLeft(DispatchChange):
    """Nobody takes the order: it is held for a dispatcher."""


class OrderRecalled(DispatchChange):
    """A provider is asked to give an order up."""


class ProviderKept(DispatchChange):
    """A provider that was asked to give an order up has it on its way already."""


class ProviderDoubted(DispatchChange):
    """What a dispatcher said of a consignment was a mistake: it is in doubt again. It compensates `ProviderAccepted` and
    `ProviderKept`."""


class ProviderReported(DispatchChange):
    """A provider told of a step on the way."""


class ProviderContradicted(DispatchChange):
    """A provider says what can't be, after what it said before: a person has to look."""


class BroughtOver(DispatchChange):
    """Things as a damaged database still had them; the events that led there can't be read."""


class ForwardSaved(Change): ...


class ForwardRemoved(Change): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteChange(Change):
    """``note`` as it is after it."""

    note: Note


class NoteTaken(NoteChange): ...


class NoteStruck(NoteChange): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepChange(Change):
    """Something beside the world was changed, or made use of. It has happened by then: nothing is applied, it is only told."""

    altered: tuple[Altered, ...] = ()


class SettingsChanged(UpkeepChange): ...


class ProfileSaved(UpkeepChange): ...


class ProfileRemoved(UpkeepChange): ...


class KeyMade(UpkeepChange):
    """Of the HTTP interface: the scopes it opens, never the key."""


class KeyRevoked(UpkeepChange): ...


class SecretChanged(UpkeepChange):
    """Of a provider, a webhook or our own user at the broker: made, replaced or dropped."""


class LettersResent(UpkeepChange):
    """Events that a forwarding rule had given up on are sent again: their numbers."""


class LettersDiscarded(UpkeepChange): ...


class BackupMade(UpkeepChange):
    """By somebody: those that the program makes by itself change nothing and leave nobody with a copy."""


class BackupRestored(UpkeepChange): ...


class MatchingPaused(UpkeepChange): ...


class MatchingResumed(UpkeepChange): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceCrossed(Change):
    """A driver came within ``radius_m`` of a stop of theirs (``entered``) or left it."""

    driver_id: str
    order_id: str
    stop: str
    entered: bool
    radius_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceDwelled(Change):
    """A driver has been at a stop of theirs for ``seconds`` without leaving it."""

    driver_id: str
    order_id: str
    stop: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCrossed(Change):
    """A driver came into a watched area (``entered``) or left it."""

    driver_id: str
    area_id: str
    entered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalsExpected(Change):
    """What the matcher expects otherwise than was last recorded, so that the past can be seen as it was known.

    ``expected`` holds an order each, with its arrival at the pick-up (``None`` once it is done) and at the drop-off, in whole
    seconds after ``at``; without the latter nothing is expected of it any more.
    """

    expected: tuple[tuple[str, int | None, int | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Event): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FixesApplied(Notice):
    """``rows`` index the position store; ``count`` fixes came in, of which some may have been stale."""

    rows: NDArray[np.int64]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EtasUpdated(Notice):
    """``etas`` maps an order to its expected arrival at the pick-up (``None`` once it is done) and at the drop-off."""

    etas: dict[str, tuple[float | None, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandsTold(Notice):
    """More is known of how far the last word to a driver about these orders has come."""

    order_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleFinished(Notice):
    """One run of the matcher: seconds of wall time, pairs after eligibility, offers made.

    ``gap`` is by how much of its cost the choice may be worse than the best one, as a share.
    """

    seconds: float
    waiting: int
    drivers: int
    pairs: int
    offers: int
    gap: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleFailed(Notice):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRefused(Notice):
    """A message that could not be used. ``reason`` is one clear line."""

    topic: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerChanged(Notice):
    """``state`` is ``connected``, ``connecting``, ``lost`` or ``outgrown``; ``detail`` says what to do."""

    state: str
    detail: str = ""
