"""The alerts panel by itself: what stands where, and what is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.domain.alert import SEVERITY, AlertKind
from tests.gui.panels.conftest import NOON
from widgets.alerts.panel import ICONS, AlertsPanel
from widgets.alerts.rows import AlertRow
from widgets.common.icons import icon
from widgets.common.words import Moment

K = AlertKind


def row(kind: AlertKind, subject: str, ago_s: float = 60.0, **more: Any) -> AlertRow:
    plain: dict[str, Any] = {
        "id": f"{kind.value} {subject}",
        "ids": (f"{kind.value} {subject}",),
        "text": kind.value.replace("_", " "),
        "about": f"{subject}, Rosa",
    }
    return AlertRow(kind=kind, severity=SEVERITY[kind], since=NOON - ago_s, **{**plain, **more})


ROWS = (
    row(K.STOPPED, "D-1", 600),
    row(K.LATE, "1042", 30),
    row(K.SILENT, "D-2", 300, ids=("silent D-2", "silent D-3"), text="2 drivers silent"),
    row(K.NO_DRIVER, "1043", 900, new=False, state="Seen by Ida", owner="Bo"),
    row(K.LATE, "1044", 9000, new=False, snoozed=True, state="Snoozed until 12:10"),
)


@pytest.fixture
def panel(qtbot: QtBot, noon: Moment) -> AlertsPanel:
    made = AlertsPanel()
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.set_moment(noon)
    made.show()
    made.set_rows(ROWS)
    return made


def texts(panel: AlertsPanel) -> list[list[str]]:
    model = panel.model
    return [[str(model.index(i, j).data() or "") for j in range(model.columnCount())] for i in range(model.rowCount())]


def test_new_and_urgent_first_the_oldest_before_what_was_snoozed(panel: AlertsPanel, qtmodeltester: Any) -> None:
    qtmodeltester.check(panel.model)
    tester = QAbstractItemModelTester(panel.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert texts(panel) == [
        ["2 drivers silent", "D-2, Rosa", "5 min", "", "New"],
        ["Late", "1042, Rosa", "0 min", "", "New"],
        ["Stopped", "D-1, Rosa", "10 min", "", "New"],
        ["No driver", "1043, Rosa", "15 min", "", "Seen by Ida, Bo"],
        ["Late", "1044, Rosa", "2 h 30 min", "", "Snoozed until 12:10"],
    ]
    panel.set_rows(ROWS[:2])
    panel.set_rows(())
    tester.deleteLater()


@pytest.mark.parametrize("kind", AlertKind)
def test_every_kind_has_an_icon_of_its_own(qtbot: QtBot, kind: AlertKind) -> None:
    assert not icon(ICONS[kind]).isNull()
    assert len(set(ICONS.values())) == len(AlertKind)


def test_a_row_of_many_speaks_for_all_of_them(qtbot: QtBot, panel: AlertsPanel) -> None:
    assert not panel.acknowledge.isEnabled()
    with qtbot.waitSignal(panel.selection_changed) as chosen:
        panel.view.select_ids(["silent D-2"])
    assert chosen.args == [["silent D-2", "silent D-3"]]
    for button, signal in (
        (panel.acknowledge, panel.acknowledge_wanted),
        (panel.snooze, panel.snooze_wanted),
        (panel.take, panel.take_wanted),
    ):
        with qtbot.waitSignal(signal) as wanted:
            button.click()
        assert wanted.args == [["silent D-2", "silent D-3"]]


def test_space_acknowledges_and_enter_leads_there(qtbot: QtBot, panel: AlertsPanel) -> None:
    panel.view.select_ids(["late 1042", "stopped D-1"])
    panel.view.setFocus()
    with qtbot.waitSignal(panel.acknowledge_wanted) as wanted:
        qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert wanted.args == [["late 1042", "stopped D-1"]]
    with qtbot.waitSignal(panel.activated) as led:
        qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert led.args == [["late 1042"]]


def test_the_filter_looks_at_what_about_whom_and_owner(qtbot: QtBot, panel: AlertsPanel) -> None:
    everything = [row.id for row in panel.model.shown]
    for typed, left in (("silent", ["silent D-2"]), ("1043 bo", ["no_driver 1043"]), ("rosa", everything), ("nobody", [])):
        with qtbot.waitSignal(panel.search.filter_changed):
            panel.search.setText(typed)
        assert [row.id for row in panel.model.shown] == left


def test_where_nothing_stands_it_says_so(panel: AlertsPanel) -> None:
    assert not panel._empty.state.isVisibleTo(panel)
    panel.set_rows(())
    assert panel._empty.state.isVisibleTo(panel)


def test_times_and_snooze_are_written_out(panel: AlertsPanel) -> None:
    panel.set_snooze_min(15)
    assert panel.snooze.text() == "Snooze 15 min"
    panel.set_rows([row(K.SILENT, "D-1", times=4)])
    assert texts(panel)[0][3] == "4×"
