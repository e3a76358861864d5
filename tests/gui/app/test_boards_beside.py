"""Boards side by side: each with its own filter, sorting and selection; what is done is done on the one with the focus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtTest import QTest

from app.boards import Boards
from widgets.orders.panel import OrdersPanel


@pytest.fixture
def boards(rig: Any) -> Iterator[Boards]:
    boards: Boards = rig.window.boards
    boards.restore("")
    rig.window.activateWindow()
    yield boards
    rig.window.use_layout("dispatch")
    boards.restore("")
    rig.window.reset_layout()


def beside(rig: Any, boards: Boards) -> OrdersPanel:
    boards.go_to(rig.window.orders)
    rig.action("board.beside").trigger()
    panel = boards.current
    assert panel is not rig.window.orders
    rig.until(panel.isVisible)
    return panel


def ids(panel: OrdersPanel) -> set[str]:
    return {row.id for row in panel.model.orders()}


def test_the_only_board_stays_and_a_copy_stands_beside_it(rig: Any, boards: Boards) -> None:
    order = rig.order()
    panel = beside(rig, boards)
    assert [view.name for view in rig.window.orders.boards.views()] == ["All orders"]
    assert panel.parentWidget().windowTitle() == panel.boards.view().name == "Board 2"
    assert order in ids(panel)
    assert order in ids(rig.window.orders)
    assert panel.mapToGlobal(panel.rect().topLeft()).x() > rig.window.orders.mapToGlobal(panel.rect().topLeft()).x()
    assert panel.boards.tabs.isHidden()


def test_a_board_among_several_is_taken_out_and_put_back(rig: Any, boards: Boards) -> None:
    rig.window.orders.boards.add_board("Lunch")
    rig.window.orders.boards.chips.choose({"EXCEPTIONS"})
    panel = beside(rig, boards)
    assert (panel.boards.view().name, panel.boards.view().sections) == ("Lunch", ("EXCEPTIONS",))
    assert [view.name for view in rig.window.orders.boards.views()] == ["All orders"]
    panel.parentWidget().close()  # as the cross in its title does
    assert [view.name for view in rig.window.orders.boards.views()] == ["All orders", "Lunch"]
    assert rig.window.orders.boards.view().sections == ("EXCEPTIONS",)
    assert boards.panels() == [rig.window.orders]
    assert "board-1" not in rig.window.docks


def test_the_map_gets_back_what_a_board_took(rig: Any, boards: Boards) -> None:
    rig.window.reset_layout()
    rig.rest()
    before, inspector = rig.window.map.width(), rig.window.inspector.width()
    panel = beside(rig, boards)
    rig.until(lambda: rig.window.map.width() < before)
    panel.parentWidget().close()
    rig.until(lambda: abs(rig.window.map.width() - before) <= 4)
    assert abs(rig.window.inspector.width() - inspector) <= 4


def test_each_has_its_own_filter_sorting_and_selection(rig: Any, boards: Boards) -> None:
    one, two = rig.order(), rig.order()
    panel = beside(rig, boards)
    panel.search.setText(two)
    panel.search._tell()
    panel.boards.set_sort((0, True))
    assert ids(panel) == {two}
    assert {one, two} <= ids(rig.window.orders)
    assert rig.window.orders.boards.view().sort is None
    panel.select([two])
    assert rig.deeds.selection.orders == (two,)
    boards.go_to(rig.window.orders)
    rig.window.orders.select([one])
    assert rig.deeds.selection.orders == (one,)
    assert panel.selected() == [two]  # its own, though it is not what actions are about
    assert panel.view._strokes.pale
    boards.go_to(panel)
    assert rig.deeds.selection.orders == (two,)
    assert not panel.view._strokes.pale


def test_actions_are_about_the_board_with_the_focus(rig: Any, boards: Boards) -> None:
    one, two = rig.order(), rig.order()
    panel = beside(rig, boards)
    panel.select([two])
    boards.go_to(rig.window.orders)
    rig.window.orders.select([one])
    panel.view.setFocus()
    rig.until(lambda: boards.current is panel)
    rig.action("order.hold").trigger()
    assert (rig.state(one)[0], rig.state(two)[0]) == ("waiting", "held")
    assert panel.view.model().mimeData(panel.view.selectedIndexes()).hasFormat("application/x-kerbside-order")
    rig.press("Ctrl+F")
    assert panel.search.hasFocus()
    QTest.keyClicks(panel.search, "nothing like it")
    panel.search._tell()
    assert ids(panel) == set()
    assert {one, two} <= ids(rig.window.orders)
    rig.deeds.undo()


def test_the_next_exception_is_looked_for_on_that_board(rig: Any, boards: Boards) -> None:
    late = rig.order(due_at=rig.engine.clock.now() + 0.5)
    rig.until(lambda: any(row.id == late and row.exception for row in rig.window.orders._rows))
    panel = beside(rig, boards)
    panel.boards.chips.choose({"DONE"})
    rig.action("order.next_exception").trigger()
    assert "lets none of the exceptions through" in rig.said()
    panel.boards.chips.choose(())
    rig.action("order.next_exception").trigger()
    assert panel.selected()
    assert rig.window.orders.selected() == []
    assert rig.deeds.selection.orders == tuple(panel.selected())


def test_what_is_new_comes_to_every_board(rig: Any, boards: Boards) -> None:
    panels = [rig.window.orders, beside(rig, boards), beside(rig, boards)]
    order = rig.order()
    rig.until(lambda: all(order in ids(panel) for panel in panels))
    rig.deeds.assign([order], "D-1")
    rig.until(lambda: all(row.driver_id == "D-1" for p in panels for row in p.model.orders() if row.id == order))
    # One row for all of them.
    assert len({id(row) for panel in panels for row in panel.model.orders() if row.id == order}) == 1
    rig.deeds.undo()


def test_the_keys_lead_through_tabs_and_boards(rig: Any, boards: Boards) -> None:
    rig.window.orders.boards.add_board("Lunch")
    rig.window.orders.boards.add_board("North")
    panel = beside(rig, boards)
    boards.go_to(rig.window.orders)
    went = []
    for _ in range(3):
        rig.press("Ctrl+B")
        went.append(boards.current.boards.view().name)
    assert sorted(went) == ["All orders", "Lunch", "North"]
    boards.go_to(panel)
    rig.press("Ctrl+Alt+Shift+B")
    assert boards.current is rig.window.orders
    assert [view.name for view in rig.window.orders.boards.views()] == ["All orders", "Lunch", "North"]


def test_boards_and_their_places_are_kept_from_start_to_start(rig: Any, boards: Boards, tmp_path: Any) -> None:
    rig.window.orders.boards.add_board("Lunch")
    panel = beside(rig, boards)
    panel.search.setText("rosa")
    panel.search._tell()
    rig.window.docks["board-1"].setFloating(True)
    rig.window.docks["board-1"].setGeometry(40, 60, 700, 500)
    file = QSettings(str(tmp_path / "layout.ini"), QSettings.Format.IniFormat)
    before, rig.window._layout_file = rig.window._layout_file, file
    rig.window.save_layout()
    boards.restore("")
    assert len(boards.panels()) == 1
    rig.window.restore_layout(file)
    rig.window._layout_file = before
    again = boards.docks()[0]
    assert (again.panel.boards.view().name, again.panel.search.text()) == ("Lunch", "rosa")
    assert again.isFloating()
    assert again.width() == 700
    assert [view.name for view in rig.window.orders.boards.views()] == ["All orders"]


def test_a_layout_without_orders_hides_boards_and_one_with_them_shows_them(rig: Any, boards: Boards) -> None:
    panel = beside(rig, boards)
    rig.window.use_layout("wall")
    rig.rest()
    assert not panel.isVisible()
    assert len(boards.panels()) == 2  # hidden, not closed
    rig.window.use_layout("dispatch")
    rig.until(panel.isVisible)
    rig.window.use_layout("planning")  # which has never seen it
    rig.until(panel.isVisible)
    assert not panel.parentWidget().isFloating()


def test_boards_fill_the_window_together(rig: Any, boards: Boards) -> None:
    panel = beside(rig, boards)
    rig.press("F11")
    rig.until(lambda: not rig.window.map.isVisible())
    assert panel.isVisible()
    assert rig.window.orders.isVisible()
    rig.until(lambda: panel.width() > 0.4 * rig.window.width() and rig.window.orders.width() > 0.4 * rig.window.width())
    rig.press("F11")
    rig.until(rig.window.map.isVisible)
    assert panel.isVisible()
