"""A state as a small tinted label with its icon."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.common.cells import look_now
from widgets.common.icons import icon
from widgets.common.look import ICON_PX, mix
from widgets.common.states import StateLook


class Badge(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = StateLook("muted", "", "circle")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, state: StateLook) -> None:
        if state == self._state:
            return
        self._state = state
        self.setAccessibleName(state.label)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._state.label

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._state.label) + ICON_PX + 20, max(ICON_PX, metrics.height()) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = look_now()
        colour: str = getattr(look, self._state.token)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(mix(look.surface, colour, 0.08)))
        painter.drawRoundedRect(self.rect(), 4, 4)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        box = QRect(self.width() - ICON_PX - 6 if rtl else 6, (self.height() - ICON_PX) // 2, ICON_PX, ICON_PX)
        icon(self._state.icon, self._state.token).paint(painter, box)
        painter.setPen(QColor(colour))
        rest = self.rect().adjusted(8, 0, -ICON_PX - 10, 0) if rtl else self.rect().adjusted(ICON_PX + 10, 0, -8, 0)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self._state.label)
        painter.end()
