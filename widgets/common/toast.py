"""A line that says what has just been done, over the bottom of its parent, and goes by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget

SHOWN_MS = 4000
SHOWN_BAD_MS = 9000
MARGIN_PX = 16


class Toast(QLabel):
    """One line at a time; a click takes it away. Screen readers hear it by its accessible name."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setObjectName("toast")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def show_line(self, text: str, *, bad: bool = False, lasting: bool = False) -> None:
        """Show a line in place of the one before; a ``lasting`` one stays until the next, or until it is hidden."""
        self.setProperty("kind", "toast-bad" if bad else "toast")
        self.style().unpolish(self)
        self.style().polish(self)
        # Polishing alone leaves the frame as it was, and with it no room round the words.
        QApplication.sendEvent(self, QEvent(QEvent.Type.StyleChange))
        self.setText(text)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.stop()
        if not lasting:
            self._timer.start(SHOWN_BAD_MS if bad else SHOWN_MS)

    def mousePressEvent(self, event: QEvent) -> None:
        self.hide()
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        room = self._over.width() - 2 * MARGIN_PX
        wide = min(room, self.fontMetrics().horizontalAdvance(self.text()) + 40)
        self.setFixedWidth(max(80, wide))
        self.adjustSize()
        self.move((self._over.width() - self.width()) // 2, self._over.height() - self.height() - MARGIN_PX)
