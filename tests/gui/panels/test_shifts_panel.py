"""The shifts: the table and the dialog by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.domain.driver import Break
from core.domain.vehicle import Vehicle
from tests.gui.panels.conftest import NOON
from widgets.common.icons import icon
from widgets.common.words import Moment
from widgets.dialogs.shift import ShiftDialog, ShiftDraft
from widgets.shifts.panel import AWAY, DUTIES, ShiftsPanel
from widgets.shifts.rows import Duty, ShiftRow


def row(number: str, duty: Duty, **more: Any) -> ShiftRow:
    return ShiftRow(
        **{"id": number, "name": f"Driver {number}", "group": "north", "vehicle": Vehicle.BIKE, "duty": duty, **more}
    )


ROWS = (
    row("D-10", Duty.ON, shift_start=NOON - 7200, shift_end=NOON + 7200, breaks=(Break(NOON + 600, NOON + 2400),)),
    row("D-9", Duty.MISSING, shift_start=NOON - 600),
    row("D-2", Duty.OVER, group="south", shift_end=NOON - 60),
)


@pytest.fixture
def panel(qtbot: QtBot, noon: Moment) -> ShiftsPanel:
    made = ShiftsPanel()
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    made.set_rows(ROWS, noon)
    return made


def shown(panel: ShiftsPanel) -> list[str]:
    return [r.id for r in panel.model.shown]


def test_plan_and_what_is_the_matter(panel: ShiftsPanel, qtmodeltester: Any) -> None:
    qtmodeltester.check(panel.model)
    assert shown(panel) == ["D-2", "D-9", "D-10"]
    texts = [str(panel.model.index(2, i).data()) for i in range(panel.model.columnCount())]
    assert texts == ["D-10", "Driver D-10", "On shift", "10:00", "14:00", "12:10–12:40", "3.5", "north", "Bike"]
    panel.view.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert shown(panel) == ["D-9", "D-10", "D-2"]


def test_who_is_off_can_be_hidden_and_groups_be_found(panel: ShiftsPanel, qtbot: QtBot) -> None:
    panel.hide_away.setChecked(True)
    assert shown(panel) == ["D-9", "D-10"]
    panel.hide_away.setChecked(False)
    panel.search.setText("south")
    qtbot.waitUntil(lambda: shown(panel) == ["D-2"])


def test_what_is_asked_is_told(panel: ShiftsPanel, qtbot: QtBot) -> None:
    assert not panel.edit.isEnabled()
    panel.select(["D-9", "D-10"])
    assert panel.selected() == ["D-9", "D-10"]
    for button, signal in ((panel.edit, panel.edit_asked), (panel.load, panel.import_asked), (panel.save, panel.export_asked)):
        with qtbot.waitSignal(signal):
            button.click()


def test_every_duty_has_words_an_icon_and_a_colour() -> None:
    assert set(DUTIES) == set(Duty)
    assert set(Duty) >= AWAY
    for _, name, token in DUTIES.values():
        assert not icon(name, token).isNull()


def typed(dialog: ShiftDialog) -> ShiftDraft:
    drafts: list[ShiftDraft] = []
    dialog.planned.connect(drafts.append)
    dialog.action.click()
    return drafts[0]


def test_one_driver_s_shift(qtbot: QtBot) -> None:
    dialog = ShiftDialog("Ada", 1, ShiftDraft("18:00", "23:00", "", "north", "bike"), ["north", "south"])
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.heading.text() == "When does Ada work?"
    assert typed(dialog) == ShiftDraft()
    dialog.end.setText("23:30")
    dialog.breaks.setText("20:00-20:30")
    dialog.group.setCurrentText("")
    dialog.vehicle.setCurrentIndex(dialog.vehicle.findData("car"))
    assert typed(dialog) == ShiftDraft(shift_end="23:30", breaks="20:00-20:30", group="", vehicle="car")
    dialog.unfixed.setChecked(True)
    assert not dialog.start.isEnabled()
    assert typed(dialog).open


def test_of_several_only_what_is_typed_changes(qtbot: QtBot) -> None:
    dialog = ShiftDialog("Ada", 3, ShiftDraft("18:00", None, None, None, None), ["north"])
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.heading.text() == "When do 3 drivers work?"
    assert dialog.action.text() == "Save 3 shifts"
    assert dialog.end.placeholderText() == "different"
    QTest.keyClicks(dialog.end, "23:00")
    assert typed(dialog) == ShiftDraft(shift_end="23:00")
