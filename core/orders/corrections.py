"""A step of a delivery taken back: not rolled back but compensated, by an event that says what holds now.

The state machine has no way back from a step, since a driver's word stands. A dispatcher's mark is no such word: who
clicked the wrong row has to be able to say so.
"""

from __future__ import annotations

from dataclasses import replace

from core.domain import reasons
from core.domain.commands import Command, CorrectProgress, RecordProgress
from core.domain.driver import Route
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import OrderCorrected
from core.domain.language import Message
from core.domain.order import ACTIVE, BEFORE_PICKUP, ENDED, STEPS, WORDS, Order, Status
from core.orders.draft import Draft, stops_of
from core.orders.progress import PROGRESS
from core.orders.rerouting import arranged, key_of
from core.orders.tells import TellAssign

_KEPT: dict[Status, tuple[str, ...]] = {
    Status.ASSIGNED: (),
    Status.AT_PICKUP: ("arrived_pickup_at",),
    Status.CARRYING: ("arrived_pickup_at", "picked_up_at"),
    Status.AT_DROPOFF: ("arrived_pickup_at", "picked_up_at", "arrived_dropoff_at"),
}
_TIMES = ("arrived_pickup_at", "picked_up_at", "arrived_dropoff_at", "delivered_at")
_WAS = {
    "arrived_pickup": reasons.NOT_AT_PICKUP,
    "picked_up": reasons.NOT_PICKED_UP,
    "arrived_dropoff": reasons.NOT_AT_DOOR,
    "delivered": reasons.NOT_DELIVERED,
    "failed": reasons.NOT_FAILED,
}


def correction(draft: Draft, before: Order, event: str) -> tuple[Command, ...]:
    """What would take the step back that the order is about to make; nothing for an order that none of our drivers has."""
    if before.driver_id is None or before.status not in ACTIVE:
        return ()
    stops = tuple(map(key_of, draft.world.route(before.driver_id).stops))
    return (CorrectProgress(order_id=before.id, event=event, status=before.status, stops=stops, actor=draft.actor),)


def correct(draft: Draft, command: CorrectProgress) -> None:
    """Raises BadInput for a step that does not lead from there, CommandRefused where more has happened since."""
    order = draft.order(command.order_id)
    known = PROGRESS.get(command.event)
    after = STEPS.get((command.status, known[0])) if known is not None else None
    if after is None or command.status not in _KEPT:
        raise BadInput(
            Message("{event!r} is no step from {state}", event=command.event, state=command.status.value.replace("_", " "))
        )
    if order.status is not after or order.driver_id is None:
        raise CommandRefused(
            Message("order {order} is {what} by now: the mark stands", order=order.id, what=WORDS[order.status])
        )
    driver = draft.world.driver(order.driver_id)
    times = {name: getattr(order, name) if name in _KEPT[command.status] else None for name in _TIMES}
    back = replace(order, status=command.status, status_at=draft.now, **times)  # type: ignore[arg-type]
    route = draft.route(driver.id)
    pickup, dropoff = stops_of(back)
    pickup = replace(pickup, arrived_at=back.arrived_pickup_at if back.status is Status.AT_PICKUP else None)
    dropoff = replace(dropoff, arrived_at=back.arrived_dropoff_at if back.status is Status.AT_DROPOFF else None)
    own = (pickup, dropoff) if back.status in BEFORE_PICKUP else (dropoff,)
    stops = arranged([*own, *route.without(order.id).stops], command.stops)
    draft.change(OrderCorrected, back, routes=(Route(driver.id, stops),), reason=_WAS[command.event])
    if order.status in ENDED:
        # The phone has put it away.
        draft.outcome.tells.append(TellAssign(driver.id, order.id))
    draft.outcome.undo = (RecordProgress(order_id=order.id, event=command.event, actor=command.actor),)
