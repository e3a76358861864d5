from __future__ import annotations

import pytest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from widgets.audit.panel import AuditPanel, columns
from widgets.audit.rows import AuditQuestion, AuditRow
from widgets.common.tables import RowsModel
from widgets.common.words import Moment

NOON = 1_770_033_600.0
ROW = AuditRow("7", NOON, "02 Feb 12:00", "ida", "Area saved", "Old town", ("name: A → B", "watched: no → yes"), "by phone")


@pytest.fixture
def panel(qtbot: QtBot, noon: Moment) -> AuditPanel:
    made = AuditPanel()
    qtbot.addWidget(made)
    made.resize(1100, 300)
    made.set_moment(noon)
    made.set_groups([("setup", "Set-up"), ("orders", "Orders"), ("", "Everything")], "setup")
    made.show()
    return made


def test_the_model_keeps_qt_s_rules(qtmodeltester: ModelTester, qtbot: QtBot) -> None:
    model: RowsModel[AuditRow] = RowsModel(columns())
    model.set_rows([ROW, AuditRow("8", NOON, "", "", "", "")])
    qtmodeltester.check(model)
    told = [str(model.index(0, n).data()) for n in range(model.columnCount())]
    assert told == ["02 Feb 12:00", "ida", "Area saved", "Old town", "name: A → B, +2"]


def test_each_filter_asks_anew(panel: AuditPanel, qtbot: QtBot) -> None:
    assert panel.question() == AuditQuestion("setup")
    with qtbot.waitSignal(panel.asked) as asked:
        panel.group.setCurrentIndex(2)
    assert asked.args == [AuditQuestion()]
    with qtbot.waitSignal(panel.asked) as asked:
        panel.who.setText("ida")
        panel.thing.setText(" D-17 ")
    assert asked.args == [AuditQuestion("", "ida", "D-17")]
    with qtbot.waitSignal(panel.asked) as asked:
        panel.span.setCurrentIndex(1)
    assert asked.args[0].since == NOON - 3600
    with qtbot.waitSignal(panel.asked) as asked:
        panel.span.setCurrentIndex(panel.span.findData("between"))
    assert (asked.args[0].since, asked.args[0].until) == (NOON - 24 * 3600, NOON)
    assert panel.since.isVisible()
    with qtbot.waitSignal(panel.asked) as asked:
        panel.until.setDateTime(panel.until.dateTime().addSecs(-600))
    assert asked.args[0].until == NOON - 600


def test_what_is_selected_is_told_line_by_line(panel: AuditPanel) -> None:
    panel.set_rows([ROW], "1 change", more=False)
    assert panel.model.index(0, 4).data() == "name: A → B, +2"
    assert not panel.older.isEnabled()
    panel.view.select_ids(["7"])
    assert panel.detail.text().split("\n") == [
        "Area saved, 02 Feb 12:00, by ida", "Old town", "", "name: A → B", "watched: no → yes", "by phone",
    ]  # fmt: skip
    panel.set_rows([], "", more=False)
    assert not panel._area.isVisible()
    assert panel._empty.state.isVisible()
