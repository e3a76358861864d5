"""The timeline of 300 drivers over 12 hours, about three orders an hour each, as the console draws it.

*paint* is one drawing of all that is in view in a window of 1,600 × 500; *day* with the whole twelve hours across, *usual* at
the zoom it opens with. Milliseconds are the main thread's own processor time, so that what else runs on the machine does not
count. *scroll* is a step of the scroll bar with its drawing, down and across. *rows* is making every row
anew, *row* one of them; *hold* what the main thread does before a worker prices what is held over another driver. The peer
draws the same stops as pyqtgraph's bars and points, in a view that may be dragged.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import TYPE_CHECKING

from app.benches import Result

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from core.domain.world import World
    from widgets.timeline.rows import TimelineRow

DRIVERS, HOURS, GAP_S = 300, 12.0, 1200.0
NOON = 1_770_033_600.0
WIDTH, HEIGHT = 1600, 500
DAY_PX_PER_H = (WIDTH - 208) / HOURS


def run(scale: float = 1.0) -> Result:
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    drivers = max(10, int(DRIVERS * scale))
    world = market(drivers)
    result = Result()
    rows: list[TimelineRow] = []

    def make() -> None:
        rows[:] = _rows(world)

    runs = 5 if scale >= 1 else 1
    result.figures["drivers"] = drivers
    result.figures["rows_ms"] = 1000 * median(_busy_s(make) for _ in range(runs))
    result.figures["row_ms"] = result.figures["rows_ms"] / drivers
    result.figures["stops"] = sum(len(row.stops) for row in rows)
    result.figures |= _drawn(rows, 60 if scale >= 1 else 5)
    result.figures["hold_ms"] = _held(world, runs)
    peer = _pyqtgraph(rows, 20 if scale >= 1 else 2)
    result.peers = {"pyqtgraph_day_paint_ms": peer}
    result.ratios = {"day_paint_vs_pyqtgraph": peer / result.figures["day_paint_p50_ms"]}
    return result


def market(drivers: int) -> World:
    """A world in which every driver has done half a day, and has two orders under way."""
    from core.domain.driver import Driver, Presence, Route, Stop
    from core.domain.geo import LatLon
    from core.domain.merchant import Merchant
    from core.domain.order import Order, Status
    from core.domain.vehicle import Vehicle
    from core.domain.world import World
    from core.orders.draft import stops_of

    dice = random.Random(1)
    world = World()
    shop = LatLon(45.0, 9.0)
    world.merchants["M"] = Merchant("M", "Trattoria Rosa", shop)
    half = int(HOURS * 3600 / GAP_S / 2)
    for d in range(drivers):
        driver = Driver(f"D-{d:03}", f"Driver {d}", Vehicle.SCOOTER, presence=Presence.ONLINE)
        world.drivers[driver.id] = driver
        stops: list[Stop] = []
        for n in range(half + 2):
            at = NOON - (half - n) * GAP_S + dice.uniform(0, 300)
            order = Order(
                id=f"{d:03}{n:03}", merchant_id="M", pickup=shop,
                dropoff=LatLon(45.0 + dice.uniform(-0.03, 0.03), 9.0 + dice.uniform(-0.03, 0.03)),
                placed_at=at - 600, ready_at=at + 240, due_at=at + 1000, address="Mill Lane 4", driver_id=driver.id,
                status=Status.DELIVERED if n < half else Status.ASSIGNED, assigned_at=at - 300,
                arrived_pickup_at=at if n < half else None, picked_up_at=at + 300 if n < half else None,
                arrived_dropoff_at=at + 700 if n < half else None, delivered_at=at + 820 if n < half else None,
            )  # fmt: skip
            world.orders[order.id] = order
            if n >= half:
                stops += stops_of(order)
        world.routes[driver.id] = Route(driver.id, tuple(stops))
    return world


def _rows(world: World) -> list[TimelineRow]:
    from app.presenters.timeline_rows import coming_stops, past_stops, timeline_row
    from core.domain.geo import LatLon

    theirs: dict[str, list[str]] = {}
    for order in world.orders.values():
        theirs.setdefault(order.driver_id or "", []).append(order.id)
    made = []
    for driver_id in world.drivers:
        past = past_stops([world.orders[i] for i in theirs[driver_id]], world)
        coming = coming_stops(world.route(driver_id), world, None, NOON, LatLon(45.0, 9.0))
        made.append(timeline_row(driver_id, world, past, coming, NOON, False))
    return made


def _drawn(rows: list[TimelineRow], runs: int) -> dict[str, float]:
    from datetime import UTC

    from PySide6.QtTest import QTest

    from widgets.common.words import Moment
    from widgets.timeline.panel import TimelinePanel

    panel = TimelinePanel()
    panel.resize(WIDTH, HEIGHT)
    panel.show()
    QTest.qWaitForWindowExposed(panel)
    panel.set_moment(Moment(NOON, UTC), NOON - 6 * 3600, NOON + 6 * 3600)
    figures = {"set_rows_ms": 1000 * _busy_s(lambda: panel.set_rows(rows))}
    view = panel.view
    for name, px_per_h in (("usual", 480.0), ("day", DAY_PX_PER_H)):
        view._px_per_h = px_per_h
        view._lay_out()
        view.follow(True)
        figures |= _spread(f"{name}_paint", [_painted(view.viewport()) for _ in range(runs)])
        steps = []
        down, across = view.verticalScrollBar(), view.horizontalScrollBar()
        for step in range(runs):
            down.setValue(down.maximum() * step // runs)
            across.setValue(across.maximum() * step // runs)
            steps.append(_painted(view.viewport()))
        figures |= _spread(f"{name}_scroll", steps)
    figures["rows_in_view"] = len(view.rows_in_view())
    panel.close()
    panel.deleteLater()
    return figures


def _busy_s(work: Callable[[], object]) -> float:
    """Seconds of this thread's processor time."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _painted(widget: QWidget) -> float:
    """Seconds of one drawing; ``repaint`` draws at once."""
    return _busy_s(widget.repaint)


