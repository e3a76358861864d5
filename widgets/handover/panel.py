"""Notes for whoever comes next, and the way to the sheet that goes with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from core.domain.language import tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.panel import Panel, stacked
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.common.words import Moment


@dataclass(frozen=True, slots=True)
class NoteRow:
    """``at`` is epoch seconds."""

    id: str
    at: float
    author: str
    text: str


def columns() -> tuple[Column[NoteRow], ...]:
    return (
        Column("Time", lambda r, m: m.clock(r.at), width=58),
        Column("By", lambda r, m: r.author, token=lambda r, m: "muted", width=96),
        Column("Note", lambda r, m: r.text, width=0, wrap=True),
    )


class _View(RowsView[NoteRow]):
    struck = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.struck.emit()
        else:
            super().keyPressEvent(event)


class HandoverPanel(Panel):
    """``written(str)`` a new note; ``strike_asked(list[str])`` notes that count no more; ``sheet_asked``."""

    written = Signal(str)
    strike_asked = Signal(list)
    sheet_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[NoteRow, ...] = ()
        self._moment = Moment()
        self._behind = False
        self.model: RowsModel[NoteRow] = RowsModel(columns())
        self.view = _View(self.model, tr("Notes of the shift"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Note, kept with Enter"))
        self.field.setAccessibleName(tr("A note for the next shift"))
        self.field.setMaxLength(2000)
        self.strike = QPushButton(tr("Strike out"))
        self.sheet = QPushButton(tr("Handover sheet…"))
        self._empty = EmptyOver(
            self.view,
            EmptyState(
                tr("No notes yet"),
                tr("What the next shift has to know stands here with time and name, and on the handover sheet"),
            ),
        )
        bar = QHBoxLayout()
        bar.addWidget(self.field, 1)
        bar.addWidget(self.strike)
        bar.addWidget(self.sheet)
        stacked([bar], self.view, self)
        self.field.returnPressed.connect(self._write)
        self.strike.clicked.connect(self._strike)
        self.view.struck.connect(self._strike)
        self.sheet.clicked.connect(self.sheet_asked)
        self.view.selection_changed.connect(lambda ids: self.strike.setEnabled(bool(ids)))
        self.strike.setEnabled(False)
        self.setFocusProxy(self.field)

    def set_rows(self, rows: Iterable[NoteRow], moment: Moment) -> None:
        """The notes that stand, the newest first. A hidden panel waits until it is seen."""
        self._rows, self._moment, self._behind = tuple(rows), moment, True
        if self.isVisible():
            self._catch_up()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def _catch_up(self) -> None:
        if self._behind:
            self._behind = False
            self.model.set_moment(self._moment)
            self.model.set_rows(self._rows)
            self._empty.show_when(not self._rows)

    def _write(self) -> None:
        text = self.field.text().strip()
        if text:
            self.field.clear()
            self.written.emit(text)

    def _strike(self) -> None:
        ids = self.view.selected_ids()
        if ids:
            self.strike_asked.emit(ids)
