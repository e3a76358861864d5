"""Board, drivers table, log and status bar: events in, rows out, no faster than a person reads."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from itertools import islice

import numpy as np
from PySide6.QtCore import QObject, QTimer

from app.presenters.history_text import log_row
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.presenters.rows import DriverRows
from app.presenters.selection import Selection
from app.presenters.tracking_text import troubles
from app.scene import Scene, Turned, recent
from core.domain.events import (
    BrokerChanged,
    Change,
    CycleFailed,
    DriverRegistered,
    DriverRemoved,
    EtasUpdated,
    Event,
    FixesApplied,
    MessageRefused,
)
from core.domain.language import said
from core.tracking.positions import ACTIVITIES
from widgets.common.words import Moment
from widgets.drivers.panel import DriversPanel
from widgets.log.panel import LogPanel
from widgets.log.rows import LogRow
from widgets.status.bar import StatusPieces

DRIVERS_MS = 500
DRIVERS_AT_ONCE, PORTION_S = 500, 0.004
"""Rows of the drivers table made anew in one refresh, and the time for those that can't be seen."""
LOG_MS = 250
SHOWN = 500
"""Lines of the log to begin with."""
SECOND_MS = 1000
PILE, PILED_BEATS = 100, 3
"""So many changes that wait for the disk at so many beats in a row are worth a word."""


class DriversPresenter(QObject):
    """All rows are made once; then those that can be seen, those whose drivers something has happened to, and a few of the
    others in turn, so that a refresh takes no longer for a fleet of fifty thousand.
    """

    def __init__(self, engine: Scene, panel: DriversPanel, selection: Selection) -> None:
        super().__init__(panel)
        self._engine, self._panel, self._selection = engine, panel, selection
        self._following = False
        self._refresh = Refresh(self._show, DRIVERS_MS, self)
        self._ids: list[str] | None = None
        self._of_roster = np.empty(0, np.int64)
        self._touched: dict[str, None] = {}
        self._turn = 0
        self._links = Links()
        subscribe = engine.bus.subscribe
        self._links.keep(
            subscribe(FixesApplied, self._refresh), subscribe(Change, self._hear), subscribe(EtasUpdated, self._hear_etas)
        )
        self._links.keep(subscribe(Turned, self._turned), engine.settings.on_change(lambda *_: self._refresh()))
        self._links.connect(panel.selection_changed, self._chosen)
        self._links.connect(selection.changed, self._follow)
        self._show()

    def close(self) -> None:
        self._links.end()
        self._refresh.stop()
        self._panel.set_rows(())

    def _hear(self, change: Change) -> None:
        if isinstance(change, DriverRegistered | DriverRemoved):
            self._ids = None
        self._touched.update(
            dict.fromkeys(
                [*(d.id for d in change.drivers), *(r.driver_id for r in change.routes), *(o.driver_id for o in change.offers)]
            )
        )
        self._touched.update(dict.fromkeys(o.driver_id for o in change.orders if o.driver_id is not None))
        self._refresh()

    def _turned(self, _: Turned) -> None:
        self._ids = None
        self._refresh.now()

    def _hear_etas(self, _: EtasUpdated) -> None:
        self._touched.update(dict.fromkeys(self._engine.world.routes))
        self._refresh()

    def _show(self) -> None:
        if not self._panel.isVisible():
            self._refresh()
            return
        engine, panel = self._engine, self._panel
        now = engine.clock.now()
        panel.set_moment(Moment(now, engine.clock.zone))
        panel.set_only_on_shift(engine.settings.flag("window.only_on_shift"))
        differs = engine.modes.differing_s(now) > engine.settings.number("tracking.confirm_within_s")
        troubled = set(np.flatnonzero(differs | (engine.positions.correction != 0)).tolist())

        def trouble(driver_id: str) -> str:
            row = engine.positions.find(driver_id)
            return "; ".join(t.line for t in troubles(driver_id, engine, now)) if row in troubled else ""

        make = DriverRows(engine.world, engine.positions, engine.silent(now), now, trouble).of
        drivers = engine.world.drivers
        self._following = len(self._selection.drivers) > 1 or bool(self._selection.orders)
        if self._ids is None:
            self._ids, self._touched = list(drivers), {}
            self._of_roster = engine.positions.rows(self._ids)
            panel.set_rows(map(make, drivers.values()))
        else:
            panel.update_rows([make(drivers[driver_id]) for driver_id in self._due(self._ids) if driver_id in drivers])
        self._following = False
        counts = np.bincount(engine.positions.activity[self._of_roster], minlength=len(ACTIVITIES)).tolist()
        panel.set_counts({activity.value: count for activity, count in zip(ACTIVITIES, counts, strict=True)})
        self._follow()  # who is chosen may have come into the table only now

    def _due(self, ids: list[str]) -> Iterator[str]:
        """What can be seen, and as many of the others as there is time for, `DRIVERS_AT_ONCE` at most."""
        yield from self._panel.in_view()
        until = time.perf_counter() + PORTION_S
        touched = list(islice(self._touched, DRIVERS_AT_ONCE))
        for driver_id in touched:
            del self._touched[driver_id]
            yield driver_id
            if time.perf_counter() > until:
                return
        for _ in range(min(DRIVERS_AT_ONCE - len(touched), len(ids))):
            self._turn = (self._turn + 1) % len(ids)
            yield ids[self._turn]
            if time.perf_counter() > until:
                return

    def _chosen(self, ids: list[str]) -> None:
        if not self._following and (ids or self._selection.drivers):
            self._selection.set_drivers(ids)

    def _follow(self) -> None:
        """Who is not in the table, by its filter, stays selected."""
        chosen, wanted = set(self._panel.selected()), set(self._selection.drivers)
        if chosen != wanted:
            self._following = True
            self._panel.select(self._selection.drivers, scroll=not chosen & wanted)
            self._following = False


