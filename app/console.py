"""The console: the window first, then everything behind it, so that there is something to see at once."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import qasync
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from app.actions.declared import Scope
from app.actions.deeds import Deeds
from app.bootstrap import System, city_file, compose
from app.demo import START, populate
from app.fleet import FleetSetup
from app.lines import Lines, open_lines
from app.main_window import MainWindow
from app.presenters.inspector import InspectorPresenter
from app.presenters.map import MapPresenter
from app.presenters.panels import BoardPresenter, DriversPresenter, LogPresenter, StatusPresenter
from app.presenters.selection import Selection
from app.questions import Questions
from app.runtime import Stages, catch_everything, start_logging, steady
from core.clock import Clock, RealClock, ScaledClock
from core.domain.errors import BadInput, KerbsideError
from core.domain.events import BrokerChanged, CycleFailed, CycleFinished
from core.messaging.mqtt import MqttTransport
from core.routing.city import City
from core.routing.road_graph import RoadGraph
from core.settings import Settings, Value
from core.simulation.params import SimulationParams
from core.simulation.simulator import Simulator
from core.storage.folder import DataFolder
from widgets.common.theme import Theme
from widgets.dialogs.first_start import FirstStartDialog
from widgets.map import webengine

log = logging.getLogger(__name__)
T = TypeVar("T")

ENGINE_BEAT_S = 0.25
SIMULATOR_BEAT_S = 0.05
CATCH_UP_S = 5.0
"""Most simulated seconds in one beat: a machine that can't keep up runs slower instead of standing still."""
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a simulated run is made of; ``None`` in its place is the real thing."""

    city: Path | None
    speed: float
    params: SimulationParams


class Console:
    """One window and, behind it, one running core at a time; `reopen` puts another in its place."""

    def __init__(self, window: MainWindow, data: Path | None, simulated: Simulated | None) -> None:
        self.window = window
        self.data = data
        self.simulated = simulated
        self.system: System | None = None
        self.simulator: Simulator | None = None
        self.city: City | None = None
        self.lines: Lines | None = None
        self.cycles_s: list[float] = []
        self._stages = Stages()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Bring a core to life behind the window. Raises KerbsideError with nothing left running."""
        try:
            await self._open()
        except BaseException:
            self.close()
            raise

    async def _open(self) -> None:
        simulated = self.simulated
        folder = DataFolder(self._data_path())
        self._stages.add("data folder", folder.close)
        start_logging(folder.logs)
        settings = Settings.load(folder.settings)
        self._dress(settings)
        clock: Clock = RealClock() if simulated is None else ScaledClock(START, 0.0)
        self.window.restore_layout(QSettings(str(folder.layout), QSettings.Format.IniFormat))
        lines_coming = asyncio.ensure_future(_in_thread(lambda: open_lines(folder, settings, clock, private=bool(simulated))))
        try:
            path, self.city = await _in_thread(lambda: self._load_city(folder, settings))
        finally:
            # Whatever becomes of the map, a broker that is starting must be stopped again.
            self.lines = lines = await lines_coming
            self._stages.add("broker", lines.stop)
        database = folder.database
        if simulated is not None:
            database = folder.path / "demo.db"
            for leftover in folder.path.glob("demo.db*"):
                leftover.unlink()
        self.system = system = compose(
            database, settings, clock, lines.console, city_path=path, seed=simulated.params.seed if simulated else 0
        )
        self._stages.add("core", system.close)
        lines.follow_drivers(system.bus)
        system.bus.subscribe(CycleFinished, lambda event: self.cycles_s.append(event.seconds))
        if simulated is not None:
            await self._begin_simulation(system, lines, clock, simulated)
        else:
            lines.credentials.ensure(system.engine.world.drivers)
        self._attach(system, lines, folder, settings)
        self._tasks.append(asyncio.ensure_future(self._beat(system)))

    def _data_path(self) -> Path | None:
        if self.simulated is None:
            return self.data
        if self.data is not None:
            return self.data
        from platformdirs import user_data_dir

        return Path(user_data_dir("Kerbside", appauthor=False)) / "demo"

    def _dress(self, settings: Settings) -> None:
        theme = self.window.theme
        theme.set_mode(settings.text("window.theme"))
        theme.set_rows(settings.text("window.rows"))

        def changed(key: str, value: Value) -> None:
            if key == "window.theme":
                theme.set_mode(str(value))
            elif key == "window.rows":
                theme.set_rows(str(value))

        settings.on_change(changed)
        for n, problem in enumerate(settings.problems):
            self.window.strip.show_problem(f"settings-{n}", problem)

    def _load_city(self, folder: DataFolder, settings: Settings) -> tuple[Path | None, City | None]:
        if self.simulated is not None:
            path: Path | None = city_file(folder, self.simulated.city)
        else:
            wanted = settings.text("map.city")
            try:
                path = city_file(folder, Path(wanted)) if wanted else None
                return path, City.load(path) if path is not None else None
            except BadInput as error:
                path = None
                log.error("%s", error)
                settings.problems.append(f"{error}. Great-circle distances are used")
        return path, City.load(path) if path is not None else None

    async def _begin_simulation(self, system: System, lines: Lines, clock: Clock, simulated: Simulated) -> None:
        assert isinstance(clock, ScaledClock)
        assert self.city is not None
        phones = lines.simulator(clock)
        self._stages.add("simulated phones", phones.close)
        await _in_thread(lambda: _wait_for(lines.console, phones))
        travel = RoadGraph(self.city, system.settings.number("routing.tree_cache_mb"))
        self.simulator = populate(system, self.city, travel, phones, simulated.params)
        clock.set_speed(simulated.speed)
        self._tasks.append(asyncio.ensure_future(self._live(self.simulator, clock)))

    def _attach(self, system: System, lines: Lines, folder: DataFolder, settings: Settings) -> None:
        window, engine = self.window, system.engine
        training = self.simulated is not None
        selection = Selection()
        address = (lines.host, lines.port, lines.tls)
        setup = FleetSetup(window, system, lines, folder, self.reopen)
        questions = Questions(window, engine, folder, self.city, lines.credentials, address, setup.begin, setup.import_city)
        deeds = Deeds(engine, settings, selection, questions, training)
        presenters = (
            BoardPresenter(engine, window.orders, selection),
            DriversPresenter(engine, window.drivers, selection),
            LogPresenter(engine, window.log),
            InspectorPresenter(deeds, window.inspector, window.run_declared),
            StatusPresenter(engine, window.status, training, round(self.simulated.speed) if self.simulated else None),
        )
        map_presenter = MapPresenter(engine, system.executor, window.map, selection, window.theme, deeds.assign)
        map_presenter.set_city(self.city)
        for presenter in (*presenters, map_presenter):
            self._stages.add(type(presenter).__name__, presenter.close)
            self._stages.add("its place", presenter.deleteLater)
        window.frame.set_mode("training" if training else "live")
        window.setWindowTitle(f"Kerbside: {self.city.name}" if self.city is not None else "Kerbside")
        window.attach(deeds)
        self._connect(window, deeds, selection, map_presenter)
        unsubscribe = system.bus.subscribe(BrokerChanged, self._broker_changed)
        self._stages.add("broker's news", unsubscribe)
        system.bus.subscribe(CycleFailed, lambda e: window.strip.show_problem("matcher", f"The matcher failed: {e.reason}"))
        system.bus.subscribe(CycleFinished, lambda e: window.strip.clear_problem("matcher"))
        watch = QTimer(window)
        watch.timeout.connect(self._watch)
        watch.start(1000)
        self._stages.add("watch", watch.stop)

    def _connect(self, window: MainWindow, deeds: Deeds, selection: Selection, map_presenter: MapPresenter) -> None:
        """The signals between panels; undone with the core they speak to."""

        def on_orders(ids: list[str], at: object) -> None:
            selection.set_orders(ids)
            window.context_menu(Scope.ORDERS, at)  # type: ignore[arg-type]

        def on_driver(ids: list[str], at: object) -> None:
            selection.set_driver(ids[0] if ids else None)
            window.context_menu(Scope.DRIVER, at)  # type: ignore[arg-type]

        def on_speed(speed: int) -> None:
            clock = deeds.engine.clock
            if isinstance(clock, ScaledClock):
                clock.set_speed(speed)

        def show_log() -> None:
            window.docks["log"].show()
            window.docks["log"].raise_()

        pairs: list[tuple[object, Callable[..., object]]] = [
            (window.orders.context_requested, on_orders),
            (window.drivers.context_requested, on_driver),
            (window.map.order_context, lambda order_id, at: on_orders([order_id], at)),
            (window.map.driver_context, lambda driver_id, at: on_driver([driver_id], at)),
            (window.drivers.order_dropped, deeds.assign),
            (window.drivers.activated, lambda driver_id: deeds.window.follow(driver_id)),
            (window.orders.activated, lambda order_id: deeds.choose_driver()),
            (window.drivers.add_requested, deeds.new_driver),
            (window.log.row_activated, lambda o, d: selection.set_orders([o]) if o else selection.set_driver(d or None)),
            (window.status.stalest_clicked, selection.set_driver),
            (window.status.refused_clicked, show_log),
            (window.status.speed_chosen, on_speed),
            (window.orders.start_requested, lambda: QTimer.singleShot(0, self._start_demo)),
        ]
        for signal, slot in pairs:
            signal.connect(slot)  # type: ignore[attr-defined]
            self._stages.add("a signal", lambda signal=signal, slot=slot: signal.disconnect(slot))  # type: ignore[misc]

    def _start_demo(self) -> None:
        if self.simulated is None:
            self.simulated = Simulated(None, 20.0, SimulationParams(window_min=480.0))
            self.reopen()

    # Running

    def _tell_failure(self, line: str) -> None:
        self.window.toast.show_line(line, bad=True)

    async def _beat(self, system: System) -> None:
        beat = steady(system.engine.tick, self._tell_failure)
        while True:
            beat()
            await asyncio.sleep(ENGINE_BEAT_S)

    async def _live(self, simulator: Simulator, clock: ScaledClock) -> None:
        live = steady(lambda: simulator.step(min(clock.now(), simulator.now + CATCH_UP_S)), self._tell_failure)
        while True:
            live()
            await asyncio.sleep(SIMULATOR_BEAT_S)

    def _broker_changed(self, event: BrokerChanged) -> None:
        if event.state in {"connected"}:
            self.window.strip.clear_problem("broker")
        elif event.state != "connecting" or event.detail:
            text = event.detail or f"The broker is {event.state}"
            self.window.strip.show_problem("broker", f"No broker: {text}. Messages to drivers wait until it is back")

    def _watch(self) -> None:
        """Once a second: what the disk and the embedded broker have to say."""
        if self.system is None or self.lines is None:
            return
        strip, disk, health = self.window.strip, self.system.store.health, self.lines.health
        if disk.ok:
            strip.clear_problem("disk")
        else:
            strip.show_problem("disk", f"Changes can't be stored: {disk.problem}. Nothing is told to drivers until they are")
        if health is not None and health.state == "outgrown":
            strip.show_problem("outgrown", f"The fleet has outgrown the built-in broker: {health.detail}")
        else:
            strip.clear_problem("outgrown")

    def reopen(self) -> None:
        """End the core and begin another, after a change of the map or the broker, or to enter the demo."""

        async def again() -> None:
            self.close()
            try:
                await self.open()
            except KerbsideError as error:
                self.window.strip.show_problem("start", str(error))

        self._keep(asyncio.ensure_future(again()))

    def _keep(self, task: asyncio.Task[None]) -> None:
        """A task nobody holds may be collected while it runs."""
        _running.add(task)
        task.add_done_callback(_running.discard)

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        self._stages.end()
        self.system = self.simulator = self.lines = None


