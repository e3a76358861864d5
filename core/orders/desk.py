"""The order desk: each command of a person has one handler, those of orders stand here.

A handler raises before it has changed anything, or returns everything that follows: the changes, what has to be told to
drivers, and the commands that would take it back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from core.domain import reasons
from core.domain.commands import (
    AcceptFor,
    AssignOrder,
    CancelOrder,
    ChangeOrder,
    Command,
    CorrectProgress,
    HoldOrder,
    OfferOrder,
    PlaceOrder,
    PlanRoute,
    RecordProgress,
    ReinstateOrder,
    ReleaseOrder,
    RemoveDriver,
    RemoveForward,
    SaveDriver,
    SaveExperiment,
    SaveForward,
    SetPresence,
    StrikeNote,
    TakeNote,
    TellReady,
    UnassignOrder,
)
from core.domain.driver import Driver, Route, StopKind
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import (
    OrderAssigned,
    OrderCancelled,
    OrderChanged,
    OrderHeld,
    OrderReceived,
    OrderReinstated,
    OrderReleased,
    OrderTagged,
    ReadyTold,
)
from core.domain.geo import checked_place
from core.domain.language import Message
from core.domain.order import ABROAD, ACTIVE, BEFORE_PICKUP, ENDED, WORDS, Order, Status, Step
from core.domain.world import World
from core.orders.corrections import correct, correction
from core.orders.dispatching import Dispatcher, OwnFleetOnly
from core.orders.draft import Draft, stops_of
from core.orders.drivers import remove_driver, save_driver, say_presence
from core.orders.experiments import save_experiment
from core.orders.fitness import unfit
from core.orders.forwards import remove_forward, save_forward
from core.orders.notes import strike_note, take_note
from core.orders.places import Places
from core.orders.progress import Proposal, accept, offer, record
from core.orders.rerouting import plan_route, way_back
from core.orders.tells import Outcome, TellAssign
from core.settings import Settings

Handler = Callable[[Draft, Any], None]

CARRIED = frozenset({Status.CARRYING, Status.AT_DROPOFF})
_WORDS = frozenset({"customer", "address", "note"})
_UNTIL_PICKED_UP = frozenset({"ready_at", "weight_kg", "volume_l", "vehicles"})
_CHANGEABLE = ("dropoff", "due_at", *sorted(_WORDS), *sorted(_UNTIL_PICKED_UP))


class Desk:
    """``ended`` tells of an order that is no more in memory whether there was one of that number; ``more`` are handlers of
    commands that others look after."""

    def __init__(
        self,
        world: World,
        settings: Settings,
        ended: Callable[[str], bool] = lambda order_id: False,
        places: Places | None = None,
        dispatcher: Dispatcher | None = None,
        more: Mapping[type[Command], Handler] | None = None,
    ) -> None:
        self._world = world
        self._ended = ended
        self._settings = settings
        self._dispatcher = dispatcher or OwnFleetOnly()
        self._handlers: dict[type[Command], Handler] = {
            PlaceOrder: self._place,
            ChangeOrder: self._change,
            AssignOrder: self._assign,
            PlanRoute: partial(plan_route, settings),
            OfferOrder: self._offer,
            UnassignOrder: self._unassign,
            HoldOrder: self._hold,
            ReleaseOrder: self._release,
            CancelOrder: self._cancel,
            ReinstateOrder: self._reinstate,
            AcceptFor: self._accept_for,
            RecordProgress: self._record,
            CorrectProgress: correct,
            SaveDriver: partial(save_driver, settings),
            RemoveDriver: remove_driver,
            SetPresence: say_presence,
            SaveExperiment: save_experiment,
            TellReady: self._tell_ready,
            SaveForward: save_forward,
            RemoveForward: remove_forward,
            TakeNote: take_note,
            StrikeNote: strike_note,
        }
        if places is not None:
            self._handlers |= places.handlers()
        self._handlers |= more or {}

    def handle(self, command: Command, now: float) -> Outcome:
        """Raise CommandRefused, IllegalStep or BadInput with nothing changed; the caller applies what is returned."""
        draft = Draft(self._world, now, command.actor)
        self._handlers[type(command)](draft, command)
        return draft.outcome

    def _place(self, draft: Draft, command: PlaceOrder) -> None:
        if command.order_id in self._world.orders or self._ended(command.order_id):
            raise CommandRefused(
                Message("there is an order {order} already: give this one another number", order=command.order_id)
            )
        if not command.order_id.strip():
            raise BadInput(Message("an order needs a number"))
        merchant = self._world.merchant(command.merchant_id)
        _check_load(command.order_id, command.weight_kg, command.volume_l)
        if command.value is not None and not 0 <= command.value < math.inf:
            raise BadInput(Message("order {order}: the value must be an amount of 0 or more", order=command.order_id))
        ready_at = command.ready_at if command.ready_at is not None else draft.now + merchant.prep_min * 60
        promise_s = self._settings.number("orders.promise_min") * 60
        due_at = command.due_at if command.due_at is not None else draft.now + promise_s
        if not (math.isfinite(ready_at) and math.isfinite(due_at) and due_at > draft.now):
            raise BadInput(Message("order {order}: the promised time must lie ahead", order=command.order_id))
        order = Order(
            id=command.order_id,
            merchant_id=merchant.id,
            pickup=merchant.place,
            dropoff=checked_place(*command.dropoff),
            placed_at=draft.now,
            ready_at=ready_at,
            due_at=due_at,
            customer=command.customer,
            address=command.address,
            note=command.note,
            weight_kg=command.weight_kg,
            volume_l=command.volume_l,
            vehicles=command.vehicles,
            value=command.value,
            status_at=draft.now,
            goods=_kind(merchant.goods if command.goods is None else command.goods),
            told_ready_at=ready_at,
        )
        draft.change(OrderReceived, order)
        if merchant.area_id is not None:
            order = replace(order, area_id=merchant.area_id)
            draft.change(OrderTagged, order)
        self._dispatcher.choose(draft, order)
        draft.outcome.undo = (CancelOrder(order_id=order.id, reason=reasons.BY_MISTAKE, actor=command.actor),)

    def _change(self, draft: Draft, command: ChangeOrder) -> None:
        before = draft.order(command.order_id)
        given = {name: value for name in _CHANGEABLE if (value := getattr(command, name)) is not None}
        new = {name: value for name, value in given.items() if value != getattr(before, name)}
        if not new:
            return
        if before.status in ENDED:
            raise CommandRefused(
                Message("order {order} is {what}: it can't be changed any more", order=before.id, what=WORDS[before.status])
            )
        if before.status in ABROAD:
            raise CommandRefused(
                Message("order {order} is with a provider, who would not hear of it: call it back first", order=before.id)
            )
        if before.status in CARRIED and (late := sorted(new.keys() & _UNTIL_PICKED_UP)):
            raise CommandRefused(
                Message(
                    "order {order} has been picked up: its {what} can't be changed any more",
                    order=before.id,
                    what=late[0].replace("_", " "),
                )
            )
        if new.keys() & {"weight_kg", "volume_l"}:
            _check_load(before.id, new.get("weight_kg", before.weight_kg), new.get("volume_l", before.volume_l))
        times = {name: new[name] for name in ("ready_at", "due_at") if name in new}
        if not all(map(math.isfinite, times.values())) or times.get("due_at", math.inf) <= draft.now:
            raise BadInput(Message("order {order}: the promised time must lie ahead", order=before.id))
        if "dropoff" in new:
            new["dropoff"] = checked_place(*new["dropoff"])
        order = before
        if order.status is Status.OFFERED and not new.keys() <= _WORDS:
            order = draft.withdraw(order, reasons.CHANGED)
        order = replace(order, **new)
        routes: tuple[Route, ...] = ()
        if order.status in ACTIVE and order.driver_id is not None:
            if order.status in BEFORE_PICKUP:
                self._check_fits(draft, order, self._world.driver(order.driver_id))
            route = draft.route(order.driver_id)
            places = {StopKind.PICKUP: order.pickup, StopKind.DROPOFF: order.dropoff}
            stops = (replace(s, place=places[s.kind]) if s.order_id == order.id else s for s in route.stops)
            routes = (Route(order.driver_id, tuple(stops)),)  # as it is or changed: the driver is told it anew
        draft.change(OrderChanged, order, routes=routes)
        old = {name: getattr(before, name) for name in new}
        draft.outcome.undo = (ChangeOrder(order_id=order.id, actor=command.actor, **old),)

    def _assign(self, draft: Draft, command: AssignOrder) -> None:
        order = draft.order(command.order_id)
        driver = self._world.driver(command.driver_id)
        self._check_fits(draft, order, driver)
        before = order
        if order.driver_id == driver.id and order.status in ACTIVE:
            raise CommandRefused(Message("{driver} has order {order} already", driver=driver.name, order=order.id))
        order = draft.free(order, reasons.GIVEN_TO.format(driver=driver.name))
        route = draft.route(driver.id)
        order = order.take(
            Step.ASSIGN,
            draft.now,
            driver_id=driver.id,
            by_dispatcher=True,
            assigned_at=draft.now,
            chained=bool(route.stops),
        )
        draft.change(OrderAssigned, order, routes=(Route(driver.id, route.stops + stops_of(order)),))
        draft.outcome.tells.append(TellAssign(driver.id, order.id))
        draft.outcome.undo = way_back(draft, before)

    def _offer(self, draft: Draft, command: OfferOrder) -> None:
        order = draft.order(command.order_id)
        driver = self._world.driver(command.driver_id)
        self._check_fits(draft, order, driver)
        if self._world.open_offer(driver.id) is not None:
            raise CommandRefused(
                Message("{driver} is being asked about another order: wait for the answer", driver=driver.name)
            )
        route = draft.route(driver.id)
        stops = tuple((s.kind.value, s.order_id) for s in (*route.stops, *stops_of(order)))
        limit_s = self._settings.number("offers.limit_s")
        offer(draft, driver, [order], Proposal(driver.id, (order.id,), stops, chained=bool(route.stops)), limit_s)
        draft.outcome.undo = (UnassignOrder(order_id=order.id, actor=command.actor),)

    def _check_fits(self, draft: Draft, order: Order, driver: Driver) -> None:
        wrong = unfit(self._world, self._settings, order, driver, draft.now)
        if wrong:
            raise CommandRefused(wrong)

    def _unassign(self, draft: Draft, command: UnassignOrder) -> None:
        order = draft.order(command.order_id)
        if order.status not in BEFORE_PICKUP | {Status.OFFERED}:
            raise CommandRefused(
                Message("order {order} is {what}: there is no driver to take it from", order=order.id, what=WORDS[order.status])
            )
        draft.free(order, reasons.TAKEN_BACK, declined=True)
        assert order.driver_id is not None
        again: Command = OfferOrder(order_id=order.id, driver_id=order.driver_id, actor=command.actor)
        draft.outcome.undo = way_back(draft, order) if order.status in BEFORE_PICKUP else (again,)

    def _hold(self, draft: Draft, command: HoldOrder) -> None:
        before = draft.order(command.order_id)
        order = draft.free(before, reasons.PUT_ON_HOLD)
        draft.change(OrderHeld, order.take(Step.HOLD, draft.now))
        back: Command = ReleaseOrder(order_id=before.id, actor=command.actor)
        draft.outcome.undo = way_back(draft, before) if before.status in BEFORE_PICKUP else (back,)

    def _release(self, draft: Draft, command: ReleaseOrder) -> None:
        order = draft.order(command.order_id)
        draft.change(OrderReleased, order.take(Step.RELEASE, draft.now))
        draft.outcome.undo = (HoldOrder(order_id=order.id, actor=command.actor),)

    def _cancel(self, draft: Draft, command: CancelOrder) -> None:
        before = draft.order(command.order_id)
        reason = command.reason or reasons.CANCELLED
        if before.status in ABROAD:
            draft.outcome.undo = (self._dispatcher.way_back(before, command.actor),)
            self._dispatcher.recall(draft, before, reason, cancel=True)
            return
        order = draft.free(before, reason)
        draft.change(OrderCancelled, order.take(Step.CANCEL, draft.now), reason=reason)
        reinstate: Command = ReinstateOrder(order_id=before.id, actor=command.actor)
        if before.status in BEFORE_PICKUP or before.status is Status.HELD:
            draft.outcome.undo = (reinstate, *way_back(draft, before))
        else:
            draft.outcome.undo = (reinstate,)

    def _reinstate(self, draft: Draft, command: ReinstateOrder) -> None:
        order = draft.order(command.order_id)
        draft.change(OrderReinstated, order.take(Step.REINSTATE, draft.now, provider_id=None))
        draft.outcome.undo = (CancelOrder(order_id=order.id, actor=command.actor),)

    def _accept_for(self, draft: Draft, command: AcceptFor) -> None:
        order = draft.order(command.order_id)
        offer = draft.offer(order.offer_id)
        if offer is None:
            raise CommandRefused(
                Message("order {order} is {what}: there is no open offer to accept", order=order.id, what=WORDS[order.status])
            )
        accept(draft, offer)
        draft.outcome.undo = tuple(UnassignOrder(order_id=order_id, actor=command.actor) for order_id in offer.order_ids)

    def _record(self, draft: Draft, command: RecordProgress) -> None:
        order = draft.order(command.order_id)
        record(draft, order, command.event, command.reason, draft.now)
        draft.outcome.undo = correction(draft, order, command.event)

    def _tell_ready(self, draft: Draft, command: TellReady) -> None:
        order = draft.order(command.order_id)
        if order.status in ENDED or order.picked_up_at is not None:
            raise CommandRefused(
                Message(
                    "order {order} is {what}: its merchant has nothing more to say", order=order.id, what=WORDS[order.status]
                )
            )
        if not math.isfinite(command.ready_at):
            raise BadInput(Message("order {order}: ready at a time, please", order=order.id))
        is_ready = command.ready_at <= draft.now if command.is_ready is None else command.is_ready
        ready_at = min(command.ready_at, draft.now) if is_ready else command.ready_at
        late_min = (ready_at - order.ready_at) / 60
        how = reasons.LATER if late_min > 0 else reasons.EARLIER
        moved = how.format(minutes=round(abs(late_min))) if abs(late_min) >= 0.5 else ""
        # Who says later has not got it ready, whatever was said before.
        after = replace(order, ready_at=ready_at, readied_at=ready_at if is_ready else None)
        draft.change(ReadyTold, after, reason=reasons.READY if is_ready else moved)
        was_ready = order.readied_at is not None
        draft.outcome.undo = (TellReady(order_id=order.id, ready_at=order.ready_at, is_ready=was_ready, actor=command.actor),)


def _kind(goods: str) -> str:
    if not goods.isidentifier():
        raise BadInput(Message("a kind of goods is one word of letters, figures and _, not {goods!r}", goods=goods))
    return goods


def _check_load(order_id: str, weight_kg: float, volume_l: float) -> None:
    if not (math.isfinite(weight_kg) and weight_kg > 0 and math.isfinite(volume_l)):
        raise BadInput(Message("order {order}: the weight must be a number of kilograms above 0", order=order_id))
