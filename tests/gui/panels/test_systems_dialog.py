from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from widgets.dialogs.systems import KeyRow, SystemsDialog

KEYS = (
    KeyRow("k1", "Web shop", "Place and follow orders", "2026-02-02 12:00"),
    KeyRow("k2", "Office", "Everything", "2026-02-03"),
)


@pytest.fixture
def dialog(qtbot: QtBot) -> SystemsDialog:
    made = SystemsDialog([("orders", "Place and follow orders"), ("all", "Everything")])
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_key_is_asked_for_shown_once_and_copied(qtbot: QtBot, dialog: SystemsDialog) -> None:
    dialog.may.setCurrentIndex(1)
    qtbot.keyClicks(dialog.name, " Web shop ")
    with qtbot.waitSignal(dialog.key_wanted) as caught:
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert caught.args == ["Web shop", "all"]
    assert dialog.isVisible()  # Enter in the field does not close it
    assert not dialog.key.isVisible()
    dialog.show_key("kerb_1_x")
    assert dialog.key.isVisible()
    assert dialog.key.isReadOnly()
    once = dialog.hint.text()
    dialog.set_hint("It also listens at the broker")
    assert (once[:22], dialog.hint.text()) == ("A key is shown once. W", "It also listens at the broker")
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "kerb_1_x"
    qtbot.keyClicks(dialog.name, "Office")
    qtbot.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    assert not dialog.key.isVisible()
    assert dialog.hint.text() == once


def test_a_key_without_an_owner_is_not_made(qtbot: QtBot, dialog: SystemsDialog) -> None:
    with qtbot.assertNotEmitted(dialog.key_wanted):
        qtbot.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    assert dialog.problem.text() == "Say whose key it is"
    assert dialog.focusWidget() is dialog.name


def test_the_chosen_key_is_revoked(qtbot: QtBot, dialog: SystemsDialog) -> None:
    QAbstractItemModelTester(dialog.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert not dialog.revoke.isEnabled()
    dialog.set_keys(KEYS)
    dialog.view.select_ids(["k2"])
    assert dialog.revoke.isEnabled()
    with qtbot.waitSignal(dialog.key_revoked) as caught:
        qtbot.mouseClick(dialog.revoke, Qt.MouseButton.LeftButton)
    assert caught.args == ["k2"]
    dialog.set_keys(KEYS[:1])
    assert not dialog.revoke.isEnabled()


def test_an_address_is_chosen(qtbot: QtBot, dialog: SystemsDialog) -> None:
    dialog.set_listen("127.0.0.1:8080")
    dialog.set_state("No requests are answered")
    qtbot.keyClicks(dialog.listen, "9 ")
    with qtbot.waitSignal(dialog.listen_chosen) as caught:
        qtbot.keyClick(dialog.listen, Qt.Key.Key_Return)
    assert caught.args == ["127.0.0.1:80809"]
    assert dialog.isVisible()
