"""A simulated city beside the console: its customers, kitchens and phones, in a process of their own.

They reach the core as real ones would, orders as commands and phones over the broker, and live up to the moment that the
console's clock has reached: so the window never waits for a simulated driver to find the way.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from core.domain.causes import cause
from core.domain.commands import Command, SaveArea, SaveDriver, SaveMerchant
from core.domain.driver import Driver
from core.domain.errors import KerbsideError
from core.domain.language import Message, said, tr
from core.domain.merchant import Merchant
from core.domain.vehicle import Vehicle
from core.routing.city import City
from core.routing.synthetic import synthetic_merchants
from core.simulation.faults import Declines, GpsJump, Injected, KitchenDelay, OutOfReach
from core.simulation.params import CityFacts, SimulationParams
from core.simulation.scenarios import Scenario, read_scenario

log = logging.getLogger(__name__)

Execute = Callable[[Command], object]

START = 1_772_820_000.0
"""Friday 6 March 2026, 18:00 UTC: the evening peak begins. The demo shows times in UTC."""
EVENING_MIN = 180.0
"""The span that the asked-for orders an hour are the mean of: the evening peak."""
MERCHANTS = 120
"""A city file with fewer merchants gets made-up ones for a simulation."""
CATCH_UP_S = 5.0
"""Most simulated seconds lived at once."""
PATIENCE_S = 30.0
_TREES_MB = 256


def merchants_of(city: City, seed: int) -> tuple[Merchant, ...]:
    """The city's merchants; where it names few, made-up ones join them."""
    known = city.merchants
    return known if len(known) >= MERCHANTS else known + synthetic_merchants(city, MERCHANTS - len(known), seed)


def city_facts(city: City, seed: int) -> CityFacts:
    """What a simulation has to know of a city."""
    bounds = city.bounds
    # People live where one can walk to, not along motorways.
    homes = np.unique(city.edge_tail[np.isfinite(city.seconds(Vehicle.WALK))])
    return CityFacts(
        bounds=(bounds.south, bounds.west, bounds.north, bounds.east),
        merchants=merchants_of(city, seed),
        nodes=np.column_stack([city.node_lat[homes], city.node_lon[homes]]),
        address=city.address_near,
    )


def register(execute: Execute, city: City, merchants: Iterable[Merchant], drivers: Iterable[Driver]) -> None:
    """Make a city's areas, its merchants and a simulated fleet known to a core."""
    for area in city.areas:
        execute(SaveArea(area=area, actor="simulator"))
    for merchant in merchants:
        execute(SaveMerchant(merchant=merchant, actor="simulator"))
    for driver in drivers:
        execute(SaveDriver(driver=driver, actor="simulator"))


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a simulated run is made of. ``city`` is a city file, ``None`` the training city; ``speed`` times real time."""

    city: Path | None = None
    speed: float = 20.0
    params: SimulationParams = field(default_factory=lambda: SimulationParams(window_min=EVENING_MIN))
    scenario: Scenario | None = None


def simulated_by(args: argparse.Namespace) -> Simulated:
    """As the command line has it. Raises BadInput for a scenario there is none of."""
    if args.scenario is not None:
        scenario = read_scenario(args.scenario)
        return Simulated(args.city, args.speed, scenario.params, scenario)
    params = SimulationParams(
        seed=args.seed, drivers=args.drivers, orders_per_hour=args.orders_per_hour, window_min=EVENING_MIN
    )
    return Simulated(args.city, args.speed, params)


@dataclass(frozen=True, slots=True)
class _Task:
    """``secret`` is the simulator's at the broker that listens on ``port`` of this machine."""

    city: Path
    params: SimulationParams
    port: int
    secret: str
    start: float
    scenario: Scenario | None = None


@dataclass(frozen=True, slots=True)
class _Turn:
    """Other figures of `SimulationParams` from now on."""

    changes: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Answer:
    """To a command: what it was refused for, empty where it was carried out."""

    refusal: str = ""