class LogPresenter(QObject):
    def __init__(self, engine: Scene, panel: LogPanel) -> None:
        super().__init__(panel)
        self._engine, self._panel = engine, panel
        self._number = 0
        self._stale = False
        self._waiting: deque[LogRow] = deque(maxlen=5000)
        self._refresh = Refresh(self._show, LOG_MS, self)
        kinds = (Change, MessageRefused, BrokerChanged, CycleFailed)
        self._leave = [engine.bus.subscribe(kind, self._hear) for kind in kinds]
        self._leave.append(engine.bus.subscribe(Turned, self._turned))
        self._anew()

    def close(self) -> None:
        for leave in self._leave:
            leave()
        self._refresh.stop()
        self._panel.clear()

    def _turned(self, _: Turned) -> None:
        """A slider that is dragged turns often: the log is read again once it can be seen, and rests."""
        self._stale = True
        self._refresh()

    def _anew(self) -> None:
        self._stale = False
        self._waiting.clear()
        self._panel.clear()
        for logged in reversed(recent(self._engine, SHOWN)):
            self._hear(logged.change)

    def _hear(self, event: Event) -> None:
        self._number += 1
        row = log_row(self._number, event, self._engine.world)
        if row is not None:
            self._waiting.append(row)
            self._refresh()

    def _show(self) -> None:
        if self._stale:
            if not self._panel.isVisible():
                self._refresh()
                return
            self._anew()
        self._panel.set_moment(Moment(self._engine.clock.now(), self._engine.clock.zone))
        self._panel.append(list(self._waiting))
        self._waiting.clear()


class StatusPresenter(QObject):
    """Broker, rate, refused messages, the stalest driver, the disk and the clock, once a second."""

    def __init__(self, engine: Scene, bar: StatusPieces, training: bool, speed: int | None) -> None:
        super().__init__(bar)
        self._engine, self._bar = engine, bar
        self._received = 0
        self._pending_for = 0
        self._last_refusal = ""
        bar.set_mode("training" if training else "live")
        bar.set_speed(speed)
        self._links = Links()
        subscribe = engine.bus.subscribe
        self._links.keep(subscribe(MessageRefused, self._refused), subscribe(Turned, lambda _: self._beat()))
        self._second = QTimer(self)
        self._second.timeout.connect(self._beat)
        self._second.start(SECOND_MS)
        self._beat()

    def close(self) -> None:
        self._links.end()
        self._second.stop()

    def _refused(self, event: MessageRefused) -> None:
        self._last_refusal = f"{event.topic}: {said(event.reason)}"

    def _beat(self) -> None:
        engine, bar = self._engine, self._bar
        stats = engine.transport.stats
        bar.set_broker(stats.state, said(stats.detail))
        bar.set_rate(max(0, stats.received - self._received) * 1000 / SECOND_MS)
        self._received = stats.received
        bar.set_refused(engine.refused_count, self._last_refusal)
        bar.set_shed(stats.shed)
        self._show_disk()
        now = engine.clock.now()
        bar.set_clock(Moment(now, engine.clock.zone).clock(now, seconds=True))
        self._show_stalest(now)

    def _show_disk(self) -> None:
        """Something is always on its way to the disk; news is only what piles up, or can't get there."""
        pending, problem = self._engine.unwritten, said(self._engine.store.health.problem)
        self._pending_for = self._pending_for + 1 if pending > PILE else 0
        self._bar.set_writing(pending if problem or self._pending_for > PILED_BEATS else 0, problem)

    def _show_stalest(self, now: float) -> None:
        """The driver under way who has been silent the longest; those who are off duty are no news."""
        engine = self._engine
        rows = [row for d in engine.world.routes if (row := engine.positions.find(d)) is not None]
        ages = now - engine.positions.t[np.array(rows, np.int64)] if rows else np.empty(0)
        if not len(ages) or np.isnan(ages).all():
            self._bar.set_stalest("", "", None)
            return
        worst = int(np.nanargmax(ages))
        driver_id = engine.positions.driver_ids(np.array([rows[worst]]))[0]
        driver = engine.world.drivers[driver_id]
        alarm = bool(engine.silent(now)[rows[worst]])
        self._bar.set_stalest(driver_id, driver.name, float(ages[worst]), alarm)
