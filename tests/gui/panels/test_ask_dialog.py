"""What all dialogs share: as high as their words, room for a problem, fields of one height, file dialogs that begin at home."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QDir, QStandardPaths
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from widgets.common.look import LOOKS
from widgets.common.theme import Theme
from widgets.dialogs.ask import AskDialog, form, inset, plain
from widgets.dialogs.files import file_dialog


@pytest.fixture
def asked(qtbot: QtBot, qapp: QApplication) -> AskDialog:
    Theme(qapp, "light")
    dialog = AskDialog("What is it called?", "Save")
    qtbot.addWidget(dialog)
    fields = form()
    for caption in ("Name", "Place", "Note"):
        fields.addRow(caption, QLineEdit())
    dialog.body.addLayout(fields)
    dialog.body.addWidget(plain("It is told to the driver, and stands on the sheet for the next shift", "caption"))
    dialog.setMinimumWidth(300)
    dialog.show()
    return dialog


def test_it_is_as_high_as_its_words_and_grows_for_a_problem(asked: AskDialog) -> None:
    layout = asked.layout()
    assert layout is not None
    assert asked.height() == layout.totalHeightForWidth(asked.width())
    before, field = asked.height(), asked.findChildren(QLineEdit)[0]
    high = field.height()
    asked.show_problem("There is one of that name already: give it another one, or go on with the one there is")
    assert asked.height() > before
    assert field.height() == high
    assert asked.problem.height() >= asked.problem.heightForWidth(asked.problem.width())


def test_words_take_no_more_height_than_they_have(asked: AskDialog) -> None:
    words, fields = plain("Only these may pick up there", "caption"), form()
    fields.addRow("", words)
    asked.body.addLayout(fields)
    QApplication.processEvents()
    assert words.height() == words.heightForWidth(words.width()) == words.sizeHint().height()


def test_fields_are_equally_high_and_their_hints_are_read(asked: AskDialog) -> None:
    line, combo, number = QLineEdit(), QComboBox(), QSpinBox()
    inset(number)
    for field in (line, combo, number):
        asked.body.addWidget(field)
    QApplication.processEvents()
    assert line.height() == combo.height() == number.height()
    hint = line.palette().color(QPalette.ColorRole.PlaceholderText)
    assert hint.name().upper() == LOOKS["light"].muted
    assert hint.alpha() == 255


def test_what_destroys_something_looks_off_where_it_can_not_be_done(asked: AskDialog) -> None:
    button = QPushButton("Remove")
    button.setProperty("kind", "danger")
    asked.body.addWidget(button)
    button.ensurePolished()
    off = button.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    assert off.name().upper() == LOOKS["light"].off


def test_a_file_dialog_begins_where_files_are_kept_and_later_where_it_was(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, started = tmp_path / "documents", tmp_path / "program"
    for folder in (home, started):
        folder.mkdir()
    monkeypatch.chdir(started)
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(home))
    dialog = file_dialog("Where?", ["CSV (*.csv)"], None, save_as="shifts.csv")
    qtbot.addWidget(dialog)
    if QDir.current() != QDir(str(home)) and dialog.directory() != QDir(str(home)):
        pytest.skip("a file dialog of another test has been somewhere already")
    assert dialog.directory() == QDir(str(home))
    assert [Path(name).name for name in dialog.selectedFiles()] == ["shifts.csv"]
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert dialog.defaultSuffix() == "csv"
