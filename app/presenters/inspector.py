"""The inspector follows the selection, and what happens to what is selected."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.actions.deeds import Deeds
from app.actions.naming import counted
from app.presenters.details import driver_details, order_details
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.scene import Turned
from core.domain.events import Change, CommandsTold, CycleFinished, FenceCrossed, FenceDwelled
from core.domain.language import tr
from widgets.common.words import Moment
from widgets.inspector.panel import InspectorPanel

INSPECTOR_MS = 300
SECOND_MS = 1000


class InspectorPresenter(QObject):
    """``run`` carries out the declared action of that id."""

    def __init__(self, deeds: Deeds, panel: InspectorPanel, run: Callable[[str], None]) -> None:
        super().__init__(panel)
        self._deeds, self._panel = deeds, panel
        self._refresh = Refresh(self._show, INSPECTOR_MS, self)
        bus = deeds.engine.bus
        self._links = Links()
        self._links.keep(
            bus.subscribe(Change, self._hear),
            bus.subscribe(CycleFinished, self._refresh),
            bus.subscribe(CommandsTold, self._refresh),
        )
        self._links.keep(bus.subscribe(Turned, self._refresh))
        self._links.connect(deeds.selection.changed, self._refresh.now)
        self._links.connect(panel.order_linked, lambda order_id: deeds.selection.set_orders([order_id]))
        self._links.connect(panel.driver_linked, deeds.selection.set_driver)
        self._links.connect(panel.deed_requested, lambda key, kind, thing: run(key))
        self._links.connect(panel.assign_requested, lambda order_id, driver_id: deeds.assign([order_id], driver_id))
        self._second = QTimer(self)
        self._second.timeout.connect(self._beat)
        self._second.start(SECOND_MS)

    def close(self) -> None:
        self._links.end()
        self._second.stop()
        self._refresh.stop()
        self._panel.show_nothing()

    def _beat(self) -> None:
        clock = self._deeds.engine.clock
        self._panel.set_moment(Moment(clock.now(), clock.zone))
        if self._deeds.selection.driver is not None:
            self._refresh()

    def _hear(self, change: Change) -> None:
        chosen = self._deeds.selection
        if (
            any(order.id in chosen.orders or order.driver_id == chosen.driver for order in change.orders)
            or any(driver.id == chosen.driver for driver in change.drivers)
            or (isinstance(change, FenceCrossed | FenceDwelled) and change.order_id in chosen.orders)
        ):
            self._refresh()

    def _show(self) -> None:
        if not self._panel.isVisible():
            self._refresh()
            return
        selection, engine = self._deeds.selection, self._deeds.engine
        if len(selection.orders) == 1 and not selection.drivers and selection.orders[0] in engine.world.orders:
            self._panel.show_order(order_details(engine.world.orders[selection.orders[0]], self._deeds))
            return
        details = driver_details(selection.driver, self._deeds) if selection.driver is not None else None
        if details is not None:
            self._panel.show_driver(details)
        elif len(selection.orders) + len(selection.drivers) > 1:
            self._panel.show_nothing(
                tr("Selected: {what}", what=counted(len(selection.orders), len(selection.drivers))),
                tr("Actions in the menus Orders and Drivers apply to all of them"),
            )
        else:
            self._panel.show_nothing()
