"""A filter field: tells its text once typing rests, and goes on to the list on the down key."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.common.icons import icon

REST_MS = 120
LEAST_PX = 88


class SearchField(QLineEdit):
    """``filter_changed(str)`` carries the text, folded to one case; Escape empties the field."""

    filter_changed = Signal(str)

    def __init__(self, placeholder: str, name: str, goes_to: QWidget | None = None) -> None:
        super().__init__()
        self._goes_to = goes_to
        self._told = ""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._tell)
        self.setMinimumWidth(LEAST_PX)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        self.addAction(icon("magnifying-glass"), QLineEdit.ActionPosition.LeadingPosition)
        self.textChanged.connect(self._typed)

    def words(self) -> list[str]:
        """What is searched for: a row matches where it holds each of these."""
        return self.text().casefold().split()

    def _typed(self, text: str) -> None:
        # An emptied field shows everything at once: nothing more is going to be typed.
        if text:
            self._rest.start()
        else:
            self._tell()

    def _tell(self) -> None:
        self._rest.stop()
        text = self.text().casefold().strip()
        if text != self._told:
            self._told = text
            self.filter_changed.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._goes_to is not None:
            self._tell()
            self._goes_to.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
