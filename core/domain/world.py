"""The state of the market in memory: the last entity per id, as the events left it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from core.domain.alert import Alert, AlertKind, alert_id
from core.domain.driver import Activity, Driver, Presence, Route
from core.domain.errors import UnknownThing
from core.domain.events import ArrivalsExpected, Change, DispatchChange, NoteChange
from core.domain.experiment import Experiment
from core.domain.forward import Forward
from core.domain.language import Message
from core.domain.merchant import Area, Merchant
from core.domain.note import Note
from core.domain.offer import Offer, OfferState
from core.domain.order import ACTIVE, ENDED, Order, Status
from core.domain.provider import Consignment, ConsignmentState, Provider
from core.domain.rules import RuleSet, Tally

T = TypeVar("T")
_URGENCY = {kind: i for i, kind in enumerate(AlertKind)}


class World:
    """Mutable only through `apply`. Ended orders stay until `forget_before`."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.offers: dict[str, Offer] = {}
        self.routes: dict[str, Route] = {}
        self.drivers: dict[str, Driver] = {}
        self.merchants: dict[str, Merchant] = {}
        self.areas: dict[str, Area] = {}
        self.experiments: dict[str, Experiment] = {}
        self.alerts: dict[str, Alert] = {}
        self.ruleset = RuleSet(0)
        self.providers: dict[str, Provider] = {}
        self.tallies: dict[str, Tally] = {}
        self.consignments: dict[str, Consignment] = {}
        """By order: those that have not ended."""
        self.weather: dict[str, str] = {}
        self.notes: dict[str, Note] = {}
        self.forwards: dict[str, Forward] = {}
        self.etas: dict[str, tuple[float | None, float]] = {}
        self._alerts_of: dict[str, tuple[Alert, ...]] = {}
        """By order or driver, the most urgent first."""
        self._offer_of_driver: dict[str, str] = {}
        self._open: dict[str, Order] = {}

    def copy(self) -> World:
        """Another world that begins as this one is; the entities, which are frozen, are shared."""
        twin = World()
        for name, value in vars(self).items():
            setattr(twin, name, dict(value) if isinstance(value, dict) else value)
        return twin

    def apply(self, change: Change) -> None:
        for order in change.orders:
            self.orders[order.id] = order
            if order.status in ENDED:
                self.etas.pop(order.id, None)
                self._open.pop(order.id, None)
            else:
                self._open[order.id] = order
        for offer in change.offers:
            self._put_offer(offer)
        for route in change.routes:
            if route.stops:
                self.routes[route.driver_id] = route
            else:
                self.routes.pop(route.driver_id, None)
        for driver in change.drivers:
            _keep(self.drivers, driver.id, driver, gone=driver.removed)
        for merchant in change.merchants:
            _keep(self.merchants, merchant.id, merchant, gone=merchant.removed)
        for area in change.areas:
            _keep(self.areas, area.id, area, gone=area.removed)
        for experiment in change.experiments:
            _keep(self.experiments, experiment.name, experiment, gone=experiment.removed)
        for alert in change.alerts:
            _keep(self.alerts, alert.id, alert, gone=alert.cleared_at is not None)
            about = (self.alerts.get(alert_id(kind, alert.subject)) for kind in AlertKind)
            self._alerts_of[alert.subject] = tuple(one for one in about if one is not None)
            if not self._alerts_of[alert.subject]:
                del self._alerts_of[alert.subject]
        for forward in change.forwards:
            _keep(self.forwards, forward.id, forward, gone=forward.removed)
        if isinstance(change, DispatchChange):
            self._apply_dispatch(change)
        elif isinstance(change, NoteChange):
            _keep(self.notes, change.note.id, change.note, gone=change.note.struck)
        elif isinstance(change, ArrivalsExpected):
            for order_id, pickup_s, dropoff_s in change.expected:
                if dropoff_s is None:
                    self.etas.pop(order_id, None)
                elif order_id in self._open:
                    self.etas[order_id] = (None if pickup_s is None else change.at + pickup_s, change.at + dropoff_s)

    def _apply_dispatch(self, change: DispatchChange) -> None:
        for ruleset in change.rulesets:
            self.ruleset = ruleset
        for provider in change.providers:
            _keep(self.providers, provider.id, provider, gone=provider.removed)
        self.tallies.update((t.id, t) for t in change.tallies)
        for one in change.consignments:
            _keep(self.consignments, one.order_id, one, gone=one.state is ConsignmentState.ENDED)
        self.weather.update((day.id, day.weather) for day in change.days)

    def _put_offer(self, offer: Offer) -> None:
        if offer.state is OfferState.OPEN:
            self.offers[offer.id] = offer
            self._offer_of_driver[offer.driver_id] = offer.id
        else:
            self.offers.pop(offer.id, None)
            if self._offer_of_driver.get(offer.driver_id) == offer.id:
                del self._offer_of_driver[offer.driver_id]

    def forget_before(self, at: float) -> None:
        """Drop ended orders whose end lies before ``at`` (epoch seconds) from memory; storage keeps them."""
        gone = [o.id for o in self.orders.values() if o.status in ENDED and o.status_at < at]
        for order_id in gone:
            del self.orders[order_id]

    def order(self, order_id: str) -> Order:
        try:
            return self.orders[order_id]
        except KeyError:
            raise UnknownThing(Message("there is no order {order}", order=order_id)) from None

    def driver(self, driver_id: str) -> Driver:
        try:
            return self.drivers[driver_id]
        except KeyError:
            raise UnknownThing(Message("there is no driver {driver}", driver=driver_id)) from None

    def merchant(self, merchant_id: str) -> Merchant:
        try:
            return self.merchants[merchant_id]
        except KeyError:
            raise UnknownThing(Message("there is no merchant {merchant}: register it first", merchant=merchant_id)) from None

    def provider(self, provider_id: str) -> Provider:
        try:
            return self.providers[provider_id]
        except KeyError:
            raise UnknownThing(Message("there is no provider {provider}: register it first", provider=provider_id)) from None

    def area(self, area_id: str) -> Area:
        try:
            return self.areas[area_id]
        except KeyError:
            raise UnknownThing(Message("there is no area {area}", area=area_id)) from None

    def route(self, driver_id: str) -> Route:
        return self.routes.get(driver_id) or Route(driver_id)

    def open_offer(self, driver_id: str) -> Offer | None:
        offer_id = self._offer_of_driver.get(driver_id)
        return None if offer_id is None else self.offers[offer_id]

    def alerts_about(self, order: Order) -> list[Alert]:
        """The alerts that stand about an order and whoever is under way with it, the most urgent first."""
        about, of_driver = self._alerts_of.get(order.id), None
        if order.driver_id is not None and order.status in ACTIVE:
            of_driver = self._alerts_of.get(order.driver_id)
        if not about and not of_driver:  # most of thousands of orders, each time they are gone through
            return []
        own = [alert for alert in about or () if alert.order_id is not None]
        theirs = [alert for alert in of_driver or () if alert.driver_id is not None]
        return sorted(own + theirs, key=lambda alert: _URGENCY[alert.kind]) if own and theirs else own or theirs

    def open_orders(self) -> Iterable[Order]:
        return self._open.values()

    def activity(self, driver_id: str) -> Activity:
        """What the driver is doing, judged by presence, route and open offer."""
        driver = self.driver(driver_id)
        route = self.routes.get(driver_id)
        if driver.presence is Presence.OFFLINE:
            return Activity.OFFLINE
        if route is not None:
            statuses = {self.orders[i].status for i in route.orders()}
            if Status.AT_PICKUP in statuses:
                return Activity.WAITING
            if route.stops[0].kind == "dropoff":
                return Activity.CARRYING
            return Activity.TO_PICKUP
        if driver.presence is Presence.BREAK:
            return Activity.BREAK
        return Activity.OFFERED if driver_id in self._offer_of_driver else Activity.FREE


def _keep(where: dict[str, T], key: str, entity: T, *, gone: bool) -> None:
    if gone:
        where.pop(key, None)
    else:
        where[key] = entity
