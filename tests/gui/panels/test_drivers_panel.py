from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragLeaveEvent, QDragMoveEvent, QDropEvent
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.driver import Activity
from core.domain.vehicle import Vehicle
from widgets.common.dragging import order_mime
from widgets.common.words import Moment
from widgets.drivers.panel import DriversPanel
from widgets.drivers.rows import DriverRow
from widgets.drivers.table import COLUMNS, DriversModel

MakeDriver = Callable[..., DriverRow]


@pytest.fixture
def panel(qtbot: QtBot, noon: Moment, driver_row: MakeDriver) -> DriversPanel:
    made = DriversPanel()
    qtbot.addWidget(made)
    made.set_moment(noon)
    made.resize(1200, 400)
    made.show()
    made.set_rows(
        [
            driver_row("D-10", Activity.CARRYING, orders=2, battery=12.0, vehicle=Vehicle.CAR),
            driver_row("D-9", Activity.FREE, name="Jonas Berg", fix_at=noon.now - 300, stale=True),
            driver_row("D-2", Activity.OFFLINE, fix_at=None),
        ]
    )
    return made


def ids(panel: DriversPanel) -> list[str]:
    return [row.id for row in panel.model.shown]


def title(name: str) -> int:
    return next(i for i, column in enumerate(COLUMNS) if column.title == name)


def cell(panel: DriversPanel, driver_id: str, name: str) -> str:
    return str(panel.model.index(panel.model.place(driver_id), title(name)).data())


def test_the_model_keeps_qt_s_rules(qtmodeltester: ModelTester, qtbot: QtBot, driver_row: MakeDriver) -> None:
    model = DriversModel()
    model.set_rows([driver_row("D-1"), driver_row("D-2", battery=50.0)])
    qtmodeltester.check(model)
    for column in range(model.columnCount()):
        model.sort(column, Qt.SortOrder.DescendingOrder)
    model.set_rows([driver_row("D-2")])
    assert [row.id for row in model.shown] == ["D-2"]


def test_drivers_stand_by_number(panel: DriversPanel) -> None:
    assert ids(panel) == ["D-2", "D-9", "D-10"]


def test_a_click_on_a_title_sorts(panel: DriversPanel) -> None:
    panel.view.sortByColumn(title("Orders"), Qt.SortOrder.DescendingOrder)
    assert ids(panel)[0] == "D-10"
    panel.view.sortByColumn(title("Last seen"), Qt.SortOrder.DescendingOrder)
    assert ids(panel) == ["D-9", "D-10", "D-2"]


def test_cells_say_what_they_know(panel: DriversPanel) -> None:
    assert cell(panel, "D-10", "Last seen") == "8 s"
    assert cell(panel, "D-9", "Last seen") == "5 min"
    assert cell(panel, "D-2", "Last seen") == "never"
    assert cell(panel, "D-10", "Battery") == "12 %"
    assert cell(panel, "D-9", "Battery") == ""


def test_a_mode_that_was_not_asked_for_is_named(panel: DriversPanel, driver_row: MakeDriver) -> None:
    panel.set_rows([driver_row(mode="passive", mode_wanted="active")])
    assert cell(panel, "D-1", "Tracking") == "passive, not active"


def test_a_clock_that_is_off_is_named(panel: DriversPanel, driver_row: MakeDriver) -> None:
    panel.set_rows([driver_row(mode="passive", mode_wanted="passive", clock_s=-245.0)])
    assert cell(panel, "D-1", "Tracking") == "clock 4 min ahead"


def test_trouble_with_the_tracking_is_marked_and_told_with_what_to_do(panel: DriversPanel, driver_row: MakeDriver) -> None:
    said = "Asked for active 3 min ago, the phone still reports passive: ask the driver to open the app"
    panel.set_rows([driver_row("D-1", mode="passive", mode_wanted="active", trouble=said), driver_row("D-2", mode="active")])
    column = next(i for i, one in enumerate(panel.model.columns) if one.title == "Tracking")
    tips = [str(panel.model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)) for row in range(2)]
    assert [said in tip for tip in tips] == [True, False]


def test_chips_let_their_kind_through_and_count_it(panel: DriversPanel) -> None:
    panel.chips.choose([Activity.FREE, Activity.CARRYING])
    assert ids(panel) == ["D-9", "D-10"]
    assert "Free 1" in [b.text() for b in panel.chips._buttons.values()]
    panel.chips.choose([])
    assert len(ids(panel)) == 3


def test_choosing_several_chips_at_once_keeps_what_is_selected(panel: DriversPanel) -> None:
    panel.select(["D-9"])
    panel.chips.choose([Activity.CARRYING, Activity.FREE])
    assert panel.selected() == ["D-9"]


def test_the_filter_takes_every_word(qtbot: QtBot, panel: DriversPanel) -> None:
    panel.search.setText("berg d-9")
    qtbot.waitUntil(lambda: ids(panel) == ["D-9"], timeout=1000)
    qtbot.keyClick(panel.search, Qt.Key.Key_Down)
    assert panel.view.hasFocus()
    panel.search.setText("berg d-10")
    qtbot.waitUntil(lambda: ids(panel) == [], timeout=1000)


