"""One question that is answered by a few words, or by one of a few."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from widgets.dialogs.ask import AskDialog

WIDTH_PX = 380


class LineDialog(AskDialog):
    """``given(str)`` comes with the answer when the dialog is accepted; with ``choices`` one of them is chosen, not typed."""

    given = Signal(str)

    def __init__(self, question: str, action: str, parent: QWidget | None = None, choices: Sequence[str] = ()) -> None:
        super().__init__(question, action, parent)
        self.field: QLineEdit | QComboBox
        if choices:
            self.field = QComboBox()
            self.field.addItems(choices)
        else:
            self.field = QLineEdit()
        self.field.setAccessibleName(question)
        self.body.addWidget(self.field)
        self.accepted.connect(lambda: self.given.emit(self.text()))

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(WIDTH_PX, 0))

    def text(self) -> str:
        return self.field.currentText() if isinstance(self.field, QComboBox) else self.field.text().strip()

    def set_text(self, text: str) -> None:
        """The answer as if it had been given by hand."""
        if isinstance(self.field, QComboBox):
            self.field.setCurrentText(text)
        else:
            self.field.setText(text)
