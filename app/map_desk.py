"""What a dispatcher does with the map beyond looking at it: popups, lasso, measure, windows for other screens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QByteArray, QObject, QTimer
from PySide6.QtGui import QGuiApplication

from app.actions.declared import ACTIONS
from app.actions.declaring import Declared
from app.actions.naming import counted
from app.actions.replaying import can_do
from app.arrangement import MapPlace
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.presenters.rows import DriverRows, order_row
from core.domain.driver import StopKind
from core.domain.events import Change, EtasUpdated
from core.domain.geo import LatLon
from core.domain.language import ntr, number, tr
from core.domain.order import ACTIVE, ENDED, Order, Status
from core.tracking.positions import ACTIVITIES
from widgets.common.states import ACTIVITY, STATUS
from widgets.common.words import Moment, freshness, from_to
from widgets.map.tools import Popup, PopupAction, PopupLine
from widgets.map.window import MapWindow, WallFigure

if TYPE_CHECKING:
    from app.actions.deeds import Deeds
    from app.main_window import MainWindow

POPUP_MS, SECOND_MS = 500, 1000
BUTTONS = 4
OFFERED_THERE = {
    "order": ("order.assign", "order.offer", "order.unassign", "order.hold", "order.release", "order.ready", "map.reach"),
    "driver": ("driver.follow", "driver.route", "driver.break", "driver.online", "driver.on", "history.track"),
}
"""What a popup offers, the first that can be done."""
_UNASSIGNED = frozenset({Status.WAITING, Status.OFFERED})


class MapDesk(QObject):
    def __init__(self, window: MainWindow, deeds: Deeds) -> None:
        super().__init__(window)
        deeds.maps = self
        self._window, self._deeds, self._view = window, deeds, window.map
        self._declared: dict[str, Declared] = {declared.id: declared for declared in ACTIONS}
        self.windows: list[MapWindow] = []
        self._popup = Refresh(self._show_popup, POPUP_MS, self)
        self._links = links = Links()
        bus = deeds.engine.bus
        links.keep(bus.subscribe(Change, self._popup), bus.subscribe(EtasUpdated, self._popup))
        links.connect(deeds.selection.changed, self._selected)
        links.connect(window.map.tools.acted, window.run_declared)
        links.connect(window.map.tools.lassoed, self._lassoed)
        links.connect(window.map.tools.measured, self._measured)
        links.connect(window.theme.changed, self._dress)
        self._second = QTimer(self)
        self._second.timeout.connect(self._beat)
        self._second.start(SECOND_MS)
        self._selected()
        self.put(window.arrangement.map_windows)
        window.arrangement.maps = self

    def close(self) -> None:
        self._links.end()
        self._second.stop()
        self._popup.stop()
        self._window.arrangement.map_windows = self.places()
        self._window.arrangement.maps = None
        for other in tuple(self.windows):
            other.close()
        self._view.tools.set_popup(None)
        self._view.tools.set_fences(())
        self.deleteLater()  # the window, its parent, outlives the core

    # Popups, and how near is there

    def _selected(self) -> None:
        self._popup.now()
        self._show_fences()

    def _show_popup(self) -> None:
        self._view.tools.set_popup(self._told())
        self._show_fences()

    def _told(self) -> Popup | None:
        selection, world = self._deeds.selection, self._deeds.world
        order = world.orders.get(selection.orders[0]) if len(selection.orders) == 1 else None
        if order is not None:
            return self._of_order(order)
        driver = self._deeds.chosen_driver()
        if driver is None:
            return None
        engine = self._deeds.engine
        now = engine.clock.now()
        row = DriverRows(world, engine.positions, engine.silent(now), now).of(driver)
        moment = Moment(now, engine.clock.zone)
        lines = [PopupLine(ACTIVITY[row.activity].label)]
        if row.next_stop:
            eta = f", {moment.clock_and_gap(row.eta)}" if row.eta is not None else ""
            lines.append(PopupLine(tr("Next: {next_stop}", next_stop=row.next_stop) + eta))
        if row.sent_for:
            lines.append(PopupLine(row.sent_for))
        if row.orders:
            lines.append(PopupLine(ntr("{n:,} order", "{n:,} orders", row.orders)))
        if row.fix_at is not None:
            age = freshness(now - row.fix_at)
            lines.append(PopupLine(tr("Last position {age} ago", age=age), "late" if row.stale else ""))
        return Popup("driver", driver.id, f"{driver.id} {driver.name}", tuple(lines), self._actions("driver"))

    def _of_order(self, order: Order) -> Popup:
        engine = self._deeds.engine
        row = order_row(order, self._deeds.world, engine.clock.now())
        moment = Moment(engine.clock.now(), engine.clock.zone)
        who = f", {row.driver_name}" if row.driver_name else ""
        lines = [
            PopupLine(from_to(row.merchant, where) if (where := row.address or row.customer) else row.merchant),
            PopupLine(f"{STATUS[row.status].label}{who}"),
            PopupLine(tr("Due {when}", when=moment.clock_and_gap(row.due_at))),
        ]
        if row.exception:
            lines.append(PopupLine(f"⚠ {row.exception}", "late") if row.alarming else PopupLine(row.exception))
        return Popup("order", order.id, order.id, tuple(lines), self._actions("order"))

    def _actions(self, kind: str) -> tuple[PopupAction, ...]:
        able = [d for i in OFFERED_THERE[kind] if can_do(d := self._declared[i], self._deeds)]
        return tuple(PopupAction(d.id, tr(d.text), d.keys) for d in able[:BUTTONS])

    def _show_fences(self) -> None:
        """Those that are watched of what is selected: around the stops that are still to come."""
        selection, world = self._deeds.selection, self._deeds.world
        usual = self._deeds.settings.number("geofencing.radius_m")
        stops: list[tuple[Order, StopKind]] = []
        if selection.driver is not None and (route := world.routes.get(selection.driver)) is not None:
            stops = [(world.orders[stop.order_id], stop.kind) for stop in route.stops if stop.order_id in world.orders]
        elif len(selection.orders) == 1 and (order := world.orders.get(selection.orders[0])) is not None:
            kinds = (StopKind.PICKUP, StopKind.DROPOFF) if order.status not in ENDED else ()
            stops = [(order, kind) for kind in kinds]
        fences: dict[tuple[LatLon, float], None] = {}
        for order, kind in stops:
            merchant = world.merchants.get(order.merchant_id)
            own = merchant.fence_m if merchant is not None and kind is StopKind.PICKUP else None
            fences[order.pickup if kind is StopKind.PICKUP else order.dropoff, usual if own is None else own] = None
        self._view.tools.set_fences(list(fences))

    # Lasso and measure

    def draw(self, kind: str) -> None:
        self._view.draw(kind)

    def _lassoed(self, orders: list[str], drivers: list[str], outline: tuple[LatLon, ...]) -> None:
        """All of it is selected: what can be done with orders is done with these, and with drivers likewise."""
        self._deeds.selection.set_both(orders, drivers)
        what = counted(len(orders), len(drivers))
        self._deeds.window.tell(tr("Selected: {what}", what=what) if what else tr("Nobody is in there, and no order"))

    def _measured(self, places: tuple[LatLon, ...], metres: float) -> None:
        far = f"{number(metres, ',.0f')} m" if metres < 1000 else f"{number(metres / 1000, '.2f')} km"
        self._deeds.window.tell(tr("{far} as the crow flies. Esc takes the line away", far=far))

    def reach(self) -> None:
        """Who can be at the pick-up of the chosen order within so many minutes."""
        orders = self._deeds.chosen_orders()
        if orders:
            self._deeds.window.find_drivers("reach", orders[0].pickup)

    # Windows for other screens

    def pop_out(self) -> None:
        other = self._open(wall=False)
        other.show()

    def wall(self) -> None:
        """The map over a whole screen with large figures: on another screen where there is one."""
        standing = next((other for other in self.windows if other.strip is not None), None)
        if standing is not None:
            standing.close()
            return
        other = self._open(wall=True)
        here = self._window.screen()
        elsewhere = [screen for screen in QGuiApplication.screens() if screen is not here]
        other.setGeometry((elsewhere[0] if elsewhere else here).geometry())
        self._beat()
        other.showFullScreen()
        self._deeds.window.tell(tr("Shift+F11 closes the wall view"))

    def places(self) -> list[MapPlace]:
        return [
            MapPlace(bytes(other.saveGeometry().toBase64().data()).decode(), other.strip is not None) for other in self.windows
        ]

    def put(self, places: Sequence[MapPlace]) -> None:
        """These windows and no others, each on its screen; where that is gone Qt brings it onto another, but a wall view, which
        would cover the only screen, stays away."""
        for other in tuple(self.windows):
            other.close()
        for place in places:
            if not place.wall or len(QGuiApplication.screens()) > 1:
                other = self._open(place.wall)
                other.restoreGeometry(QByteArray.fromBase64(place.geometry.encode()))
                other.show()
        self._beat()

    def _open(self, wall: bool) -> MapWindow:
        other = MapWindow(self._view, self._window.theme.name, wall)
        self.windows.append(other)
        other.closed.connect(lambda: self.windows.remove(other))
        return other

    def _dress(self) -> None:
        for other in self.windows:
            other.set_theme(self._window.theme.name)

    def _beat(self) -> None:
        walls = [other.strip for other in self.windows if other.strip is not None]
        if walls:
            figures = self._figures()
            for strip in walls:
                strip.set_figures(figures)

    def _figures(self) -> list[WallFigure]:
        engine, world = self._deeds.engine, self._deeds.world
        now = engine.clock.now()
        orders = list(world.orders.values())
        alerts = [alert for alert in world.alerts.values() if not alert.is_snoozed(now)]
        late = {alert.order_id for alert in alerts if alert.order_id is not None}
        doing = np.bincount(engine.positions.activity[engine.positions.rows(list(world.drivers))], minlength=len(ACTIVITIES))
        count = dict(zip((a.value for a in ACTIVITIES), doing.tolist(), strict=True))
        busy = sum(count[name] for name in ("to_pickup", "waiting", "carrying"))
        mode = tr("Training") if self._deeds.training else tr("Live")
        waiting = sum(order.status in _UNASSIGNED for order in orders)
        return [
            WallFigure(Moment(now, engine.clock.zone).clock(now), tr("{mode}, Shift+F11 closes", mode=mode)),
            WallFigure(
                number(waiting), tr("orders without a driver"), "offered" if waiting else "text", "■" if waiting else ""
            ),
            WallFigure(number(sum(o.status in ACTIVE for o in orders)), tr("orders under way"), "to_pickup", "●"),
            WallFigure(number(len(late)), tr("orders in trouble"), "late" if late else "text", "⚠" if late else ""),
            WallFigure(number(count["free"]), tr("drivers free"), "free", "▲"),
            WallFigure(number(busy), tr("drivers busy"), "carrying", "▲"),
            WallFigure(number(len(alerts)), tr("open alerts"), "late" if alerts else "text", "!" if alerts else ""),
        ]
