"""A map in a window of its own process, with a fleet that moves: ``python -m app.benches.map_window COUNT SECONDS``.

Prints one JSON object: ``figures`` and ``peers``. The fleet is spread over the training city and reports at the active rate,
each driver every eight seconds, through the engine's own position store and the console's own presenter.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count as counting
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.benches import Numbers
from app.presenters.map import MapPresenter
from app.presenters.selection import Selection
from core.bus import Bus
from core.clock import RealClock
from core.domain.driver import Activity, Driver, Presence
from core.domain.events import DriverRegistered, FixesApplied
from core.domain.reports import FixBatch
from core.domain.vehicle import Vehicle
from core.engine.engine import Engine
from core.messaging.local import LocalBroker
from core.routing.training_city import training_city
from core.settings import Settings
from core.storage.store import Store
from core.tracking.positions import Rows
from widgets.common.theme import Theme
from widgets.map import webengine
from widgets.map.view import MapView

SIZE = (1600, 900)
TICK_S, REPORT_S = 0.25, 8.0
SPEED_MPS = 8.0
ROUNDS = 30
CLOCK_MS = 0.1
"""The page's clock knows nothing shorter."""
PATIENCE_S = 90.0
_M_PER_DEGREE = 111_195.0

# A hand that drags the map in circles, and one that zooms in and out; the times between the frames meanwhile.
SCRIPTS = """
window.bench = {};
bench.frames = (seconds, act) => new Promise((done) => {
  const times = [];
  const costs = [];
  let draws = Kerbside.stats.draws;
  const began = performance.now();
  const frame = (now) => {
    times.push(now);
    if (Kerbside.stats.draws !== draws) costs.push(Kerbside.stats.draw_ms);
    draws = Kerbside.stats.draws;
    if (performance.now() - began > seconds * 1000) return done({ gaps: times.slice(1).map((t, i) => t - times[i]), costs });
    act(times.length);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});
bench.mouse = (kind, x, y) => Kerbside.map.getContainer().dispatchEvent(
  new MouseEvent(kind, {
    bubbles: true, cancelable: true, view: window, clientX: x, clientY: y, button: 0, buttons: kind === "mouseup" ? 0 : 1,
  }));
bench.pan = async (seconds) => {
  const at = (n) => [700 + 250 * Math.cos(n / 12), 450 + 150 * Math.sin(n / 12)];
  bench.mouse("mousedown", ...at(0));
  const result = await bench.frames(seconds, (n) => bench.mouse("mousemove", ...at(n)));
  bench.mouse("mouseup", ...at(0));
  return result;
};
bench.zoom = (seconds) => {
  const map = Kerbside.map;
  const home = map.getZoom();
  let next = 0;
  return bench.frames(seconds, () => {
    if (performance.now() < next || map._animatingZoom) return;
    map.setZoom(map.getZoom() > home ? home : home + 1, { animate: true });
    next = performance.now() + 400;
  }).then((result) => (map.setZoom(home, { animate: false }), result));
};
bench.still = (seconds) => bench.frames(seconds, () => {});
bench.leaflet = async (seconds) => {
  const { map, drivers } = Kerbside;
  const renderer = L.canvas({ padding: 0.1 });
  const markers = [];
  for (let i = 0; i < drivers.count; i++) {
    const at = [Kerbside.latOf(drivers.y[i]), Kerbside.lonOf(drivers.x[i])];
    markers.push(L.circleMarker(at, { renderer, radius: 3, weight: 1, interactive: false }).addTo(map));
  }
  const costs = [];
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    for (const marker of markers) marker.setLatLng([marker._latlng.lat + 1e-5, marker._latlng.lng]);
    if (renderer._redrawRequest) L.Util.cancelAnimFrame(renderer._redrawRequest);
    renderer._redrawRequest = null;
    renderer._redraw();
    costs.push(performance.now() - began);
  }
  const pan = await bench.pan(seconds);
  markers.forEach((marker) => marker.remove());
  renderer.remove();
  return { costs, gaps: pan.gaps };
};
bench.run = (name, seconds) => {
  bench.result = null;
  const told = (result) => (bench.result = result);
  bench[name](seconds).then(told, (error) => told({ error: String(error.stack || error) }));
};
"""


