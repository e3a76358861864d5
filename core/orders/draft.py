"""A command in the making: the entities it touches, as they are after its steps so far.

A handler may take several steps (withdraw the offer, then assign); each must see what the one before it did, while the
world itself changes only once the whole command has succeeded.
"""

from __future__ import annotations

from dataclasses import replace

from core.domain.driver import Route, Stop, StopKind
from core.domain.errors import CommandRefused
from core.domain.events import Change, OfferWithdrawn, OrderUnassigned
from core.domain.language import Message
from core.domain.offer import Offer, OfferState
from core.domain.order import BEFORE_PICKUP, Order, Status, Step
from core.domain.world import World
from core.orders.tells import Outcome, TellRevoke


class Draft:
    def __init__(self, world: World, now: float, actor: str) -> None:
        self.world = world
        self.now = now
        self.actor = actor
        self.outcome = Outcome()
        self._orders: dict[str, Order] = {}
        self._routes: dict[str, Route] = {}
        self._offers: dict[str, Offer] = {}

    def order(self, order_id: str) -> Order:
        return self._orders.get(order_id) or self.world.order(order_id)

    def route(self, driver_id: str) -> Route:
        return self._routes.get(driver_id) or self.world.route(driver_id)

    def offer(self, offer_id: str | None) -> Offer | None:
        """The open offer of that id, or ``None``."""
        offer = self._offers.get(offer_id or "") or self.world.offers.get(offer_id or "")
        return offer if offer is not None and offer.state is OfferState.OPEN else None

    def add(self, change: Change) -> None:
        self._orders.update((o.id, o) for o in change.orders)
        self._routes.update((r.driver_id, r) for r in change.routes)
        self._offers.update((o.id, o) for o in change.offers)
        self.outcome.changes.append(change)

    def change(
        self,
        kind: type[Change],
        *orders: Order,
        routes: tuple[Route, ...] = (),
        offers: tuple[Offer, ...] = (),
        reason: str = "",
        at: float | None = None,
    ) -> None:
        """Add a change of the given kind by this draft's actor, at this draft's time unless another is given."""
        at = self.now if at is None else at
        self.add(kind(at=at, actor=self.actor, reason=reason, orders=orders, routes=routes, offers=offers))

    def close_offer(self, offer: Offer, kind: type[Change], state: OfferState, *, declined: bool, reason: str) -> None:
        """End an open offer: its orders wait again, and are kept from the same driver where ``declined``."""
        orders = []
        for order_id in offer.order_ids:
            order = self.order(order_id)
            said_no = {**order.declined_by, offer.driver_id: self.now} if declined else order.declined_by
            orders.append(order.take(Step.TAKE_BACK, self.now, driver_id=None, offer_id=None, declined_by=said_no))
        self.change(kind, *orders, offers=(replace(offer, state=state, weighed=()),), reason=reason)

    def take_from_driver(self, order: Order, kind: type[Change], *, declined: bool, reason: str, tell: bool) -> Order:
        """Bring an assigned order back to waiting; the driver's route loses its stops, and the driver is told."""
        assert order.driver_id is not None
        driver_id = order.driver_id
        said_no = {**order.declined_by, driver_id: self.now} if declined else order.declined_by
        back = order.take(
            Step.UNASSIGN,
            self.now,
            driver_id=None,
            offer_id=None,
            by_dispatcher=False,
            chained=False,
            batched=False,
            assigned_at=None,
            arrived_pickup_at=None,
            declined_by=said_no,
        )
        self.change(kind, back, routes=(self.route(driver_id).without(order.id),), reason=reason)
        if tell:
            self.outcome.tells.append(TellRevoke(driver_id, None, order.id, reason or "recalled by the dispatcher"))
        return back

    def withdraw(self, order: Order, reason: str) -> Order:
        """Take the open offer back that an order is part of."""
        offer = self.offer(order.offer_id)
        assert offer is not None
        self.close_offer(offer, OfferWithdrawn, OfferState.WITHDRAWN, declined=False, reason=reason)
        self.outcome.tells.append(TellRevoke(offer.driver_id, offer.id, None, reason))
        return self.order(order.id)

    def free(self, order: Order, reason: str, *, declined: bool = False) -> Order:
        """Take an offered or assigned order back from whoever has it; any other order is returned as it is."""
        if order.status is Status.OFFERED:
            return self.withdraw(order, reason)
        if order.status in BEFORE_PICKUP:
            return self.take_from_driver(order, OrderUnassigned, declined=declined, reason=reason, tell=True)
        return order


def check_unchanged(now: object, expected: object, name: str) -> None:
    """Raise CommandRefused where somebody has changed, meanwhile, what is to be put back."""
    if now != expected:
        raise CommandRefused(Message("{name} has been changed since: it stays as it is", name=name))


def stops_of(order: Order) -> tuple[Stop, Stop]:
    return Stop(StopKind.PICKUP, order.id, order.pickup), Stop(StopKind.DROPOFF, order.id, order.dropoff)
