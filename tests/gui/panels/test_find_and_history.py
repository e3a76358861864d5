from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.driver import Activity
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from widgets.common.tables import RowsModel
from widgets.common.words import Moment
from widgets.find.panel import COLUMNS, FindPanel, FoundRow
from widgets.history.panel import QUESTIONS, HistoryPanel, PastRow

NOON = 1_770_033_600.0
HERE = LatLon(45.0, 9.0)


def found(number: int, away_m: float = 400.0, **values: Any) -> FoundRow:
    plain: dict[str, Any] = {"activity": Activity.FREE, "vehicle": Vehicle.BIKE, "fix_at": NOON - 8}
    return FoundRow(id=f"D-{number}", name=f"Driver {number}", away_m=away_m, **{**plain, **values})


@pytest.fixture
def finder(qtbot: QtBot, noon: Moment) -> FindPanel:
    made = FindPanel()
    qtbot.addWidget(made)
    made.set_moment(noon)
    made.resize(464, 600)
    made.show()
    return made


@pytest.fixture
def history(qtbot: QtBot, noon: Moment) -> HistoryPanel:
    made = HistoryPanel()
    qtbot.addWidget(made)
    made.set_moment(noon)
    made.set_span(NOON - 3600, NOON)
    made.resize(464, 600)
    made.show()
    return made


def test_the_models_keep_qt_s_rules(qtmodeltester: ModelTester, qtbot: QtBot) -> None:
    for columns in (COLUMNS, *(question.columns for question in QUESTIONS.values())):
        model: RowsModel[Any] = RowsModel(columns)
        qtmodeltester.check(model)
        assert (model.rowCount(), model.columnCount()) == (0, len(columns))


def test_the_nearest_stand_first(finder: FindPanel) -> None:
    finder.set_rows([found(1, 1400.0), found(2, 80.0), found(3, 800.0)], "3 drivers within 1.5 km")
    assert [row.id for row in finder.model.shown] == ["D-2", "D-3", "D-1"]
    assert finder.model.index(2, 4).data() == "1.4 km"
    assert finder.model.index(0, 5).data() == "8 s"
    assert finder.clear_button.isEnabled()


def test_a_shape_is_one_button_and_shows_the_numbers_it_needs(finder: FindPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(finder.shape_chosen) as chosen:
        qtbot.mouseClick(finder._buttons["reach"], Qt.MouseButton.LeftButton)
    assert chosen.args == ["reach"]
    assert (finder.minutes.isVisible(), finder.vehicle.isVisible(), finder.radius.isVisible()) == (True, True, False)
    assert finder.reach() == (Vehicle.SCOOTER, 10.0)
    with qtbot.waitSignal(finder.shape_chosen) as chosen:
        qtbot.mouseClick(finder._buttons["reach"], Qt.MouseButton.LeftButton)
    assert chosen.args == [""]


def test_filters_name_what_is_let_through(finder: FindPanel, qtbot: QtBot) -> None:
    assert (finder.chosen_activities(), finder.chosen_vehicles()) == (None, None)
    with qtbot.waitSignal(finder.asked_anew):
        finder.states.choose({"free"})
    finder.vehicles.choose({"car", "walk"})
    assert finder.chosen_activities() == {Activity.FREE}
    assert finder.chosen_vehicles() == {Vehicle.CAR, Vehicle.WALK}


def test_times_are_those_of_the_fleet(history: HistoryPanel) -> None:
    assert history.since.dateTime().toString("HH:mm") == "11:00"
    assert history.span() == (NOON - 3600, NOON)
    assert history.moment.zone is UTC


def test_a_question_shows_what_it_needs(history: HistoryPanel) -> None:
    for key, question in QUESTIONS.items():
        history.ask(key)
        shown = {
            name
            for name, field in {
                "driver": history.driver, "since": history.since, "until": history.until, "radius": history.radius,
            }.items()
            if field.isVisible()
        }  # fmt: skip
        assert shown == question.needs
        assert history.act.text() == question.act


def test_an_answer_is_told_and_an_empty_one_too(history: HistoryPanel, qtbot: QtBot) -> None:
    stop = PastRow("1", "Sushi Ko", NOON - 600, NOON - 300, HERE)
    history.show_answer("Ana Silva: 1.2 km, 1 stop", [stop], exports=True)
    model = history.views["track"].model()
    assert [model.index(0, column).data() for column in range(5)] == ["1", "Sushi Ko", "11:50:00", "11:55:00", "5 min"]
    assert history.export.isVisible()
    with qtbot.waitSignal(history.cleared):
        history.clear_button.click()
    history.show_answer("0 drivers within 200 m of the place")
    assert history._empties["track"].state.isVisible()
    assert not history.export.isVisible()
    history.show_answer("No driver is called X", bad=True)
    assert history.told.property("kind") == "error"


def test_enter_in_the_driver_s_field_asks(history: HistoryPanel, qtbot: QtBot) -> None:
    history.driver.setText("D-1")
    with qtbot.waitSignal(history.asked) as asked:
        qtbot.keyClick(history.driver, Qt.Key.Key_Return)
    assert asked.args == ["track"]