class Fleet:
    """Drivers of the training city in an engine of their own, without a broker."""

    def __init__(self, folder: Path, count: int) -> None:
        now = time.time()
        store = Store.open(folder / "kerbside.db")
        ids = [f"D-{i}" for i in range(count)]
        people = tuple(Driver(i, f"Driver {i}", Vehicle.SCOOTER, presence=Presence.ONLINE, presence_at=now) for i in ids)
        store.write([DriverRegistered(at=now, drivers=people)]).result()
        self.executor = ThreadPoolExecutor(1)
        clock = RealClock()
        transport = LocalBroker(clock).endpoint("console", ())
        self.engine = Engine(
            clock=clock, bus=Bus(), settings=Settings({}), store=store, transport=transport, executor=self.executor
        )
        self.city = training_city()
        south, west, north, east = self.city.bounds
        self._rng = np.random.default_rng(1)
        self.ids = ids
        self.at = self._rng.uniform((south, west), (north, east), (count, 2))
        self.heading = self._rng.uniform(0, 360, count)
        activities = self._rng.choice(np.array(Activity, dtype=object), count, p=[0.05, 0.02, 0.4, 0.05, 0.18, 0.08, 0.22])
        self.engine.positions.describe({i: (Vehicle.SCOOTER, a) for i, a in zip(ids, activities.tolist(), strict=True)})
        self._turn = counting()
        self.report(np.arange(count))

    def report(self, who: Rows | None = None) -> None:
        """Those whose turn it is have come as far as their speed brings them, and some have turned a corner."""
        n, parts = len(self.ids), round(REPORT_S / TICK_S)
        rows = np.arange(next(self._turn) % parts, n, parts) if who is None else who
        turned = self._rng.random(len(rows)) < 0.2
        self.heading[rows[turned]] = self._rng.uniform(0, 360, int(turned.sum()))
        way = np.radians(self.heading[rows])
        step = np.column_stack((np.cos(way), np.sin(way) / np.cos(np.radians(self.at[rows, 0]))))
        self.at[rows] += step * SPEED_MPS * REPORT_S / _M_PER_DEGREE
        now, k = time.time(), len(rows)
        fixes = FixBatch(
            [self.ids[i] for i in rows.tolist()], np.arange(k), np.full(k, now), self.at[rows, 0], self.at[rows, 1],
            np.full(k, 8.0), np.full(k, SPEED_MPS), self.heading[rows],
        )  # fmt: skip
        changed = self.engine.positions.apply(fixes, now)
        self.engine.bus.publish(FixesApplied(at=now, rows=changed, count=k))


