"""`demo --headless`: the demo without a window and without a wait, the same for the same seed."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from app.bootstrap import System, city_file, compose, start_anew
from app.demo import Run, percentile, populate, run_headless
from app.lines import open_lines
from app.runtime import start_logging
from app.simulated import START
from core.clock import SteppedClock
from core.domain.driver import Presence
from core.domain.errors import BadInput, KerbsideError
from core.domain.language import speaking
from core.domain.order import Status
from core.insight.figures import summarise
from core.messaging import topics
from core.messaging.barrier import pass_through
from core.messaging.local import LocalBroker, LocalTransport
from core.messaging.mqtt import MqttTransport
from core.routing.city import City
from core.routing.road_graph import RoadGraph
from core.settings import Settings, declared
from core.simulation.params import SimulationParams
from core.simulation.scenarios import read_scenario
from core.simulation.simulator import SUBSCRIPTIONS, Simulator
from core.storage.folder import DataFolder

Transports = tuple[LocalTransport | MqttTransport, LocalTransport | MqttTransport]


def run_demo(args: argparse.Namespace) -> int:
    if args.report is not None:
        from app.report import check_target

        check_target(args.report)
    with ExitStack() as stack:
        figures = _run(args, stack)
    if args.json:
        print(json.dumps(figures))
    else:
        print(summary(figures))
    return 0


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that is ready to run. ``barriers`` wait until what the simulator, and what the engine, sent has arrived."""

    system: System
    simulator: Simulator
    city: City
    travel: RoadGraph
    database: Path
    barriers: tuple[Callable[[], None], Callable[[], None]]


def open_demo(args: argparse.Namespace, stack: ExitStack) -> Demo:
    """Set up a city, its merchants and a fleet in the data folder, or in one that goes with the stack."""
    scenario = read_scenario(args.scenario) if getattr(args, "scenario", None) else None
    if scenario is not None:
        args.seed = scenario.params.seed
    path = args.data or Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
    folder = stack.enter_context(DataFolder(path))
    start_logging(folder.logs, verbose=args.verbose)
    settings = Settings()
    if args.profile is not None:
        settings.set("matching.profile", args.profile)
    for given in getattr(args, "set", None) or ():
        key, _, value = given.partition("=")
        setting = declared(key.strip())
        if setting is None:
            raise BadInput(f"--set {given}: there is no setting {key.strip()}")
        settings.set(setting.key, setting.read(value))
    clock = SteppedClock(START)
    path = city_file(folder, args.city)
    city = City.load(path)
    console, drivers = _transports(args.mqtt, folder, settings, clock, stack)
    database = folder.path / "demo.db"
    start_anew(database)
    system = compose(database, settings, clock, console, city_path=path, seed=args.seed, stepped=True)
    stack.callback(system.close)
    travel = RoadGraph(city, settings.number("routing.tree_cache_mb"))
    params = SimulationParams(
        seed=args.seed,
        drivers=args.drivers,
        orders_per_hour=args.orders_per_hour,
        window_min=min(1440.0, max(1.0, args.minutes)),
    )
    simulator = populate(system, city, travel, drivers, params if scenario is None else scenario.params)
    if scenario is not None:
        for fault in scenario.faults(clock.now(), simulator.fleet(), simulator.merchants()):
            simulator.inject(fault)
    barriers = (lambda: pass_through(drivers, console), lambda: pass_through(console, drivers))
    return Demo(system, simulator, city, travel, database, barriers)


def _run(args: argparse.Namespace, stack: ExitStack) -> dict[str, object]:
    demo = open_demo(args, stack)
    system, city = demo.system, demo.city
    online_min = 0

    def count_online() -> None:
        nonlocal online_min
        online_min += sum(d.presence is Presence.ONLINE for d in system.engine.world.drivers.values())

    run = run_headless(system, demo.simulator, args.minutes, demo.barriers, count_online)
    figures = demo_figures(run, city.name, args.seed, online_min / 60)
    if args.report is not None:
        from app.language import code_of
        from app.report import write_report

        with speaking(code_of(system.settings)):
            write_report(args.report, system, city, figures, run.cycles_s)
    return figures


