"""The map: positions as columns, orders as marks, the selected driver's route on real roads."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import CancelledError, Executor, Future
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.actions.deeds import Deeds
from app.presenters.links import Links
from app.presenters.order_marks import OrderMarks
from app.presenters.refresh import Refresh
from app.presenters.rows import about, sent_why, stop_eta, stop_text
from app.scene import Turned
from core.clock import ScaledClock, local_time
from core.domain.driver import Driver, Route, Stop, StopKind
from core.domain.errors import KerbsideError
from core.domain.events import (
    AreaRemoved,
    AreaSaved,
    Change,
    DriverChanged,
    DriverRegistered,
    DriverRemoved,
    EtasUpdated,
    FixesApplied,
)
from core.domain.geo import LatLon
from core.domain.language import tr
from core.domain.order import ENDED
from core.geofencing.shapes import parted
from core.ports import Path
from core.routing.city import City
from core.settings import Value
from core.worker import path
from widgets.common.theme import Theme
from widgets.map.marks import AreaShape, DriverColumns, RouteStop
from widgets.map.view import MapView

DRIVERS_MS = 500
ORDERS_MS = 500
ROUTE_MS = 3000
STANDING_MS = 0.5
"""Below this speed in m/s a driver counts as standing: a heading would be noise."""


class MapPresenter(QObject):
    _paths_ready = Signal(int, list)

    def __init__(self, deeds: Deeds, executor: Executor, view: MapView, theme: Theme) -> None:
        super().__init__(view)
        engine, selection = deeds.engine, deeds.selection
        self._deeds, self._engine, self._executor, self._view, self._selection = deeds, engine, executor, view, selection
        self._drivers = Refresh(self.show_drivers, DRIVERS_MS, self)
        self._orders = Refresh(self._show_orders, ORDERS_MS, self)
        self._route = Refresh(self._ask_route, ROUTE_MS, self)
        self._asked = 0
        self._marks = OrderMarks()
        self._shown_route: Route | None = None
        # Who is drawn, and their rows: found anew when drivers are added or changed, not at every refresh.
        self._roster_stale, self._roster_of = True, 0
        self._ids: tuple[str, ...] = ()
        self._rows = np.empty(0, np.int64)
        self._names: dict[str, str] = {}
        subscribe = engine.bus.subscribe
        self._links = links = Links()
        links.keep(
            subscribe(FixesApplied, self._drivers),
            subscribe(Change, self._hear),
            subscribe(EtasUpdated, lambda told: self._note(told.etas)),
            subscribe(Turned, self._turned),
            engine.settings.on_change(self._setting),
        )
        self._paths_ready.connect(self._show_route)
        links.connect(selection.changed, self._select)
        links.connect(view.driver_clicked, selection.set_driver)
        links.connect(view.order_clicked, lambda order_id: selection.set_orders([order_id]))
        links.connect(view.cleared, selection.clear)
        links.connect(view.order_dropped, deeds.assign)
        deeds.tried.append(self._look_anew)
        links.keep(lambda: deeds.tried.remove(self._look_anew))
        links.connect(theme.changed, view.set_theme)
        links.connect(view.name_wanted, self._name)
        links.connect(view.woken, self._show_all)
        view.set_online_tiles(engine.settings.flag("map.online_tiles"))
        self._show_areas()
        self.show_drivers()
        self._show_orders()

    def set_city(self, city: City | None) -> None:
        """The offline base map, or plain ground where there is none, and what to do about it."""
        if city is None:
            self._view.set_base_map(None, tr("The map has no streets yet: File, Set up my fleet"))
        else:
            self._view.set_base_map(city.base_map, tr(city.attribution))

    def close(self) -> None:
        """Leave the map to the next one: what moved on it is gone, the ground stays until another is laid."""
        self._links.end()
        for refresh in (self._drivers, self._orders, self._route):
            refresh.stop()
        self._asked += 1
        self._view.follow(None)
        self._view.select(None)
        self._view.set_route(None)
        self._view.set_orders(())
        self._view.set_areas(())
        none = np.empty(0)
        self._view.set_drivers((), DriverColumns(none, none, none, none, none))
        self._view.set_driver_names({})

    def _hear(self, change: Change) -> None:
        if isinstance(change, AreaSaved | AreaRemoved):
            self._show_areas()
            return
        if isinstance(change, DriverRegistered | DriverRemoved):
            self._roster_stale = True
        elif isinstance(change, DriverChanged):
            for driver in change.drivers:
                if driver.id in self._names:
                    self._name(driver.id)
        self._drivers()
        if change.orders or change.alerts:
            self._note([*(order.id for order in change.orders), *about(change.alerts, self._engine.world)])
        if any(route.driver_id == self._selection.driver for route in change.routes) or any(
            driver.id == self._selection.driver for driver in change.drivers
        ):
            self._route.now()

    def _note(self, order_ids: Iterable[str]) -> None:
        self._marks.note(order_ids)
        self._orders()

    def _turned(self, _: Turned) -> None:
        self._roster_stale = True
        self._marks.forget()
        self._show_areas()
        self._show_all()
        self._route.now()

    def _look_anew(self) -> None:
        """Something is tried, or no longer: orders and the route are those of the world that is looked at."""
        self._orders()
        self._route.now()

    def _setting(self, key: str, value: Value) -> None:
        if key == "map.online_tiles":
            self._view.set_online_tiles(bool(value))

    def _show_areas(self) -> None:
        areas = self._engine.world.areas.values()
        self._view.set_areas([AreaShape(area.id, area.name, parted(area.polygons)) for area in areas])

    def _show_all(self) -> None:
        """The map, or a layer of it, can be seen again."""
        self._drivers.now()
        self._orders.now()

    def _name(self, driver_id: str) -> None:
        driver = self._engine.world.drivers.get(driver_id)
        if driver is not None:
            self._names[driver_id] = driver.name
            self._view.set_driver_names(self._names)

    def show_drivers(self) -> None:
        """Nothing is worked out for a layer that nobody sees: `_show_all` makes up for it."""
        if not self._view.shows("drivers"):
            return
        engine = self._engine
        positions, drivers = engine.positions, engine.world.drivers
        if self._roster_stale or len(positions) != self._roster_of:
            self._roster_stale, self._roster_of = False, len(positions)
            self._ids = tuple(driver_id for driver_id in drivers if positions.find(driver_id) is not None)
            self._rows = positions.rows(self._ids)
        rows, now = self._rows, engine.clock.now()
        speed = positions.spd[rows]
        standing = ~(speed > STANDING_MS)
        heading = np.where(standing, np.nan, positions.hdg[rows])
        # The store's codes follow `Activity`, as the map's do.
        codes = positions.activity[rows].copy()
        age_s, silent = now - positions.t[rows], engine.silent(now)[rows]
        pace = engine.clock.speed if isinstance(engine.clock, ScaledClock) else 1.0
        columns = DriverColumns(positions.lat[rows], positions.lon[rows], heading, codes, age_s, speed, silent, pace)
        self._view.set_drivers(self._ids, columns)

    def _show_orders(self) -> None:
        if not self._view.shows("orders"):
            return
        clock, chosen = self._engine.clock, frozenset(self._selection.orders)
        self._view.set_orders(self._marks.made(self._deeds.world, clock.now(), chosen, clock.zone))

    def _select(self) -> None:
        selection = self._selection
        several = len(selection.orders) + len(selection.drivers) > 1
        self._view.choose(selection.orders if several else (), selection.drivers if several else ())
        if selection.driver is not None:
            self._view.select("driver", selection.driver)
        elif selection.orders and not selection.drivers:
            self._view.select("order", selection.orders[-1])
        else:
            self._view.select(None)
        self._orders()
        self._route.now()

    def followed_driver(self) -> str | None:
        """Whose route is shown: the selected driver's, or that of the driver who has the selected order."""
        selection = self._selection
        if selection.driver is not None:
            return selection.driver
        order = self._deeds.world.orders.get(selection.orders[-1]) if len(selection.orders) == 1 else None
        return order.driver_id if order is not None and order.status not in ENDED else None

    def _ask_route(self) -> None:
        """Ask a worker process for the way; the answer comes by a signal, and is dropped if it is no longer wanted."""
        self._asked += 1
        asked, engine = self._asked, self._engine
        driver_id = self.followed_driver()
        world = self._deeds.world
        driver, row = world.drivers.get(driver_id or ""), engine.positions.find(driver_id or "")
        route = world.routes.get(driver_id or "") or _way_to_wait(driver)
        if driver_id is None or route is None or row is None or np.isnan(engine.positions.lat[row]):
            self._shown_route = None
            self._view.set_route(None)
            return
        here = LatLon(float(engine.positions.lat[row]), float(engine.positions.lon[row]))
        places = [here, *(stop.place for stop in route.stops)]
        vehicle = engine.world.drivers[driver_id].vehicle
        self._shown_route = route
        waiting = [self._executor.submit(path, a, b, vehicle) for a, b in pairwise(places)]
        left = len(waiting)

        def done(_: Future[Path]) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                self._paths_ready.emit(asked, waiting)

        for future in waiting:
            future.add_done_callback(done)
        self._route()

    def _show_route(self, asked: int, legs: list[Future[Path]]) -> None:
        route = self._shown_route
        if asked != self._asked or route is None:
            return
        try:
            points = [leg.result().points for leg in legs]
        except (KerbsideError, CancelledError, RuntimeError):
            return
        engine, world = self._engine, self._deeds.world
        stops = []
        driver = world.drivers.get(route.driver_id)
        for stop in route.stops:
            if not stop.order_id and driver is not None and driver.towards is not None:
                towards = driver.towards
                label = tr("sent towards {near}", near=towards.near)
                when = local_time(towards.there_at, engine.clock.zone)
                stops.append(RouteStop(stop.kind, stop.place, f"{label}, {when}: {sent_why(towards)}"))
                continue
            order = world.orders.get(stop.order_id)
            if order is None:
                return
            eta = stop_eta(stop.kind, order, world)
            when = f", {local_time(eta, engine.clock.zone)}" if eta is not None else ""
            stops.append(RouteStop(stop.kind, stop.place, f"{stop_text(stop.kind, order, world)}{when}"))
        self._view.set_route(route.driver_id, points, stops)


def _way_to_wait(driver: Driver | None) -> Route | None:
    """Of a free driver who is sent somewhere: one stop, of no order."""
    if driver is None or driver.towards is None:
        return None
    return Route(driver.id, (Stop(StopKind.PICKUP, "", driver.towards.place),))
