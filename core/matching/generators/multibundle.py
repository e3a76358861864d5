"""Bundles of any number of orders, as a vehicle-routing solver found them a while ago."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from core.domain.driver import StopKind
from core.matching.generators import Bundle

if TYPE_CHECKING:
    from core.matching.market import Market


@dataclass(frozen=True, slots=True)
class Multibundle:
    """What `core.matching.multibundle` has proposed, as far as it still holds: orders that wait no more are taken out of a
    route, and one that keeps fewer than two, or that doesn't bring each of its orders from merchant to door, is none. Loads,
    times and rules are judged by the cycle like those of any bundle."""

    name: ClassVar[str] = "multibundle"

    def propose(self, market: Market) -> list[Bundle]:
        at = {view.id: i for i, view in enumerate(market.orders.views)}
        found: dict[tuple[tuple[StopKind, int], ...], None] = {}
        for route in market.proposed:
            stops = tuple((StopKind(kind), at[order_id]) for kind, order_id in route if order_id in at)
            if len(stops) >= 4 and _whole(stops):
                found[stops] = None
        return [Bundle(stops, self.name) for stops in found]


def _whole(stops: tuple[tuple[StopKind, int], ...]) -> bool:
    """Whether each order is picked up once and then brought once."""
    on_board, brought = set[int](), set[int]()
    for kind, order in stops:
        if kind is StopKind.PICKUP and order not in on_board | brought:
            on_board.add(order)
        elif kind is StopKind.DROPOFF and order in on_board:
            on_board.remove(order)
            brought.add(order)
        else:
            return False
    return not on_board
