"""The notes and the sheet's dialog by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.panels.conftest import NOON
from widgets.common.words import Moment
from widgets.dialogs.sheet import SheetDialog
from widgets.handover.panel import HandoverPanel, NoteRow

ROWS = (NoteRow("b", NOON, "Bo", "Rosa closes at 22:00"), NoteRow("a", NOON - 3600, "Ida", "The lift is broken"))


@pytest.fixture
def panel(qtbot: QtBot, noon: Moment) -> HandoverPanel:
    made = HandoverPanel()
    qtbot.addWidget(made)
    made.resize(700, 250)
    made.show()
    made.set_rows(ROWS, noon)
    return made


def test_notes_stand_with_time_and_name(panel: HandoverPanel, qtmodeltester: Any) -> None:
    qtmodeltester.check(panel.model)
    assert [[panel.model.index(r, c).data() for c in range(3)] for r in range(2)] == [
        ["12:00", "Bo", "Rosa closes at 22:00"],
        ["11:00", "Ida", "The lift is broken"],
    ]


def test_enter_keeps_what_was_typed(panel: HandoverPanel, qtbot: QtBot) -> None:
    panel.setFocus()
    with qtbot.waitSignal(panel.written) as written:
        QTest.keyClicks(panel.field, " Two boxes missing ")
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
    assert written.args == ["Two boxes missing"]
    assert panel.field.text() == ""
    with qtbot.assertNotEmitted(panel.written):
        QTest.keyClick(panel.field, Qt.Key.Key_Return)


def test_del_strikes_what_is_selected(panel: HandoverPanel, qtbot: QtBot) -> None:
    assert not panel.strike.isEnabled()
    with qtbot.assertNotEmitted(panel.strike_asked):
        QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    panel.view.select_ids(["a"])
    with qtbot.waitSignal(panel.strike_asked) as asked:
        QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert asked.args == [["a"]]
    with qtbot.waitSignal(panel.strike_asked):
        panel.strike.click()


def test_the_sheet_is_looked_at_before(qtbot: QtBot) -> None:
    dialog = SheetDialog("What now?", "<h1>Handover</h1><p>All is well</p>")
    qtbot.addWidget(dialog)
    dialog.show()
    assert "All is well" in dialog.paper.toPlainText()
    with qtbot.waitSignal(dialog.save_asked):
        dialog.action.click()
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.print_asked):
        dialog.print.click()
