from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from widgets.common.flow import FlowLayout, flowing
from widgets.common.panel import stacked
from widgets.common.setup_panel import SetupPanel, Tool

BESIDE, ALONE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly


class Things(SetupPanel):
    tools = (
        Tool("thing.add", "Add…", "plus"),
        Tool("thing.edit", "Edit…", "note-pencil", least=1, most=1),
        Tool("thing.merge", "Merge", "intersect", least=2),
    )


def test_tools_can_be_used_by_how_much_is_selected(qtbot: QtBot) -> None:
    panel = Things()
    qtbot.addWidget(panel)
    panel.toolbar().setParent(panel)

    def able(selected: int) -> list[str]:
        panel.able(selected)
        return [tool.action for tool in panel.tools if panel.buttons[tool.action].isEnabled()]

    assert able(0) == ["thing.add"]
    assert able(1) == ["thing.add", "thing.edit"]
    assert able(3) == ["thing.add", "thing.merge"]
    with qtbot.waitSignal(panel.wanted) as wanted:
        panel.buttons["thing.merge"].click()
    assert wanted.args == ["thing.merge"]


def test_where_words_do_not_fit_in_a_line_icons_stand_for_them(qtbot: QtBot) -> None:
    panel = Things()
    qtbot.addWidget(panel)
    line = panel.one_line()
    stacked([line], SetupPanel(), panel)
    panel.show()

    def styles(width: int) -> list[Qt.ToolButtonStyle]:
        panel.resize(width, 120)
        qtbot.waitUntil(lambda: panel.width() == width)
        return [panel.buttons[tool.action].toolButtonStyle() for tool in panel.tools]

    assert styles(600) == [BESIDE, BESIDE, BESIDE]
    assert panel.buttons["thing.edit"].toolTip() == ""
    assert styles(180) == [BESIDE, ALONE, ALONE]
    assert [panel.buttons[tool.action].toolTip() for tool in panel.tools] == ["", "Edit", "Merge"]
    assert all(panel.buttons[tool.action].geometry().right() < line.width() for tool in panel.tools)
    assert styles(600) == [BESIDE, BESIDE, BESIDE]


def test_what_is_lower_stands_in_the_middle_of_its_line(qtbot: QtBot) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    flow = FlowLayout(panel, gap=4)
    high, low = QLabel(), QLabel()
    high.setFixedSize(60, 40)
    low.setFixedSize(60, 20)
    for part in (high, low):
        flow.addWidget(part)
    panel.resize(300, 100)
    panel.show()
    assert (high.y(), low.y()) == (0, 10)
    panel.resize(100, 100)
    qtbot.waitUntil(lambda: low.y() == 44)
    assert flow.heightForWidth(100) == 64


def test_buttons_that_break_into_lines_above_a_table_are_all_seen(qtbot: QtBot) -> None:
    buttons = [QPushButton(text) for text in ("Let it happen", "Hide who is off", "Import from a file")]
    row = flowing(*buttons)
    panel = stacked([row], QListWidget())
    qtbot.addWidget(panel)
    panel.resize(210, 400)
    panel.show()
    assert len({button.y() for button in buttons}) > 1
    assert all(row.rect().contains(button.geometry()) for button in buttons)
    panel.resize(900, 400)
    qtbot.waitUntil(lambda: len({button.y() for button in buttons}) == 1)
    assert row.height() == buttons[0].height()
