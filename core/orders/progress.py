"""What drivers say, and what follows: offers made, answered and run out; the steps of a delivery."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.domain import reasons
from core.domain.causes import cause
from core.domain.driver import App, Driver, Presence, Route, Stop, StopKind
from core.domain.errors import BadInput, CommandRefused, KerbsideError
from core.domain.events import (
    ArrivedAtDropoff,
    ArrivedAtPickup,
    Change,
    Delivered,
    DeliveryFailed,
    OfferAccepted,
    OfferExpired,
    OfferMade,
    OfferRejected,
    OrderHandedBack,
    OrderUnassigned,
    PickedUp,
)
from core.domain.language import Message
from core.domain.offer import Offer, OfferState
from core.domain.order import BEFORE_PICKUP, WORDS, Order, Status, Step
from core.domain.reports import Word
from core.domain.world import World
from core.orders.draft import Draft, stops_of
from core.orders.tells import Outcome, TellConfirm, TellOffer, TellRevoke

PROGRESS: dict[str, tuple[Step, type[Change], str | None]] = {
    "arrived_pickup": (Step.ARRIVE_PICKUP, ArrivedAtPickup, "arrived_pickup_at"),
    "picked_up": (Step.PICK_UP, PickedUp, "picked_up_at"),
    "arrived_dropoff": (Step.ARRIVE_DROPOFF, ArrivedAtDropoff, "arrived_dropoff_at"),
    "delivered": (Step.DELIVER, Delivered, "delivered_at"),
    "failed": (Step.FAIL, DeliveryFailed, None),
}
"""Event of a driver's word → the step it takes, the change it makes, the order's field that keeps its time."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the matcher wants offered. ``stops`` are (kind, order id), the driver's whole route with the new orders in it.

    ``taken_from`` are those of the orders that another driver has and loses, with that driver: (order id, driver id).
    ``weighed`` is as in `Offer`.
    """

    driver_id: str
    order_ids: tuple[str, ...]
    stops: tuple[tuple[str, str], ...]
    chained: bool = False
    taken_from: tuple[tuple[str, str], ...] = ()
    weighed: tuple[tuple[str, str, float], ...] = ()


def make_offers(world: World, proposals: Iterable[Proposal], now: float, limit_s: float) -> Outcome:
    """Offer what still can be offered: since the snapshot was taken, orders and drivers may have moved on."""
    draft = Draft(world, now, "matcher")
    proposals = [p for p in proposals if _stands(world, p)]
    for proposal in proposals:
        for order_id, holder in proposal.taken_from:
            reason = reasons.NEARER.format(driver=world.drivers[proposal.driver_id].name, other=world.drivers[holder].name)
            draft.take_from_driver(draft.order(order_id), OrderUnassigned, declined=False, reason=reason, tell=True)
    for proposal in proposals:
        planned = {order_id for _, order_id in proposal.stops}
        # A driver who was to lose an order and has it still is not to be given another in its place.
        if planned.issuperset(draft.route(proposal.driver_id).orders()):
            orders = [draft.order(i) for i in proposal.order_ids]
            offer(draft, world.drivers[proposal.driver_id], orders, proposal, limit_s)
    return draft.outcome


def _stands(world: World, proposal: Proposal) -> bool:
    """Whether the driver may still be asked, and each order still waits or is where it was."""
    driver = world.drivers.get(proposal.driver_id)
    if driver is None or driver.presence is not Presence.ONLINE or world.open_offer(driver.id) is not None:
        return False
    holders = dict(proposal.taken_from)
    for order_id in proposal.order_ids:
        order = world.orders.get(order_id)
        if order is None or order.status is not (Status.ASSIGNED if order_id in holders else Status.WAITING):
            return False
        if order_id in holders and order.driver_id != holders[order_id]:
            return False
    return True


def recall(world: World, driver_id: str, now: float, reason: str) -> Outcome:
    """Take back from a driver what is not picked up yet, save what the dispatcher gave, and let them rest from it."""
    draft = Draft(world, now, "system")
    for order_id in world.route(driver_id).orders():
        order = draft.order(order_id)
        if order.status is Status.ASSIGNED and not order.by_dispatcher:
            draft.take_from_driver(order, OrderUnassigned, declined=True, reason=reason, tell=True)
    return draft.outcome


def offer(draft: Draft, driver: Driver, orders: Sequence[Order], proposal: Proposal, limit_s: float) -> None:
    """Make the offer; a driver whose phone has no accept button has the orders at once."""
    made = Offer(
        id=f"F-{orders[0].id}-{orders[0].offers + 1}",
        driver_id=driver.id,
        order_ids=proposal.order_ids,
        made_at=draft.now,
        expires_at=draft.now + limit_s,
        stops=proposal.stops,
        chained=proposal.chained,
        weighed=proposal.weighed,
    )
    offered = [o.take(Step.OFFER, draft.now, driver_id=driver.id, offer_id=made.id, offers=o.offers + 1) for o in orders]
    draft.change(OfferMade, *offered, offers=(made,))
    if driver.app is App.OWNTRACKS:
        accept(draft, made)
    else:
        draft.outcome.tells.append(TellOffer(made))


def accept(draft: Draft, made: Offer) -> None:
    """The orders are the driver's, and their stops go into the route as offered, or behind it if it has changed since."""
    orders = [
        draft.order(order_id).take(
            Step.ACCEPT,
            draft.now,
            assigned_at=draft.now,
            chained=made.chained,
            batched=len(made.order_ids) > 1,
        )
        for order_id in made.order_ids
    ]
    route = Route(made.driver_id, _joined(draft.route(made.driver_id), made, {o.id: o for o in orders}))
    draft.change(OfferAccepted, *orders, offers=(replace(made, state=OfferState.ACCEPTED),), routes=(route,))