class Bench:
    def __init__(self, fleet: Fleet, app: QApplication) -> None:
        self.fleet = fleet
        self.view = MapView("light")
        self.view.resize(*SIZE)
        # All that the map asks of the dispatcher's deeds, where nobody does any.
        deeds: Any = SimpleNamespace(
            engine=fleet.engine, world=fleet.engine.world, selection=Selection(), tried=[], assign=lambda ids, driver: None
        )
        self.presenter = MapPresenter(deeds, fleet.executor, self.view, Theme(app, "light"))
        self.presenter.set_city(fleet.city)
        self.view.show()
        self._until(lambda: self.ask("Kerbside.drivers.count") == len(fleet.ids))
        self._until(lambda: bool(self.ask("Kerbside.stats.tiles")))
        self.view.run(SCRIPTS, lambda _: None)
        self._fed_s = 0.0
        self.beat = QTimer()
        self.beat.timeout.connect(self._report)
        self.beat.start(round(1000 * TICK_S))

    def _report(self) -> None:
        began = time.thread_time()
        self.fleet.report()
        self._fed_s += time.thread_time() - began

    def _until(self, there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not there():
            if time.monotonic() > deadline:
                raise AssertionError("the map's page did not answer")
            QTest.qWait(20)

    def ask(self, script: str) -> object:
        answers: list[object] = []
        self.view.run(f"typeof Kerbside === 'undefined' ? 'null' : JSON.stringify({script})", answers.append)
        self._until(lambda: bool(answers))
        return json.loads(str(answers[0] or "null"))

    def frames(self, name: str, seconds: float) -> dict[str, list[float]]:
        """The times between frames while a script runs, and what drawing cost, both in ms."""
        self.view.run(f"bench.run('{name}', {seconds})", lambda _: None)
        self._until(lambda: self.ask("bench.result") is not None)
        result = self.ask("bench.result")
        assert isinstance(result, dict)
        if "error" in result:
            raise AssertionError(result["error"])
        return result

    def look_from(self, zoom: float) -> None:
        lat, lon = self.fleet.city.centre

        def there() -> bool:
            # Leaflet passes over a view that is set while it moves to another one.
            self.view.set_view(lat, lon, zoom)
            return self.ask("Kerbside.map.getZoom()") == zoom

        self._until(there)
        QTest.qWait(600)

    def main_ms(self) -> float:
        """What one refresh costs the main thread: from the positions to the bytes that the page fetches."""
        times = []
        for _ in range(ROUNDS):
            QTest.qWait(10)
            began = time.perf_counter()
            self.presenter.show_drivers()
            self.view.encoded("drivers")
            times.append(1000 * (time.perf_counter() - began))
        return median(times)

    def busy(self, seconds: float) -> tuple[float, int, int]:
        """Of the main thread, ms of work in a second, the fleet's own reports left out; refreshes and drawings of the page
        meanwhile."""
        refreshes, draws = self.view.refreshes, self._draws()
        began, worked = time.perf_counter(), time.thread_time() - self._fed_s
        QTest.qWait(round(1000 * seconds))
        share = (time.thread_time() - self._fed_s - worked) / (time.perf_counter() - began)
        return 1000 * share, self.view.refreshes - refreshes, self._draws() - draws

    def _draws(self) -> int:
        found = self.ask("Kerbside.stats.draws")
        assert isinstance(found, int)
        return found


def measure(count: int, seconds: float) -> tuple[Numbers, Numbers]:
    webengine.prepare()
    app = QApplication(sys.argv[:1])
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        fleet = Fleet(Path(folder), count)
        bench = Bench(fleet, app)
        figures: Numbers = {"drivers": count, "refresh_main_ms": bench.main_ms()}
        for name, zoom in (("far", 12.0), ("middle", 15.0), ("near", 17.0)):
            bench.look_from(zoom)
            panned, zoomed = bench.frames("pan", seconds), bench.frames("zoom", seconds)
            figures[f"{name}_shown"] = int(str(bench.ask("Kerbside.stats.shown")))
            figures[f"{name}_draw_ms"] = max(CLOCK_MS, median(panned["costs"] + zoomed["costs"]))
            figures |= _percentiles(f"{name}_pan", panned["gaps"]) | _percentiles(f"{name}_zoom", zoomed["gaps"])
        bench.look_from(13.0)
        figures["shown_main_busy_ms_per_s"], shown_refreshes, _ = bench.busy(seconds)
        figures["shown_refreshes_per_s"] = shown_refreshes / seconds
        bench.view.set_layers({"drivers": False})
        QTest.qWait(1000)
        figures["hidden_main_busy_ms_per_s"], refreshes, draws = bench.busy(seconds)
        figures |= {"hidden_refreshes": refreshes, "hidden_draws": draws}
        for act in ("pan", "zoom"):
            figures |= _percentiles(f"hidden_{act}", bench.frames(act, seconds)["gaps"])
        bench.view.set_layers({"drivers": True})
        QTest.qWait(1000)
        bench.beat.stop()
        theirs = bench.frames("leaflet", seconds)
        peers = {"leaflet_draw_ms": median(theirs["costs"]), **_percentiles("leaflet_pan", theirs["gaps"])}
        peers["pyqtgraph_main_ms"] = _pyqtgraph_ms(fleet, app)
        bench.view.hide()
    return figures, peers


def _percentiles(name: str, gaps: list[float]) -> Numbers:
    p50, p95 = np.percentile(gaps, (50, 95)).tolist()
    return {f"{name}_p50_ms": p50, f"{name}_p95_ms": p95, f"{name}_mean_ms": float(np.mean(gaps))}


def _pyqtgraph_ms(fleet: Fleet, app: QApplication) -> float:
    """The same points in a scatter of pyqtgraph's, moved and painted, all on the main thread."""
    import pyqtgraph

    plot = pyqtgraph.PlotWidget()
    plot.resize(*SIZE)
    scatter = pyqtgraph.ScatterPlotItem(size=5, pen=None, pxMode=True)
    plot.addItem(scatter)
    plot.show()
    app.processEvents()
    times = []
    for turn in range(8):
        began = time.perf_counter()
        scatter.setData(x=fleet.at[:, 1] + 1e-5 * turn, y=fleet.at[:, 0])
        plot.viewport().repaint()
        times.append(1000 * (time.perf_counter() - began))
    plot.hide()
    return median(times[2:])


if __name__ == "__main__":
    ours, theirs = measure(int(sys.argv[1]), float(sys.argv[2]))
    print(json.dumps({"figures": ours, "peers": theirs}), flush=True)
    # Qt's renderer goes with its parent; an orderly end of a window that was measured is no part of the measurement.
    sys.stdout.flush()
    import os

    os._exit(0)
