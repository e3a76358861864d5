"""The card that hangs on the pointer while something is held: what letting go would lead to."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from widgets.common.cells import look_now
from widgets.common.icons import icon
from widgets.common.look import ICON_PX
from widgets.common.theme import number_font
from widgets.timeline.rows import Consequence

PAD_PX, GAP_PX, LINE_PX = 10, 6, 20
WIDEST_PX = 540


class PreviewCard(QWidget):
    """Lies over the whole window, so that a low dock does not cut it off; the mouse goes through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lines: tuple[Consequence, ...] = ()
        self.hide()

    def lines(self) -> tuple[Consequence, ...]:
        return self._lines

    def show_lines(self, lines: tuple[Consequence, ...], near: QPoint, fresh: bool) -> None:
        """``near`` is in the parent's coordinates; ``fresh`` says that the lines are of what is held now."""
        self._lines = lines if fresh or not lines else self._lines
        metrics = QFontMetrics(number_font(self.font()))
        wide = max((metrics.horizontalAdvance(line.text) for line in self._lines), default=0)
        width = min(WIDEST_PX, wide + 2 * PAD_PX + ICON_PX + GAP_PX)
        self.resize(width, len(self._lines) * LINE_PX + 2 * PAD_PX - 4)
        parent = self.parentWidget()
        assert parent is not None
        x = near.x() + 16 if near.x() + 16 + width < parent.width() else near.x() - 16 - width
        y = near.y() - self.height() - 12 if near.y() - self.height() - 12 > 0 else near.y() + 20
        self.move(max(4, x), max(4, y))
        self.setAccessibleName(". ".join(line.text for line in self._lines))
        self.setVisible(bool(self._lines))
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = look_now()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(look.muted))
        painter.setBrush(QColor(look.surface))
        painter.drawRoundedRect(QRect(0, 0, self.width() - 1, self.height() - 1), 4, 4)
        font = number_font(self.font())
        painter.setFont(font)
        metrics = QFontMetrics(font)
        left = PAD_PX + ICON_PX + GAP_PX
        for i, line in enumerate(self._lines):
            top = PAD_PX - 2 + i * LINE_PX
            if line.icon:
                pixmap: QPixmap = icon(line.icon, line.token).pixmap(QSize(ICON_PX, ICON_PX), self.devicePixelRatioF())
                painter.drawPixmap(PAD_PX, top + (LINE_PX - ICON_PX) // 2, pixmap)
            painter.setPen(QColor(getattr(look, line.token)))
            text = metrics.elidedText(line.text, Qt.TextElideMode.ElideRight, self.width() - left - PAD_PX)
            painter.drawText(QRect(left, top, self.width() - left, LINE_PX), Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
