"""A whole core under load, in a process of its own, until it is killed. Through a pipe it says what it has acknowledged:

``("command", number, order, kind)`` for each command whose promise was kept, ``("word", driver, id)`` for each word that the
broker was told is safely stored.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

import core.matching.cycle  # noqa: F401  loaded once for all processes
from core.bus import Bus
from core.clock import SteppedClock
from core.domain import commands as c
from core.domain.errors import KerbsideError
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.engine.engine import Engine
from core.messaging import topics
from core.messaging.local import LocalBroker, LocalTransport
from core.orders.tells import Outcome
from core.ports import Inbound
from core.routing.great_circle import GreatCircle
from core.settings import Settings
from core.simulation.params import CityFacts, SimulationParams
from core.simulation.simulator import SUBSCRIPTIONS, Simulator
from core.storage.store import Store
from core.worker import InlineExecutor

START = 1_772_820_000.0
BOUNDS = (45.0, 9.0, 45.03, 9.03)


class Line:
    """The console's end of the line, listened in on."""

    def __init__(self, line: LocalTransport, said: Callable[[object], None]) -> None:
        self.stats, self.publish, self.drain, self.close = line.stats, line.publish, line.drain, line.close
        self._said = said

    def acknowledge(self, messages: Sequence[Inbound]) -> None:
        for message in messages:
            if message.topic.endswith("/orders"):
                self._said(("word", message.topic.split("/")[-2], json.loads(message.payload)["id"]))


def town() -> CityFacts:
    chance = random.Random(4)

    def place() -> LatLon:
        return LatLon(chance.uniform(45.005, 45.025), chance.uniform(9.005, 9.025))

    merchants = tuple(Merchant(f"M-{n}", f"Shop {n}", place(), prep_min=4.0) for n in range(20))
    nodes = np.array([place() for _ in range(200)])
    return CityFacts(BOUNDS, merchants, nodes, lambda place: f"{place.lat:.4f}, {place.lon:.4f}")


class Core:
    def __init__(self, path: Path, seed: int, said: Callable[[object], None]) -> None:
        self.said = said
        self.chance = random.Random(seed)
        self.clock = SteppedClock(START)
        self.broker = LocalBroker(self.clock)
        self.engine = Engine(
            clock=self.clock,
            bus=Bus(),
            settings=Settings(),
            store=Store.open(path),
            transport=Line(self.broker.endpoint("console", topics.FROM_DRIVERS), said),
            executor=InlineExecutor(GreatCircle()),
            seed=seed,
        )
        params = SimulationParams(
            seed=seed, drivers=25, orders_per_hour=900, window_min=60, pickup_stop_min=0.5, accept_rate=0.9
        )
        phones = self.broker.endpoint("phones", SUBSCRIPTIONS)
        self.simulator = Simulator(town(), GreatCircle(), phones, self.execute, params, START)

    def execute(self, command: c.Command) -> Outcome:
        outcome, promised = self.engine.execute(command)
        if outcome.changes and outcome.changes[-1].orders:
            last = outcome.changes[-1]
            promised.add_done_callback(lambda done: self.promise(done, last.orders[0].id, type(last).__name__))
        return outcome

    def promise(self, done: Future[int], order_id: str, kind: str) -> None:
        self.said(("command", done.result(), order_id, kind))

    def meddle(self) -> None:
        """A dispatcher with too much time."""
        world, chance = self.engine.world, self.chance
        if not world.orders:
            return
        order = chance.choice(sorted(world.orders))
        driver = chance.choice(sorted(world.drivers))
        command = chance.choice(
            (
                c.AssignOrder(order_id=order, driver_id=driver),
                c.OfferOrder(order_id=order, driver_id=driver),
                c.UnassignOrder(order_id=order),
                c.HoldOrder(order_id=order),
                c.ReleaseOrder(order_id=order),
                c.CancelOrder(order_id=order),
                c.ReinstateOrder(order_id=order),
            )
        )
        try:
            undo = self.execute(command).undo
            if chance.random() < 0.5:
                for back in undo:
                    self.execute(back)
        except KerbsideError:
            return

    def run(self) -> None:
        for merchant in self.simulator.merchants():
            self.execute(c.SaveMerchant(merchant=merchant))
        for driver in self.simulator.fleet():
            self.execute(c.SaveDriver(driver=driver))
        for second in itertools.count():
            self.simulator.step(self.clock.advance(1.0))
            self.engine.tick()
            if second % 3 == 0:
                self.meddle()


def live(path: Path, seed: int, pipe: Connection) -> None:
    """A process's main function; it does not return."""
    Core(path, seed, pipe.send).run()
