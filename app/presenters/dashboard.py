"""The dashboard's figures: kept by the core as they happen, read back from the log when it is first looked at."""

from __future__ import annotations

import csv
import importlib
import io
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance

from app.presenters.dashboard_charts import AREAS_SHOWN, area_chart, charts, provider_chart, tiles
from app.presenters.links import Links
from app.saving import Saver
from core.domain.causes import cause
from core.domain.driver import Activity
from core.domain.events import Change, CycleFinished
from core.domain.language import capital, said, tr
from core.engine.engine import Engine
from core.geofencing.tagging import Tagger
from core.insight.areas import Balance, balance
from core.insight.course import Course
from core.insight.ledger import KEPT_MIN, Ledger
from core.tracking.positions import ACTIVITIES
from core.worker import look_back
from widgets.common.theme import Theme
from widgets.common.words import Moment
from widgets.dashboard.panel import DashboardPanel

log = logging.getLogger(__name__)

REFRESH_MS = 5000
KEPT_CYCLES = 20_000
BINS_MIN = {"hour": 5, "shift": 15, "day": 30}
SHIFT_H, SHIFT_AT_LEAST_H, SHIFT_AT_MOST_H = 8.0, 1.0, 16.0


class DashboardPresenter(QObject):
    """Until somebody looks, only the matcher's cycles are remembered: the log does not have them."""

    ready = Signal()
    _loaded = Signal(object)
    _written = Signal(object)
    _looked_back = Signal(object)
    _balanced = Signal(int, list)

    def __init__(self, engine: Engine, executor: Executor, panel: DashboardPanel, theme: Theme, saver: Saver) -> None:
        super().__init__(panel)
        self._engine, self._executor, self._panel, self._theme, self._saver = engine, executor, panel, theme, saver
        self._cycles: deque[CycleFinished] = deque(maxlen=KEPT_CYCLES)
        self._waiting: list[Change] = []
        self._ledger: Ledger | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._tagger = Tagger()
        self._asked = 0
        self._balance: list[Balance] = []
        self._span = "hour"
        self._closed = False
        self._links = Links()
        self._links.keep(engine.bus.subscribe(CycleFinished, self._hear_cycle))
        self._links.connect(panel.seen, self._seen)
        self._links.connect(panel.range_chosen, self.choose)
        self._links.connect(panel.picture_asked, self.save_picture)
        self._links.connect(panel.table_asked, self.save_table)
        self._links.connect(theme.changed, self._dress)
        self._loaded.connect(self._have_charts)
        self._written.connect(self._look_back)
        self._looked_back.connect(self._take)
        self._balanced.connect(self._have_balance)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        panel.set_range(self._span)
        panel.set_look(theme.look)
        if panel.isVisible():
            self._seen()

    def close(self) -> None:
        self._closed = True
        self._links.end()
        self._timer.stop()
        self._asked += 1
        if self._thread is not None:
            self._thread.shutdown(wait=True, cancel_futures=True)
        self._panel.clear()

    # Beginning

    def _seen(self) -> None:
        self._timer.start()
        if self._thread is not None:
            self._refresh()
            return
        self._thread = ThreadPoolExecutor(1, "dashboard")
        self._thread.submit(importlib.import_module, "widgets.dashboard.chart").add_done_callback(self._loaded.emit)
        # From here on changes are kept; all before are on the disk once an empty write is.
        self._links.keep(self._engine.bus.subscribe(Change, self._hear))
        self._engine.store.write(()).add_done_callback(self._unless_closed(self._written))

    def _unless_closed(self, told: SignalInstance) -> Callable[[Future[Any]], None]:
        """Writers and workers may still be at it when nobody listens any more."""

        def tell(done: Future[Any]) -> None:
            if not self._closed:
                told.emit(done)

        return tell

    def _have_charts(self, done: Future[object]) -> None:
        try:
            done.result()
        except CancelledError:
            return
        except Exception:
            log.exception("the charts can't be drawn")
            self._panel.say(tr("The charts can't be drawn"), tr("Install the package pyqtgraph anew; the log says more"))
            return
        self._panel.build()
        self._refresh()

    def _look_back(self, done: Future[int]) -> None:
        try:
            since = self._engine.clock.now() - 60 * KEPT_MIN
            usual_min = self._engine.settings.number("orders.pickup_stop_min")
            work = self._executor.submit(look_back, self._engine.store.path, since, done.result(), usual_min)
        except Exception as error:
            self._fail(error)
        else:
            work.add_done_callback(self._unless_closed(self._looked_back))

    def _take(self, done: Future[Ledger]) -> None:
        try:
            ledger = done.result()
        except CancelledError:
            return
        except Exception as error:
            self._fail(error)
            return
        for event in (*self._cycles, *self._waiting):
            ledger.note(event)
        self._waiting.clear()
        self._ledger = ledger
        self.ready.emit()
        self._refresh()

    def _fail(self, error: Exception) -> None:
        log.error("the log could not be read for the dashboard", exc_info=error)
        self._panel.say(tr("The day can't be read"), capital(said(cause(error))))

    # Hearing

    def _hear_cycle(self, cycle: CycleFinished) -> None:
        self._cycles.append(cycle)
        if self._ledger is not None:
            self._ledger.note(cycle)

    def _hear(self, change: Change) -> None:
        if self._ledger is not None:
            self._ledger.note(change)
        else:
            self._waiting.append(change)

    # Showing

    def choose(self, span: str) -> None:
        """``span`` is a key of the panel's ranges."""
        self._span = span
        self._panel.set_range(span)
        self._refresh()

    @property
    def span(self) -> str:
        return self._span

    @property
    def has_figures(self) -> bool:
        return self._ledger is not None

    def save_picture(self) -> None:
        picture = self._panel.snapshot()

        def write(path: Path) -> None:
            if not picture.save(str(path)):
                raise OSError(tr("the picture can't be stored there"))

        self._saver.ask(tr("Where is the picture to be saved?"), self._file_name("png"), tr("Picture"), write)

    def save_table(self) -> None:
        course = self._course()
        if course is None:
            return
        text = as_csv(course, Moment(self._engine.clock.now(), self._engine.clock.zone))
        self._saver.ask(
            tr("Where is the table to be saved?"),
            self._file_name("csv"),
            "CSV",
            lambda path: path.write_text(text, encoding="utf-8", newline=""),
        )

    def _file_name(self, ending: str) -> str:
        now = datetime.fromtimestamp(self._engine.clock.now(), self._engine.clock.zone)
        return f"figures-{now:%Y-%m-%d-%H%M}.{ending}"

    def _begin(self, now: float) -> float:
        """When the span that is shown begins; a shift with the first of those that are on now."""
        if self._span == "hour":
            return now - 3600
        if self._span == "day":
            return now - 60 * KEPT_MIN + 1800
        begins = (d.shift_start for d in self._engine.world.drivers.values() if d.shift_start is not None)
        first = min((at for at in begins if at <= now and now - at <= 3600 * SHIFT_AT_MOST_H), default=now - 3600 * SHIFT_H)
        return min(first, now - 3600 * SHIFT_AT_LEAST_H)

    def _course(self) -> Course | None:
        now = self._engine.clock.now()
        return None if self._ledger is None else self._ledger.course(self._begin(now), now, BINS_MIN[self._span])

    def _refresh(self) -> None:
        if not self._panel.isVisible():
            self._timer.stop()
            return
        if self._show():
            self._ask_balance()

    def _show(self) -> bool:
        """Whether there is anything to show yet."""
        course = self._course()
        if course is None or self._ledger is None:
            return False
        now, world = self._engine.clock.now(), self._engine.world
        whole = self._ledger.whole(self._begin(now), now)
        shown = [*charts(course, now), area_chart(self._balance), provider_chart(world, self._engine.setup.shares())]
        self._panel.show_figures(tiles(whole), shown, Moment(now, self._engine.clock.zone))
        return True

    def _dress(self, _: str) -> None:
        self._panel.set_look(self._theme.look)
        self._refresh()

    def _ask_balance(self) -> None:
        """Who is where is worked out in the thread: there may be many areas with many corners."""
        positions, world = self._engine.positions, self._engine.world
        free = np.flatnonzero(positions.activity == ACTIVITIES.index(Activity.FREE))
        places = np.column_stack((positions.lat[free], positions.lon[free]))
        places = places[np.isfinite(places).all(axis=1)]
        areas, orders, tagger, outside = dict(world.areas), list(world.open_orders()), self._tagger, tr("Elsewhere")
        self._asked += 1
        asked = self._asked

        def work() -> list[Balance]:
            return balance(areas, orders, tagger.tags(places, areas), AREAS_SHOWN, outside)  # type: ignore[arg-type]

        assert self._thread is not None
        self._thread.submit(work).add_done_callback(lambda done: self._balanced.emit(asked, [done]))

    def _have_balance(self, asked: int, done: list[Future[list[Balance]]]) -> None:
        if asked == self._asked and not done[0].cancelled():
            before, self._balance = self._balance, done[0].result()
            if self._balance and not before:
                self._show()  # nobody waits for the next beat to be told that somebody is free


def as_csv(course: Course, moment: Moment) -> str:
    """One row a span, its beginning in local time; what there is not is empty."""
    out = io.StringIO()
    table = csv.writer(out)
    figures = course.figures()
    table.writerow(["from", "minutes", *figures])
    for i, at in enumerate(course.at.tolist()):
        begin = datetime.fromtimestamp(at, moment.zone).isoformat(timespec="minutes")
        values = (float(column[i]) for column in figures.values())
        table.writerow([begin, f"{course.bin_s / 60:g}", *("" if np.isnan(v) else f"{round(v, 6):.6g}" for v in values)])
    return out.getvalue()
