"""The offline demo: a simulated city around the same core, with a window or without one and without a wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from app.bootstrap import SIMULATED_MERCHANTS, System
from core.clock import SteppedClock
from core.domain.commands import SaveArea, SaveDriver, SaveMerchant
from core.domain.events import CycleFinished
from core.domain.vehicle import Vehicle
from core.ports import Transport, TravelTimes
from core.routing.city import City
from core.routing.synthetic import synthetic_merchants
from core.simulation.params import CityFacts, SimulationParams
from core.simulation.simulator import Simulator

START = 1_772_820_000.0
"""Friday 6 March 2026, 18:00 UTC: the evening peak begins. The demo shows times in UTC."""


def city_facts(city: City, seed: int) -> CityFacts:
    """What a simulation has to know of a city; where it names few merchants, made-up ones join them."""
    merchants = city.merchants
    if len(merchants) < SIMULATED_MERCHANTS:
        merchants += synthetic_merchants(city, SIMULATED_MERCHANTS - len(merchants), seed)
    bounds = city.bounds
    # People live where one can walk to, not along motorways.
    homes = np.unique(city.edge_tail[np.isfinite(city.seconds(Vehicle.WALK))])
    return CityFacts(
        bounds=(bounds.south, bounds.west, bounds.north, bounds.east),
        merchants=merchants,
        nodes=np.column_stack([city.node_lat[homes], city.node_lon[homes]]),
        address=city.address_near,
    )


def populate(system: System, city: City, travel: TravelTimes, transport: Transport, params: SimulationParams) -> Simulator:
    """Register the city's areas, its merchants and the simulated drivers, and return the simulator, ready to step."""
    simulator = Simulator(city_facts(city, params.seed), travel, transport, system.engine.execute, params, system.clock.now())
    execute = system.engine.execute
    for area in city.areas:
        execute(SaveArea(area=area, actor="simulator"))
    for merchant in simulator.merchants():
        execute(SaveMerchant(merchant=merchant, actor="simulator"))
    for driver in simulator.fleet():
        execute(SaveDriver(driver=driver, actor="simulator"))
    return simulator


@dataclass(frozen=True, slots=True)
class Run:
    """What a headless run led to; ``cycles_s`` are seconds of wall time of the matcher's cycles."""

    system: System
    simulator: Simulator
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
    return Run(system, simulator, tuple(cycles), seconds / 60, time.perf_counter() - began)


def percentile(values: Iterable[float], q: float) -> float:
    data = list(values)
    return float(np.percentile(data, q)) if data else 0.0
