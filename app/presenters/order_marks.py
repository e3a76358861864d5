"""What the map shows of orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from itertools import islice

from app.presenters.rows import about, alarms
from core.clock import local_time
from core.domain.language import tr
from core.domain.order import ENDED, Order
from core.domain.world import World
from widgets.map.marks import OrderMark

ENDED_SHOWN_S = 20.0
SHARE = 10
"""Marks change with time alone as well: what has ended goes, a snooze runs out. So each time one order in so many is looked at,
another one each time."""


class OrderMarks:
    """Made anew for orders that something has happened to, and for some of the others in turn: of thousands few change at
    once."""

    def __init__(self) -> None:
        self._marks: dict[str, tuple[Order, OrderMark]] = {}
        self._due: set[str] = set()
        self._world: World | None = None
        self._chosen: frozenset[str] = frozenset()
        self._turn = 0

    def note(self, order_ids: Iterable[str]) -> None:
        """Something has happened to these."""
        self._due.update(order_ids)

    def forget(self) -> None:
        """Another moment is looked at."""
        self._world = None

    def made(self, world: World, now: float, chosen: frozenset[str], zone: tzinfo | None) -> list[OrderMark]:
        """The marks of open orders, of those that have just ended, and of the chosen ones, who carry a label."""
        marks, orders = self._marks, world.orders
        self._turn = (self._turn + 1) % SHARE
        if world is not self._world:
            self._world = world
            due: Iterable[str] = [*(marks.keys() - orders.keys()), *orders]
        else:
            due = self._due.union(self._chosen ^ chosen, islice(marks, self._turn, None, SHARE))
        alarmed = frozenset(about(world.alerts.values(), world))
        for order_id in due:
            order, is_chosen = orders.get(order_id), order_id in chosen
            is_over = order is None or order.status in ENDED
            if order is None or (is_over and now - order.status_at > ENDED_SHOWN_S and not is_chosen):
                marks.pop(order_id, None)
                continue
            # Of thousands of orders few are looked at closely.
            late, known = (is_over or order_id in alarmed) and alarms(order, world, now), marks.get(order_id)
            if known is None or known[0] is not order or known[1].late != late or bool(known[1].label) != is_chosen:
                label = tr("{id}, due {due_at}", id=order_id, due_at=local_time(order.due_at, zone)) if is_chosen else ""
                marks[order_id] = order, OrderMark(order_id, order.status, order.pickup, order.dropoff, late, label)
        self._due, self._chosen = set(), chosen
        return [mark for _, mark in marks.values()]
