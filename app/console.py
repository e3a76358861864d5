"""The console: one window, and behind it one running core at a time."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from app import BEGAN
from app.actions.deeds import Deeds
from app.actions.history import History, Memory
from app.actions.profile_deeds import take_charge_of_profiles
from app.bootstrap import System, city_file, compose, open_outside, start_anew, training_missing, wake
from app.caretaker import Caretaker
from app.desk import Desk
from app.editors import Editors
from app.first_window import FirstWindow
from app.fleet import FleetSetup
from app.ground import Ground
from app.lines import Lines, Post, join, somebody_elses_post
from app.main_window import MainWindow
from app.map_desk import MapDesk
from app.outside import OutsideDoors, put_back
from app.panel_signals import connect_panels
from app.presenters.alerts import AlertsPresenter
from app.presenters.area_shapes import ShapeDraft
from app.presenters.board import BoardPresenter
from app.presenters.driver_number import DriverNumber
from app.presenters.find import FindPresenter
from app.presenters.finder import FinderPresenter
from app.presenters.inspector import InspectorPresenter
from app.presenters.links import Links
from app.presenters.map import MapPresenter
from app.presenters.panels import DriversPresenter, LogPresenter, StatusPresenter
from app.presenters.past import PastPresenter
from app.presenters.profiles import OwnProfiles
from app.presenters.recorder import RecorderPresenter
from app.presenters.rules import RulesDraft
from app.presenters.selection import Selection
from app.presenters.settings import SettingsWindow
from app.presenters.timeline import TimelinePresenter
from app.presenters.what_if import WhatIfPresenter
from app.questions import Doors, Panels, Questions
from app.runtime import Stages, steady
from app.scene import Stage, record
from app.simulated import CATCH_UP_S, START, Simulated, SimulatedCity, merchants_of, register
from app.sweeping import Sweeping
from app.troubles import Troubles
from app.watchdog import Watchdog
from core.api.server import Outside
from core.clock import Clock, RealClock, ScaledClock
from core.domain.causes import cause
from core.domain.errors import BadInput, KerbsideError
from core.domain.events import CycleFinished
from core.domain.language import capital, said, sentence, tr
from core.messaging.credentials import SIMULATOR
from core.messaging.embedded import BrokerFailed
from core.routing.city import City
from core.settings import Settings, Value
from core.simulation.roster import roster
from core.storage.database import Damaged
from core.storage.folder import DataFolder
from core.storage.profiles import Profiles
from widgets.dialogs.first_start import FirstStartDialog

log = logging.getLogger(__name__)
T = TypeVar("T")

SIMULATOR_BEAT_S = 0.05
SETTLED_S = 10.0


class Console:
    """`open` brings a core to life behind the window, `reopen` puts another in its place."""

    def __init__(self, window: MainWindow, data: Path | None, simulated: Simulated | None) -> None:
        self.window = window
        self.data = data
        self.simulated = simulated
        self.system: System | None = None
        self.outside: Outside | None = None
        self.city: City | None = None
        self.cycles_s: list[float] = []
        self._lines: Lines | None = None
        self._stages = Stages()
        self._tasks: list[asyncio.Task[None]] = []
        self._speed = 0.0
        self._memory: Memory | None = None
        """What was done with the fleet of one's own, from one core to the next."""
        self._help: Callable[[], None] = self.try_again
        window.strip.action_clicked.connect(lambda key: self._help() if key == "start" else None)

    async def open(self, ground: Ground) -> None:
        """Bring a core to life. Raises KerbsideError with nothing left running, the ground closed as well."""
        self._stages.add("data folder and broker", ground.close)
        try:
            await self._open(ground)
        except BaseException:
            self.close()
            raise

    async def _open(self, ground: Ground) -> None:
        simulated, settings, folder = self.simulated, ground.settings, ground.folder
        self._stages.add("first window", FirstWindow(folder.path, self.window).close)
        self._dress(settings)
        path, self.city = await self._load_city(folder, settings)
        post = await self._broker(ground)
        clock: Clock = RealClock() if simulated is None else ScaledClock(START, 0.0)
        self._lines = lines = join(post, clock)
        database = folder.database
        if simulated is not None:
            database = folder.path / "demo.db"
            start_anew(database)
        self.system = system = compose(
            database, settings, clock, lines.console, city_path=path, seed=simulated.params.seed if simulated else 0
        )
        self._stages.add("core", lambda: _say_problems(system.close()))
        lines.follow_drivers(system.bus)
        system.bus.subscribe(CycleFinished, lambda event: self.cycles_s.append(event.seconds))
        if simulated is not None:
            assert self.city is not None
            merchants = merchants_of(self.city, simulated.params.seed)
            register(system.engine.execute, self.city, merchants, roster(simulated.params))
        else:
            lines.credentials.ensure(system.engine.world.drivers)
        self._attach(system, lines, folder, settings)
        self._open_outside(system, folder)
        caretaker = Caretaker(system, folder) if simulated is None else None
        self._stages.add("troubles", Troubles(self.window, system, lines, caretaker).close)
        self._tasks.append(asyncio.ensure_future(self._beat(system)))
        self._stages.add("sweeping", Sweeping(SETTLED_S).end)
        if simulated is not None and path is not None:
            self._begin_simulation(system, lines, path, simulated)

    def _open_outside(self, system: System, folder: DataFolder) -> None:
        """A demo is no one else's business; a fleet's window opens without its HTTP too."""
        loop = asyncio.get_running_loop()
        attend = steady(system.engine.attend, self._tell_badly)
        system.engine.handover.wake = lambda: wake(loop, attend)
        try:
            self.outside = open_outside(system, folder, "" if self.simulated is not None else None)
            self.window.strip.clear_problem("http")
        except BadInput as error:
            log.error("%s", error)
            self.window.strip.show_problem("http", sentence(error))

    async def _broker(self, ground: Ground) -> Post:
        """A fleet's window opens without its broker too: how else should another port be chosen?"""
        try:
            return await asyncio.wrap_future(ground.post)
        except BrokerFailed as error:
            if self.simulated is not None:
                raise
            log.error("%s", error)
            problem = cause(error)
            why = capital(said(problem.values.get("problem", problem)))  # what to do without a window is no use here
            text = tr("{why}. Choose another port under File, Set up my fleet", why=why)
            self.window.strip.show_problem("broker-start", text)
            return somebody_elses_post(ground.folder, ground.settings)

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
            self.window.strip.show_problem(f"settings-{n}", capital(said(problem)))

    async def _load_city(self, folder: DataFolder, settings: Settings) -> tuple[Path | None, City | None]:
        wanted: Path | None
        if self.simulated is not None:
            wanted = self.simulated.city
            if wanted is None and training_missing(folder):
                self.window.toast.show_line(tr("Making the training city, this once…"), lasting=True)
                began = time.perf_counter()
                await _in_thread(lambda: city_file(folder, None))
                log.info("the training city was made in %.2f s", time.perf_counter() - began)
                self.window.toast.hide()
        elif settings.text("map.city"):
            wanted = Path(settings.text("map.city"))
        else:
            return None, None
        try:
            path = city_file(folder, wanted)
            return path, await _in_thread(lambda: City.load(path))
        except BadInput as error:
            if self.simulated is not None:
                raise
            log.error("%s", error)
            self.window.strip.show_problem("city", tr("{error}. Great-circle distances are used", error=sentence(error)))
            return None, None

    def _begin_simulation(self, system: System, lines: Lines, path: Path, simulated: Simulated) -> None:
        clock = system.clock
        assert isinstance(clock, ScaledClock)
        self._speed = simulated.speed
        begun = False

        def lived(at: float) -> None:
            nonlocal begun
            if not begun:
                begun = True
                log.info("simulated drivers on the road after %.2f s", time.perf_counter() - BEGAN)
            # Where the machine can't keep up, simulated time waits, and no driver falls silent for it.
            behind = clock.now() - at
            speed = 0.0 if behind > 2 * CATCH_UP_S else self._speed
            if behind < CATCH_UP_S or speed == 0.0:
                _set_speed(clock, speed)

        def ended(why: str) -> None:
            self.window.strip.show_problem("simulation", tr("The simulation has stopped: {why}. Start the demo again", why=why))

        life = SimulatedCity(
            path,
            simulated.params,
            lines.port,
            lines.credentials.secret(SIMULATOR),
            clock.now(),
            system.engine.execute,
            lived,
            ended,
            simulated.scenario,
        )
        self.desk.trainer.begin(life, simulated)
        self._stages.add("simulation", life.close)
        self._tasks.append(asyncio.ensure_future(_drive(life, clock)))

    def _attach(self, system: System, lines: Lines, folder: DataFolder, settings: Settings) -> None:
        window, engine = self.window, Stage(system.engine)
        self._stages.add("scene", engine.close)
        watchdog = self.watchdog = Watchdog(lambda: settings.number("window.stall_warn_ms"), window)
        self._stages.add("watchdog's place", watchdog.deleteLater)
        self._stages.add("watchdog", watchdog.close)
        training = self.simulated is not None
        selection = Selection()
        address = (lines.host, lines.port, lines.tls)
        setup = FleetSetup(window, system, lines, folder, self.reopen)
        profiles = OwnProfiles(settings, Profiles(folder.path / "profiles"), window.arrangement, partial(record, engine))
        own = self.own_settings = SettingsWindow(window, settings, profiles, self.reopen)
        outside = OutsideDoors(window, folder, settings, lambda: self.outside, self.reopen, engine)
        self._stages.add("dialogs", outside.close)
        doors = Doors(setup.begin, setup.import_city, self.start_demo, self.leave_demo, own, outside, watchdog.told)
        questions = Questions(window, engine, folder, self.city, lines.credentials, address, doors)
        deeds = Deeds(engine, settings, selection, questions, training)
        own.changed = outside.changed = deeds.note_settings
        deeds.settings_moved = own.start_anew_where_needed
        if not training:
            self._go_on(deeds.history)
        take_charge_of_profiles(deeds, profiles)
        setup.deeds = deeds
        timeline = TimelinePresenter(deeds, window.timeline, system.executor)
        presenters = (
            BoardPresenter(deeds, window.boards),
            DriversPresenter(engine, window.drivers, selection),
            LogPresenter(engine, window.log),
            InspectorPresenter(deeds, window.inspector, window.run_declared),
            StatusPresenter(engine, window.status, training, round(self.simulated.speed) if self.simulated else None),
            AlertsPresenter(deeds, window),
            timeline,
            WhatIfPresenter(deeds, window, window.what_if, system.executor, timeline.look_at),
            FinderPresenter(deeds, window, self.city),
            DriverNumber(deeds, window),
        )
        self._stages.add("editors", Editors(deeds, window, self.city, lambda: self.outside).close)
        map_presenter = MapPresenter(deeds, system.executor, window.map, window.theme)
        map_presenter.set_city(self.city)
        recorder = deeds.recorder = RecorderPresenter(deeds, engine, window, self.city)
        find = FindPresenter(
            engine, system.executor, window.find_drivers, window.map, selection, lambda line: questions.tell(line, bad=True)
        )
        past = PastPresenter(engine, window.history, window.map, selection, self.city, questions.save_track)
        questions.use(Panels(find.search, past.begin))
        for presenter in (*presenters, map_presenter, find, past, recorder):
            self._stages.add("a presenter's place", presenter.deleteLater)
            self._stages.add(type(presenter).__name__, presenter.close)
        self.desk = Desk(window, system, deeds)
        self._stages.add("desk", self.desk.close)
        maps = MapDesk(window, deeds)
        self._stages.add("map desk", maps.close)
        self._stages.add("set-up", setup.close)
        window.frame.set_mode("training" if training else "live")
        window.setWindowTitle(f"Kerbside: {self.city.name}" if self.city is not None else "Kerbside")
        window.attach(deeds)
        self._stages.add("actions", window.detach)
        self._stages.add("questions", questions.close)
        self._stages.add("settings", own.close)
        links = Links()
        self._stages.add("links", links.end)
        connect_panels(links, window, deeds, self._set_speed, self.start_demo)
        for dock, presenter in (("find", find), ("history", past)):
            # Whoever closes the panel is done with it; behind another tab it goes on.
            links.connect(window.docks[dock].toggleViewAction().toggled, partial(_unless, presenter.clear))

    def _go_on(self, history: History) -> None:
        if self._memory is not None:
            history.memory = self._memory
            for draft in (ShapeDraft, RulesDraft):  # which went with the core
                history.forget(draft)
        self._memory = history.memory

    def _set_speed(self, speed: int) -> None:
        clock = self.system.clock if self.system is not None else None
        if isinstance(clock, ScaledClock):
            self._speed = float(speed)
            _set_speed(clock, self._speed)

    def start_demo(self) -> None:
        """Leave the fleet for the simulated city, or begin it anew."""
        self.simulated = self.simulated or Simulated()
        self.reopen()

    def leave_demo(self) -> None:
        """Back to the fleet of one's own."""
        self.simulated = None
        self.reopen()

    # Running

    async def _beat(self, system: System) -> None:
        halves = [steady(half, self._tell_badly) for half in (system.engine.listen, system.engine.act)]
        while True:
            for half in halves:
                half()
                await asyncio.sleep(0)
            await asyncio.sleep(system.engine.rest_s)

    def _tell_badly(self, line: str) -> None:
        self.window.toast.show_line(line, bad=True)

    def reopen(self, between: Callable[[], object] | None = None) -> None:
        """End the core and begin another, after a change of the map or the broker, or to enter the demo. ``between`` is done
        in a thread while there is none, and puts another database in its place; a text it gives is shown at the end."""

        async def again() -> None:
            self.window.toast.show_line(tr("Starting anew…"), lasting=True)
            self.close()
            told: object = None
            try:
                if between is not None:
                    self._memory = None  # it was about another database
                    told = await _in_thread(between)
            except KerbsideError as error:
                self.window.strip.show_problem("restore", sentence(error))
            try:
                await self.open(Ground(self.data, self.simulated is not None))
            except KerbsideError as error:
                self.cannot_start(error)
                told = None
            else:
                self.window.strip.clear_problem("start")
            if isinstance(told, str):
                self.window.toast.show_line(told)
            else:
                self.window.toast.hide()

        _keep(asyncio.ensure_future(again()))

    def cannot_start(self, error: KerbsideError) -> None:
        """Why there is no core. A damaged database can be mended from here; what a person has put right is tried again."""
        self.window.status.set_mode("stopped")
        mendable = isinstance(error, Damaged) and self.simulated is None
        self._help = self.mend if mendable else self.try_again
        self.window.strip.show_problem("start", sentence(error), tr("Mend it") if mendable else tr("Try again"))

    def try_again(self) -> None:
        if self.system is None:
            self.reopen()

    def mend(self) -> None:
        """Put the newest backup in the place of a damaged database, and what can be read of the time since."""
        if self.system is None:
            self.reopen(partial(_put_back, self.data))

    def greet(self) -> None:
        """The first start asks: the demo, or a fleet of one's own."""
        system = self.system
        if system is None or system.engine.world.drivers or system.settings.text("map.city"):
            return
        dialog = FirstStartDialog(self.window)
        dialog.demo_chosen.connect(self.start_demo)
        dialog.fleet_chosen.connect(lambda: self.window.run_declared("file.fleet"))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        self._stages.end()
        self.system = self._lines = self.outside = None


def _put_back(data: Path | None) -> str:
    with DataFolder(data) as folder:
        return put_back(folder)


def _say_problems(problems: list[str]) -> None:
    """The window is gone by then: for the terminal, if there is one; the log has them as well."""
    for problem in problems:
        print(f"kerbside: {problem}", file=sys.stderr)


_running: set[asyncio.Task[None]] = set()


def _keep(task: asyncio.Task[None]) -> None:
    """A task nobody holds may be collected while it runs."""
    _running.add(task)
    task.add_done_callback(_running.discard)


def _unless(act: Callable[[], None], shown: bool) -> None:
    if not shown:
        act()


async def _drive(life: SimulatedCity, clock: Clock) -> None:
    while True:
        life.live_until(clock.now())
        await asyncio.sleep(SIMULATOR_BEAT_S)


def _set_speed(clock: ScaledClock, speed: float) -> None:
    if clock.speed != speed:
        clock.set_speed(speed)


async def _in_thread(work: Callable[[], T]) -> T:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, work)
