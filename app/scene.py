"""What the panels look at: the engine as it runs, or a recorded moment in its place."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from core.bus import Bus
from core.clock import Clock, ScaledClock
from core.domain.commands import Command, RecordUpkeep
from core.domain.driver import Activity
from core.domain.errors import CommandRefused
from core.domain.events import BrokerChanged, Change, CycleFailed, Event, FixesApplied, MessageRefused, Notice, UpkeepChange
from core.domain.language import tr
from core.domain.receipt import Receipt
from core.domain.reports import FixBatch, Floats
from core.domain.upkeep import Altered
from core.domain.world import World
from core.orders.tells import Outcome
from core.settings import Settings
from core.storage.rerun import Stand, touched_drivers
from core.storage.store import Logged, Store
from core.storage.tracks import TrackLog
from core.storage.writer import Extras
from core.tracking.jumps import Held
from core.tracking.positions import ACTIVITIES, PositionStore
from core.tracking.search import Searcher

if TYPE_CHECKING:
    from core.engine.engine import Engine
    from core.engine.errands import Errands
    from core.engine.modes import Tracking
    from core.engine.setup import Setup
    from core.engine.snapshots import Photographer
    from core.matching.decisions import Decisions, Why
    from core.ports import Transport

MISSED = 1000
"""Notices of the engine kept for the log while it shows a recording."""
_UNDER_WAY = [ACTIVITIES.index(a) for a in (Activity.TO_PICKUP, Activity.WAITING, Activity.CARRYING)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned(Notice):
    """Another moment is looked at: what a panel holds counts no more."""


class PhoneModes(Protocol):
    def differing_s(self, now: float) -> Floats: ...
    def of(self, driver_id: str) -> Tracking | None: ...


class Clocks(Protocol):
    @property
    def this_machine_s(self) -> float: ...


class Phones(Protocol):
    @property
    def clocks(self) -> Clocks: ...
    def clock_error_s(self, driver_id: str) -> float: ...
    def held_lately(self, driver_id: str) -> Held | None: ...


class Scene(Protocol):
    """The engine, as far as panels and deeds know it. Times are those of `clock`."""

    matching_paused: bool

    @property
    def clock(self) -> Clock: ...
    @property
    def bus(self) -> Bus: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def store(self) -> Store: ...
    @property
    def executor(self) -> Executor: ...
    @property
    def tracks(self) -> TrackLog | None: ...
    @property
    def transport(self) -> Transport: ...
    @property
    def world(self) -> World: ...
    @property
    def positions(self) -> PositionStore: ...
    @property
    def search(self) -> Searcher: ...
    @property
    def modes(self) -> PhoneModes: ...
    @property
    def movement(self) -> Phones: ...
    @property
    def receipts(self) -> Mapping[str, Receipt]: ...
    @property
    def decisions(self) -> Decisions | None: ...
    @property
    def explained(self) -> Mapping[str, Why]: ...
    @property
    def refused_count(self) -> int: ...
    @property
    def unwritten(self) -> int: ...

    @property
    def photographer(self) -> Photographer: ...
    @property
    def setup(self) -> Setup: ...
    @property
    def errands(self) -> Errands: ...

    def silent(self, now: float) -> NDArray[np.bool_]: ...
    def would(self, command: Command) -> Outcome: ...
    def match_soon(self) -> None: ...
    def execute(self, command: Command, also: Callable[[Outcome], Extras] | None = None) -> tuple[Outcome, Future[int]]: ...


class PastClock(ScaledClock):
    """Runs where it is put, in the zone of the clock whose time was recorded."""

    def __init__(self, at: float, zone: tzinfo | None) -> None:
        super().__init__(at, 0.0)
        self.zone = zone

    def put(self, at: float) -> None:
        self._base, self._since = at, time.monotonic()


class Past:
    """A recorded moment, which can be carried on. What was never recorded, such as what the matcher thought, is unknown."""

    def __init__(self, stand: Stand, clock: PastClock, settings: Settings, photographer: Photographer) -> None:
        self.world, self.positions, self.seq, self.clock = stand.world, stand.positions, stand.seq, clock
        self.search = Searcher(self.positions)
        self.photographer = photographer.over(self.world, self.positions, self.search)
        self.at = stand.at
        self._settings = settings

    def carry_on(self, changes: Iterable[Logged], fixes: FixBatch, at: float, bus: Bus) -> None:
        """What happened until ``at``: applied, and told to the panels."""
        self.at = at
        for logged in changes:
            change = logged.change
            self.world.apply(change)
            self.seq = logged.seq
            self._describe(change)
            bus.publish(change)
        known = np.fromiter(map(self.world.drivers.__contains__, fixes.drivers), np.bool_, len(fixes.drivers))
        fixes = fixes.only(known, self.world.drivers)
        rows = self.positions.apply(fixes, at)
        bus.publish(FixesApplied(at=at, rows=rows, count=len(fixes)))

    def _describe(self, change: Change) -> None:
        drivers = self.world.drivers
        touched = [driver_id for driver_id in touched_drivers(change) if driver_id in drivers]
        self.positions.describe({i: (drivers[i].vehicle, self.world.activity(i)) for i in touched})

    def silent(self, now: float) -> NDArray[np.bool_]:
        """As the engine judges it; whoever is under way is taken to have been asked for active tracking."""
        number = self._settings.number
        under_way = np.isin(self.positions.activity, _UNDER_WAY)
        limits = np.where(under_way, number("tracking.offline_after_s"), number("tracking.offline_after_passive_s"))
        return ~(now - self.positions.t <= limits)

    # What phones said of themselves is not recorded.

    this_machine_s = 0.0

    @property
    def clocks(self) -> Clocks:
        return self

    def differing_s(self, now: float) -> Floats:
        return np.zeros(len(self.positions))

    def of(self, driver_id: str) -> Tracking | None:
        return None

    def clock_error_s(self, driver_id: str) -> float:
        return 0.0

    def held_lately(self, driver_id: str) -> Held | None:
        return None


def replaying(scene: Scene) -> bool:
    """Whether it is a recording that is looked at."""
    return isinstance(scene, Stage) and scene.past is not None


def live(scene: Scene) -> Scene:
    """The engine itself, whatever is looked at."""
    return scene.engine if isinstance(scene, Stage) else scene


def record(scene: Scene, kind: type[UpkeepChange], *altered: Altered) -> None:
    """Have in the log what was done at the desk beside the world, whatever is looked at."""
    engine = live(scene)
    engine.execute(RecordUpkeep(kind=kind, altered=altered, actor=engine.settings.desk_name))


def recent(scene: Scene, limit: int) -> list[Logged]:
    """The last changes by the moment that is looked at, newest first."""
    past = scene.past if isinstance(scene, Stage) else None
    return scene.store.recent(limit, None if past is None else past.seq + 1)


class Stage:
    """A `Scene`: the engine's, until `show` puts a recorded one in its place. The engine goes on underneath all the while."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.past: Past | None = None
        self.bus = Bus()
        self.settings, self.store, self.executor = engine.settings, engine.store, engine.executor
        self.tracks, self.transport = engine.tracks, engine.transport
        self.setup, self.errands = engine.setup, engine.errands
        self._missed: deque[Event] = deque(maxlen=MISSED)
        self._leave = engine.bus.subscribe(Event, self._hear)

    def close(self) -> None:
        self._leave()
        self.past = None

    def show(self, past: Past | None) -> None:
        """Look at a recorded moment, or at the engine again: ``None``."""
        self.past = past
        self.bus.publish(Turned(at=self.clock.now()))
        while past is None and self._missed:
            self.bus.publish(self._missed.popleft())

    def _hear(self, event: Event) -> None:
        if self.past is None:
            self.bus.publish(event)
        elif isinstance(event, MessageRefused | BrokerChanged | CycleFailed):
            self._missed.append(event)

    def execute(self, command: Command, also: Callable[[Outcome], Extras] | None = None) -> tuple[Outcome, Future[int]]:
        """Raises CommandRefused while a recording is looked at."""
        self._check_live()
        return self.engine.execute(command, also)

    def would(self, command: Command) -> Outcome:
        """The same."""
        self._check_live()
        return self.engine.would(command)

    def _check_live(self) -> None:
        if self.past is not None:
            raise CommandRefused(tr("this is a recording, and nothing in it can be changed: go back to live first"))

    def match_soon(self) -> None:
        self.engine.match_soon()

    @property
    def clock(self) -> Clock:
        return self.engine.clock if self.past is None else self.past.clock

    @property
    def world(self) -> World:
        return self.engine.world if self.past is None else self.past.world

    @property
    def positions(self) -> PositionStore:
        return self.engine.positions if self.past is None else self.past.positions

    @property
    def search(self) -> Searcher:
        return self.engine.search if self.past is None else self.past.search

    @property
    def photographer(self) -> Photographer:
        return self.engine.photographer if self.past is None else self.past.photographer

    @property
    def modes(self) -> PhoneModes:
        return self.engine.modes if self.past is None else self.past

    @property
    def movement(self) -> Phones:
        return self.engine.movement if self.past is None else self.past

    @property
    def receipts(self) -> Mapping[str, Receipt]:
        """Of the last command about each order; a recording knows none."""
        return self.engine.receipts if self.past is None else {}

    @property
    def decisions(self) -> Decisions | None:
        return self.engine.decisions if self.past is None else None

    @property
    def explained(self) -> Mapping[str, Why]:
        return self.engine.explained if self.past is None else {}

    @property
    def matching_paused(self) -> bool:
        return self.engine.matching_paused

    @matching_paused.setter
    def matching_paused(self, paused: bool) -> None:
        self.engine.matching_paused = paused

    @property
    def refused_count(self) -> int:
        return self.engine.refused_count

    @property
    def unwritten(self) -> int:
        return self.engine.unwritten

    def silent(self, now: float) -> NDArray[np.bool_]:
        return self.engine.silent(now) if self.past is None else self.past.silent(now)
