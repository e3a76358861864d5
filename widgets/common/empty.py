"""What stands where there is nothing yet: it says what will come here, and how to make it come."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QTableView, QVBoxLayout, QWidget

GAP_PX = 8


class EmptyState(QWidget):
    """A title, a line that teaches and, where there is something to do, a button; ``acted`` is its click."""

    acted = Signal()

    def __init__(self, title: str, hint: str, action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._hint, self._button = QLabel(), QLabel(), QPushButton()
        self._title.setProperty("kind", "strong")
        for label in (self._title, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self._button.clicked.connect(self.acted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 8, 24, 8)
        layout.setSpacing(GAP_PX)
        layout.addStretch(1)
        layout.addWidget(self._title)
        layout.addWidget(self._hint)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)
        self.set_text(title, hint, action)

    def set_text(self, title: str, hint: str, action: str = "") -> None:
        self._title.setText(title)
        self._hint.setText(hint)
        self._button.setText(action)
        self._button.setVisible(bool(action))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is low, the button alone says what to do; words on top of each other would say nothing."""
        super().resizeEvent(event)
        words = self.width() - 48
        rows = [self._title.heightForWidth(words), self._button.sizeHint().height() if self._button.text() else 0]
        title = sum(rows) + GAP_PX * 3 <= self.height()
        self._title.setVisible(title)
        self._hint.setVisible(title and sum(rows) + self._hint.heightForWidth(words) + GAP_PX * 4 <= self.height())


class EmptyOver(QObject):
    """Lays an empty state over a table for as long as it has no rows; titles over nothing are hidden with them."""

    def __init__(self, view: QTableView, state: EmptyState) -> None:
        super().__init__(view)
        self._view, self.state = view, state
        state.setParent(view.viewport())
        view.viewport().installEventFilter(self)
        self.show_when(True)

    def show_when(self, empty: bool) -> None:
        self.state.setVisible(empty)
        self._view.horizontalHeader().setVisible(not empty)
        bars = Qt.ScrollBarPolicy
        self._view.setHorizontalScrollBarPolicy(bars.ScrollBarAlwaysOff if empty else bars.ScrollBarAsNeeded)
        self._fit()

    def _fit(self) -> None:
        self.state.setGeometry(self._view.viewport().rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)