class SimulatedCity:
    """The console's side. ``execute`` is called on the thread of the running loop, and so are the others.

    ``lived(at)`` tells how far the simulation has come, in epoch seconds, first when it is ready to begin; ``ended(why)``
    that it is over although nobody asked for it.
    """

    def __init__(
        self,
        city: Path,
        params: SimulationParams,
        port: int,
        secret: str,
        start: float,
        execute: Execute,
        lived: Callable[[float], None],
        ended: Callable[[str], None],
        scenario: Scenario | None = None,
    ) -> None:
        self._execute, self._lived, self._ended = execute, lived, ended
        self._loop = asyncio.get_running_loop()
        self._idle = False
        self._closed = False
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        task = _Task(city, params, port, secret, start, scenario)
        self._process = context.Process(target=_live, args=(theirs, task), name="kerbside-simulator", daemon=True)
        self._process.start()
        theirs.close()
        threading.Thread(target=self._read, name="simulator-reader", daemon=True).start()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def live_until(self, now: float) -> None:
        """Let the simulated world live on; passed over while it is still busy with the time before."""
        if self._idle and not self._closed:
            self._idle = False
            self._send(now)

    def turn(self, changes: Mapping[str, float]) -> None:
        """Let it go on with other figures of `SimulationParams`, which have been checked."""
        if not self._closed:
            self._send(_Turn(dict(changes)))

    def inject(self, fault: Injected) -> None:
        """Let something go wrong."""
        if not self._closed:
            self._send(fault)

    def close(self) -> None:
        self._closed = True
        self._send(None)
        self._process.join(1.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._pipe.close()

    def _send(self, message: float | _Answer | _Turn | Injected | None) -> None:
        try:
            self._pipe.send(message)
        except OSError:
            log.debug("the simulation is gone")  # its reader tells so

    def _read(self) -> None:
        why = ""
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                break
            if isinstance(message, str):
                why = message
            else:
                self._hop(self._hear, message)
        self._hop(self._over, why)

    def _hop(self, what: Callable[..., None], message: object) -> None:
        if not self._closed and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, message)

    def _hear(self, message: Command | float) -> None:
        if self._closed:
            return
        if isinstance(message, float):
            self._idle = True
            self._lived(message)
            return
        try:
            self._execute(message)
        except Exception as error:
            # Whatever it was: the simulation waits for its answer, and with it the clock of the whole demo.
            self._send(_Answer(cause(error)))
            if not isinstance(error, KerbsideError):
                raise
        else:
            self._send(_Answer())

    def _over(self, why: str) -> None:
        if not self._closed:
            self._process.join(1.0)
            self._ended(
                said(why) or tr("its process ended unexpectedly (exit code {exitcode})", exitcode=self._process.exitcode)
            )


class _Console:
    """The console as the simulation sees it: its time, and whoever carries out commands."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.asked: list[_Turn | Injected] = []
        """What a trainer wants, not yet done."""

    def _receive(self) -> Any:
        """The next answer or time; what a trainer wants may come before it."""
        while isinstance(message := self._pipe.recv(), _Turn | OutOfReach | Declines | GpsJump | KitchenDelay):
            self.asked.append(message)
        return message

    def execute(self, command: Command) -> None:
        self._pipe.send(command)
        # No time is told before the one before it has been lived, so what comes next is the answer, or the end.
        answer = self._receive()
        if answer is None:
            raise EOFError
        if answer.refusal:
            raise KerbsideError(answer.refusal)

    def next_moment(self, lived: float) -> float | None:
        """Tell how far the simulation has come; returns how far it may go, ``None`` where it is to end."""
        self._pipe.send(lived)
        moment: float | None = self._receive()
        return moment


def _live(pipe: Connection, task: _Task) -> None:
    """The life of the simulation's process. Ctrl+C is the console's affair; without a console the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _simulate(_Console(pipe), task)
    except KerbsideError as error:
        pipe.send(cause(error))
    except (EOFError, OSError):
        return


def _simulate(console: _Console, task: _Task) -> None:
    from core.clock import SteppedClock
    from core.messaging.credentials import SIMULATOR
    from core.messaging.mqtt import MqttTransport
    from core.routing.road_graph import RoadGraph
    from core.simulation.simulator import SUBSCRIPTIONS, Simulator

    clock = SteppedClock(task.start)
    phones = MqttTransport("127.0.0.1", task.port, SIMULATOR, SIMULATOR, task.secret, SUBSCRIPTIONS, clock, mqtt5=False)
    try:
        city = City.load(task.city)
        facts = city_facts(city, task.params.seed)
        simulator = Simulator(facts, RoadGraph(city, _TREES_MB), phones, console.execute, task.params, task.start)
        if not phones.wait_ready(PATIENCE_S):
            raise KerbsideError(Message("the built-in broker does not answer: {detail}", detail=phones.stats.detail))
        if task.scenario is not None:
            for fault in task.scenario.faults(task.start, simulator.fleet(), simulator.merchants()):
                simulator.inject(fault)
        while (moment := console.next_moment(simulator.now)) is not None:
            while console.asked:
                asked = console.asked.pop(0)
                simulator.turn(asked.changes) if isinstance(asked, _Turn) else simulator.inject(asked)
            simulator.step(min(moment, simulator.now + CATCH_UP_S))
    finally:
        phones.close()
