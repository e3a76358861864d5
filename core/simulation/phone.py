"""The app on a driver's phone: what it has been told, and what it has said and is not sure was heard."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.domain.driver import Presence
from core.domain.reports import Word
from core.messaging import topics
from core.messaging.codecs.kerbside import (
    ConfigMessage,
    ConfirmMessage,
    OfferMessage,
    Rates,
    RevokeMessage,
    RouteMessage,
    StopItem,
    ToDriver,
    Towards,
    encode_status,
    encode_word,
)
from core.simulation.fixes import ACTIVE, PASSIVE

REPEAT_S = 10.0
"""A word is said again after so long, until the console shows that it has it."""

_OFFERS_REMEMBERED = 64

LEAVES = {"pickup": "picked_up", "dropoff": "delivered"}
ARRIVES = {"pickup": "arrived_pickup", "dropoff": "arrived_dropoff"}
"""Kind of a stop → the word on leaving it, on arriving at it."""


@dataclass(slots=True)
class Unheard:
    word: Word
    payload: bytes
    again_at: float


class Phone:
    """``send`` takes topic and payload; it may lose them while there is no signal. ``run`` tells this run's words from others'.

    ``stops`` is the last route received, the driver's list of things to do; ``towards`` where to wait while there is none.
    """

    def __init__(self, driver_id: str, run: str, send: Callable[[str, bytes], None]) -> None:
        self.driver_id = driver_id
        self.offers: dict[str, OfferMessage] = {}
        self.stops: tuple[StopItem, ...] = ()
        self.towards: Towards | None = None
        self._send = send
        self._run = run
        self._said = 0
        self._unheard: dict[str, Unheard] = {}
        self._told: set[tuple[str, str]] = set()
        self._offered: OrderedDict[str, None] = OrderedDict()
        self._own_config: ConfigMessage | None = None
        self._common_config: ConfigMessage | None = None
        self._config_said = ""
        self._route_version: int | None = None

    # --- hearing ---------------------------------------------------------------------------------------------------

    def hear(self, message: ToDriver, now: float, *, to_all: bool = False) -> OfferMessage | None:
        """Take in a message; returns it where it is an offer that is new and still open. ``to_all`` marks a common config."""
        if isinstance(message, OfferMessage):
            return self._hear_offer(message, now)
        if isinstance(message, RouteMessage):
            self._hear_route(message)
        elif isinstance(message, ConfirmMessage):
            self._settle(lambda word: message.id in (word.id, word.offer_id))
        elif isinstance(message, RevokeMessage):
            self._hear_revoke(message)
        elif isinstance(message, ConfigMessage):
            if to_all:
                self._common_config = message
            else:
                self._own_config = message
        # An order assigned by the dispatcher needs no answer: it comes with the route.
        return None

    def _hear_offer(self, message: OfferMessage, now: float) -> OfferMessage | None:
        if message.id in self._offered or message.expires_at <= now:
            return None
        self._offered[message.id] = None
        if len(self._offered) > _OFFERS_REMEMBERED:
            self._offered.popitem(last=False)
        self.offers[message.id] = message
        return message

    def _hear_route(self, message: RouteMessage) -> None:
        seen = set(message.seen)
        self._settle(lambda word: word.id in seen)
        self.stops = tuple(message.stops)
        self.towards = message.towards if isinstance(message.towards, Towards) else None
        self._route_version = message.v
        # What was done for an order counts until the console has let go of it: it may come back to be done again.
        current = {stop.order for stop in message.stops} | {u.word.order_id for u in self._unheard.values()}
        self._told = {told for told in self._told if told[1] in current}

    def _hear_revoke(self, message: RevokeMessage) -> None:
        if message.id is not None:
            self.offers.pop(message.id, None)
            self._settle(lambda word: word.offer_id == message.id)
        if message.order is not None:
            self._settle(lambda word: word.order_id == message.order)
            self.stops = tuple(stop for stop in self.stops if stop.order != message.order)
            self._told = {told for told in self._told if told[1] != message.order}

    def _settle(self, heard: Callable[[Word], bool]) -> None:
        for word_id in [k for k, unheard in self._unheard.items() if heard(unheard.word)]:
            del self._unheard[word_id]

    # --- saying ----------------------------------------------------------------------------------------------------

    def answer(self, offer_id: str, event: str, now: float, reason: str = "") -> None:
        self.offers.pop(offer_id, None)
        self._say(event, now, offer_id=offer_id, reason=reason)

    def arrive(self, stop: StopItem, now: float) -> None:
        """Say it once, however often the driver is sent away and back."""
        self._tell(ARRIVES[stop.kind], stop.order, now)

    def leave(self, stop: StopItem, now: float) -> None:
        self._tell(LEAVES[stop.kind], stop.order, now)

    def present(self, presence: Presence, now: float) -> None:
        self._send(topics.status(self.driver_id), encode_status(presence, now))

    def _tell(self, event: str, order_id: str, now: float) -> None:
        if (event, order_id) not in self._told:
            self._told.add((event, order_id))
            self._say(event, now, order_id=order_id)

    def _say(
        self, event: str, now: float, *, offer_id: str | None = None, order_id: str | None = None, reason: str = ""
    ) -> None:
        # Words that got lost must not be overtaken: the console would find this one out of place.
        self.repeat(now, early_s=REPEAT_S / 2)
        self._said += 1
        word = Word(self.driver_id, f"{self.driver_id}-{self._run}-{self._said}", event, offer_id, order_id, reason, now)
        self._unheard[word.id] = Unheard(word, encode_word(word), now + REPEAT_S)
        self._send(topics.orders(self.driver_id), self._unheard[word.id].payload)

    def repeat(self, now: float, early_s: float = 0.0) -> None:
        """Once a word is due again, or will be in ``early_s`` seconds, say all again in the order they were first said."""
        if self.repeats_at - early_s > now:
            return
        for unheard in self._unheard.values():
            unheard.again_at = now + REPEAT_S
            self._send(topics.orders(self.driver_id), unheard.payload)

    @property
    def repeats_at(self) -> float:
        return min((unheard.again_at for unheard in self._unheard.values()), default=math.inf)

    # --- what follows ----------------------------------------------------------------------------------------------

    def todo(self) -> StopItem | None:
        """The next stop. Nothing is brought before it has been fetched, whatever the route says."""
        ahead = [stop for stop in self.stops if (LEAVES[stop.kind], stop.order) not in self._told]
        to_fetch = {stop.order for stop in ahead if stop.kind == "pickup"}
        return next((stop for stop in ahead if stop.kind == "pickup" or stop.order not in to_fetch), None)

    def _asked(self, name: str) -> Any:
        """What the console wants of this phone, or, where it says nothing of it alone, of all."""
        said = (getattr(config, name) for config in (self._own_config, self._common_config) if config is not None)
        return next((value for value in said if value), None)

    @property
    def mode(self) -> str:
        """``active`` or ``passive``: as the console wants it; without its word, active while there is something to do."""
        wanted = self._asked("mode")
        return wanted if wanted in ("active", "passive") else "active" if self.stops else "passive"

    @property
    def rates(self) -> Rates:
        active = self.mode == "active"
        rates: Rates | None = self._asked("active" if active else "passive")
        return rates or (ACTIVE if active else PASSIVE)

    def config_to_say(self) -> str | None:
        """The version of the configuration in use, once after each change."""
        version = self._asked("version") or ""
        if version == self._config_said:
            return None
        self._config_said = version
        return version or None

    def route_to_say(self) -> int | None:
        """The version of the route, once after each that has come."""
        version, self._route_version = self._route_version, None
        return version

    def reconnected(self) -> None:
        """What was said last may not have been heard."""
        self._config_said = ""
