"""The finder's field and list: typed, walked, completed, chosen, closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from widgets.common.theme import Theme
from widgets.finder.overlay import FinderOverlay
from widgets.finder.rows import Found

ROWS = (
    Found("action hold", "Hold", "Orders", "H", "lightning"),
    Found("verb assign", "assign ORDER… DRIVER", fill="/assign "),
    Found("action redo", "Redo", "Edit, not now", able=False),
)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    Theme(app, "light")
    made = QWidget()
    made.other = QLineEdit()  # type: ignore[attr-defined]
    QVBoxLayout(made).addWidget(made.other)  # type: ignore[attr-defined]
    made.finder = FinderOverlay(made)  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    made.resize(900, 600)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.other.setFocus()  # type: ignore[attr-defined]
    return made


@pytest.fixture
def finder(window: QWidget, qtbot: QtBot) -> FinderOverlay:
    overlay: FinderOverlay = window.finder  # type: ignore[attr-defined]
    overlay.typed.connect(lambda _: overlay.show_found(ROWS))
    overlay.begin()
    qtbot.waitUntil(overlay.field.hasFocus)
    return overlay


def test_it_opens_over_the_window_with_the_first_row_chosen(window: QWidget, finder: FinderOverlay) -> None:
    tester = QAbstractItemModelTester(finder.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert window.rect().contains(finder.geometry())
    current = finder.current()
    assert current is not None
    assert current.id == "action hold"
    tester.deleteLater()


def test_the_arrows_walk_the_list_while_letters_go_into_the_field(qtbot: QtBot, finder: FinderOverlay) -> None:
    chosen: list[str] = []
    finder.chosen.connect(chosen.append)
    qtbot.keyClick(finder.field, Qt.Key.Key_Down)
    qtbot.keyClick(finder.field, Qt.Key.Key_PageDown)
    assert finder.current() == ROWS[2]
    qtbot.keyClick(finder.field, Qt.Key.Key_Up)
    qtbot.keyClick(finder.field, Qt.Key.Key_Up)
    qtbot.keyClick(finder.field, Qt.Key.Key_Up)
    qtbot.keyClicks(finder.field, "ho")
    assert finder.field.text() == "ho"
    qtbot.keyClick(finder.field, Qt.Key.Key_Return)
    assert chosen == ["action hold"]
    assert finder.isHidden()


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Return])
def test_what_completes_is_written_into_the_field(qtbot: QtBot, finder: FinderOverlay, key: Qt.Key) -> None:
    chosen: list[str] = []
    finder.chosen.connect(chosen.append)
    qtbot.keyClick(finder.field, Qt.Key.Key_Down)
    qtbot.keyClick(finder.field, key)
    assert (finder.field.text(), chosen, finder.isVisible()) == ("/assign ", [], True)


def test_escape_gives_the_focus_back(qtbot: QtBot, window: QWidget, finder: FinderOverlay) -> None:
    with qtbot.waitSignal(finder.closed):
        qtbot.keyClick(finder.field, Qt.Key.Key_Escape)
    assert finder.isHidden()
    assert window.other.hasFocus()  # type: ignore[attr-defined]


def test_it_closes_when_the_focus_goes_elsewhere(window: QWidget, finder: FinderOverlay) -> None:
    window.other.setFocus()  # type: ignore[attr-defined]
    assert finder.isHidden()


def test_a_row_is_chosen_by_a_click(qtbot: QtBot, finder: FinderOverlay) -> None:
    chosen: list[str] = []
    finder.chosen.connect(chosen.append)
    place = finder.view.visualRect(finder.model.index(0, 0)).center()
    qtbot.mouseClick(finder.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == ["action hold"]


def test_what_is_wrong_is_told_below(finder: FinderOverlay) -> None:
    finder.show_found([], "There is no order 99", bad=True)
    assert finder.note.text() == "There is no order 99"
    assert finder.note.property("kind") == "error"
    finder.show_found(ROWS)
    assert "Esc" in finder.note.text()


def test_opened_again_it_begins_with_what_it_is_told(finder: FinderOverlay) -> None:
    finder.begin("/")
    assert finder.field.text() == "/"
    finder.end()
    finder.begin()
    assert finder.field.text() == ""