def _transports(mqtt: bool, folder: DataFolder, settings: Settings, clock: SteppedClock, stack: ExitStack) -> Transports:
    if not mqtt:
        broker = LocalBroker(clock)
        return broker.endpoint("console", topics.FROM_DRIVERS), broker.endpoint("simulator", SUBSCRIPTIONS)
    lines = open_lines(folder, settings, clock, private=True)
    stack.callback(lines.stop)
    drivers = lines.simulator(clock)
    stack.callback(drivers.close)
    for transport in (lines.console, drivers):
        if not transport.wait_ready(20):
            raise KerbsideError(f"the embedded broker does not answer: {transport.stats.detail}")
    return lines.console, drivers


def demo_figures(run: Run, city: str, seed: int, online_hours: float) -> dict[str, object]:
    """The keys of design.md; minutes are rounded to a second's precision, so that they compare as text."""
    engine = run.system.engine
    run.system.store.flush()
    orders = list(run.system.store.orders())
    settings = run.system.settings
    pickup_stop_min = settings.number("orders.pickup_stop_min")
    figures = asdict(summarise(orders, pickup_stop_min=pickup_stop_min, online_hours=online_hours))
    now = run.system.clock.now()
    due = [o for o in orders if o.due_at <= now and o.status is not Status.CANCELLED]
    kept = sum(o.status is Status.DELIVERED for o in due)
    late_s = [o.delivered_at - o.due_at for o in orders if o.delivered_at is not None and o.delivered_at > o.due_at]
    rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()}
    return {
        **rounded,
        "late_min_mean": round(sum(late_s) / 60 / len(late_s), 3) if late_s else 0.0,
        "orders_due": len(due),
        "due_delivered_pct": round(100 * kept / len(due), 3) if due else None,
        "cycle_p50_s": round(percentile(run.cycles_s, 50), 4),
        "cycle_p95_s": round(percentile(run.cycles_s, 95), 4),
        "mqtt_received": engine.transport.stats.received,
        "mqtt_sent": engine.transport.stats.sent,
        "refused": engine.refused_count,
        "city": city,
        "seed": seed,
        "simulated_min": run.simulated_min,
        "wall_s": round(run.wall_s, 2),
    }


def summary(figures: dict[str, object]) -> str:
    """A few lines to read; a dash where there was nothing to count."""
    f = _dashed(figures)
    return "\n".join(
        (
            f"{f['city']}, seed {f['seed']}: {f['simulated_min']:g} simulated minutes in {f['wall_s']} s",
            summary_of_orders(figures),
            f"matcher's cycle: p50 {f['cycle_p50_s']} s, p95 {f['cycle_p95_s']} s; "
            f"messages: {f['mqtt_received']} received, {f['mqtt_sent']} sent, {f['refused']} refused",
        )
    )


def _dashed(figures: dict[str, object]) -> dict[str, object]:
    return {key: "–" if value is None else value for key, value in figures.items()}


def summary_of_orders(figures: dict[str, object]) -> str:
    """What became of the orders, as a log can tell it too."""
    f = _dashed(figures)
    return "\n".join(
        (
            f"orders: {f['orders_placed']} placed, {f['orders_delivered']} delivered, {f['orders_cancelled']} cancelled, "
            f"{f['orders_open']} open; {f['due_delivered_pct']} % of the {f['orders_due']} due by then are delivered",
            f"minutes per delivery: {f['pdt_min']} (pick-up leg {f['pickup_leg_min']}, pick-up stop {f['pickup_stop_min']}, "
            f"drop-off leg {f['dropoff_leg_min']}, drop-off stop {f['dropoff_stop_min']}), waiting {f['waiting_min']}; "
            f"batched and chained {f['pdt_shared_min']}, alone {f['pdt_solo_min']}",
            f"late: {f['late_orders_pct']} %; batched {f['batched_pct']} %, chained {f['chained_pct']} %; "
            f"{f['orders_per_driver_hour']} orders per driver-hour",
        )
    )
