"""What drivers' fixes lead to: where everyone is, and who came and left where."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import Activity, Driver
from core.domain.events import AreaCrossed, Change, FenceCrossed, FenceDwelled
from core.domain.geo import LatLon
from core.domain.merchant import Area
from core.domain.reports import FixBatch
from core.geofencing.areas import AreaCrossing, AreaWatcher
from core.geofencing.watcher import Crossing, FenceWatcher, Told
from core.settings import Settings
from core.tracking.clocks import PhoneClocks
from core.tracking.jumps import Held, Jumps
from core.tracking.positions import ACTIVITIES, LastKnown, PositionStore, Rows
from core.tracking.stillness import Stillness

SAVED_AT_ONCE = 2000
"""Most last known places handed to the database in one turn: what a tick can bear."""
TURNED_AT_ONCE = 500
"""Most drivers who go offline, or come back, in one turn."""

_OFFLINE = ACTIVITIES.index(Activity.OFFLINE)
_TO_PICKUP = ACTIVITIES.index(Activity.TO_PICKUP)


class Movement:
    """``held_back`` counts fixes that no vehicle can have come to."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._jumps = Jumps()
        self.positions = PositionStore(jumps=self._jumps)
        self.clocks = PhoneClocks()
        self.fences = FenceWatcher(self.positions.row)
        self.areas = AreaWatcher()
        self._stillness = Stillness()
        self._unsaved = np.zeros(0, np.bool_)
        self._saved_to = 0

    @property
    def held_back(self) -> int:
        return self._jumps.held

    def apply(self, fixes: FixBatch, now: float) -> tuple[Rows, list[Change]]:
        """The rows that changed, and what it means that they are where they are."""
        self._jumps.fastest_mps = self._settings.number("tracking.fastest_kmh") / 3.6 or math.inf
        self.fences.dwell_s = self._settings.number("geofencing.dwell_s")
        self._look_at_clocks(fixes, now)
        steps = self.positions.take(fixes, now)
        if len(self._unsaved) < len(self.positions):
            more = max(len(self.positions), 2 * len(self._unsaved)) - len(self._unsaved)
            self._unsaved = np.append(self._unsaved, np.zeros(more, np.bool_))
        self._unsaved[steps.changed] = True
        p, changed = self.positions, steps.changed
        self._stillness.see(changed, p.lat[changed], p.lon[changed], p.t[changed])
        way = steps.row, steps.lat, steps.lon, steps.acc, steps.t
        changes: list[Change] = [_told(one) for one in self.fences.check(*way)]
        changes += [self._area_told(one) for one in self.areas.check(*way)]
        return steps.changed, changes

    def _look_at_clocks(self, fixes: FixBatch, now: float) -> None:
        if not len(fixes):
            return
        newest = np.full(len(fixes.drivers), -math.inf)
        np.maximum.at(newest, fixes.driver, fixes.t)
        said = np.flatnonzero(np.isfinite(newest))
        rows = self.positions.rows(fixes.drivers)[said]
        tolerance_s = self._settings.number("tracking.clock_tolerance_s")
        put_right = self.clocks.note(rows, newest[said], now, tolerance_s)
        if len(put_right.rows):
            self.positions.correct(*put_right)

    def corrected(self, fixes: FixBatch) -> FixBatch:
        """The fixes with the times they were really taken at, as far as that is known."""
        if not self.positions.correction.any():
            return fixes
        seconds = self.positions.correction[self.positions.rows(fixes.drivers)]
        return replace(fixes, t=fixes.t + seconds[fixes.driver])

    def clock_error_s(self, driver_id: str) -> float:
        """Seconds to add to what a driver's phone says: 0 where its clock is right, or not known to be wrong."""
        row = self.positions.find(driver_id)
        return 0.0 if row is None else self.clocks.of(row)

    def held_lately(self, driver_id: str) -> Held | None:
        """What was held back of a driver in the last minutes of their own time."""
        row = self.positions.find(driver_id)
        return None if row is None else self._jumps.lately(row, float(self.positions.phone_t[row]))

    def watch_areas(self, areas: Iterable[Area]) -> None:
        """Keep watch as the areas say."""
        for area in areas:
            if area.watched and not area.removed:
                self.areas.watch(area)
            else:
                self.areas.unwatch(area.id)

    def restore(self, known: list[LastKnown]) -> None:
        """Begin where things stood: who was in an area is not told to enter it again."""
        self.positions.restore(known)
        p = self.positions
        rows = np.flatnonzero(np.isfinite(p.lat))
        self.areas.check(rows, p.lat[rows], p.lon[rows], p.acc[rows], p.t[rows])

    def silent(self, now: float) -> NDArray[np.bool_]:
        """By row of the position store: who has been silent for longer than their tracking mode allows."""
        number = self._settings.number
        active = {"active": number("tracking.offline_after_s")}
        return self.positions.offline(now, active, number("tracking.offline_after_passive_s"))

    def back(self, rows: Rows, now: float, drivers: Mapping[str, Driver]) -> list[str]:
        """Who of the rows was offline for silence and is heard from again; of very many the rest at their next fix."""
        heard = rows[self.positions.activity[rows] == _OFFLINE]
        if not len(heard):
            return []
        found = self.positions.driver_ids(heard[~self.silent(now)[heard]])
        return [one for one in found if not drivers[one].off_duty][:TURNED_AT_ONCE]

    def fallen_silent(self, now: float) -> list[str]:
        """Who is silent and does not count as offline yet; of very many the rest later."""
        quiet = np.flatnonzero(self.silent(now) & (self.positions.activity != _OFFLINE))
        return self.positions.driver_ids(quiet[np.argsort(self.positions.t[quiet], kind="stable")][:TURNED_AT_ONCE])

    def place(self, driver_id: str) -> LatLon:
        """Where the driver was last seen. KeyError for one who never was."""
        row = self.positions.find(driver_id)
        if row is None:
            raise KeyError(driver_id)
        return LatLon(float(self.positions.lat[row]), float(self.positions.lon[row]))

    def stuck(self, now: float, after_s: float) -> list[str]:
        """Who is on the way to a pick-up, is heard from, and has not moved for so long."""
        rows = np.flatnonzero((self.positions.activity == _TO_PICKUP) & ~self.silent(now))
        return self.positions.driver_ids(rows[self._stillness.seconds(rows, now) >= after_s])

    def unsaved(self, everyone: bool = False) -> list[LastKnown]:
        """Last known places that have changed since they were given, some of them at a time unless ``everyone`` is wanted."""
        rows = np.flatnonzero(self._unsaved)
        if not everyone:
            rows = np.concatenate((rows[rows >= self._saved_to], rows[rows < self._saved_to]))[:SAVED_AT_ONCE]
            self._saved_to = int(rows[-1]) + 1 if len(rows) else 0
        self._unsaved[rows] = False
        return self.positions.export(rows)

    @property
    def all_saved(self) -> bool:
        return not self._unsaved.any()

    def _area_told(self, one: AreaCrossing) -> AreaCrossed:
        driver_id = self.positions.driver_ids(np.array([one.row]))[0]
        return AreaCrossed(
            at=one.at, actor=f"driver:{driver_id}", driver_id=driver_id, area_id=one.area_id, entered=one.entered
        )


def _told(one: Told) -> Change:
    if isinstance(one, Crossing):
        return FenceCrossed(
            at=one.at,
            actor=f"driver:{one.driver_id}",
            driver_id=one.driver_id,
            order_id=one.order_id,
            stop=one.stop,
            entered=one.entered,
            radius_m=one.radius_m,
        )
    return FenceDwelled(
        at=one.at,
        actor=f"driver:{one.driver_id}",
        driver_id=one.driver_id,
        order_id=one.order_id,
        stop=one.stop,
        seconds=one.seconds,
    )
