"""The offline demo: a simulated city around the same core, with a window or without one and without a wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from app.bootstrap import System
from app.simulated import city_facts, register
from core.clock import SteppedClock
from core.domain.events import CycleFinished
from core.ports import Transport, TravelTimes
from core.routing.city import City
from core.simulation.params import SimulationParams
from core.simulation.simulator import Simulator


def populate(system: System, city: City, travel: TravelTimes, transport: Transport, params: SimulationParams) -> Simulator:
    """Register the city's areas, its merchants and the simulated drivers, and return the simulator, ready to step."""
    execute = system.engine.execute
    simulator = Simulator(city_facts(city, params.seed), travel, transport, execute, params, system.clock.now())
    register(execute, city, simulator.merchants(), simulator.fleet())
    return simulator


@dataclass(frozen=True, slots=True)
class Run:
    """What a headless run led to; ``cycles_s`` are seconds of wall time of the matcher's cycles."""

    system: System
    cycles_s: tuple[float, ...]
    simulated_min: float
    wall_s: float


def run_headless(
    system: System,
    simulator: Simulator,
    minutes: float,
    barriers: tuple[Callable[[], None], Callable[[], None]],
    each_minute: Callable[[], None] = lambda: None,
) -> Run:
    """Step the clock second by second. ``barriers`` wait until what the simulator, and what the engine, sent has arrived."""
    clock = system.clock
    assert isinstance(clock, SteppedClock)
    cycles: list[float] = []
    system.bus.subscribe(CycleFinished, lambda event: cycles.append(event.seconds))
    to_engine, to_drivers = barriers
    began = time.perf_counter()
    seconds = round(minutes * 60)
    for second in range(seconds):
        now = clock.advance(1.0)
        simulator.step(now)
        to_engine()
        system.engine.tick()
        to_drivers()
        if second % 60 == 59:
            each_minute()
    return Run(system, tuple(cycles), seconds / 60, time.perf_counter() - began)


def percentile(values: Iterable[float], q: float) -> float:
    data = list(values)
    return float(np.percentile(data, q)) if data else 0.0
