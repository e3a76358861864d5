"""Several boards over the same orders: each with its own filter, grouping and sorting, kept by name; the truth of commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt

from core.domain.order import Status
from core.domain.receipt import Told
from widgets.common.words import Moment
from widgets.orders.board import Heading
from widgets.orders.panel import OrdersPanel
from widgets.orders.rows import OrderRow
from widgets.orders.views import BoardView, read, written

MakeOrder = Callable[..., OrderRow]
MINUTE = 60.0


@pytest.fixture
def panel(qtbot: Any, order_row: MakeOrder, noon: Moment) -> OrdersPanel:
    panel = OrdersPanel()
    qtbot.addWidget(panel)
    panel.resize(700, 700)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.set_moment(noon)
    panel.set_rows(
        [
            order_row("1", merchant="Sushi Ko", due_at=noon.now + 5 * MINUTE, area="North"),
            order_row("2", merchant="Golden Wok", due_at=noon.now + 16 * MINUTE, area="South"),
            order_row(
                "3", Status.ASSIGNED, merchant="Sushi Ko", driver_id="D-1", driver_name="Ana", due_at=noon.now + 20 * MINUTE
            ),
            order_row("4", Status.CARRYING, driver_id="D-1", driver_name="Ana", exception="late", due_at=noon.now - MINUTE),
            order_row("5", Status.DELIVERED, driver_id="D-2", driver_name="Bo", status_at=noon.now - MINUTE),
        ]
    )
    return panel


def shown(panel: OrdersPanel) -> list[str]:
    """Titles without their counts, and orders."""
    return [row.text().rpartition("  ")[0] if isinstance(row, Heading) else row.id for row in panel.model.shown]


def group(panel: OrdersPanel, name: str) -> None:
    panel.boards.group.setCurrentIndex(panel.boards.group.findData(name))


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("driver", ["Exceptions", "4", "No driver", "1", "2", "D-1 Ana", "3", "Done"]),
        ("merchant", ["Exceptions", "4", "Golden Wok", "2", "Sushi Ko", "1", "3", "Done"]),
        ("area", ["Exceptions", "4", "In no area", "3", "North", "1", "South", "2", "Done"]),
        ("window", ["Exceptions", "4", "Due 12:00 to 12:15", "1", "Due 12:15 to 12:30", "2", "3", "Done"]),
    ],
)
def test_orders_stand_together_with_exceptions_on_top(
    panel: OrdersPanel, name: str, titles: list[str], qtmodeltester: Any
) -> None:
    group(panel, name)
    assert shown(panel) == titles
    qtmodeltester.check(panel.model)
    group(panel, "state")
    assert shown(panel)[:4] == ["Exceptions", "4", "Unassigned", "1"]


def test_queues_are_let_through_by_choice(panel: OrdersPanel) -> None:
    panel.boards.chips.choose({"UNASSIGNED", "ACTIVE"})
    assert shown(panel) == ["Unassigned", "1", "2", "Active", "3"]
    group(panel, "driver")
    assert shown(panel) == ["No driver", "1", "2", "D-1 Ana", "3"]
    panel.boards.chips.choose(())
    assert "4" in shown(panel)


def test_a_title_sorts_its_column_up_down_and_not(panel: OrdersPanel) -> None:
    column = [c.title for c in panel.model.columns].index("From → to")
    click = panel.view.horizontalHeader().sectionClicked.emit
    click(column)
    assert shown(panel)[2:5] == ["Unassigned", "2", "1"]
    click(column)
    assert shown(panel)[2:5] == ["Unassigned", "1", "2"]
    click(column)
    assert panel.boards.view().sort is None


def test_boards_keep_their_own(panel: OrdersPanel) -> None:
    boards = panel.boards
    kept: list[str] = []
    boards.changed.connect(lambda: kept.append(boards.kept()))
    boards.add_board("North")
    boards.chips.choose({"EXCEPTIONS"})
    group(panel, "driver")
    panel.search.setText("ana")
    panel.search._tell()
    assert boards.view() == BoardView("North", "ana", ("EXCEPTIONS",), "driver")
    boards.step(-1)
    assert boards.view().name == "All orders"
    assert (panel.search.text(), boards.chips.chosen(), boards.group.currentData()) == ("", set(), "state")
    assert "Unassigned" in shown(panel)
    boards.step(1)
    assert shown(panel) == ["Exceptions", "4"]
    assert read(kept[-1]) == boards.views()
    other = OrdersPanel()
    other.boards.restore(kept[-1])
    assert [v.name for v in other.boards.views()] == ["All orders", "North"]
    other.boards.step(1)
    assert other.boards.chips.chosen() == {"EXCEPTIONS"}
    boards.remove()
    assert [v.name for v in boards.views()] == ["All orders"]
    boards.remove()  # the last one stays
    assert len(boards.views()) == 1


def test_a_new_board_asks_for_its_name(panel: OrdersPanel) -> None:
    asked: list[str] = []
    panel.boards.name_wanted.connect(asked.append)
    panel.boards.new_wanted.connect(lambda: panel.boards.add_board(""))
    panel.boards.add.click()
    assert asked == ["Board 2"]
    panel.boards.rename("  Lunch ")
    assert panel.boards.tabs.tabText(1) == "Lunch"
    assert panel.boards.view().name == "Lunch"


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '[{"name": ""}]', '[{"text": 3}]', "[1]"])
def test_what_can_t_be_read_is_the_plain_board(text: str) -> None:
    assert [view.name for view in read(text)] == ["All orders"]


def test_views_are_written_and_read() -> None:
    views = [BoardView("A"), BoardView("B", "x", ("ACTIVE",), "area", (3, True))]
    assert read(written(views)) == views
    assert read('[{"name": "A", "group": "moon", "sections": ["ACTIVE", "NONE"], "sort": [1]}]') == [
        BoardView("A", "", ("ACTIVE",))
    ]


@pytest.mark.parametrize(
    ("values", "text", "icon", "token", "tip"),
    [
        ({}, "", "", "muted", ""),
        (
            {"told": Told.QUEUED, "told_what": "assign"},
            "Queued",
            "hourglass-medium",
            "offered",
            "Assignment: waits to be sent",
        ),
        (
            {"told": Told.SENT, "told_what": "offer"},
            "Sent",
            "paper-plane-tilt",
            "muted",
            "Offer: the broker has it, the phone has not said so yet",
        ),
        (
            {"told": Told.SEEN, "told_what": "route"},
            "Seen",
            "device-mobile",
            "free",
            "Order of stops: the driver's phone has it",
        ),
        (
            {"told": Told.FAILED, "told_what": "recall"},
            "Lost",
            "x-circle",
            "late",
            "Recall: it never reached the phone; call the driver, or tell it again",
        ),
        ({"told": Told.SEEN, "refused": "it is carrying"}, "Refused", "prohibit", "late", "Refused: it is carrying"),
    ],
)
def test_each_row_tells_how_far_its_command_has_come(
    panel: OrdersPanel, order_row: MakeOrder, values: dict[str, Any], text: str, icon: str, token: str, tip: str
) -> None:
    panel.set_rows([order_row("1", **values)])
    column = [c.title for c in panel.model.columns].index("Told")
    index = panel.model.index(panel.model.place("1"), column)
    (face,) = panel.model.faces(index.row(), [column])
    assert (face.text, face.icon, face.token) == (text, icon, token)
    assert (index.data(Qt.ItemDataRole.ToolTipRole) or "") == tip


def test_each_board_keeps_its_columns(panel: OrdersPanel) -> None:
    boards, view = panel.boards, panel.view
    boards.add_board("Lunch")
    view.columns_menu().actions()[1].trigger()
    narrow = view.kept_columns().shown
    assert 1 not in narrow
    assert boards.view().columns == narrow
    boards.step(1)
    assert (boards.view().name, view.kept_columns().shown) == ("All orders", ())
    boards.step(1)
    assert view.kept_columns().shown == narrow
    assert [one.columns for one in read(boards.kept())] == [(), narrow]
    boards.restore('[{"name": "Odd", "columns": [1, "x", 99, true]}]')
    assert view.kept_columns().shown == (1,)


def test_each_board_keeps_its_widths_until_they_are_reset(panel: OrdersPanel) -> None:
    boards, view = panel.boards, panel.view
    usual = view.columnWidth(0)
    boards.add_board("Lunch")
    view.horizontalHeader().resizeSection(0, 140)
    boards.step(1)
    assert view.columnWidth(0) == usual
    assert [one.widths for one in read(boards.kept())] == [{}, {0: 140}]
    boards.step(1)
    assert view.columnWidth(0) == 140
    boards.reset_widths()
    assert (view.columnWidth(0), boards.view().widths) == (usual, {})
    boards.restore('[{"name": "Odd", "widths": {"0": "wide"}}]')
    assert view.columnWidth(0) == usual
