"""The dashboard by itself: drawn when seen, read by hand and by key, taken down without a trace."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import UTC
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.gui.panels.conftest import NOON
from widgets.common.look import LOOKS
from widgets.common.words import Moment
from widgets.dashboard.data import ChartData, Line, Tile, figure, nice_top
from widgets.dashboard.panel import DashboardPanel

NAN = float("nan")


def over_time(key: str, kind: Any = "lines", **more: Any) -> ChartData:
    at = NOON + 300.0 * np.arange(6)
    lines = (
        Line("Waiting", "waiting", np.array([1, 2, NAN, 4, 5, NAN])),
        Line("Late", "late", np.array([0, 0, NAN, 1, 2, NAN]), 0, hollow=True),
    )
    return ChartData(
        **{"key": key, "title": key.title(), "unit": "min", "kind": kind, "lines": lines, "at": at, "bin_s": 300.0, **more}
    )


def across(*names: str) -> ChartData:
    values = np.arange(1.0, len(names) + 1)
    return ChartData("areas", "Areas", "", "across", (Line("Orders", "offered", values, 0),), np.empty(0), names=names)


@pytest.fixture
def panel(qtbot: QtBot) -> DashboardPanel:
    made = DashboardPanel()
    qtbot.addWidget(made)
    made.resize(620, 700)
    made.build()
    made.show()
    return made


def shown(panel: DashboardPanel, *charts: ChartData, tiles: tuple[Tile, ...] = ()) -> None:
    panel.show_figures(tiles, charts, Moment(NOON, UTC))
    panel.snapshot()
    QTest.qWait(20)


def point_at(target: QWidget, at: QPoint) -> None:
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(at), target.mapToGlobal(QPointF(at)), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(target, move)


def test_a_hidden_panel_draws_nothing(panel: DashboardPanel) -> None:
    panel.hide()
    shown(panel, over_time("a"))
    assert panel.charts == {}
    panel.show()
    shown(panel, over_time("a"))
    assert list(panel.charts) == ["a"]


def test_a_line_of_which_nothing_is_known_is_not_asked_for_its_least(panel: DashboardPanel) -> None:
    """pyqtgraph warns of it at each drawing; warnings are errors here."""
    known = over_time("a")
    line = known.lines[0]
    nothing = replace(line, name="Nothing", values=np.full(len(line.values), NAN))
    shown(panel, replace(known, lines=(line, nothing)))
    chart = panel.charts["a"]
    for item in chart._items:
        for axis in (0, 1):
            item.dataBounds(axis)
            item.scatter.dataBounds(axis)
    assert chart._items[1].getData()[0] is None or not len(chart._items[1].getData()[0])


def test_charts_come_one_after_the_other(panel: DashboardPanel, qtbot: QtBot) -> None:
    panel.show_figures((), [over_time("a"), over_time("b", "stack"), across("North", "South")], Moment(NOON, UTC))
    assert len(panel.charts) == 0  # each in a turn of its own
    qtbot.waitUntil(lambda: list(panel.charts) == ["a", "b", "areas"])
    qtbot.waitUntil(lambda: not panel._next.isActive())


def test_without_a_pointer_the_last_values_are_read_and_with_one_those_under_it(panel: DashboardPanel, qtbot: QtBot) -> None:
    shown(panel, over_time("a"))
    chart = panel.charts["a"]
    assert chart.accessibleDescription() == "12:20, Waiting 5.0, Late 2"
    qtbot.waitUntil(lambda: chart._box.sceneBoundingRect().width() > 100)
    there = chart._box.sceneBoundingRect()
    second = QPointF(there.left() + there.width() * 450 / 1800, there.center().y())
    point_at(chart.view.viewport(), chart.view.mapFromScene(second))
    assert chart.accessibleDescription() == "12:05, Waiting 2.0, Late 0"
    assert "12:05" in chart.readout.text()
    assert chart._cursor.isVisible()
    chart.view.left.emit()
    assert chart.accessibleDescription().startswith("12:20")
    assert not chart._cursor.isVisible()


def test_values_are_read_by_key(panel: DashboardPanel) -> None:
    shown(panel, over_time("a"), across("North", "South", "West"))
    chart, areas = panel.charts["a"], panel.charts["areas"]
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.accessibleDescription() == "12:25, Waiting –, Late –"
    QTest.keyClick(chart, Qt.Key.Key_Left)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.accessibleDescription().startswith("12:25")
    for _ in range(3):
        QTest.keyClick(areas, Qt.Key.Key_Up)
    assert areas.accessibleDescription() == "North, Orders 1"


def test_where_there_is_nothing_it_says_so(panel: DashboardPanel) -> None:
    lines = (Line("Waiting", "waiting", np.full(6, NAN)),)
    shown(panel, over_time("a", lines=lines, empty="Nothing was delivered"))
    chart = panel.charts["a"]
    assert chart._nothing.isVisible()
    assert chart._nothing.text() == "Nothing was delivered"
    assert chart.readout.text() == ""
    shown(panel, over_time("a"))
    assert chart.view.isVisible()


@pytest.mark.parametrize("kind", ["lines", "stack", "beside"])
def test_bars_and_lines_are_seen_in_their_colours(panel: DashboardPanel, kind: str) -> None:
    for theme in ("light", "dark"):
        look = LOOKS[theme]  # type: ignore[index]
        panel.set_look(look)
        shown(panel, over_time("a", kind))
        image: QImage = panel.charts["a"].view.grab().toImage()
        colours = {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}
        assert look.waiting in colours
        assert look.late in colours
        assert look.surface in colours


def test_stacked_bars_reach_their_sum(panel: DashboardPanel) -> None:
    shown(panel, over_time("a", "stack"))
    (_, _), (low, high) = panel.charts["a"]._box.viewRange()
    assert low == 0
    assert 7 <= high <= 9
    tops = [item.opts["y0"] for item in panel.charts["a"]._items]
    assert tops[1].tolist() == [4, 5]  # on top of the waiting of the two spans that have any


def test_as_many_side_by_side_as_have_room(panel: DashboardPanel, qtbot: QtBot) -> None:
    shown(panel, *(over_time(name) for name in "abcd"))
    assert panel._columns == 2
    panel.resize(1400, 700)
    QTest.qWait(1)
    assert panel._columns == 5
    panel.resize(300, 700)
    QTest.qWait(1)
    assert panel._columns == 1
    qtbot.waitUntil(lambda: panel._content.width() <= panel.area.viewport().width())


def test_tiles_are_written_anew_and_taken_away(panel: DashboardPanel) -> None:
    flow = panel._tiles.layout()
    assert flow is not None
    shown(panel, over_time("a"), tiles=(Tile("Late", "▲ 2.0", "%", token="late"), Tile("Batched", "30", "%")))
    assert flow.count() == 2
    item = flow.itemAt(0)
    assert item is not None
    label = item.widget()
    assert isinstance(label, QWidget)
    assert label.accessibleName() == "Late: ▲ 2.0 %"
    shown(panel, over_time("a"), tiles=(Tile("Batched", "31", "%"),))
    assert flow.count() == 1


def test_what_is_asked_is_told(panel: DashboardPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.range_chosen) as chosen:
        panel._ranges["day"].click()
    assert chosen.args == ["day"]
    with qtbot.waitSignal(panel.picture_asked):
        panel.picture.click()
    with qtbot.waitSignal(panel.table_asked):
        panel.table.click()
    with qtbot.waitSignal(panel.context_requested):
        panel.customContextMenuRequested.emit(QPoint(5, 5))


def test_charts_come_and_go_without_a_trace(qtbot: QtBot) -> None:
    """Pyqtgraph's items outlive their scene easily, and then crash when they are collected."""
    for _ in range(15):
        panel = DashboardPanel()
        panel.resize(620, 500)
        panel.build()
        panel.show()
        shown(panel, over_time("a"), over_time("b", "stack"), over_time("c", "beside"), across("North"))
        point_at(panel.charts["a"].view.viewport(), QPoint(80, 40))
        shown(panel, over_time("a"), across("North", "South"))
        assert set(panel.charts) == {"a", "areas"}
        panel.clear()
        assert panel.charts == {}
        panel.close()
        panel.deleteLater()
        QTest.qWait(1)
        gc.collect()


