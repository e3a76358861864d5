"""The line that says what has just been done."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from widgets.common.theme import Theme
from widgets.common.toast import Toast


@pytest.mark.parametrize("bad", [False, True])
def test_words_have_room_round_them(qtbot: QtBot, qapp: QApplication, bad: bool) -> None:
    Theme(qapp, "light")
    window = QWidget()
    qtbot.addWidget(window)
    toast = Toast(window)  # as in the console: made before its window is seen
    window.resize(600, 400)
    window.show()
    toast.show_line("Saved", bad=bad)
    assert toast.height() >= toast.fontMetrics().height() + 2 * 8
