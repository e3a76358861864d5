"""Deeds about the orders that are selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.actions.naming import which_orders
from app.presenters.why import why_text
from core.domain import commands as c
from core.domain.language import ntr, tr
from core.domain.order import ABROAD, BEFORE_PICKUP, ENDED, Order, Status, Step

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


def new_order(deeds: Deeds) -> None:
    def placed(commands: list[c.Command]) -> None:
        (order_id,) = {command.order_id for command in commands if isinstance(command, c.PlaceOrder)}
        deeds.carry_out(tr("New order {order_id}", order_id=order_id), commands)

    deeds.window.ask_new_order(placed)


def copy_why(deeds: Deeds) -> None:
    """Why each chosen order is where it is, as text."""
    orders = deeds.chosen_orders()
    deeds.window.copy("\n\n".join(why_text(order, deeds.engine) for order in orders))
    deeds.window.tell(
        tr("Why {orders} went to its driver is copied", orders=which_orders(orders))
        if len(orders) == 1
        else tr("The reasons are copied")
    )


def tell_ready(deeds: Deeds, later_min: float) -> None:
    """What the merchant says on the phone: ready now, or so much later than it said."""
    now = deeds.engine.clock.now()
    orders = [o for o in deeds.chosen_orders() if o.status not in ENDED and o.picked_up_at is None]
    _for(
        deeds,
        tr("Ready {later_min:g} min later:", later_min=later_min) if later_min else tr("Ready:"),
        orders,
        lambda o: c.TellReady(order_id=o.id, ready_at=max(o.ready_at, now) + 60 * later_min if later_min else now),
    )


def choose_driver(deeds: Deeds, offer: bool = False) -> None:
    wanted = {Status.WAITING} if offer else {Status.WAITING, Status.HELD, Status.OFFERED, *BEFORE_PICKUP}
    orders = [order for order in deeds.chosen_orders() if order.status in wanted]
    if not orders:
        deeds.window.tell(tr("Select an order that can still be given to a driver"), bad=True)
        return
    ids = [order.id for order in orders]

    def chosen(driver_id: str) -> None:
        if offer:
            name = deeds.engine.world.driver(driver_id).name
            deeds.carry_out(
                tr("Offer {orders} to {name}", orders=which_orders(orders), name=name),
                [c.OfferOrder(order_id=i, driver_id=driver_id) for i in ids],
            )
        else:
            deeds.assign(ids, driver_id)

    deeds.window.ask_driver(orders, offer, chosen)


def unassign(deeds: Deeds) -> None:
    taken = [o for o in deeds.chosen_orders() if o.status in BEFORE_PICKUP or o.status is Status.OFFERED]
    _for(deeds, tr("Take back"), taken, lambda o: c.UnassignOrder(order_id=o.id))


def hold(deeds: Deeds) -> None:
    wanted = [o for o in deeds.chosen_orders() if o.status in {Status.WAITING, Status.OFFERED, *BEFORE_PICKUP}]
    _for(deeds, tr("Hold"), wanted, lambda o: c.HoldOrder(order_id=o.id))


def release(deeds: Deeds) -> None:
    _for(deeds, tr("Release"), _able(deeds, Step.RELEASE), lambda o: c.ReleaseOrder(order_id=o.id))


def cancel(deeds: Deeds) -> None:
    orders = [o for o in deeds.chosen_orders() if o.can(Step.CANCEL) or _can_be_called_back(o)]
    if not orders:
        deeds.window.tell(tr("Select an order that has not been picked up"), bad=True)
        return
    told = [o for o in orders if o.driver_id is not None]
    text = tr("No driver has been told of it yet.")
    if n := len({o.driver_id for o in told}):
        text = ntr("{n} driver will be told.", "{n} drivers will be told.", n)
    if abroad := [o for o in orders if o.status in ABROAD]:
        asked = ntr(
            "The provider of {n} order is asked to give it up: it is cancelled once they have.",
            "The providers of {n} orders are asked to give them up: each is cancelled once they have.",
            len(abroad),
        )
        text = f"{text} {asked}" if len(abroad) < len(orders) else asked
    deeds.window.ask_sure(
        tr("Cancel {orders}?", orders=which_orders(orders)),
        " ".join((*_spared(deeds, orders), tr("{text} This can be undone.", text=text))),
        tr("Cancel {orders}", orders=which_orders(orders)),
        lambda: _for(deeds, tr("Cancel"), orders, lambda o: c.CancelOrder(order_id=o.id)),
    )


def _can_be_called_back(order: Order) -> bool:
    return order.status in ABROAD and order.picked_up_at is None


def _spared(deeds: Deeds, taken: Sequence[Order]) -> list[str]:
    """Of all that is selected: what is not cancelled with the others, and why."""
    ids = {order.id for order in taken}
    others = [order for order in deeds.chosen_orders() if order.id not in ids]
    ended = sum(order.status in ENDED for order in others)
    gone = len(others) - ended
    whys = [
        ntr("{n} has been picked up", "{n} have been picked up", gone) if gone else "",
        ntr("{n} has ended", "{n} have ended", ended) if ended else "",
    ]
    told = ", ".join(why for why in whys if why)
    return [tr("The others that are selected stay: {told}.", told=told)] if others else []


def reinstate(deeds: Deeds) -> None:
    _for(deeds, tr("Reinstate"), _able(deeds, Step.REINSTATE), lambda o: c.ReinstateOrder(order_id=o.id))


def accept_for(deeds: Deeds) -> None:
    offered = [o for o in deeds.chosen_orders() if o.status is Status.OFFERED]
    _for(deeds, tr("Accept"), offered, lambda o: c.AcceptFor(order_id=o.id))


def progress(deeds: Deeds, event: str) -> None:
    step = Step.PICK_UP if event == "picked_up" else Step.DELIVER
    verb = tr("Mark as picked up:") if event == "picked_up" else tr("Mark as delivered:")
    _for(deeds, verb, _able(deeds, step), lambda o: c.RecordProgress(order_id=o.id, event=event))


def fail(deeds: Deeds) -> None:
    orders = _able(deeds, Step.FAIL)
    if orders:
        deeds.window.ask_reason(
            tr("Why did {orders} fail?", orders=which_orders(orders)),
            tr("Mark as failed"),
            lambda why: _for(
                deeds, tr("Mark as failed:"), orders, lambda o: c.RecordProgress(order_id=o.id, event="failed", reason=why)
            ),
        )


def _able(deeds: Deeds, step: Step) -> list[Order]:
    return [order for order in deeds.chosen_orders() if order.can(step)]


def _for(deeds: Deeds, verb: str, orders: Sequence[Order], make: Callable[[Order], c.Command]) -> None:
    if not orders:
        deeds.window.tell(tr("{verb}: select an order for which it is possible", verb=verb), bad=True)
        return
    others = len({order.id for order in deeds.chosen_orders()} - {order.id for order in orders})
    deeds.carry_out(f"{verb} {which_orders(orders)}", [make(order) for order in orders], others)