def test_an_order_dropped_on_a_driver_is_told_and_the_row_lights_up_before(qtbot: QtBot, panel: DriversPanel) -> None:
    view = panel.view
    dropped: list[tuple[list[str], str]] = []
    hovered: list[str] = []
    panel.order_dropped.connect(lambda orders, driver: dropped.append((orders, driver)))
    panel.order_hovered.connect(lambda orders, driver: hovered.append(driver))
    mime = order_mime(["1042", "1043"])
    at = view.visualRect(panel.model.index(1, 1)).center()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    move = QDragMoveEvent(at, Qt.DropAction.MoveAction, mime, left, none)
    view.dragMoveEvent(move)
    assert move.isAccepted()
    assert view.drop_target() == "D-9"
    below = QDragMoveEvent(QPoint(at.x(), 350), Qt.DropAction.MoveAction, mime, left, none)
    view.dragMoveEvent(below)
    assert not below.isAccepted()
    assert view.drop_target() is None
    view.dragMoveEvent(QDragMoveEvent(at, Qt.DropAction.MoveAction, mime, left, none))
    drop = QDropEvent(QPointF(at), Qt.DropAction.MoveAction, mime, left, none, QEvent.Type.Drop)
    view.dropEvent(drop)
    assert drop.isAccepted()
    assert dropped == [(["1042", "1043"], "D-9")]
    assert hovered == ["D-9", "", "D-9", ""]


def test_a_target_that_is_left_goes_dark(panel: DriversPanel) -> None:
    at = panel.view.visualRect(panel.model.index(0, 1)).center()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    mime = order_mime(["1"])
    panel.view.dragMoveEvent(QDragMoveEvent(at, Qt.DropAction.MoveAction, mime, left, none))
    panel.view.dragLeaveEvent(QDragLeaveEvent())
    assert panel.view.drop_target() is None


def test_what_is_no_order_can_t_be_dropped(panel: DriversPanel) -> None:
    mime = QMimeData()
    mime.setText("hello")
    at = panel.view.visualRect(panel.model.index(0, 1)).center()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    move = QDragMoveEvent(at, Qt.DropAction.MoveAction, mime, left, none)
    panel.view.dragMoveEvent(move)
    assert not move.isAccepted()
    drop = QDropEvent(QPointF(at), Qt.DropAction.MoveAction, mime, left, none, QEvent.Type.Drop)
    with_signal: list[object] = []
    panel.order_dropped.connect(lambda *args: with_signal.append(args))
    panel.view.dropEvent(drop)
    assert with_signal == []


def test_some_rows_anew_change_in_place_and_the_order_follows(
    panel: DriversPanel, driver_row: MakeDriver, noon: Moment, qtmodeltester: ModelTester
) -> None:
    qtmodeltester.check(panel.model)
    panel.select(["D-9"])
    panel.update_rows([driver_row("D-10", Activity.FREE, battery=80.0), driver_row("D-404")])
    assert ids(panel) == ["D-2", "D-9", "D-10"]
    assert cell(panel, "D-10", "Battery") == "80 %"
    panel.view.sortByColumn(title("Battery"), Qt.SortOrder.AscendingOrder)
    assert ids(panel)[0] == "D-10"
    panel._sorted_at = 0.0
    panel.update_rows([driver_row("D-2", Activity.FREE, fix_at=noon.now, battery=10.0)])
    assert ids(panel)[0] == "D-2"
    assert panel.selected() == ["D-9"]


def test_whoever_ceases_to_pass_the_filter_goes(panel: DriversPanel, driver_row: MakeDriver) -> None:
    panel.chips.choose([Activity.FREE])
    panel._sorted_at = 0.0
    panel.update_rows([driver_row("D-9", Activity.CARRYING), driver_row("D-2", Activity.FREE)])
    assert ids(panel) == ["D-2"]


def test_a_table_of_fifty_thousand_is_updated_without_looking_through_it(panel: DriversPanel, driver_row: MakeDriver) -> None:
    panel.set_rows([driver_row(f"D-{i}") for i in range(50_000)])
    assert 0 < len(panel.in_view()) < 100
    asked: list[int] = []
    panel.model.dataChanged.connect(lambda first, last: asked.append(last.row() - first.row() + 1))
    panel.update_rows([driver_row(f"D-{i}", battery=50.0) for i in range(0, 50_000, 100)])
    assert sum(asked) == 500
    assert cell(panel, "D-400", "Battery") == "50 %"


def test_on_a_usual_screen_every_column_is_there_and_holds_what_stands_in_it(panel: DriversPanel) -> None:
    panel.resize(906, 250)  # of 1,920: without a style sheet scroll bars take four more
    panel.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    header, metrics = panel.view.horizontalHeader(), panel.view.fontMetrics()
    assert header.length() <= panel.view.viewport().width()
    icon = 22
    for name, text in (
        ("Name", "Wanda Kraus"),
        ("ETA", "18:24"),
        ("Last seen", "14 min"),
        ("Battery", "14 %"),
        ("Tracking", "active, not passive"),
    ):
        room = header.sectionSize(title(name)) - 16 - (icon if name in {"Battery", "Tracking"} else 0)
        assert room >= metrics.horizontalAdvance(text), name
