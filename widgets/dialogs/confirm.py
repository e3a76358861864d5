"""Asks before something that can't be taken back, or that somebody else will feel."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget

from core.domain.language import tr
from widgets.dialogs.ask import AskDialog, plain


class ConfirmDialog(AskDialog):
    """``question`` is the title, ``text`` what will follow, ``action`` the button ("Cancel 3 orders")."""

    def __init__(
        self,
        question: str,
        text: str,
        action: str,
        parent: QWidget | None = None,
        danger: bool = False,
        refuse: str = "",
    ) -> None:
        super().__init__(question, action, parent, danger)
        self.text = plain(text)
        self.cancel.setText(refuse or tr("Cancel"))
        self.body.addWidget(self.text)
        self.setMinimumWidth(380)


def confirm(
    question: str, text: str, action: str, parent: QWidget | None = None, danger: bool = False, refuse: str = ""
) -> bool:
    """Ask and wait; true where the button named ``action`` was pressed."""
    return ConfirmDialog(question, text, action, parent, danger, refuse).exec() == QDialog.DialogCode.Accepted
