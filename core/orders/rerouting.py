"""Routes by a dispatcher's hand: the order of a driver's stops, orders put between them, whole routes moved to another."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain import reasons
from core.domain.commands import Command, HoldOrder, OfferOrder, PlanRoute, UnassignOrder
from core.domain.driver import Route, Stop, StopKind
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import OrderAssigned, RouteReordered
from core.domain.language import Message
from core.domain.order import ACTIVE, BEFORE_PICKUP, Order, Status, Step
from core.orders.draft import Draft, stops_of
from core.orders.fitness import overloaded, unfit
from core.orders.tells import TellAssign
from core.settings import Settings

StopKey = tuple[str, str]
"""(kind, order id)"""


def plan_route(settings: Settings, draft: Draft, command: PlanRoute) -> None:
    world = draft.world
    driver = world.driver(command.driver_id)
    was = draft.route(driver.id)
    wanted = [draft.order(order_id) for order_id in dict.fromkeys(command.orders)]
    taken = [o for o in wanted if o.driver_id != driver.id or o.status not in ACTIVE]
    given = []
    for before in taken:
        wrong = unfit(world, settings, before, driver, draft.now)
        if wrong:
            raise CommandRefused(wrong)
        freed = draft.free(draft.order(before.id), reasons.GIVEN_TO.format(driver=driver.name))
        facts = {"driver_id": driver.id, "by_dispatcher": True, "assigned_at": draft.now, "chained": bool(was.stops)}
        given.append(freed.take(Step.ASSIGN, draft.now, **facts))
    stops = arranged([*draft.route(driver.id).stops, *(s for order in given for s in stops_of(order))], command.stops)
    route = Route(driver.id, stops)
    orders = {**world.orders, **{order.id: order for order in given}}
    # A route that is too much already may still be changed: it gets no worse for it.
    if (wrong := overloaded(driver, stops, orders)) and not overloaded(driver, was.stops, orders):
        raise CommandRefused(wrong)
    if given:
        draft.change(OrderAssigned, *given, routes=(route,))
        draft.outcome.tells += [TellAssign(driver.id, order.id) for order in given]
    elif stops != was.stops:
        draft.change(RouteReordered, *(draft.order(i) for i in route.orders()), routes=(route,))
    draft.outcome.undo = _undo(draft, was, taken, route)


def arranged(stops: Sequence[Stop], wish: Sequence[StopKey]) -> tuple[Stop, ...]:
    """The stops in the order that is wished, as `PlanRoute` says. BadInput where something is to be brought before it is
    fetched."""
    place = {key: i for i, key in enumerate(wish)}
    ranked = sorted(stops, key=lambda s: (s.arrived_at is None, place.get(key_of(s), len(place))))
    to_fetch = {s.order_id for s in stops if s.kind is StopKind.PICKUP}
    for stop in ranked:
        if stop.kind is StopKind.PICKUP:
            to_fetch.discard(stop.order_id)
        elif stop.order_id in to_fetch:
            raise BadInput(Message("order {order} can't be brought before it is picked up", order=stop.order_id))
    return tuple(ranked)


def key_of(stop: Stop) -> StopKey:
    return stop.kind.value, stop.order_id


def way_back(draft: Draft, before: Order) -> tuple[Command, ...]:
    """The commands that bring an order now assigned, waiting or held back to where it was, and to its place in a route."""
    actor, driver_id = draft.actor, before.driver_id
    if before.status in BEFORE_PICKUP and driver_id is not None:
        stops = tuple(map(key_of, draft.world.route(driver_id).stops))
        return (PlanRoute(driver_id=driver_id, orders=(before.id,), stops=stops, actor=actor),)
    if before.status is Status.HELD:
        return (HoldOrder(order_id=before.id, actor=actor),)
    release: tuple[Command, ...] = (UnassignOrder(order_id=before.id, actor=actor),)
    if before.status is Status.OFFERED and driver_id is not None:
        return (*release, OfferOrder(order_id=before.id, driver_id=driver_id, actor=actor))
    return release


def _undo(draft: Draft, was: Route, taken: Sequence[Order], route: Route) -> tuple[Command, ...]:
    back = [command for before in reversed(taken) for command in way_back(draft, before)]
    moved = {order.id for order in taken}
    if [s for s in route.stops if s.order_id not in moved] != list(was.stops):
        back.append(PlanRoute(driver_id=was.driver_id, stops=tuple(map(key_of, was.stops)), actor=draft.actor))
    return tuple(back)
