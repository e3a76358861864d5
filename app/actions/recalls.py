"""Whether taking something back would have to be told to a driver who knows of it already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.domain import commands as c
from core.domain.language import ntr, tr
from core.domain.order import BEFORE_PICKUP, Order
from core.domain.receipt import Receipt, Told
from core.domain.world import World

_TAKES = (c.UnassignOrder, c.HoldOrder, c.CancelOrder, c.BringBack)


def recall_question(commands: Iterable[c.Command], world: World, receipts: Mapping[str, Receipt]) -> tuple[str, str] | None:
    """The question and what there is to know, where a driver has accepted or seen what the commands would take from them."""
    lines: list[str] = []
    drivers: dict[str, None] = {}
    for order in _taken(commands, world):
        receipt = receipts.get(order.id)
        seen = receipt is not None and receipt.told is Told.SEEN and receipt.driver_id == order.driver_id
        driver = world.drivers.get(order.driver_id or "")
        if driver is None or (order.by_dispatcher and not seen):
            continue
        drivers[driver.name] = None
        said = tr("{name} has order {order} on the phone already", name=driver.name, order=order.id)
        if not order.by_dispatcher:
            said = tr("{name} has accepted order {order} already", name=driver.name, order=order.id)
        lines.append(said)
    if not lines:
        return None
    whom = next(iter(drivers)) if len(drivers) == 1 else ntr("{n} driver", "{n} drivers", len(drivers))
    return tr("Send a recall to {whom}?", whom=whom), f"{'. '.join(lines[:5])}."


def _taken(commands: Iterable[c.Command], world: World) -> Iterable[Order]:
    """The orders that somebody would lose."""
    for command in commands:
        ids: tuple[str, ...] = ()
        to = None
        if isinstance(command, _TAKES):
            ids = (command.order_id,)
        elif isinstance(command, c.AssignOrder):
            ids, to = (command.order_id,), command.driver_id
        elif isinstance(command, c.PlanRoute):
            ids, to = command.orders, command.driver_id
        for order_id in ids:
            order = world.orders.get(order_id)
            if order is not None and order.status in BEFORE_PICKUP and order.driver_id != to:
                yield order