def test_a_panel_may_go_with_its_charts(qtbot: QtBot) -> None:
    for _ in range(10):
        panel = DashboardPanel()
        panel.build()
        panel.show()
        shown(panel, over_time("a"), over_time("b", "stack"))
        charts = [chart.view for chart in panel.charts.values()]
        panel.deleteLater()
        del panel
        qtbot.waitUntil(lambda charts=charts: not any(map(isValid, charts)))
        gc.collect()
        assert len(charts) == 2


def test_scales_end_on_round_figures() -> None:
    assert nice_top(7.3) == (8.0, 2.0)
    assert nice_top(0.0) == nice_top(1.5e-14) == (1.0, 0.5)
    assert nice_top(NAN) == (1.0, 0.5)
    top, step = nice_top(0.034)
    assert top == pytest.approx(0.04)
    assert step == pytest.approx(0.01)
    assert figure(1204.4, 0) == "1,204"
    assert figure(NAN, 1) == "–"


def test_a_picture_has_the_whole_of_a_chart_that_has_just_grown(panel: DashboardPanel) -> None:
    shown(panel, across("Harbour"))
    panel.show_figures((), [across(*(f"Area {i}" for i in range(40)))], Moment(NOON, UTC))
    picture, view = panel.snapshot(), panel.charts["areas"].view
    assert view.height() > 400
    assert picture.height() >= view.mapTo(panel._content, view.rect().bottomLeft()).y()
