"""The truth about each command to a driver: waiting, acknowledged by the broker, shown by the phone, or lost.

The broker's word is its PUBACK for every message of the command. The phone's is the version of its route, which it says once
with its fixes after it has taken one over, or a word of its driver about the very offer or order. Kept in memory: after a start
everything is told again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from core.domain.events import Change, RouteReordered
from core.domain.receipt import Receipt, Told
from core.domain.reports import Word
from core.messaging import topics
from core.orders.tells import Tell, TellAssign, TellConfirm, TellOffer, TellRevoke
from core.ports import OutMessage


@dataclass(slots=True, eq=False)
class _Command:
    """What one driver is told at once: ``left`` messages of it are not acknowledged, ``version`` is the route's in it."""

    driver_id: str
    left: int
    version: int | None
    lost: bool = False


class Receipts:
    """``of`` holds the last command about each order."""

    def __init__(self) -> None:
        self.of: dict[str, Receipt] = {}
        self._commands: dict[str, _Command] = {}
        self._heard: deque[tuple[_Command, bool]] = deque()

    def note(
        self, changes: Iterable[Change], tells: Iterable[Tell], messages: Iterable[OutMessage], versions: Mapping[str, int],
        now: float,
    ) -> None:  # fmt: skip
        """Follow the messages of a change on their way. ``versions`` are those of the drivers' routes as they are told now."""
        changes, wanted = list(changes), {}
        for tell in tells:
            wanted.update({order_id: (what, driver) for order_id, what, driver in _about(tell, changes)})
        for change in changes:
            if isinstance(change, RouteReordered):
                wanted.update({o.id: ("route", o.driver_id) for o in change.orders if o.driver_id is not None})
        commands: dict[str, _Command] = {}
        for order_id, (what, driver_id) in wanted.items():
            command = commands.get(driver_id)
            if command is None:
                theirs = [m for m in messages if m.topic in _topics(driver_id)]
                has_route = any(m.topic == topics.route(driver_id) for m in theirs)
                version = versions.get(driver_id) if has_route else None
                command = commands[driver_id] = _Command(driver_id, len(theirs), version)
                for message in theirs:
                    # The transport calls this from a thread of its own.
                    message.told = partial(self._hear, command)
            if command.left:
                self._commands[order_id] = command
                self.of[order_id] = Receipt(what, driver_id, Told.QUEUED, now)

    def applied(self, change: Change) -> None:
        """An order that nobody has any more has been told to nobody; that it is called back goes on."""
        for order in change.orders:
            receipt = self.of.get(order.id)
            if order.driver_id is None and receipt is not None and receipt.what != "recall":
                self._forget(order.id)

    def take(self, now: float) -> list[str]:
        """What the broker has said since the last call; returns the orders of which something new is known."""
        changed: list[str] = []
        while self._heard:
            command, taken = self._heard.popleft()
            command.left -= 1
            if not taken:
                command.lost = True
                changed += self._turn(command, Told.FAILED, now)
            elif command.left == 0 and not command.lost:
                changed += self._turn(command, Told.SENT, now)
        return changed

    def routes_seen(self, versions: Mapping[str, int], now: float) -> list[str]:
        """Phones say which version of their route they have; the same or a later one shows what was told with it."""
        changed: list[str] = []
        for order_id, command in list(self._commands.items()):
            seen = versions.get(command.driver_id)
            if seen is not None and command.version is not None and seen >= command.version:
                changed += self._one(order_id, Told.SEEN, now)
        return changed

    def word(self, word: Word, orders: Iterable[str], now: float) -> list[str]:
        """A driver spoke of an offer or an order, so they know of it; ``orders`` are those it is about."""
        return [
            done
            for order_id in orders
            if (receipt := self.of.get(order_id)) is not None
            and receipt.driver_id == word.driver_id
            and receipt.what != "recall"
            for done in self._one(order_id, Told.SEEN, now)
        ]

    def keep(self, orders: Container[str]) -> None:
        """Forget all others."""
        for order_id in [i for i in self.of if i not in orders]:
            self._forget(order_id)

    def _forget(self, order_id: str) -> None:
        del self.of[order_id]
        self._commands.pop(order_id, None)

    def _hear(self, command: _Command, taken: bool) -> None:
        self._heard.append((command, taken))

    def _turn(self, command: _Command, told: Told, now: float) -> Iterator[str]:
        for order_id in [i for i, one in self._commands.items() if one is command]:
            yield from self._one(order_id, told, now)

    def _one(self, order_id: str, told: Told, now: float) -> Iterator[str]:
        receipt = self.of[order_id]
        if receipt.told in (Told.SEEN, told):
            return
        self.of[order_id] = replace(receipt, told=told, at=now)
        if told is Told.SEEN:
            self._commands.pop(order_id, None)
        yield order_id


def _about(tell: Tell, changes: Iterable[Change]) -> Iterator[tuple[str, str, str]]:
    """(order, what, driver) of everything a message is about."""
    match tell:
        case TellOffer(offer):
            for order_id in offer.order_ids:
                yield order_id, "offer", offer.driver_id
        case TellAssign(driver_id, order_id):
            yield order_id, "assign", driver_id
        case TellRevoke(driver_id, offer_id, order_id, _):
            if order_id is not None:
                yield order_id, "recall", driver_id
            for change in changes:
                for offer in change.offers:
                    if offer.id == offer_id:
                        for one in offer.order_ids:
                            yield one, "recall", driver_id
        case TellConfirm():
            return


def _topics(driver_id: str) -> tuple[str, str, str]:
    return topics.offers(driver_id), topics.route(driver_id), f"{topics.owntracks(driver_id)}/cmd"
