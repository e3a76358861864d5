from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.vehicle import Vehicle
from widgets.areas.details import AreaDialog
from widgets.areas.panel import AreasPanel, columns
from widgets.areas.rows import AreaDraft, AreaRow
from widgets.common.reorder import OrderedModel, moved_order
from widgets.common.tables import RowsModel
from widgets.dialogs.versions import VersionRow, VersionsDialog
from widgets.dialogs.versions import columns as version_columns


def row(area_id: str, **values: Any) -> AreaRow:
    return AreaRow(id=area_id, name=values.pop("name", area_id.title()), **values)


@pytest.fixture
def panel(qtbot: QtBot) -> AreasPanel:
    made = AreasPanel()
    qtbot.addWidget(made)
    made.resize(500, 600)
    made.show()
    made.set_rows([row("a", rules=("Rain", "Night")), row("b", vehicles=frozenset({Vehicle.WALK})), row("c", watched=True)])
    return made


def test_the_models_keep_qt_s_rules(qtmodeltester: ModelTester, qtbot: QtBot) -> None:
    model = OrderedModel(columns())
    model.set_rows([row("a"), row("b")])
    qtmodeltester.check(model)
    versions: RowsModel[VersionRow] = RowsModel(version_columns())
    versions.set_rows([VersionRow("1", 1, 0.0, "now", "me", "new", now=True)])
    qtmodeltester.check(versions)
    assert [model.index(i, 0).data() for i in range(model.rowCount())] == ["A", "B"]
    assert versions.rowCount() == 1


@given(st.lists(st.integers(0, 9), unique=True, min_size=1), st.data())
def test_moving_keeps_everybody_and_the_order_of_the_others(numbers: list[int], data: st.DataObject) -> None:
    order = [str(n) for n in numbers]
    ids = data.draw(st.sets(st.sampled_from(order)))
    place = data.draw(st.integers(0, len(order)))
    moved = moved_order(order, ids, place)
    assert sorted(moved) == sorted(order)
    assert [i for i in moved if i not in ids] == [i for i in order if i not in ids]
    together = [moved.index(i) for i in order if i in ids]
    assert together == list(range(min(together, default=0), min(together, default=0) + len(together)))


def test_alt_and_an_arrow_move_a_row(panel: AreasPanel, qtbot: QtBot) -> None:
    panel.select(["b"])
    with qtbot.waitSignal(panel.moved) as moved:
        QTest.keyClick(panel.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert moved.args == [["b", "a", "c"]]
    with qtbot.waitSignal(panel.moved) as moved:
        QTest.keyClick(panel.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert moved.args == [["a", "c", "b"]]
    panel.select(["c"])
    with qtbot.assertNotEmitted(panel.moved):
        QTest.keyClick(panel.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)


def test_a_row_is_dropped_before_another(panel: AreasPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    mime = panel.model.mimeData([panel.model.index(2, 0)])
    both = panel.model.supportedDropActions()
    top = panel.view.visualRect(panel.model.index(0, 0)).topLeft() + QPoint(5, 2)
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(top), both, mime, left, none)
    monkeypatch.setattr(panel.view, "_is_own", lambda _: True)
    with qtbot.waitSignal(panel.moved) as moved:
        panel.view.dropEvent(event)
    assert moved.args == [["c", "a", "b"]]
    assert event.dropAction() is Qt.DropAction.CopyAction


def test_what_comes_from_elsewhere_is_not_taken(panel: AreasPanel, qtbot: QtBot) -> None:
    mime = panel.model.mimeData([panel.model.index(2, 0)])
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.MoveAction, mime, left, none)
    event.ignore()
    with qtbot.assertNotEmitted(panel.moved):
        panel.view.dropEvent(event)
    assert [row.id for row in panel.model.shown] == ["a", "b", "c"]
    assert not event.isAccepted()


def test_tools_are_there_for_as_many_as_they_can_be_used_on(panel: AreasPanel) -> None:
    def able() -> set[str]:
        return {tool.action for tool in panel.tools if panel.buttons[tool.action].isEnabled()}

    assert able() == {"area.draw"}
    panel.select(["a"])
    assert able() == {tool.action for tool in panel.tools} - {"area.merge"}
    panel.select(["a", "b"])
    assert able() == {"area.draw", "area.merge", "area.remove"}


def test_what_is_wrong_with_a_shape_keeps_it_from_being_saved(panel: AreasPanel) -> None:
    panel.show_session("Shape of A", "", savable=True)
    assert panel.save.isEnabled()
    assert not panel.buttons["area.draw"].isVisible()
    panel.show_session("Shape of A", "The outline crosses itself", savable=True)
    assert (panel.save.isEnabled(), panel.problem.text()) == (False, "The outline crosses itself")
    panel.show_session("Draw a part", "", drawing=True)
    assert panel.corner.isVisible()
    panel.show_session("", "")
    assert panel.buttons["area.draw"].isVisible()


def test_a_typed_corner_is_told_by_enter(panel: AreasPanel, qtbot: QtBot) -> None:
    panel.show_session("Draw a part", "", drawing=True)
    panel.corner.setText(" 45.1, 9.1 ")
    with qtbot.waitSignal(panel.corner_typed) as typed:
        QTest.keyClick(panel.corner, Qt.Key.Key_Return)
    assert typed.args == ["45.1, 9.1"]


def test_without_areas_the_way_to_one_is_shown(panel: AreasPanel, qtbot: QtBot) -> None:
    panel.set_rows(())
    assert panel._empty.state.isVisible()
    with qtbot.waitSignal(panel.wanted) as wanted:
        panel._empty.state.acted.emit()
    assert wanted.args == ["area.draw"]


def test_details_want_a_name_and_one_vehicle(qtbot: QtBot) -> None:
    dialog = AreaDialog("What is it called?", "Save", AreaDraft(priority=3))
    qtbot.addWidget(dialog)
    dialog.act()
    assert "name" in dialog.problem.text()
    assert dialog.focusWidget() is dialog.name
    dialog.name.setText("Old town")
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    assert saved.args == [AreaDraft(name="Old town", priority=3)]
    for box in dialog.vehicles.values():
        box.setChecked(False)
    dialog.act()
    assert "vehicle" in dialog.problem.text()
    assert dialog.focusWidget() in dialog.vehicles.values()
    dialog.vehicles[Vehicle.BIKE].setChecked(True)
    with qtbot.waitSignal(dialog.saved) as saved:
        dialog.act()
    assert saved.args[0].vehicles == {Vehicle.BIKE}


def test_the_version_that_stands_is_not_brought_back(qtbot: QtBot) -> None:
    dialog = VersionsDialog("How was it?")
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.set_rows([VersionRow("7", 1, 1.0, "1 May", "Ida", "new"), VersionRow("9", 2, 2.0, "2 May", "Bo", "name", now=True)])
    assert dialog.model.index(0, 3).data() == "name"
    dialog.view.select_ids(["9"])
    assert not dialog.action.isEnabled()
    with qtbot.waitSignal(dialog.chosen):
        dialog.view.select_ids(["7"])
    with qtbot.waitSignal(dialog.wanted) as wanted:
        dialog.act()
    assert wanted.args == ["7"]
