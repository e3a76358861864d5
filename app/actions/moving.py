"""Stops, orders and routes that are moved by hand, as commands; and what such commands would lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.actions.naming import which_orders
from core.domain.commands import Command, PlanRoute
from core.domain.driver import Route
from core.domain.errors import KerbsideError
from core.domain.language import sentence, tr
from core.domain.order import Order
from core.domain.world import World
from core.matching.outlook import Outlook
from core.orders.rerouting import StopKey, key_of
from core.orders.tells import Outcome
from widgets.timeline.rows import Move

Would = Callable[[Command], Outcome]
"""What a command would lead to; raises KerbsideError, and changes nothing."""

MOST_WAYS = 8
"""So many places are tried for the stop that follows the one that is held."""


def ways(move: Move, world: World) -> list[PlanRoute]:
    """The commands that would do it. Where one order goes to another driver, one for each place its other stop may have."""
    keys = [key_of(stop) for stop in world.route(move.to).stops]
    at = move.at
    if move.stop is not None and set(move.orders) <= {order_id for _, order_id in keys}:
        rest = [key for key in keys if key != move.stop]
        return [_plan(move, [*rest[:at], move.stop, *rest[at:]])]
    rest = [key for key in keys if key[1] not in move.orders]
    if len(move.orders) > 1:
        return [_plan(move, [*rest[:at], *_block(move.orders, world), *rest[at:]])]
    pickup, dropoff = ("pickup", move.orders[0]), ("dropoff", move.orders[0])
    if move.stop == dropoff:
        places = [(first, at) for first in range(at, max(-1, at - MOST_WAYS), -1)]
    else:
        places = [(at, last) for last in range(at, min(len(rest), at + MOST_WAYS - 1) + 1)]
    return [_plan(move, [*rest[:p], pickup, *rest[p:d], dropoff, *rest[d:]]) for p, d in places]


def move_text(move: Move, world: World) -> str:
    """What it is called in the history."""
    driver = world.drivers.get(move.to)
    name = driver.name if driver is not None else move.to
    if move.stop is not None and set(move.orders) <= set(world.route(move.to).orders()):
        return tr("Other order of stops for {driver}", driver=name)
    orders = [world.orders[i] for i in move.orders if i in world.orders]
    return tr("Move {orders} to {driver}", orders=which_orders(orders), driver=name)


def _plan(move: Move, stops: Sequence[StopKey]) -> PlanRoute:
    return PlanRoute(driver_id=move.to, orders=move.orders, stops=tuple(stops))


def _block(orders: Sequence[str], world: World) -> list[StopKey]:
    """The stops of several orders as they stand in the routes they come from; those that nobody has follow."""
    holders = dict.fromkeys(o.driver_id for i in orders if (o := world.orders.get(i)) is not None and o.driver_id is not None)
    routed = [key_of(s) for d in holders for s in world.route(d).stops if s.order_id in orders]
    known = {order_id for _, order_id in routed}
    return [*routed, *((kind, i) for i in orders if i not in known for kind in ("pickup", "dropoff"))]


@dataclass(frozen=True, slots=True)
class Trial:
    """``before`` and ``after`` are the routes of the same drivers, those that a command would change."""

    command: Command
    before: tuple[Route, ...]
    after: tuple[Route, ...]


def trials(commands: Iterable[Command], world: World, would: Would) -> tuple[list[Trial], str]:
    """What each command would lead to, and, where none of them can be carried out, why."""
    found, refused = [], ""
    for command in commands:
        try:
            outcome = would(command)
        except KerbsideError as error:
            refused = refused or sentence(error)
            continue
        after = {route.driver_id: route for change in outcome.changes for route in change.routes}
        found.append(Trial(command, tuple(map(world.route, after)), tuple(after.values())))
    return found, "" if found else refused


@dataclass(frozen=True, slots=True)
class Weighed:
    """A trial with its outlooks, by driver. Who was never seen has none."""

    trial: Trial
    before: dict[str, Outlook]
    after: dict[str, Outlook]

    @property
    def cost(self) -> float:
        """The change, in weighted minutes."""
        return sum(o.cost.total for o in self.after.values()) - sum(o.cost.total for o in self.before.values())


def routes_of(tried: Sequence[Trial]) -> list[Route]:
    """All routes that have to be looked at, in the order in which `weigh` takes the answers."""
    return [route for trial in tried for route in (*trial.before, *trial.after)]


def weigh(tried: Sequence[Trial], outlooks: Sequence[Outlook]) -> Weighed | None:
    """The cheapest of the trials; ``None`` where there is none. ``outlooks`` lack those who were never seen."""
    left = list(outlooks)

    def take(routes: Iterable[Route]) -> dict[str, Outlook]:
        found = {}
        for route in routes:
            if left and left[0].driver_id == route.driver_id:
                found[route.driver_id] = left.pop(0)
        return found

    weighed = [Weighed(trial, take(trial.before), take(trial.after)) for trial in tried]
    return min(weighed, key=lambda one: one.cost, default=None)


def movable(orders: Iterable[Order]) -> tuple[str, ...]:
    """Those that are not on board yet."""
    return tuple(order.id for order in orders if order.picked_up_at is None)
