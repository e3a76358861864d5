"""The state of the market in memory: the last entity per id, as the events left it."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.driver import Activity, Driver, Presence, Route
from core.domain.errors import UnknownThing
from core.domain.events import Change
from core.domain.forward import Forward
from core.domain.merchant import Area, Merchant
from core.domain.offer import Offer, OfferState
from core.domain.order import ENDED, Order, Status


class World:
    """Mutable only through `apply`. Ended orders stay until `forget_before`."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.offers: dict[str, Offer] = {}
        self.routes: dict[str, Route] = {}
        self.drivers: dict[str, Driver] = {}
        self.merchants: dict[str, Merchant] = {}
        self.areas: dict[str, Area] = {}
        self.forwards: dict[str, Forward] = {}
        self.etas: dict[str, tuple[float | None, float]] = {}
        self._offer_of_driver: dict[str, str] = {}

    def apply(self, change: Change) -> None:
        for order in change.orders:
            self.orders[order.id] = order
            if order.status in ENDED:
                self.etas.pop(order.id, None)
        for offer in change.offers:
            self._put_offer(offer)
        for route in change.routes:
            if route.stops:
                self.routes[route.driver_id] = route
            else:
                self.routes.pop(route.driver_id, None)
        for driver in change.drivers:
            if driver.removed:
                self.drivers.pop(driver.id, None)
            else:
                self.drivers[driver.id] = driver
        self.merchants.update((m.id, m) for m in change.merchants)
        self.areas.update((a.id, a) for a in change.areas)
        for forward in change.forwards:
            if forward.removed:
                self.forwards.pop(forward.id, None)
            else:
                self.forwards[forward.id] = forward

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
            raise UnknownThing(f"there is no order {order_id}") from None

    def driver(self, driver_id: str) -> Driver:
        try:
            return self.drivers[driver_id]
        except KeyError:
            raise UnknownThing(f"there is no driver {driver_id}") from None

    def merchant(self, merchant_id: str) -> Merchant:
        try:
            return self.merchants[merchant_id]
        except KeyError:
            raise UnknownThing(f"there is no merchant {merchant_id}: register it first") from None

    def route(self, driver_id: str) -> Route:
        return self.routes.get(driver_id) or Route(driver_id)

    def open_offer(self, driver_id: str) -> Offer | None:
        offer_id = self._offer_of_driver.get(driver_id)
        return None if offer_id is None else self.offers[offer_id]

    def open_orders(self) -> Iterable[Order]:
        return (o for o in self.orders.values() if o.status not in ENDED)

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
