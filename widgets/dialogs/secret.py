"""A secret, shown this once."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from core.domain.language import tr
from widgets.dialogs.ask import AskDialog, plain


class SecretDialog(AskDialog):
    def __init__(self, title: str, secret: str, parent: QWidget | None = None) -> None:
        super().__init__(title, tr("I have it"), parent)
        self.cancel.hide()
        self.secret = QLineEdit(secret)
        self.secret.setReadOnly(True)
        self.secret.setAccessibleName(tr("Secret"))
        self.secret.selectAll()
        self.copy = QPushButton(tr("Copy"))
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(secret))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.secret, 1)
        row.addWidget(self.copy)
        self.body.addLayout(row)
        self.body.addWidget(plain(tr("Give it to the other side now: it is never shown again."), "caption"))
        self.setMinimumWidth(460)
