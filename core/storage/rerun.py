"""A recorded day run again: the log and the positions together, at any moment and onward from it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.domain.events import Change
from core.domain.geo import EARTH_RADIUS_M
from core.domain.reports import FixBatch, Floats
from core.domain.world import World
from core.storage.recording import Mark, Recording
from core.storage.store import Logged
from core.storage.tracks import TrackLog, Ways
from core.tracking.positions import PositionStore, Rows

BEFORE_S = 300.0
"""Where a driver was is looked for this far back."""
MANY = 2000
"""Events from which on what they leave is worth keeping from the search for garbage."""
STEP_S = 90.0
"""Between two fixes farther apart than this a heading says nothing."""
STEADY_M = 3.0
"""A shorter step is the receiver's noise."""


@dataclass(frozen=True, slots=True)
class Span:
    """What there is to see: from the first to the last event (epoch seconds) with the marks between."""

    first_at: float
    last_at: float
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class Stand:
    """How things stood at ``at``, with all events up to number ``seq``. World and positions are the reader's own."""

    at: float
    seq: int
    world: World
    positions: PositionStore


@dataclass(frozen=True, slots=True)
class Stretch:
    """What follows up to ``until``: events, each with when it was logged, and fixes in the order of their time."""

    until: float
    changes: list[tuple[float, Logged]]
    fixes: FixBatch


class Rerun:
    """All of it belongs to one thread, which need not be the window's."""

    def __init__(self, recording: Recording, tracks: TrackLog | None) -> None:
        self._recording, self._tracks = recording, tracks

    def open(self, pause: Callable[[int], None]) -> Span:
        """Read the log, or what it has grown by; see `Recording.follow`.

        What it is made of stays: looking through it for garbage, now or later, would hold everybody up.
        """
        searching, before = gc.isenabled(), self._recording.seq
        gc.disable()
        try:
            self._recording.follow(pause)
        finally:
            if self._recording.seq - before > MANY:
                gc.freeze()
            if searching:
                gc.enable()
        return Span(self._recording.first_at, self._recording.last_at, self._recording.marks())

    def stand(self, at: float) -> Stand:
        self._recording.follow()
        world = self._recording.world_at(at)
        fixes = self._fixes(at - BEFORE_S - STEP_S, at)
        positions = PositionStore(max(1024, len(world.drivers)))
        positions.apply(fixes.only(np.array([d in world.drivers for d in fixes.drivers], np.bool_), world.drivers), at)
        positions.describe({d.id: (d.vehicle, world.activity(d.id)) for d in world.drivers.values()})
        return Stand(at, self._recording.seq_at(at), world, positions)

    def onward(self, seq: int, after: float, until: float) -> Stretch:
        """What happened between event number ``seq``, at ``after``, and ``until``."""
        self._recording.follow()
        fixes = self._fixes(after - STEP_S, until)
        rows = np.flatnonzero(fixes.t > after)
        rows = rows[np.argsort(fixes.t[rows], kind="stable")]
        return Stretch(until, self._recording.between(seq, until), taken(fixes, rows))

    def step(self, at: float, kinds: frozenset[str], back: bool = False) -> float | None:
        """When the next event of these kinds was logged after ``at``, or the last one before it; ``None`` for none."""
        self._recording.follow()
        return self._recording.step(at, kinds, back)

    def _fixes(self, since: float, until: float) -> FixBatch:
        if self._tracks is None:
            none = np.empty(0)
            return FixBatch([], np.empty(0, np.int64), none, none, none, none, none, none)
        ways = self._tracks.ways(since, until)
        spd, hdg = moved(ways)
        return FixBatch(ways.drivers, ways.driver, ways.t, ways.lat, ways.lon, np.full(len(ways.t), np.nan), spd, hdg)


def touched_drivers(change: Change) -> set[str]:
    """Whose doings a change may have changed."""
    touched = {d.id for d in change.drivers} | {r.driver_id for r in change.routes} | {o.driver_id for o in change.offers}
    return touched | {o.driver_id for o in change.orders if o.driver_id is not None}


def moved(ways: Ways) -> tuple[Floats, Floats]:
    """Speed in m/s and heading in degrees at each fix, by the step from the one before; NaN where there is none near in time.

    Steps are so short that the globe is flat across them (equirectangular).
    """
    lat, lon = np.radians(ways.lat), np.radians(ways.lon)
    north, seconds = np.diff(lat, prepend=np.nan), np.diff(ways.t, prepend=np.nan)
    east = np.diff(lon, prepend=np.nan) * np.cos(lat)
    metres = EARTH_RADIUS_M * np.hypot(north, east)
    known = (np.diff(ways.driver, prepend=-1) == 0) & (seconds > 0) & (seconds <= STEP_S)
    spd = np.where(known, metres / np.where(known, seconds, 1.0), np.nan)
    return spd, np.where(known & (metres >= STEADY_M), np.degrees(np.arctan2(east, north)) % 360.0, np.nan)


def taken(fixes: FixBatch, rows: Rows) -> FixBatch:
    """These rows of the fixes, in this order."""
    present, driver = np.unique(fixes.driver[rows], return_inverse=True)
    columns = (getattr(fixes, name)[rows] for name in ("t", "lat", "lon", "acc", "spd", "hdg"))
    return FixBatch([fixes.drivers[d] for d in present.tolist()], driver, *columns)
