"""Shifts in the console: planned for several at once, undone, imported and exported; who is off is left out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtTest import QTest

from widgets.dialogs.shift import ShiftDialog


def planned(rig: Any, driver_id: str) -> tuple[str, str]:
    driver, zone = rig.engine.world.drivers[driver_id], rig.engine.clock.zone
    return tuple(
        "" if at is None else f"{datetime.fromtimestamp(at, zone):%H:%M}" for at in (driver.shift_start, driver.shift_end)
    )  # type: ignore[return-value]


def test_several_are_planned_at_once_and_undone(rig: Any) -> None:
    rig.press("Ctrl+Shift+O")
    panel = rig.window.managed["shifts"]
    rig.until(lambda: len(panel.model.rows) == 3)
    panel.select(["D-1", "D-17"])
    rig.action("shift.edit").trigger()
    dialog = rig.dialog(ShiftDialog)
    assert dialog.heading.text() == "When do 2 drivers work?"
    QTest.keyClicks(dialog.start, "00:01")
    QTest.keyClicks(dialog.end, "00:00")
    QTest.keyClicks(dialog.breaks, "noon")
    dialog.action.click()
    assert "Breaks are written" in dialog.problem.text()
    dialog.breaks.setText("")
    dialog.end.setText("late")
    dialog.action.click()
    assert dialog.problem.text().startswith("To must be a time such as 18:30")
    dialog.end.setText("00:00")
    dialog.action.click()
    assert planned(rig, "D-1") == planned(rig, "D-17") == ("00:01", "00:00")
    assert planned(rig, "D-2") == ("", "")
    rig.press("Ctrl+Z")
    assert planned(rig, "D-1") == planned(rig, "D-17") == ("", "")
    rig.window.docks["shifts"].close()
    rig.deeds.selection.set_drivers(["D-1", "D-2"])  # as a lasso does
    rig.window.refresh_actions()
    rig.action("shift.edit").trigger()
    dialog = rig.dialog(ShiftDialog)
    assert dialog.heading.text() == "When do 2 drivers work?"
    dialog.reject()
    rig.deeds.clear()


def test_a_plan_goes_out_and_comes_in(rig: Any, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("driver,shift_start,shift_end,group\nD-2,00:01,23:59,north\n")
    rig.deeds.desk.shifts.load_from(path)
    assert planned(rig, "D-2") == ("00:01", "23:59")
    assert rig.engine.world.drivers["D-2"].group == "north"
    rig.deeds.desk.shifts.load_from(path)
    assert rig.said() == "Nothing has changed"
    path.write_text("driver,shift_start\nD-99,00:01\n")
    rig.deeds.desk.shifts.load_from(path)
    assert "there is no driver D-99" in rig.said()
    rig.press("Ctrl+Z")
    assert planned(rig, "D-2") == ("", "")


def test_who_is_off_shift_is_left_out_of_the_drivers_table(rig: Any, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("driver,shift_end\nD-2,2020-01-01T10:00\n")
    rig.deeds.desk.shifts.load_from(path)
    drivers = rig.window.drivers
    rig.deeds.set_to("window.only_on_shift", False)
    rig.window.reset_layout()
    rig.window.open_dock("drivers")
    rig.action("driver.rostered").trigger()
    rig.until(lambda: len(drivers.model.shown) == 2)
    assert [row.id for row in drivers.model.shown] == ["D-1", "D-17"]
    rig.action("driver.rostered").trigger()
    rig.until(lambda: len(drivers.model.shown) == 3)
    assert [row.id for row in drivers.model.shown] == ["D-1", "D-2", "D-17"]
    rig.press("Ctrl+Z")
