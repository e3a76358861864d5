"""Where an order goes once it has been taken: the order desk asks, rules and providers answer."""

from __future__ import annotations

from typing import Protocol

from core.domain.commands import Command
from core.domain.events import OrderQueued
from core.domain.order import Order, Step
from core.orders.draft import Draft


class Dispatcher(Protocol):
    def choose(self, draft: Draft, order: Order) -> None:
        """Add what follows for an order that has just been received."""
        ...

    def recall(self, draft: Draft, order: Order, reason: str, then: tuple[str, ...] = (), *, cancel: bool = False) -> None:
        """Ask for an order back that is with a provider outside; what comes then follows once it is given up."""
        ...

    def way_back(self, order: Order, actor: str) -> Command:
        """What would bring an order that is with a provider outside there again, once it has been called back."""
        ...


class OwnFleetOnly:
    """Every order waits for a driver of ours."""

    def choose(self, draft: Draft, order: Order) -> None:
        draft.change(OrderQueued, order.take(Step.QUEUE, draft.now))

    def recall(self, draft: Draft, order: Order, reason: str, then: tuple[str, ...] = (), *, cancel: bool = False) -> None:
        raise AssertionError(f"order {order.id} is with nobody else")

    def way_back(self, order: Order, actor: str) -> Command:
        raise AssertionError(f"order {order.id} is with nobody else")