def _spread(name: str, seconds: list[float]) -> dict[str, float]:
    cuts = quantiles(seconds, n=100)
    return {f"{name}_p50_ms": 1000 * cuts[49], f"{name}_p99_ms": 1000 * cuts[98]}


def _held(world: World, runs: int) -> float:
    """An order is held over another driver: the commands for each place of its other stop, tried, and the snapshot of all."""
    import numpy as np

    from app.actions.moving import routes_of, trials, ways
    from core.domain.reports import FixBatch
    from core.engine.planning import Planner
    from core.engine.snapshots import Photographer
    from core.engine.tally import Tally
    from core.orders.desk import Desk
    from core.settings import Settings
    from core.tracking.positions import PositionStore
    from core.tracking.search import Searcher
    from widgets.timeline.rows import Move

    settings, ids = Settings(), list(world.drivers)
    positions = PositionStore()
    nothing = np.full(len(ids), np.nan)
    here = np.full(len(ids), 45.0), np.full(len(ids), 9.0)
    fixes = FixBatch(ids, np.arange(len(ids)), np.full(len(ids), NOON), *here, np.full(len(ids), 5.0), nothing, nothing)
    positions.apply(fixes, NOON)
    camera = Photographer(world, positions, Searcher(positions), settings, Planner(), Tally(()))
    desk = Desk(world, settings)
    order = world.route(ids[0]).stops[0].order_id

    def hold() -> None:
        tried, _ = trials(
            ways(Move((order,), ids[1], 1, ("pickup", order)), world), world, lambda command: desk.handle(command, NOON)
        )
        camera.sketch(routes_of(tried), NOON)

    return 1000 * median(_busy_s(hold) for _ in range(max(3, 4 * runs)))


def _pyqtgraph(rows: list[TimelineRow], runs: int) -> float:
    """Milliseconds of one drawing of the same rows and hours, bars for the ways and points for the stops."""
    import numpy as np
    import pyqtgraph as pg
    from PySide6.QtTest import QTest

    plot = pg.PlotWidget()
    plot.resize(WIDTH, HEIGHT)
    place = {row.id: i for i, row in enumerate(rows)}
    stops = [(place[row.id], stop) for row in rows for stop in row.stops]
    y = np.array([i for i, _ in stops], np.float64)
    start = np.array([stop.set_off for _, stop in stops])
    end = np.array([stop.arrive for _, stop in stops])
    plot.addItem(pg.BarGraphItem(x0=start, x1=end, y0=y - 0.05, y1=y + 0.05, pen=None, brush="b"))
    plot.addItem(pg.ScatterPlotItem(x=end, y=y, symbol="s", size=12, pen=None, brush="g"))
    in_view = (HEIGHT - 60) / 30
    plot.setXRange(NOON - 6 * 3600, NOON + 6 * 3600, padding=0)
    plot.setYRange(0, in_view, padding=0)
    plot.show()
    QTest.qWaitForWindowExposed(plot)

    def dragged(step: int) -> Callable[[], None]:
        def work() -> None:
            plot.setXRange(NOON - 6 * 3600 + 60 * step, NOON + 6 * 3600 + 60 * step, padding=0)
            plot.viewport().repaint()

        return work

    found = sorted(_busy_s(dragged(step)) for step in range(runs + 1))[runs // 2]
    plot.close()
    plot.deleteLater()
    return 1000 * found
