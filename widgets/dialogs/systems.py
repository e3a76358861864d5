"""Which other systems reach this program by HTTP, where, and with what keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QWidget

from core.domain.language import tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.dialogs.ask import AskDialog, form, plain


@dataclass(frozen=True, slots=True)
class KeyRow:
    id: str
    name: str
    may: str
    made: str


class _Field(QLineEdit):
    """Keeps Enter to itself, which would close the dialog as well."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()


class SystemsDialog(AskDialog):
    """``listen_chosen(str)``, ``key_wanted(str name, str choice)`` and ``key_revoked(str id)`` are answered by `set_keys`,
    `show_key`, `set_state` and `show_problem`. ``choices`` are (id, text) of what a key may do."""

    listen_chosen = Signal(str)
    key_wanted = Signal(str, str)
    key_revoked = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(tr("Which other systems reach Kerbside?"), tr("Close"), parent)
        self.cancel.hide()
        self.listen, self.name, self.key = _Field(), _Field(), QLineEdit()
        self.may = QComboBox()
        self.use, self.make, self.copy, self.revoke = (
            QPushButton(tr("Use this address")),
            QPushButton(tr("Make a key")),
            QPushButton(tr("Copy")),
            QPushButton(tr("Revoke key")),
        )
        for button in (self.use, self.make, self.copy, self.revoke):
            button.setAutoDefault(False)
        self.listen.setPlaceholderText(tr("127.0.0.1:8080; empty for nowhere"))
        self.name.setPlaceholderText(tr("Whose key, for example Web shop"))
        self.key.setReadOnly(True)
        for choice, text in choices:
            self.may.addItem(text, choice)
        for widget, label in (
            (self.listen, tr("Address for HTTP")),
            (self.name, tr("Whose key")),
            (self.may, tr("What the key may do")),
            (self.key, tr("The new key")),
        ):
            widget.setAccessibleName(label)
        self.state = plain("", "caption")
        self.model: RowsModel[KeyRow] = RowsModel(
            (
                Column("Whose", lambda r, m: r.name, width=0),
                Column("May", lambda r, m: r.may, token=lambda r, m: "muted", width=220),
                Column("Made", lambda r, m: r.made, width=150),
            )
        )
        self.view = RowsView(self.model, tr("Keys of other systems"))
        self.hint = plain("", "caption")
        self._empty = EmptyOver(self.view, EmptyState(tr("No keys yet"), tr("Say whose it is and make one")))
        self._lay_out()
        self.set_keys(())
        self._hide_key()
        self.use.clicked.connect(lambda: self.listen_chosen.emit(self.listen.text().strip()))
        self.listen.returnPressed.connect(self.use.click)
        self.make.clicked.connect(self._make)
        self.name.returnPressed.connect(self._make)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.key.text()))
        self.revoke.clicked.connect(self._revoke)
        self.view.selection_changed.connect(lambda ids: self.revoke.setEnabled(bool(ids)))

    def _lay_out(self) -> None:
        fields = form()
        where, who, shown, below = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        where.addWidget(self.listen, 1)
        where.addWidget(self.use)
        who.addWidget(self.name, 1)
        who.addWidget(self.may)
        who.addWidget(self.make)
        shown.addWidget(self.key, 1)
        shown.addWidget(self.copy)
        below.addWidget(self.hint, 1)
        below.addWidget(self.revoke)
        for row in (where, who, shown, below):
            row.setSpacing(8)
        fields.addRow(tr("Address"), where)
        self.body.addLayout(fields)
        self.body.addWidget(self.state)
        self.body.addLayout(who)
        self.body.addLayout(shown)
        self.body.addWidget(self.view, 1)
        self.body.addLayout(below)

    def sizeHint(self) -> QSize:
        return QSize(640, 460)

    def set_listen(self, text: str) -> None:
        self.listen.setText(text)

    def set_state(self, text: str) -> None:
        """One line about whether and where requests are answered."""
        self.state.setText(text)

    def set_keys(self, rows: Sequence[KeyRow]) -> None:
        self.model.set_rows(rows)
        self._empty.show_when(not rows)
        self.revoke.setEnabled(bool(self.view.selected_ids()))

    def show_key(self, text: str) -> None:
        """A new key, this once."""
        self.key.setText(text)
        self.key.show()
        self.copy.show()
        self.key.selectAll()
        self.key.setFocus()

    def set_hint(self, text: str) -> None:
        """What else the new key is good for."""
        self.hint.setText(text)

    def _hide_key(self) -> None:
        self.hint.setText(tr("A key is shown once. Whoever has it may do what stands beside it."))
        self.key.clear()
        self.key.hide()
        self.copy.hide()

    def _make(self) -> None:
        self._hide_key()
        name = self.name.text().strip()
        if not name:
            self.show_problem(tr("say whose key it is"), self.name)
            return
        self.show_problem("")
        self.key_wanted.emit(name, self.may.currentData())
        self.name.clear()

    def _revoke(self) -> None:
        for key_id in self.view.selected_ids():
            self.key_revoked.emit(key_id)
