"""The timeline in the whole program: what is carried is priced by the core before it is let go, done as one step, undone."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from widgets.dialogs.assign import AssignDialog
from widgets.timeline.rows import Move, TimelineRow
from widgets.timeline.view import TimelineView

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


@pytest.fixture
def view(rig: Any) -> TimelineView:
    rig.window.open_dock("timeline")
    rig.until(lambda: {row.id for row in rig.window.timeline.view.rows} >= {"D-1", "D-2", "D-17"})
    view: TimelineView = rig.window.timeline.view
    return view


def row(view: TimelineView, driver: str) -> TimelineRow:
    return next(row for row in view.rows if row.id == driver)


def keys(rig: Any, driver: str) -> list[tuple[str, str]]:
    return [(s.kind.value, s.order_id) for s in rig.engine.world.route(driver).stops]


def give(rig: Any, view: TimelineView, driver: str, *orders: str) -> None:
    rig.deeds.assign(list(orders), driver)
    rig.until(lambda: {s.order_id for s in row(view, driver).ahead()} >= set(orders))
    rig.until(lambda: not any(s.rough for s in row(view, driver).ahead()))  # a worker has reckoned them


def carry(rig: Any, view: TimelineView, start: QPointF, end: QPointF) -> None:
    for kind, where in (
        (QEvent.Type.MouseButtonPress, start),
        (QEvent.Type.MouseMove, start + QPointF(0, 15)),
        (QEvent.Type.MouseMove, end),
    ):
        button = NONE if kind == QEvent.Type.MouseMove else LEFT
        event = QMouseEvent(kind, where, view.viewport().mapToGlobal(where), button, LEFT, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(view.viewport(), event)
    rig.until(lambda: view.preview is not None and view.preview.move == view.holding)


def let_go(view: TimelineView, end: QPointF) -> None:
    up = QEvent.Type.MouseButtonRelease
    event = QMouseEvent(up, end, view.viewport().mapToGlobal(end), LEFT, NONE, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view.viewport(), event)


def middle(view: TimelineView, driver: str, x: float) -> QPointF:
    place = next(i for i, r in enumerate(view.rows) if r.id == driver)
    view.show_row(place)
    return QPointF(x, view.top_of(place) + view.row_px / 2)


def test_an_order_is_carried_to_another_driver_with_its_price_and_undone(rig: Any, view: TimelineView) -> None:
    order = rig.order()
    give(rig, view, "D-1", order)
    stop = row(view, "D-1").ahead()[0]
    start = middle(view, "D-1", view.head_px + view.scale.x(stop.begin) + 4)
    end = middle(view, "D-17", view.head_px + view.scale.x(stop.begin) + 4)
    carry(rig, view, start, end)
    assert view.preview is not None
    assert not view.preview.refused
    text = [line.text for line in view.preview.lines]
    assert any(t.startswith(f"{order} at the door ") and "was" in t for t in text)
    assert any(t.startswith("Cost ") for t in text)
    assert set(view.preview.rows) == {"D-1", "D-17"}
    assert rig.state(order) == ("assigned", "D-1")  # nothing has been done yet
    let_go(view, end)
    assert rig.state(order) == ("assigned", "D-17")
    assert rig.said() == f"Move order {order} to Cy Stone"
    rig.until(lambda: not row(view, "D-1").ahead() and row(view, "D-17").ahead())
    rig.press("Ctrl+Z")
    assert rig.state(order) == ("assigned", "D-1")
    rig.deeds.undo()


def test_a_route_is_carried_whole_by_keys(rig: Any, view: TimelineView) -> None:
    first, second = rig.order(), rig.order()
    give(rig, view, "D-1", first, second)
    before = keys(rig, "D-1")
    view.setFocus()
    view.current = next(i for i, r in enumerate(view.rows) if r.id == "D-1")
    start = view.current
    down = next(i for i, r in enumerate(view.rows) if r.id == "D-17")
    arrow = Qt.Key.Key_Down if down > start else Qt.Key.Key_Up
    for _ in range(abs(down - start)):
        QTest.keyClick(view, arrow, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    rig.until(lambda: view.preview is not None and view.preview.move.to == "D-17")
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert keys(rig, "D-17") == before
    assert keys(rig, "D-1") == []
    rig.press("Ctrl+Z")
    assert keys(rig, "D-1") == before
    rig.deeds.undo()


def test_stops_change_places_within_a_route(rig: Any, view: TimelineView) -> None:
    first, second = rig.order(), rig.order()
    give(rig, view, "D-1", first, second)
    view.setFocus()
    view.current = next(i for i, r in enumerate(view.rows) if r.id == "D-1")
    view._stop = row(view, "D-1").done + 2  # the second pick-up
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    rig.until(lambda: view.preview is not None)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert keys(rig, "D-1") == [("pickup", first), ("pickup", second), ("dropoff", first), ("dropoff", second)]
    rig.press("Ctrl+Z")
    assert keys(rig, "D-1") == [(k, o) for o in (first, second) for k in ("pickup", "dropoff")]
    rig.deeds.undo()


def test_what_a_driver_can_t_carry_is_refused_before_it_is_let_go(rig: Any, view: TimelineView) -> None:
    order = rig.order(weight_kg=900.0)
    view._carried = ((order,), None)
    view._hold(Move((order,), "D-1", 0))
    assert view.preview is not None
    assert "weighs" in view.preview.refused
    view._put_down(go=True)
    assert rig.state(order) == ("waiting", None)


def test_what_is_chosen_there_is_chosen_everywhere(rig: Any, view: TimelineView) -> None:
    order = rig.order()
    give(rig, view, "D-1", order)
    view.orders_chosen.emit([order])
    assert rig.window.orders.selected() == [order]
    rig.window.drivers.select(["D-17"])
    rig.until(lambda: view.chosen_driver == "D-17")
    rig.deeds.undo()


def test_a_sick_courier_s_route_goes_to_another_by_the_menu(rig: Any, view: TimelineView) -> None:
    first, second = rig.order(), rig.order()
    rig.deeds.assign([first, second], "D-1")
    before = keys(rig, "D-1")
    rig.deeds.selection.set_driver("D-1")
    rig.action("driver.route").trigger()
    dialog = rig.dialog(AssignDialog)
    assert dialog.windowTitle() == "Who takes the route of D-1 Ada Lind, 2 orders?"
    assert {choice.id for choice in dialog.model.shown} == {"D-2", "D-17"}  # not the one who has it
    QTest.keyClicks(dialog.search, "17")
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    assert (keys(rig, "D-1"), keys(rig, "D-17")) == ([], before)
    rig.press("Ctrl+Z")
    assert (keys(rig, "D-1"), keys(rig, "D-17")) == (before, [])
    rig.deeds.undo()


def test_a_key_leads_to_the_timeline(rig: Any, view: TimelineView) -> None:
    rig.window.open_dock("log")
    rig.press("Ctrl+T")
    assert view.isVisible()
    assert view.hasFocus()
