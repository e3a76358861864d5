"""A question answered by a few words, or by one of a few."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from widgets.dialogs.line import LineDialog


def test_what_is_typed_is_the_answer(qtbot: QtBot) -> None:
    dialog = LineDialog("Why did it fail?", "Mark as failed")
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.keyClicks(dialog.field, " nobody home ")
    with qtbot.waitSignal(dialog.given) as caught:
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert caught.args == ["nobody home"]
    assert dialog.field.accessibleName() == dialog.windowTitle() == "Why did it fail?"


def test_one_of_a_few_is_chosen(qtbot: QtBot) -> None:
    dialog = LineDialog("Who takes it?", "Send", choices=["Own fleet", "By hand"])
    qtbot.addWidget(dialog)
    dialog.set_text("By hand")
    with qtbot.waitSignal(dialog.given) as caught:
        dialog.action.click()
    assert caught.args == ["By hand"]


def test_who_cancels_has_answered_nothing(qtbot: QtBot) -> None:
    dialog = LineDialog("Who takes it?", "Send")
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.set_text("Somebody")
    with qtbot.assertNotEmitted(dialog.given):
        dialog.cancel.click()
    assert not dialog.isVisible()
    assert dialog.result() == LineDialog.DialogCode.Rejected
