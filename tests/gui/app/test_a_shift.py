"""A shift at the desk, with nothing but keys and the mouse: an order comes, is given, carried to another driver, taken back,
tried with another; an area is drawn, an alert seen to, and the shift is looked back at. Real window, broker and database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.scene import replaying
from core.domain.commands import RemoveArea
from core.domain.events import OrderQueued
from widgets.areas.details import AreaDialog
from widgets.dialogs.assign import AssignDialog
from widgets.dialogs.new_order import NewOrderDialog

ENTER, LEFT = Qt.Key.Key_Return, Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def a_calm_morning(rig: Any) -> Iterator[None]:
    """The orders of tests before are out of the way, and so are these."""

    def clear() -> None:
        now, world = rig.engine.clock.now(), rig.engine.world
        ended = [replace(o, status=type(o.status).CANCELLED, status_at=now) for o in world.open_orders()]
        world.apply(OrderQueued(at=now, orders=tuple(ended)))
        world.routes.clear()
        rig.until(lambda: not world.alerts)

    clear()
    yield
    rig.deeds.recorder.end()
    rig.deeds.editors.areas.shapes.end()
    for area_id in list(rig.engine.world.areas):
        rig.engine.execute(RemoveArea(area_id=area_id))
    rig.window.docks["areas"].hide()
    clear()


def typed(widget: QWidget, text: str) -> None:
    widget.setFocus()
    QTest.keyClicks(widget, text)


def drag(rig: Any, target: QWidget, start: QPointF, end: QPointF, held: Any) -> None:
    """Press, move, hold until ``held``, let go."""
    none = Qt.MouseButton.NoButton
    for kind, where, button, buttons in (
        (QEvent.Type.MouseButtonPress, start, LEFT, LEFT),
        (QEvent.Type.MouseMove, start + QPointF(0, 15), none, LEFT),
        (QEvent.Type.MouseMove, end, none, LEFT),
        (QEvent.Type.MouseButtonRelease, end, LEFT, none),
    ):
        if kind is QEvent.Type.MouseButtonRelease:
            rig.until(held)
        event = QMouseEvent(kind, where, target.mapToGlobal(where), button, buttons, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(target, event)


def test_a_shift(rig: Any) -> None:
    window, world = rig.window, rig.engine.world
    began = rig.engine.clock.now()

    # An order comes by phone.
    known = set(world.orders)
    rig.press("Ctrl+N")
    form = rig.dialog(NewOrderDialog)
    typed(form.merchant.lineEdit(), "Trattoria Rosa")
    typed(form.place, "45.008, 9.008")
    typed(form.customer, "Ida")
    QTest.keyClick(form.customer, ENTER)
    rig.until(lambda: set(world.orders) - known)
    [order] = set(world.orders) - known
    assert world.orders[order].customer == "Ida"
    while next(rig._numbers) + 2000 < int(order):  # the number is taken: tests that follow count on from it
        pass

    # It is found by its number and given to a driver.
    rig.press("Ctrl+K")
    rig.until(window.finder.field.hasFocus)
    QTest.keyClicks(window.finder.field, order)
    QTest.keyClick(window.finder.field, ENTER)
    assert rig.deeds.selection.orders == (order,)
    rig.press("A")
    who = rig.dialog(AssignDialog)
    QTest.keyClicks(who.search, "ada")
    QTest.keyClick(who.search, ENTER)
    assert rig.state(order) == ("assigned", "D-1")

    # It is dragged to another on the timeline, which tells the price before it is let go, and taken back.
    rig.press("Ctrl+T")
    view = window.timeline.view
    rows = lambda: {row.id: row for row in view.rows}  # noqa: E731
    rig.until(lambda: rows().get("D-1") is not None and rows()["D-1"].ahead() and not rows()["D-1"].ahead()[0].rough)
    x = view.head_px + view.scale.x(rows()["D-1"].ahead()[0].begin) + 4
    places = {row.id: i for i, row in enumerate(view.rows)}
    window.resizeDocks([window.docks["timeline"]], [420], Qt.Orientation.Vertical)
    rig.until(lambda: view.viewport().height() > len(places) * view.row_px)
    view.show_row(places["D-1"])
    start, end = (QPointF(x, view.top_of(places[driver]) + view.row_px / 2) for driver in ("D-1", "D-17"))
    drag(
        rig,
        view.viewport(),
        start,
        end,
        lambda: view.preview and view.preview.move == view.holding and view.holding.to == "D-17",
    )
    assert rig.state(order) == ("assigned", "D-17")
    rig.press("Ctrl+Z")
    assert rig.state(order) == ("assigned", "D-1")

    # What if it went to the second driver? Tried, then done.
    rig.press("W")
    assert rig.deeds.sandbox is not None
    rig.press("2")
    rig.press("+")
    assert rig.said() == f"Tried: Assign order {order} to Bo Weber"
    assert rig.state(order) == ("assigned", "D-1")
    rig.press("Ctrl+Return")
    assert rig.state(order) == ("assigned", "D-2")

    # An area is drawn by typing its corners.
    rig.press("Ctrl+Shift+A")
    panel = window.managed["areas"]
    rig.until(panel.isVisible)
    QTest.mouseClick(panel.buttons["area.draw"], LEFT)
    rig.until(lambda: rig.ask_map("Kerbside.draw.kind") == "outline")
    for corner in ("44.99, 8.99", "44.99, 9.01", "45.01, 9.01", "45.01, 8.99"):
        typed(panel.corner, corner)
        QTest.keyClick(panel.corner, ENTER)
    QTest.keyClick(panel.corner, ENTER)
    details = rig.dialog(AreaDialog)
    details.name.selectAll()
    typed(details.name, "Old town")
    QTest.keyClick(details.name, ENTER)
    rig.until(lambda: [area.name for area in world.areas.values()] == ["Old town"])
    rig.until(lambda: world.merchants["M-1"].area_id is not None)

    # The order is late: the core says so, the dispatcher has seen it.
    mine = world.orders[order]
    world.apply(OrderQueued(at=rig.engine.clock.now(), orders=(replace(mine, due_at=rig.engine.clock.now() - 60),)))
    rig.until(lambda: f"late {order}" in world.alerts)
    rig.press("F7")
    alerts = window.alerts.view
    rig.until(alerts.hasFocus)
    rig.until(lambda: window.alerts.model.rows)
    first = alerts.visualRect(window.alerts.model.index(0, 0)).center()
    QTest.mouseClick(alerts.viewport(), LEFT, pos=first)
    rig.until(lambda: alerts.selected_ids() == [f"late {order}"])
    QTest.keyClick(alerts, Qt.Key.Key_Space)
    rig.until(lambda: world.alerts[f"late {order}"].acknowledged_by)

    # Back to the beginning of it, by the slider; forward by keys; and live again.
    rig.engine.store.flush()
    rig.press("Ctrl+R")
    rig.until(lambda: replaying(rig.deeds.engine) and window.recorder.play.isEnabled())
    scale = window.recorder.scale
    QTest.mouseClick(scale, LEFT, pos=QPoint(scale.width() - 60, 18))
    late_on = rig.deeds.recorder._covered[0] + scale.value()
    rig.until(lambda: abs(rig.deeds.engine.past.at - late_on) < 1.0)
    rig.press("Ctrl+J")
    QTest.keyClicks(window.recorder.time, datetime.fromtimestamp(began, rig.engine.clock.zone).strftime("%H:%M:%S"))
    QTest.keyClick(window.recorder.time, ENTER)
    wanted = max(int(began), rig.deeds.recorder._span.first_at)
    rig.until(lambda: abs(rig.deeds.engine.past.at - wanted) < 0.01)
    assert order not in rig.deeds.engine.world.orders
    holders: list[str | None] = []
    for _ in range(200):
        before = rig.deeds.engine.past.at
        rig.press("Ctrl+Right")
        rig.until(lambda then=before: rig.deeds.engine.past.at != then or "Nothing else" in rig.said())
        shown = rig.deeds.engine.world.orders.get(order)
        if shown is not None and (not holders or holders[-1] != shown.driver_id):
            holders.append(shown.driver_id)
        if f"late {order}" in rig.deeds.engine.world.alerts:
            break
    assert holders == [None, "D-1", "D-17", "D-1", "D-2"]
    rig.press("H")
    assert rig.state(order) == ("assigned", "D-2")  # in a recording nothing can be changed
    rig.press("Ctrl+L")
    assert not replaying(rig.deeds.engine)
    rig.until(lambda: any(row.id == order and row.driver_id == "D-2" for row in window.orders._rows))
    rig.engine.store.flush()
    assert rig.engine.store.order(order).driver_id == "D-2"
