"""What drivers are told, as messages: offers and answers, their route as it stands, the tracking mode."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from core.domain.driver import App
from core.domain.events import (
    AreaCrossed,
    Change,
    DriverRemoved,
    FenceCrossed,
    FenceDwelled,
    RepositioningBegan,
    RepositioningEnded,
)
from core.domain.world import World
from core.engine.modes import Modes
from core.messaging import topics
from core.messaging.codecs import events, kerbside, owntracks
from core.orders.tells import Tell, TellAssign, TellConfirm, TellOffer, TellRevoke
from core.ports import OutMessage

GREETED_AT_ONCE = 60
"""A large fleet is greeted over many ticks: each has to stay short."""


class Teller:
    def __init__(self, world: World, modes: Modes, began: float = 0.0) -> None:
        """``began`` is when the program started, epoch seconds."""
        self._world = world
        self._modes = modes
        self._seen: dict[str, deque[str]] = {}
        self.versions: dict[str, int] = {}
        """Of the route as each driver was last told it. Greater than any of an earlier start, unless somebody was told more
        than once a second all along."""
        self._first_version = int(began)
        self._ungreeted: deque[str] = deque()

    def note_word(self, driver_id: str, word_id: str) -> None:
        seen = self._seen.setdefault(driver_id, deque(maxlen=kerbside.SEEN_LIMIT))
        if word_id in seen:
            seen.remove(word_id)
        seen.append(word_id)

    def messages(self, changes: Iterable[Change], tells: Iterable[Tell], heard: Iterable[str] = ()) -> list[OutMessage]:
        """Messages for drivers, in the order to be sent. ``heard`` are drivers whose words are to be confirmed."""
        out = [message for tell in tells for message in self._told(tell)]
        touched = dict.fromkeys(heard)
        for change in changes:
            if isinstance(change, FenceCrossed | FenceDwelled | AreaCrossed):
                out.append(OutMessage(topics.EVENTS, events.encode(change, self._world)))
            elif isinstance(change, DriverRemoved):
                for driver in change.drivers:
                    out += self._modes.forget(driver.id)
                    self._seen.pop(driver.id, None)
            elif isinstance(change, RepositioningBegan | RepositioningEnded):
                out += self._waypoint_gone(change)
                touched.update(dict.fromkeys(driver.id for driver in change.drivers))
            elif change.drivers:
                self._modes.look_at(driver.id for driver in change.drivers)
            if change.experiments:
                self._modes.look_at_all()
            touched.update(dict.fromkeys(route.driver_id for route in change.routes))
        for driver_id in touched:
            out.extend(self.route_messages(driver_id))
        return out

    def begin_greeting(self) -> list[OutMessage]:
        """Everything drivers may have missed, after a start or when the broker is back: the first of it, and all offers.
        `greeting` gives the rest. All of it may be told twice."""
        common = self._modes.greet()
        self._ungreeted = deque(self._world.drivers)
        offers = (TellOffer(offer) for offer in self._world.offers.values())
        return [*common, *self.greeting(), *(message for offer in offers for message in self._told(offer))]

    def offer_messages(self, driver_id: str) -> list[OutMessage]:
        """The open offer again, for a phone that has just come back; its route is retained at the broker."""
        offer = self._world.open_offer(driver_id)
        return [] if offer is None else self._told(TellOffer(offer))

    def greeting(self) -> list[OutMessage]:
        """The routes of the next `GREETED_AT_ONCE` drivers, as they are now; nothing once everybody was told."""
        out: list[OutMessage] = []
        for _ in range(min(GREETED_AT_ONCE, len(self._ungreeted))):
            out.extend(self.route_messages(self._ungreeted.popleft()))
        return out

    @property
    def greets(self) -> bool:
        """Whether there are drivers still to be greeted: the next tick should come soon."""
        return bool(self._ungreeted)

    def route_messages(self, driver_id: str) -> list[OutMessage]:
        driver = self._world.drivers.get(driver_id)
        if driver is None:
            return []
        world = self._world
        route = world.route(driver_id)
        out: list[OutMessage] = []
        if driver.app is App.OWNTRACKS:
            command = f"{topics.owntracks(driver_id)}/cmd"
            waypoints = owntracks.encode_waypoints(route, world.orders, world.merchants, towards=driver.towards)
            out.append(OutMessage(command, waypoints))
        else:
            version = self.versions[driver_id] = self.versions.get(driver_id, self._first_version) + 1
            seen = tuple(self._seen.get(driver_id, ()))
            payload = kerbside.encode_route(route, world.orders, world.merchants, seen, version, driver.towards)
            out.append(OutMessage(topics.route(driver_id), payload, retain=True))
        return out + self._modes.ask(driver)

    def _waypoint_gone(self, change: Change) -> list[OutMessage]:
        """OwnTracks keeps what it has beside what it is sent: where it was to wait is no stop of the route that follows."""
        gone = (d for d in change.drivers if d.app is App.OWNTRACKS and d.towards is None)
        return [OutMessage(f"{topics.owntracks(d.id)}/cmd", owntracks.clear_waypoints()) for d in gone]

    def _told(self, tell: Tell) -> list[OutMessage]:
        world = self._world
        match tell:
            case TellOffer(offer):
                topic = topics.offers(offer.driver_id)
                payload = kerbside.encode_offer(offer, world.orders, world.merchants)
                return [OutMessage(topic, payload, expiry_s=max(1.0, offer.expires_at - offer.made_at))]
            case TellConfirm(driver_id, confirmed):
                payload = kerbside.encode_confirm(confirmed)
            case TellRevoke(driver_id, offer_id, order_id, reason):
                payload = kerbside.encode_revoke(offer_id, order_id, reason)
            case TellAssign(driver_id, order_id):
                payload = kerbside.encode_assign(world.orders[order_id], world.merchants)
        driver = world.drivers.get(driver_id)
        if driver is None or driver.app is App.OWNTRACKS:
            return []
        return [OutMessage(topics.offers(driver_id), payload)]
