from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from widgets.common.words import Moment
from widgets.log.panel import LogModel, LogPanel
from widgets.log.rows import LogKind, LogRow


def rows(first: int, count: int, kind: LogKind = LogKind.ORDER) -> list[LogRow]:
    return [
        LogRow(id=str(i), at=float(i), kind=kind, text=f"Event {i}", order_id=f"O-{i}", driver_id="D-1")
        for i in range(first, first + count)
    ]


@pytest.fixture
def panel(qtbot: QtBot, noon: Moment) -> LogPanel:
    made = LogPanel(limit=100)
    qtbot.addWidget(made)
    made.set_moment(noon)
    made.resize(700, 300)
    made.show()
    return made


def shown(panel: LogPanel) -> list[str]:
    return [row.id for row in panel.model.shown]


def test_the_model_keeps_qt_s_rules(qtmodeltester: ModelTester, qtbot: QtBot) -> None:
    model = LogModel(limit=5)
    qtmodeltester.check(model)
    model.append(rows(0, 4))
    model.append(rows(4, 4))
    assert [row.id for row in model.shown] == ["7", "6", "5", "4", "3"]
    model.clear()
    assert model.rowCount() == 0


def test_the_newest_stand_first_and_the_oldest_go(panel: LogPanel) -> None:
    panel.append(rows(0, 3))
    assert shown(panel) == ["2", "1", "0"]
    panel.append(rows(3, 200))
    assert shown(panel)[0] == "202"
    assert len(shown(panel)) == 100


def test_it_follows_unless_the_reader_has_scrolled_away(qtbot: QtBot, panel: LogPanel) -> None:
    panel.append(rows(0, 60))
    assert panel.is_following()
    panel.append(rows(60, 1))
    assert panel.view.rowAt(2) == 0
    bar = panel.view.verticalScrollBar()
    bar.setValue(130)
    top = panel.model.shown[panel.view.rowAt(0)].id
    offset = panel.view.rowViewportPosition(panel.view.rowAt(0))
    panel.append(rows(61, 7))
    assert panel.model.shown[panel.view.rowAt(0)].id == top
    assert panel.view.rowViewportPosition(panel.view.rowAt(0)) == offset
    assert panel.newest.isVisible()
    qtbot.mouseClick(panel.newest, Qt.MouseButton.LeftButton)
    assert panel.is_following()
    assert not panel.newest.isVisible()


def test_kinds_and_words_filter(qtbot: QtBot, panel: LogPanel) -> None:
    panel.append([*rows(0, 2), *rows(2, 2, LogKind.MESSAGE)])
    panel.chips.choose(["message"])
    assert shown(panel) == ["3", "2"]
    panel.search.setText("o-2")
    qtbot.waitUntil(lambda: shown(panel) == ["2"], timeout=1000)
    panel.append(rows(22, 1, LogKind.MESSAGE))
    assert shown(panel) == ["22", "2"]
    panel.chips.choose([])
    panel.search.clear()
    assert len(shown(panel)) == 5


def test_a_hidden_log_waits_and_keeps_no_more_than_its_limit(qtbot: QtBot) -> None:
    panel = LogPanel(limit=10)
    qtbot.addWidget(panel)
    panel.append(rows(0, 25))
    assert shown(panel) == []
    panel.show()
    assert shown(panel) == [str(i) for i in range(24, 14, -1)]


def test_an_event_leads_to_what_it_is_about(qtbot: QtBot, panel: LogPanel) -> None:
    panel.append(rows(0, 2))
    panel.view.select_ids(["1"])
    panel.view.setFocus()
    with qtbot.waitSignal(panel.row_activated) as caught:
        qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert caught.args == ["O-1", "D-1"]