_running: set[asyncio.Task[None]] = set()


async def _in_thread(work: Callable[[], T]) -> T:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, work)


def _wait_for(*transports: MqttTransport) -> None:
    for transport in transports:
        if not transport.wait_ready(PATIENCE_S):
            raise KerbsideError(f"the built-in broker does not answer: {transport.stats.detail}")


def run_console(args: argparse.Namespace) -> int:
    """Open the window and stay until it is closed. With --screenshot, save a picture (and a report) and end."""
    began = time.perf_counter()
    webengine.prepare()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Kerbside")
    app.setQuitOnLastWindowClosed(False)
    demo = args.command == "demo"
    simulated = _simulated(args) if demo else None
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    window = MainWindow(Theme(app))
    catch_everything(lambda line: window.toast.show_line(line, bad=True))
    console = Console(window, args.data, simulated)
    ended = asyncio.Event()
    window.closing.connect(ended.set)

    async def life() -> int:
        try:
            await console.open()
        except KerbsideError as error:
            print(f"kerbside: {error}", file=sys.stderr)
            return 2
        log.info("usable after %.2f s", time.perf_counter() - began)
        if not demo:
            _greet(console)
        picture: Awaitable[object] | None = None
        if demo and args.screenshot is not None:
            from app.picture import picture_and_report

            picture = asyncio.ensure_future(picture_and_report(console, args))
            picture.add_done_callback(lambda _: window.close())
        await ended.wait()
        if picture is not None:
            await picture
        return 0

    window.show()
    try:
        with loop:
            return int(loop.run_until_complete(life()))
    finally:
        console.close()


def _simulated(args: argparse.Namespace) -> Simulated:
    params = SimulationParams(seed=args.seed, drivers=args.drivers, orders_per_hour=args.orders_per_hour, window_min=480.0)
    return Simulated(args.city, args.speed, params)


def _greet(console: Console) -> None:
    """The first start asks: the demo, or a fleet of one's own."""
    system = console.system
    if system is None or system.engine.world.drivers or system.settings.text("map.city"):
        return
    dialog = FirstStartDialog(console.window)
    dialog.demo_chosen.connect(console._start_demo)
    dialog.fleet_chosen.connect(lambda: console.window.run_declared("file.fleet"))
    dialog.open()
