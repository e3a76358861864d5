"""Searches by the dispatcher: a shape from the map, the drivers in it, told anew as they move."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.presenters.selection import Selection
from app.scene import Scene, Turned
from core.domain.causes import cause
from core.domain.driver import Activity
from core.domain.errors import KerbsideError
from core.domain.events import Change, FixesApplied
from core.domain.geo import LatLon, circle_around
from core.domain.language import inner, ntr, said, sentence, tr
from core.tracking.geometry import distances_m
from core.tracking.positions import ACTIVITIES, VEHICLES, Rows
from core.tracking.search import Among
from core.worker import isochrone
from widgets.common.states import vehicle_name
from widgets.common.words import Moment
from widgets.find.panel import FindPanel, FoundRow, metres
from widgets.map.marks import Drawn, Rings
from widgets.map.view import MapView

LOOK_MS = 1000
LISTED = 500
"""The nearest so many are listed and marked: more nobody reads."""

Polygons = tuple[tuple[LatLon, ...], ...]


class FindPresenter(QObject):
    _reached = Signal(int, object)

    def __init__(
        self,
        engine: Scene,
        executor: Executor,
        panel: FindPanel,
        view: MapView,
        selection: Selection,
        tell: Callable[[str], None],
    ) -> None:
        super().__init__(panel)
        self._engine, self._executor, self._panel, self._view = engine, executor, panel, view
        self._selection, self._tell = selection, tell
        self._look = Refresh(self._show, LOOK_MS, self)
        self._shape = ""
        self._drawn: Drawn | None = None
        self._reach: Polygons | None = None
        self._asked = 0
        self._drawing = False
        self._links = links = Links()
        links.keep(*(engine.bus.subscribe(kind, self._moved) for kind in (FixesApplied, Change, Turned)))
        links.connect(panel.shape_chosen, self._draw)
        links.connect(panel.asked_anew, self._anew)
        links.connect(panel.cleared, self.clear)
        links.connect(panel.selection_changed, self._chosen)
        links.connect(selection.changed, self._follow)
        links.connect(view.drawn, self._searched)
        links.connect(view.draw_ended, self._stopped)
        self._reached.connect(self._show_reach)

    def close(self) -> None:
        self._links.end()
        self.clear()
        self._look.stop()

    def search(self, shape: str, place: LatLon | None) -> None:
        """Begin a search of the shape; one round a place needs no drawing."""
        if place is None:
            self._panel.choose_shape(shape)
        else:
            self._begin(shape, Drawn("point" if shape == "reach" else "circle", (place,)))

    def clear(self) -> None:
        self._asked += 1
        self._drawn, self._reach = None, None
        if self._drawing:
            self._drawing = False
            self._view.stop_drawing()
        self._panel.show_shape("", drawing=False)
        self._panel.set_rows((), "")
        self._view.set_shape(None)
        self._view.set_found(())

    # From the panel and the map

    def _draw(self, shape: str) -> None:
        self._drawing = bool(shape)
        if not shape:
            self._view.stop_drawing()
            self._panel.show_shape(self._shape if self._drawn else "", drawing=False)
            return
        self._shape = shape
        self._view.draw("point" if shape == "reach" else shape)

    def _searched(self, drawn: Drawn) -> None:
        # Others let people draw as well.
        if self._drawing:
            self._begin(self._shape, drawn)

    def _stopped(self) -> None:
        self._drawing = False
        self._panel.show_shape(self._shape if self._drawn else "", drawing=False)

    def _begin(self, shape: str, drawn: Drawn) -> None:
        self._drawing = False
        if drawn.radius_m:
            self._panel.radius.blockSignals(True)
            self._panel.radius.setValue(round(drawn.radius_m))
            self._panel.radius.blockSignals(False)
        self._shape, self._drawn, self._reach = shape, drawn, None
        self._panel.show_shape(shape, drawing=False)
        self._anew()
        if shape != "reach":
            self._view.reveal("shape")

    def _anew(self) -> None:
        if self._drawn is None:
            return
        if self._shape != "reach":
            self._view.set_shape(self._outline(self._drawn))
            self._look.now()
            return
        self._asked += 1
        asked = self._asked
        vehicle, minutes = self._panel.reach()
        self._panel.set_rows((), tr("Working out what is reached in {minutes:.0f} min…", minutes=minutes))
        future = self._executor.submit(isochrone, self._drawn.places[0], vehicle, minutes)
        future.add_done_callback(lambda done: self._reached.emit(asked, done))

    def _show_reach(self, asked: int, done: Future[Polygons]) -> None:
        if asked != self._asked:
            return
        try:
            self._reach = done.result()
        except (KerbsideError, CancelledError, RuntimeError) as error:
            self.clear()
            self._tell(tr("What can be reached could not be worked out: {error}", error=said(cause(error))))
            return
        self._view.set_shape([(ring,) for ring in self._reach])
        self._view.reveal("shape")
        self._look.now()

    def _outline(self, drawn: Drawn) -> tuple[Rings, ...]:
        if drawn.kind == "circle":
            return ((circle_around(drawn.places[0], float(self._panel.radius.value())),),)
        if drawn.kind == "rectangle":
            south, west, north, east = _box(drawn)
            return ((tuple(LatLon(*p) for p in ((south, west), (south, east), (north, east), (north, west))),),)
        return ((drawn.places,),)

    # Looking

    def _moved(self, _: object) -> None:
        if self._drawn is not None and self._panel.isVisible():
            self._look()

    def _show(self) -> None:
        if self._drawn is None or (self._shape == "reach" and self._reach is None):
            return
        engine, positions, now = self._engine, self._engine.positions, self._engine.clock.now()
        try:
            rows = self._found(self._drawn)
        except KerbsideError as error:
            self.clear()
            self._tell(sentence(error))
            return
        middle = self._middle(self._drawn)
        away = distances_m(middle, positions.lat[rows], positions.lon[rows])
        nearest = np.argsort(away, kind="stable")[:LISTED]
        ids = positions.driver_ids(rows[nearest])
        listed = []
        for driver_id, row, far in zip(ids, rows[nearest].tolist(), away[nearest].tolist(), strict=True):
            driver = engine.world.drivers.get(driver_id)
            name = driver.name if driver is not None else driver_id
            activity: Activity = ACTIVITIES[positions.activity[row]]
            listed.append(FoundRow(driver_id, name, activity, VEHICLES[positions.vehicle[row]], far, float(positions.t[row])))
        self._panel.set_moment(Moment(now, engine.clock.zone))
        self._panel.set_rows(listed, self._words(len(rows)))
        self._view.set_found(ids)
        self._follow()

    def _found(self, drawn: Drawn) -> Rows:
        search = self._engine.search
        among = Among(self._panel.chosen_activities(), self._panel.chosen_vehicles())
        if self._shape == "reach":
            return search.within_polygon(self._reach or (), among)
        if drawn.kind == "circle":
            return search.within_circle(drawn.places[0], float(self._panel.radius.value()), among)
        if drawn.kind == "rectangle":
            return search.within_box(*_box(drawn), among)
        return search.within_polygon([drawn.places], among)

    def _middle(self, drawn: Drawn) -> LatLon:
        """Where distances are measured from: the place itself, or the middle of what was drawn."""
        lat, lon = np.array(drawn.places).mean(axis=0)
        return LatLon(float(lat), float((lon + 180.0) % 360.0 - 180.0))

    def _words(self, count: int) -> str:
        vehicle, minutes = self._panel.reach()
        where = {
            "circle": tr("within {distance}", distance=metres(self._panel.radius.value())),
            "rectangle": tr("in the rectangle"),
            "outline": tr("inside the outline"),
            "reach": tr("within {minutes:.0f} min, {vehicle}", minutes=minutes, vehicle=inner(vehicle_name(vehicle))),
        }[self._shape]
        more = tr("; the nearest {LISTED} are listed", LISTED=LISTED) if count > LISTED else ""
        return f"{ntr('{n:,} driver', '{n:,} drivers', count)} {where}{more}"

    def _chosen(self, ids: list[str]) -> None:
        if ids:
            self._selection.set_driver(ids[0])

    def _follow(self) -> None:
        wanted = [self._selection.driver] if self._selection.driver else []
        if self._panel.view.selected_ids() != wanted:
            self._panel.select(wanted)


def _box(drawn: Drawn) -> tuple[float, float, float, float]:
    """South, west, north, east."""
    (a_lat, a_lon), (b_lat, b_lon) = drawn.places
    return min(a_lat, b_lat), min(a_lon, b_lon), max(a_lat, b_lat), max(a_lon, b_lon)
