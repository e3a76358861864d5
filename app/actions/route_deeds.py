"""Deeds about whole routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.moving import movable, move_text, ways
from core.domain.language import tr
from core.domain.order import Order
from widgets.timeline.rows import Move

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


def route_orders(deeds: Deeds) -> list[Order]:
    """What the chosen driver has before them and has not picked up."""
    driver = deeds.chosen_driver()
    if driver is None:
        return []
    orders = [deeds.world.orders[i] for i in deeds.world.route(driver.id).orders()]
    return [deeds.world.orders[i] for i in movable(orders)]


def hand_over_route(deeds: Deeds) -> None:
    """The route of a driver who can't go on, as it stands, to another; what is on board stays."""
    orders = route_orders(deeds)
    if not orders:
        deeds.window.tell(tr("Select a driver who has something to pick up"), bad=True)
        return

    def chosen(driver_id: str) -> None:
        # Behind all the other has to do: it was not asked for at a place.
        move = Move(tuple(order.id for order in orders), driver_id, len(deeds.world.route(driver_id).stops))
        deeds.carry_out(move_text(move, deeds.world), ways(move, deeds.world))

    holder = deeds.chosen_driver()
    deeds.window.ask_driver(orders, False, chosen, route_of=holder.id if holder is not None else "")