def _joined(route: Route, made: Offer, orders: dict[str, Order]) -> tuple[Stop, ...]:
    stops = {(s.kind.value, s.order_id): s for s in route.stops}
    for order in orders.values():
        stops.update(((s.kind.value, s.order_id), s) for s in stops_of(order))
    kept = [key for key in made.stops if key[1] not in orders and key in stops]
    if kept != [key for key in stops if key in set(kept)]:
        return tuple(stops.values())  # the dispatcher has put the stops in another order since
    planned = tuple(stops[key] for key in made.stops if key in stops)
    return planned + tuple(stop for key, stop in stops.items() if key not in set(made.stops))


def expire_offers(world: World, now: float, most: int | None = None) -> Outcome:
    """Close what nobody has answered in time, ``most`` of them where there are very many."""
    draft = Draft(world, now, "system")
    for late in [o for o in world.offers.values() if o.expires_at <= now][:most]:
        draft.close_offer(late, OfferExpired, OfferState.EXPIRED, declined=True, reason=reasons.NO_ANSWER)
        draft.outcome.tells.append(TellRevoke(late.driver_id, late.id, None, "the offer has run out"))
    return draft.outcome


def hear(world: World, word: Word, now: float) -> Outcome:
    """Act on a driver's word. What can't be done is answered and noted in ``refused``, never raised."""
    draft = Draft(world, now, f"driver:{word.driver_id}")
    try:
        if word.event in {"accept", "reject"}:
            _answer(draft, word)
        else:
            _progress(draft, word)
    except KerbsideError as error:
        said = Message(word.event.replace("_", " "))
        draft.outcome.refused.append(
            Message("{driver} says {said}: {problem}", driver=word.driver_id, said=said, problem=cause(error))
        )
        draft.outcome.tells.append(TellConfirm(word.driver_id, word.id))
    return draft.outcome


def _answer(draft: Draft, word: Word) -> None:
    asked = draft.offer(word.offer_id)
    if asked is None or asked.driver_id != word.driver_id:
        if word.event == "accept":
            draft.outcome.tells.append(TellRevoke(word.driver_id, word.offer_id, None, "the offer no longer stands"))
        return
    if word.event == "accept":
        accept(draft, asked)
        draft.outcome.tells.append(TellConfirm(word.driver_id, asked.id))
    else:
        reason = word.reason or reasons.TURNED_DOWN
        draft.close_offer(asked, OfferRejected, OfferState.REJECTED, declined=True, reason=reason)


def _progress(draft: Draft, word: Word) -> None:
    order = draft.order(word.order_id or "")
    if order.driver_id != word.driver_id:
        draft.outcome.tells.append(TellRevoke(word.driver_id, None, order.id, "the order is no longer yours"))
        raise CommandRefused(Message("order {order} is not theirs", order=order.id))
    if word.event == "hand_back":
        if order.status not in BEFORE_PICKUP:
            raise CommandRefused(
                Message("order {order} is {what}: it can't be handed back", order=order.id, what=WORDS[order.status])
            )
        draft.take_from_driver(order, OrderHandedBack, declined=True, reason=word.reason or reasons.HANDED_BACK, tell=False)
        return
    # A phone that was out of reach tells late: its own time counts, as far as it is possible. One without a clock says 0.
    record(draft, order, word.event, word.reason, min(max(word.t or draft.now, order.status_at), draft.now))


def record(draft: Draft, order: Order, event: str, reason: str, at: float) -> None:
    """Take one step of a delivery. Raises BadInput for an unknown event, IllegalStep where it can't be."""
    known = PROGRESS.get(event)
    if known is None:
        raise BadInput(
            Message("{event!r} is no step of a delivery: use one of {choices}", event=event, choices=", ".join(PROGRESS))
        )
    step, kind, field = known
    after = order.take(step, at, **({} if field is None else {field: at}))
    if order.driver_id is None:
        draft.change(kind, after, reason=reason, at=at)
        return
    route = draft.route(order.driver_id)
    if event in {"arrived_pickup", "arrived_dropoff"}:
        reached = StopKind.PICKUP if event == "arrived_pickup" else StopKind.DROPOFF
        stops = tuple(replace(s, arrived_at=at) if s.order_id == order.id and s.kind is reached else s for s in route.stops)
    elif event == "picked_up":
        stops = tuple(s for s in route.stops if not (s.order_id == order.id and s.kind is StopKind.PICKUP))
    else:
        stops = route.without(order.id).stops
    draft.change(kind, after, routes=(Route(route.driver_id, stops),), reason=reason, at=at)
