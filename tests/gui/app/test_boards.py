"""Boards in the whole program: the truth of each command, refusals by row, boards by name, a board without the map."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSettings

from app.actions import order_deeds
from core.domain.receipt import Told
from widgets.dialogs.line import LineDialog
from widgets.orders.rows import OrderRow


def row(rig: Any, order: str) -> OrderRow:
    return next(r for r in rig.window.orders._rows if r.id == order)


def test_an_assignment_is_followed_to_the_broker(rig: Any) -> None:
    order = rig.order()
    assert row(rig, order).told is None
    rig.deeds.assign([order], "D-1")
    rig.until(lambda: row(rig, order).told is Told.SENT)  # the real broker has acknowledged all of it
    assert row(rig, order).told_what == "assign"
    rig.deeds.undo()
    rig.until(lambda: (row(rig, order).told, row(rig, order).told_what) == (Told.SENT, "recall"))


def test_what_is_refused_of_many_stands_in_its_own_row(rig: Any) -> None:
    good, heavy = rig.order(), rig.order(weight_kg=900.0)
    rig.deeds.assign([good, heavy], "D-1")
    assert "1 of 2 done" in rig.said()
    rig.until(lambda: "weighs" in row(rig, heavy).refused)
    assert row(rig, good).refused == ""
    rig.choose(heavy)
    order_deeds.hold(rig.deeds)
    rig.until(lambda: row(rig, heavy).refused == "")  # something else was done with it since
    rig.deeds.undo()
    rig.deeds.undo()


def test_what_is_passed_over_of_many_is_counted(rig: Any) -> None:
    free, held = rig.order(), rig.order()
    rig.choose(held)
    order_deeds.hold(rig.deeds)
    rig.choose(free, held)
    order_deeds.hold(rig.deeds)
    assert rig.said() == f"Hold order {free}: 1 of 2 done. 1 is in another state"
    rig.deeds.undo()
    rig.deeds.undo()


def test_boards_are_kept_with_the_layout(rig: Any, tmp_path: Any) -> None:
    boards = rig.window.orders.boards
    rig.action("board.new").trigger()
    dialog = rig.dialog(LineDialog)
    assert dialog.text() == boards.view().name  # to be changed, or left by Enter
    dialog.close()
    boards.rename("Lunch")
    boards.chips.choose({"EXCEPTIONS"})
    file = QSettings(str(tmp_path / "layout.ini"), QSettings.Format.IniFormat)
    before, rig.window._layout_file = rig.window._layout_file, file
    rig.window.save_layout()
    rig.window._layout_file = before
    kept = str(file.value("boards"))
    rig.press("Ctrl+B")
    assert boards.view().name == "All orders"
    boards.remove()
    boards.restore(kept)
    assert [(v.name, v.sections) for v in boards.views()] == [("All orders", ()), ("Lunch", ("EXCEPTIONS",))]
    boards.step(1)
    boards.remove()
    assert [v.name for v in boards.views()] == ["All orders"]


def test_the_board_fills_the_window_and_gives_it_back(rig: Any) -> None:
    rig.window.open_dock("drivers")
    shown = {name for name, dock in rig.window.docks.items() if dock.isVisible()}
    rig.press("F11")
    assert rig.window.map.isHidden() or not rig.window.map.isVisible()
    assert [name for name, dock in rig.window.docks.items() if dock.isVisible()] == ["orders"]
    rig.until(lambda: rig.window.docks["orders"].width() > 0.9 * rig.window.width())
    rig.press("F11")
    rig.until(rig.window.map.isVisible)
    assert {name for name, dock in rig.window.docks.items() if dock.isVisible()} == shown
