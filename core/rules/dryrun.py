"""What rules would have done with the orders that were placed, beside what was done with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import TypeVar

from core.domain.driver import Driver, Presence
from core.domain.events import Change, DispatchChange, OrderReceived, OrderRefused, ProviderChosen
from core.domain.merchant import Merchant
from core.domain.order import Order, Status
from core.domain.provider import INTERNAL, Provider
from core.domain.rules import Tally
from core.rules.caps import booked, booking
from core.rules.facts import NOWHERE, Facts, Fleet
from core.rules.ruleset import Rules, counted

K = TypeVar("K")

LEAD_S = 24 * 3600.0
"""So long before its beginning the log is followed, to know who was online and which orders waited."""
REFUSED, HELD = "refused", "held"
"""In place of a provider: turned down by a rule; no provider could take it."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One order: provider and rule as it was (first choice), and as it would have been. No rule is empty."""

    order_id: str
    placed_at: float
    area_id: str
    was: str
    was_rule: str
    would: str
    would_rule: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """``orders`` in the order in which they were placed.

    Shares and caps go on from what had been counted at the beginning (of shares, as far as they were counted within `LEAD_S`
    before), and hold from there for the orders as these rules would have given them. Every provider that is switched on is
    taken to be in reach: what it would have answered nobody knows. Our own fleet's load is as it was, not as it would have
    become.
    """

    start: float
    end: float
    orders: tuple[Tried, ...]

    @property
    def changed(self) -> tuple[Tried, ...]:
        return tuple(one for one in self.orders if one.was != one.would)

    def by_provider(self) -> dict[str, tuple[int, int]]:
        """Provider → orders it was and would have been given first."""
        return _both(Counter(o.was for o in self.orders), Counter(o.would for o in self.orders))

    def by_area(self) -> dict[tuple[str, str], tuple[int, int]]:
        """(area, provider) → the same."""
        return _both(Counter((o.area_id, o.was) for o in self.orders), Counter((o.area_id, o.would) for o in self.orders))

    def by_rule(self) -> dict[str, tuple[int, int]]:
        """Rule → orders it decided and would have decided; the empty one stands for none."""
        return _both(Counter(o.was_rule for o in self.orders), Counter(o.would_rule for o in self.orders))


def _both(was: Counter[K], would: Counter[K]) -> dict[K, tuple[int, int]]:
    return {key: (was[key], would[key]) for key in sorted(was.keys() | would.keys(), key=str)}


class _Busy:
    """How busy our own fleet was, followed through the log."""

    def __init__(self, drivers: Collection[Driver], since: float) -> None:
        self._waiting: set[str] = set()
        # Of those whose presence has not changed since, the log says nothing more.
        self._online = {d.id for d in drivers if d.presence is Presence.ONLINE and d.presence_at < since}

    def follow(self, change: Change) -> None:
        for order in change.orders:
            (self._waiting.add if order.status in {Status.WAITING, Status.OFFERED} else self._waiting.discard)(order.id)
        for driver in change.drivers:
            online = driver.presence is Presence.ONLINE and not driver.removed
            (self._online.add if online else self._online.discard)(driver.id)

    def fleet(self) -> Fleet:
        return Fleet(len(self._waiting), len(self._online))


def dry_run(
    rules: Rules,
    log: Iterable[Change],
    start: float,
    end: float,
    *,
    merchants: Mapping[str, Merchant],
    drivers: Collection[Driver],
    providers: Mapping[str, Provider],
    weather: Mapping[str, str],
    zone: tzinfo | None,
    area_of: Callable[[Order], str | None],
) -> DryRun:
    """``log`` begins `LEAD_S` before ``start``. ``area_of`` tells an order's area as areas are now."""
    busy = _Busy(drivers, start - LEAD_S)
    tallies: dict[str, Tally] = {}
    would: dict[str, Tried] = {}
    was: dict[str, tuple[str, str]] = {}
    for change in log:
        if isinstance(change, DispatchChange) and change.at < start:
            tallies.update((tally.id, tally) for tally in change.tallies)
        if isinstance(change, ProviderChosen | OrderRefused):
            order = change.orders[0]
            refused = isinstance(change, OrderRefused)
            first = (REFUSED, "") if refused else (order.provider_id or INTERNAL, _rule_of(change))
            was.setdefault(order.id, first)
        if isinstance(change, OrderReceived) and start <= change.at < end:
            order, at = replace(change.orders[0], area_id=area_of(change.orders[0])), change.at

            def free(provider_id: str, at: float = at) -> bool:
                provider = providers.get(provider_id)
                if provider is None or not provider.enabled:
                    return False
                return provider.cap_per_hour is None or booked(tallies, provider_id, at, zone) < provider.cap_per_hour

            facts = Facts(order, merchants.get(order.merchant_id), change.at, zone, weather, busy.fleet)
            choice = rules.choose(facts, free, tallies)
            if choice is None:
                given, rule = INTERNAL, ""
            else:
                rule, chain = choice.rule.id, choice.decision.chain
                given = REFUSED if choice.decision.refused else chain[0] if chain else HELD
                tally = counted(choice, tallies, change.at)
                if tally is not None:
                    tallies[tally.id] = tally
                if given in providers:
                    book = booking(tallies, given, at, zone)
                    tallies[book.id] = book
            area = order.area_id or NOWHERE
            would[order.id] = Tried(order.id, order.placed_at, area, INTERNAL, "", given, rule)
        busy.follow(change)
    told = (replace(one, was=was[i][0], was_rule=was[i][1]) if i in was else one for i, one in would.items())
    return DryRun(start, end, tuple(told))


def _rule_of(change: Change) -> str:
    return change.rule_id if isinstance(change, ProviderChosen) else ""
