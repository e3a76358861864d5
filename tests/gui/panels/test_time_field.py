from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QTime
from PySide6.QtWidgets import QApplication, QTimeEdit
from pytestqt.qtbot import QtBot

from widgets.common.time_field import show_as


@pytest.fixture
def from_right_to_left(qapp: QApplication) -> Iterator[None]:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_hours_come_before_minutes_from_right_to_left_too(qtbot: QtBot, from_right_to_left: None) -> None:
    field = QTimeEdit(QTime(18, 30))
    qtbot.addWidget(field)
    show_as(field, "HH:mm")
    assert field.text() == "18:30"
