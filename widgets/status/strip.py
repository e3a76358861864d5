"""The message strip at the top of the window: problems that last, each with what to do about it, none of them in the way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from core.domain.language import tr
from widgets.common.cells import look_now
from widgets.common.icons import icon
from widgets.common.look import ICON_PX, mix


class _Problem(QWidget):
    acted = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.text, self.action, self.close_button = QLabel(), QPushButton(), QToolButton()
        mark = QLabel()
        mark.setAccessibleName(tr("Problem"))
        self._mark = mark
        self._draw_mark()
        self.text.setWordWrap(True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.close_button.setIcon(icon("x"))
        self.close_button.setToolTip(tr("Hide this message"))
        self.action.clicked.connect(self.acted)
        self.close_button.clicked.connect(self.closed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.setSpacing(8)
        for widget in (mark, self.text, self.action, self.close_button):
            layout.addWidget(widget)
        layout.setStretch(1, 1)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # a picture keeps the colours it was painted in
            self._draw_mark()

    def _draw_mark(self) -> None:
        self._mark.setPixmap(icon("warning", "late").pixmap(QSize(ICON_PX, ICON_PX), self.devicePixelRatioF()))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = look_now()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(mix(look.surface, look.late, 0.10)))
        painter.fillRect(0, 0, 3, self.height(), QColor(look.late))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(look.line))
        painter.end()


class MessageStrip(QWidget):
    """Takes no room while there is no problem. ``action_clicked(str)`` and ``dismissed(str)`` carry the problem's key.

    A problem that was hidden by hand comes back only when its text has changed or it was cleared in between.
    """

    action_clicked = Signal(str)
    dismissed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems: dict[str, _Problem] = {}
        self._hidden: dict[str, str] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setAccessibleName(tr("Problems"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def show_problem(self, key: str, text: str, action_label: str | None = None) -> None:
        """Show a problem, or change the one with the same key. The button is there only with a label."""
        if self._hidden.get(key) == text:
            return
        self._hidden.pop(key, None)
        problem = self._problems.get(key)
        if problem is None:
            problem = self._problems[key] = _Problem()
            problem.acted.connect(lambda: self.action_clicked.emit(key))
            problem.closed.connect(lambda: self._dismiss(key))
            self._layout.addWidget(problem)
        problem.text.setText(text)
        problem.setAccessibleName(text)
        problem.action.setText(action_label or "")
        problem.action.setVisible(bool(action_label))
        problem.close_button.setAccessibleName(tr("Hide: {text}", text=text))
        self.show()

    def clear_problem(self, key: str) -> None:
        """It is over. A key that is not shown is no error."""
        self._hidden.pop(key, None)
        problem = self._problems.pop(key, None)
        if problem is not None:
            self._layout.removeWidget(problem)
            problem.hide()
            problem.deleteLater()
        self.setVisible(bool(self._problems))

    def problems(self) -> dict[str, str]:
        """Texts by key, in the order in which they stand."""
        return {key: problem.text.text() for key, problem in self._problems.items()}

    def _dismiss(self, key: str) -> None:
        text = self._problems[key].text.text()
        self.clear_problem(key)
        self._hidden[key] = text
        self.dismissed.emit(key)
