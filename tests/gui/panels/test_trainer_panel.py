"""The trainer's panel by itself."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from core.simulation.scenarios import KINDS
from tests.gui.panels.conftest import NOON
from widgets.common.words import Moment
from widgets.trainer.panel import FAULTS, DecisionRow, TrainerPanel

ROWS = (
    DecisionRow("b", NOON, "1042", "D-17", "D-3", 6.2),
    DecisionRow("a", NOON - 60, "1041", "D-3", "D-3", 0.0),
    DecisionRow("c", NOON - 90, "1040", "D-3", "–", None),
)


@pytest.fixture
def panel(qtbot: QtBot, noon: Moment) -> TrainerPanel:
    made = TrainerPanel()
    qtbot.addWidget(made)
    made.resize(390, 700)
    made.show()
    made.set_running(True)
    made.set_decisions(ROWS, noon)
    return made


def test_decisions_stand_beside_the_matcher_s(panel: TrainerPanel, qtmodeltester: Any) -> None:
    qtmodeltester.check(panel.model)
    cells = [[panel.model.index(r, c).data() for c in range(5)] for r in range(3)]
    assert cells[0] == ["12:00", "1042", "D-17", "D-3", "+6.2 min"]
    assert cells[2][4] == "–"


def test_figures_that_are_turned_are_told_and_those_that_are_set_are_not(panel: TrainerPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.turned):
        panel.set_asked("orders_per_hour", 300.0)
    with qtbot.waitSignal(panel.turned) as turned:
        panel.asked["orders_per_hour"].setValue(350.0)
    assert turned.args == ["orders_per_hour", 350.0]
    panel.set_held({"orders_per_hour": "312", "accept_rate": "94 %"}, ["swift: asked 30 %, held 31 %"], "88 points of 100")
    assert panel.held["orders_per_hour"].text() == "312"
    assert panel.split.isVisible()
    assert "88" in panel.score.text()


def test_something_is_let_happen(panel: TrainerPanel, qtbot: QtBot) -> None:
    assert list(FAULTS) == list(KINDS)
    panel.fault.setCurrentIndex(3)
    with qtbot.waitSignal(panel.fault_asked) as asked:
        panel.inject.click()
    assert asked.args == ["kitchen"]


def test_without_a_simulation_the_demo_is_offered(panel: TrainerPanel, qtbot: QtBot) -> None:
    panel.set_running(False)
    with qtbot.waitSignal(panel.start_asked):
        panel._stack.widget(0)._button.click()  # type: ignore[union-attr]
    assert not panel.inject.isVisible()
