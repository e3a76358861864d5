"""The layout is kept, and can be had anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.arrangement import as_texts, from_texts
from app.layouts import LAYOUTS
from app.main_window import MainWindow
from widgets.common.theme import Theme
from widgets.dialogs.keys import KeysDialog


def window(file: Path, qapp: QApplication) -> MainWindow:
    made = MainWindow(Theme(qapp, "light"))
    made.restore_layout(QSettings(str(file), QSettings.Format.IniFormat))
    made.show()
    QTest.qWait(20)
    return made


def end(made: MainWindow) -> None:
    made.close()
    made.deleteLater()
    QTest.qWait(20)


def test_a_layout_comes_back_after_a_start(rig: Any, qapp: QApplication, tmp_path: Path) -> None:
    first = window(tmp_path / "layout.ini", qapp)
    first.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, first.docks["log"])
    first.docks["inspector"].hide()
    first.docks["drivers"].setFloating(True)
    first.map.set_view(45.5, 9.5, 14.5)
    QTest.qWait(50)
    end(first)

    second = window(tmp_path / "layout.ini", qapp)
    assert second.dockWidgetArea(second.docks["log"]) == Qt.DockWidgetArea.RightDockWidgetArea
    assert second.docks["inspector"].isHidden()
    assert second.docks["drivers"].isFloating()
    assert second.map.view() == (45.5, 9.5, 14.5)

    second.reset_layout()
    assert not second.docks["drivers"].isFloating()
    assert second.docks["inspector"].isVisible()
    assert second.dockWidgetArea(second.docks["log"]) == Qt.DockWidgetArea.BottomDockWidgetArea
    end(second)


def test_tables_are_as_wide_and_as_sorted_as_they_were_left(rig: Any, qapp: QApplication, tmp_path: Path) -> None:
    def drawn(made: MainWindow) -> tuple[int, int, tuple[int, bool] | None]:
        drivers, lines = made.drivers.view, made.managed["merchants"].view
        return drivers.columnWidth(0), made.orders.view.columnWidth(0), lines.kept_columns().sort

    first = window(tmp_path / "layout.ini", qapp)
    usual = drawn(first)
    first.drivers.view.horizontalHeader().resizeSection(0, 333)
    first.orders.view.horizontalHeader().resizeSection(0, 99)
    first.managed["merchants"].view.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    end(first)

    second = window(tmp_path / "layout.ini", qapp)
    assert drawn(second) == (333, 99, (1, True))
    kept = from_texts(as_texts(second.arrangement.kept()))  # as a profile has it
    second.reset_layout()
    assert drawn(second) == usual
    second.arrangement.take_up(kept)
    assert drawn(second) == (333, 99, (1, True))
    end(second)


def test_the_tables_of_dialogs_are_kept_as_well(rig: Any) -> None:
    rig.action("help.keys").trigger()
    keys = rig.dialog(KeysDialog)
    usual = keys.view.columnWidth(0)
    keys.view.horizontalHeader().resizeSection(0, 222)
    keys.close()
    rig.until(lambda: not rig.window.findChildren(KeysDialog))
    rig.action("help.keys").trigger()
    keys = rig.dialog(KeysDialog)
    assert keys.view.columnWidth(0) == 222
    assert "KeysDialog.0" in str(rig.window.arrangement.kept()["columns"])
    keys.close()
    rig.until(lambda: not rig.window.findChildren(KeysDialog))
    rig.action("view.layout").trigger()
    rig.action("help.keys").trigger()
    assert rig.dialog(KeysDialog).view.columnWidth(0) == usual


def test_a_damaged_layout_gives_the_usual_one(rig: Any, qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "layout.ini"
    file.write_text('[General]\ngeometry="@ByteArray(junk)"\nstate="@ByteArray(junk)"\nmap="a;b;c"\n')
    made = window(file, qapp)
    assert made.docks["orders"].isVisible()
    assert made.docks["drivers"].isVisible()
    assert made.map.view() is None
    end(made)


def test_the_map_keeps_the_largest_part_of_a_small_screen(rig: Any, qapp: QApplication, tmp_path: Path) -> None:
    made = window(tmp_path / "layout.ini", qapp)
    made.setWindowState(Qt.WindowState.WindowNoState)
    made.resize(1366, 768)
    made.reset_layout()
    # Docks, and what breaks its line in them, take their sizes turn by turn.
    rig.until(lambda: made.drivers.chips.height() < 2 * made.drivers.search.height())
    widths = {name: dock.width() for name, dock in made.docks.items()}
    assert made.map.width() > widths["orders"] > widths["inspector"]
    assert made.map.height() > made.docks["drivers"].height()
    assert made.drivers.chips.height() < 2 * made.drivers.search.height()  # in one line
    end(made)


def seen(made: MainWindow) -> set[str]:
    return {name for name, dock in made.docks.items() if dock.toggleViewAction().isChecked()}


def test_layouts_have_names_and_stay_as_they_were_left(rig: Any, qapp: QApplication, tmp_path: Path) -> None:
    made = window(tmp_path / "layout.ini", qapp)
    made.setWindowState(Qt.WindowState.WindowNoState)
    made.resize(1600, 900)
    dispatch = seen(made)
    made.use_layout("planning")
    QTest.qWait(50)
    assert {"timeline", "shifts"} <= seen(made)
    assert made.docks["timeline"].height() > 0.35 * made.height()
    assert made.docks["timeline"].width() > made.width() - made.docks["orders"].width() - 20  # under the inspector as well
    made.docks["shifts"].hide()
    made.use_layout("wall")
    QTest.qWait(50)
    assert seen(made) == {"dashboard", "alerts"}
    assert made.map.width() > 0.6 * made.width()
    made.use_layout("dispatch")
    assert seen(made) == dispatch
    QTest.qWait(50)
    assert made.docks["drivers"].width() < made.width() - made.docks["orders"].width() - made.docks["inspector"].width()
    made.use_layout("planning")
    assert "shifts" not in seen(made)
    end(made)

    again = window(tmp_path / "layout.ini", qapp)
    assert again.layouts.name == "planning"
    assert "shifts" not in seen(again)
    again.use_layout("wall")
    assert seen(again) == {"dashboard", "alerts"}
    again.use_layout("planning")
    again.reset_layout()
    assert "shifts" in seen(again)
    end(again)


def test_every_dock_of_every_layout_is_there(rig: Any) -> None:
    docks = rig.window.docks.keys()
    for layout in LAYOUTS.values():
        assert set(layout.shown) <= docks
        assert set(layout.front) <= set(layout.shown)


def test_a_layout_is_chosen_and_a_panel_floated_by_key(rig: Any) -> None:
    rig.press("Ctrl+2")
    assert rig.window.layouts.name == "planning"
    assert rig.action("layout.planning").isChecked()
    assert not rig.action("layout.dispatch").isChecked()
    rig.press("Ctrl+1")
    rig.window.drivers.view.setFocus()
    rig.press("Ctrl+F11", on=rig.window.drivers.view)
    assert rig.window.docks["drivers"].isFloating()
    rig.window.layouts.float(rig.window.docks["drivers"])
    assert not rig.window.docks["drivers"].isFloating()
    rig.window.reset_layout()


def test_the_frame_stays_in_front_of_a_panel_that_comes_to_the_front_of_its_tabs(
    rig: Any, qapp: QApplication, tmp_path: Path
) -> None:
    made = window(tmp_path / "layout.ini", qapp)
    made.frame.set_mode("training")
    made.reset_layout()
    for name in ("log", "alerts", "areas"):
        made.open_dock(name)
        QTest.qWait(20)
        assert not made.docks[name].visibleRegion().isEmpty()
        over = [child for child in made.children() if child in (made.docks[name], made.frame)]
        assert over[-1] is made.frame
    end(made)
