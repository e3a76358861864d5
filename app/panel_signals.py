"""The signals between panels: what is clicked in one leads to a menu, a deed or a selection that all of them show."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint

from app.actions import driver_deeds, order_deeds
from app.actions.declaring import Scope
from app.actions.deeds import Deeds
from app.main_window import MainWindow
from app.presenters.links import Links
from core.domain.geo import LatLon


def connect_panels(
    links: Links, window: MainWindow, deeds: Deeds, set_speed: Callable[[int], None], start_demo: Callable[[], None]
) -> None:
    """``links`` undoes it all with the core that the signals speak to. ``set_speed`` takes how many times as fast as real
    time the demo is to run."""
    selection = deeds.selection

    def on_orders(ids: list[str], at: QPoint) -> None:
        if not set(ids) <= set(selection.orders):
            selection.set_orders(ids)
        window.context_menu(Scope.ORDERS, at)

    def on_driver(ids: list[str], at: QPoint) -> None:
        if not set(ids) <= set(selection.drivers):
            selection.set_drivers(ids)
        window.context_menu(Scope.DRIVER, at)

    def on_ground(lat: float, lon: float, at: QPoint) -> None:
        deeds.pointed = LatLon(lat, (lon + 180.0) % 360.0 - 180.0)
        window.refresh_actions()
        window.context_menu(Scope.MAP, at)

    def show_log() -> None:
        window.docks["log"].show()
        window.docks["log"].raise_()

    connect = links.connect
    connect(window.boards.context_requested, on_orders)
    connect(window.drivers.context_requested, on_driver)
    connect(window.alerts.context_requested, lambda ids, at: window.context_menu(Scope.ALERTS, at))
    connect(window.map.order_context, lambda order_id, at: on_orders([order_id], at))
    connect(window.map.driver_context, lambda driver_id, at: on_driver([driver_id], at))
    connect(window.map.context, on_ground)
    for found in (window.find_drivers, window.history):
        connect(found.context_requested, on_driver)
    connect(window.timeline.view.context_requested, lambda ids, d, at: on_orders(ids, at) if ids else on_driver([d], at))
    connect(window.find_drivers.activated, deeds.window.follow)
    connect(window.drivers.order_dropped, deeds.assign)
    connect(window.drivers.activated, deeds.window.follow)
    connect(window.boards.activated, lambda order_id: order_deeds.choose_driver(deeds))
    connect(window.drivers.add_requested, lambda: driver_deeds.new_driver(deeds))
    connect(window.log.row_activated, lambda o, d: selection.set_orders([o]) if o else selection.set_driver(d or None))
    connect(window.status.stalest_clicked, selection.set_driver)
    connect(window.status.refused_clicked, show_log)
    connect(window.status.speed_chosen, set_speed)
    connect(window.boards.start_requested, start_demo)
