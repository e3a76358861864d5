"""A whole core in a small town: real database, real messages, and the phones' end of the line."""

from __future__ import annotations

import itertools
import json
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np

from core.bus import Bus
from core.clock import Clock, SteppedClock
from core.domain import commands as c
from core.domain.driver import App, Driver, Presence
from core.domain.events import Event
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Order, Status
from core.domain.vehicle import Vehicle
from core.domain.world import World
from core.engine.engine import Engine
from core.messaging import topics
from core.messaging.codecs.kerbside import ToDriver, decode_to_driver, encode_fixes
from core.messaging.local import LocalBroker, LocalTransport
from core.providers.secrets import Secrets
from core.routing.great_circle import GreatCircle
from core.settings import Settings
from core.storage.store import Store
from core.worker import InlineExecutor

START = 1_772_820_000.0
MERCHANT = LatLon(45.0, 9.0)
DOOR = LatLon(45.01, 9.01)
NEAR = LatLon(45.002, 9.002)
FAR = LatLon(45.03, 9.03)
TO_PHONES = (topics.offers("+"), topics.route("+"), topics.config("+"), "owntracks/+/+/cmd")
STATE = (
    "orders",
    "offers",
    "routes",
    "drivers",
    "merchants",
    "areas",
    "experiments",
    "alerts",
    "providers",
    "tallies",
    "consignments",
    "weather",
)


def state_of(world: World) -> dict[str, dict[str, Any]]:
    """What a world holds; expected arrivals are reckoned anew after a start."""
    return {name: dict(getattr(world, name)) for name in STATE}


class HeldStore:
    """A store at whose disk every write waits until it is let through."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.held: deque[tuple[Future[int], tuple[Any, ...]]] = deque()

    def write(
        self,
        changes: Sequence[Any],
        words: Sequence[Any] = (),
        positions: Sequence[Any] = (),
        forget_words_before: float | None = None,
    ) -> Future[int]:
        future: Future[int] = Future()
        self.held.append((future, (tuple(changes), tuple(words), tuple(positions), forget_words_before)))
        return future

    def let(self, count: int = 10**6) -> None:
        """Let the oldest writes through, so many of them."""
        for _ in range(min(count, len(self.held))):
            future, values = self.held.popleft()
            future.set_result(self._store.write(*values).result(5))

    def flush(self, timeout_s: float | None = None) -> int:
        self.let()
        return self._store.flush(timeout_s)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class Rig:
    """``phones`` is the drivers' end: everything any driver is told comes there."""

    def __init__(
        self,
        path: Path,
        executor: Executor | None = None,
        hold: bool = False,
        stepped: bool = True,
        open_store: Callable[[Path], Store] = Store.open,
        clock: Clock | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        self.path = path
        self._open_store = open_store
        self.clock: Any = clock or SteppedClock(START)
        self.secrets = secrets or Secrets()
        self.broker = LocalBroker(self.clock)
        self.phones = self.broker.endpoint("phones", TO_PHONES)
        self.settings = Settings({"tracking.fastest_kmh": 0})  # drivers are where a test says, at once
        self.executor = executor or InlineExecutor(GreatCircle(1.35))
        self.hold, self.stepped = hold, stepped
        self._numbers = itertools.count(1)
        self.open()

    def open(self) -> None:
        self.store = self._open_store(self.path)
        self.bus = Bus()
        self.heard: list[Event] = []
        self.bus.subscribe(Event, self.heard.append)
        self.line: LocalTransport = self.broker.endpoint("console", topics.FROM_DRIVERS)
        self.disk = HeldStore(self.store)
        self.engine = Engine(
            clock=self.clock,
            bus=self.bus,
            settings=self.settings,
            store=self.disk if self.hold else self.store,  # type: ignore[arg-type]
            transport=self.line,
            executor=self.executor,
            stepped=self.stepped,
            secrets=self.secrets,
        )

    @property
    def world(self) -> World:
        return self.engine.world

    def close(self) -> None:
        self.engine.close()
        self.store.close()
        self.line.close()

    def restart(self) -> None:
        self.close()
        self.open()

    def tick(self, seconds: float = 1.0, times: int = 1) -> None:
        for _ in range(times):
            self.clock.advance(seconds)
            self.engine.tick()

    # What people do

    def do(self, command: c.Command) -> Any:
        outcome, _ = self.engine.execute(command)
        return outcome

    def merchant(self, **more: Any) -> None:
        self.do(c.SaveMerchant(merchant=Merchant(**{"id": "M-1", "name": "Rosa", "place": MERCHANT, "prep_min": 0.0, **more})))

    def driver(self, driver_id: str = "D-1", app: App = App.KERBSIDE, place: LatLon | None = NEAR) -> None:
        """A driver who is online and, unless ``place`` is ``None``, has said where."""
        self.do(c.SaveDriver(driver=Driver(driver_id, f"Name {driver_id}", Vehicle.SCOOTER, app)))
        if app is App.KERBSIDE:
            self.status(driver_id, "online")
        else:
            self.do(c.SetPresence(driver_id=driver_id, presence=Presence.ONLINE))
        if place is not None:
            self.fix(driver_id, place)

    def place(self, order_id: str = "O-1", **more: Any) -> Order:
        self.do(c.PlaceOrder(**{"order_id": order_id, "merchant_id": "M-1", "dropoff": DOOR, **more}))
        return self.order(order_id)

    # What phones say

    def send(self, topic: str, payload: object) -> None:
        self.phones.publish(topic, payload if isinstance(payload, bytes) else json.dumps(payload).encode())

    def status(self, driver_id: str, state: str) -> None:
        self.send(topics.status(driver_id), {"state": state, "t": self.clock.now()})

    def fix(self, driver_id: str, place: LatLon, t: float | None = None, acc: float = 5.0, mode: str = "active") -> None:
        columns = [np.array([value]) for value in (self.clock.now() if t is None else t, *place, acc)]
        self.send(topics.fixes(driver_id), encode_fixes(*columns, mode=mode))

    def say(self, driver_id: str, event: str, word_id: str | None = None, **more: Any) -> str:
        word_id = word_id or f"{driver_id}-w{next(self._numbers)}"
        self.send(topics.orders(driver_id), {"id": word_id, "event": event, "t": self.clock.now(), **more})
        return word_id

    # What can be seen

    def order(self, order_id: str = "O-1") -> Order:
        return self.world.orders[order_id]

    def status_of(self, order_id: str = "O-1") -> Status:
        return self.order(order_id).status

    def told(self, *drivers: str) -> list[ToDriver]:
        """What has come to the phones since the last call, or to those of some drivers."""
        return [message for driver, message in self.told_to() if not drivers or driver in drivers]

    def told_to(self) -> list[tuple[str, ToDriver]]:
        return [
            (message.topic.split("/")[-2], decode_to_driver(message.topic, message.payload))
            for message in self.phones.drain()
            if message.topic.startswith("kerbside")
        ]

    def events(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.heard if isinstance(event, kinds)]
