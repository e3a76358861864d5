"""Merchants at work: what they say an order takes, and what it really takes.

Each has its habit, which it does not know: one is always quicker than it says, one is late whenever it is crowded. So there is
something to learn from.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, replace

from core.domain import reasons
from core.domain.merchant import Merchant
from core.simulation.chance import Concern, lognormal, stream
from core.simulation.habits import Habits
from core.simulation.params import SimulationParams

REFUSALS = (reasons.SOLD_OUT, reasons.TOO_BUSY, reasons.CLOSING, reasons.MISSING)
SLOWER_PER_ORDER = 0.05
"""Each order already in the kitchen makes the next one longer by this share."""

_UNTOLD_MIN = 10.0
_LATE_AFTER_S = 60.0
_LATE_STEP_S = 300.0
"""A kitchen that is late by more than a minute says so, and by how many times five minutes more."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """``estimate_at`` is when the merchant says it is ready, ``ready_at`` when it will be: only the one who comes finds out.

    ``refused_at`` is when the merchant calls it off for ``reason``, ``None`` where it does not. All epoch seconds.
    """

    order_id: str
    estimate_at: float
    ready_at: float
    refused_at: float | None = None
    reason: str = ""


class Kitchens:
    """Chance is drawn per order, by its number: neither the sequence of orders nor other merchants play a part in it."""

    def __init__(self, params: SimulationParams) -> None:
        self._params = params
        self._tickets: dict[str, Ticket] = {}
        self._cooking: dict[str, list[float]] = {}
        self._habits = Habits(params)
        self._words: list[tuple[float, str, float]] = []
        self._merchant_of: dict[str, str] = {}
        self._later_s: dict[str, tuple[float, float]] = {}

    def turn(self, params: SimulationParams) -> None:
        """Go on with other figures."""
        self._params = params

    def delay(self, merchant_id: str, later_s: float, until: float, now: float) -> None:
        """Everything of this merchant is ready so much later: what it is at now, and what it takes until then."""
        self._later_s[merchant_id] = (until, later_s)
        for order_id, ticket in self._tickets.items():
            if self._merchant_of.get(order_id) == merchant_id and ticket.ready_at > now:
                self._put_off(ticket, later_s, now)

    def _put_off(self, ticket: Ticket, later_s: float, now: float) -> None:
        late = replace(ticket, ready_at=ticket.ready_at + later_s)
        self._tickets[ticket.order_id] = late
        self._words = [word for word in self._words if word[1] != ticket.order_id]
        heapq.heapify(self._words)
        if self._habits.tells(self._merchant_of[ticket.order_id]):
            heapq.heappush(self._words, (now + _LATE_AFTER_S, ticket.order_id, late.ready_at))
            heapq.heappush(self._words, (late.ready_at, ticket.order_id, late.ready_at))

    def take(self, order_id: str, merchant: Merchant, now: float) -> Ticket:
        """The merchant takes an order; its estimate is a whole number of minutes, as merchants give it."""
        rng = stream(self._params.seed, Concern.KITCHEN, order_id)
        cooking = self._cooking.setdefault(merchant.id, [])
        while cooking and cooking[0] <= now:
            heapq.heappop(cooking)
        usual_min = merchant.prep_min * (1 + SLOWER_PER_ORDER * len(cooking))
        really_min = usual_min * self._habits.preparation(merchant.id, now)
        ready_at = now + 60 * lognormal(rng, really_min, self._params.prep_spread)
        heapq.heappush(cooking, ready_at)
        refused_at, reason = None, ""
        if rng.random() < self._params.merchant_refusal_rate:
            refused_at = now + float(rng.uniform(20, 150))
            reason = reasons.BY_MERCHANT.format(why=REFUSALS[int(rng.integers(len(REFUSALS)))])
        ticket = Ticket(order_id, now + 60 * math.ceil(usual_min), ready_at, refused_at, reason)
        self._tickets[order_id], self._merchant_of[order_id] = ticket, merchant.id
        if self._habits.tells(merchant.id):
            heapq.heappush(self._words, (ready_at, order_id, ready_at))
            late_at = ticket.estimate_at + _LATE_AFTER_S
            if ready_at > late_at:
                more = math.ceil((ready_at - late_at) / _LATE_STEP_S) * _LATE_STEP_S
                heapq.heappush(self._words, (late_at, order_id, late_at + more))
        until, later_s = self._later_s.get(merchant.id, (0.0, 0.0))
        if now < until:
            self._put_off(ticket, later_s, now)
        return self._tickets[order_id]

    def words(self, now: float) -> list[tuple[str, float]]:
        """What merchants say by now: (order id, when it is ready, epoch seconds); of orders that are still here."""
        said = []
        while self._words and self._words[0][0] <= now:
            _, order_id, ready_at = heapq.heappop(self._words)
            if order_id in self._tickets:
                said.append((order_id, ready_at))
        return said

    def ready_at(self, order_id: str, told: float | None, now: float) -> float:
        """When the order can be handed over. One that came by another way than ours is made up from what was ``told``."""
        ticket = self._tickets.get(order_id)
        if ticket is None:
            rng = stream(self._params.seed, Concern.KITCHEN, order_id)
            estimate = now + 60 * _UNTOLD_MIN if told is None else told
            ahead_min = max(0.0, estimate - now) / 60
            ticket = Ticket(order_id, estimate, now + 60 * lognormal(rng, ahead_min, self._params.prep_spread))
            self._tickets[order_id] = ticket
        return ticket.ready_at

    def has(self, order_id: str) -> bool:
        """Whether the order is still here."""
        return order_id in self._tickets

    def done_with(self, order_id: str) -> None:
        """The order has left the kitchen, or will never."""
        self._tickets.pop(order_id, None)
        self._merchant_of.pop(order_id, None)
