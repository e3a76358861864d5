"""How a cell is painted: text in its state's colour, an icon beside it, a thin meter below."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets.common.icons import icon
from widgets.common.look import ICON_PX, LOOKS, Look
from widgets.common.tables import CELL_ROLE, CellFace
from widgets.common.theme import number_font

METER_PX = 2
EDGE_PX = 3
INSET_PX = 8
GAP_PX = 6
MOST_TEXTS = 20_000
AROUND_PX = 6
"""Above and below what is broken into lines, together."""
LEAST_TEXT_PX = 16
"""With less room than this an icon stands alone."""
LEAST_BOTH_PX = 104
TO = " → "
"""Between where a thing comes from and where it goes to."""

# Plain numbers: a flag of Qt's costs a call of Python's enum whenever it is touched, and there are hundreds of cells.
_SELECTED = QStyle.StateFlag.State_Selected.value
_CENTRE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
_RIGHT = int(_CENTRE | Qt.AlignmentFlag.AlignRight)
_LEFT = int(_CENTRE | Qt.AlignmentFlag.AlignLeft)
_WRAP = int(Qt.TextFlag.TextWordWrap)


def look_now() -> Look:
    """The look the program wears at this moment, read off its palette."""
    window = QApplication.palette().color(QPalette.ColorRole.Window)
    return LOOKS["dark" if window.lightness() < 128 else "light"]


class CellDelegate(QStyledItemDelegate):
    """Paints a `CellFace` itself: through the style sheet a page of cells costs several times as much.

    Colours, icons and shortened texts are kept until `forget`, which the view calls when the theme or the font has changed.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        """The row under the mouse, which is lit as a whole."""
        self.forget()

    def forget(self) -> None:
        self._look: Look | None = None
        self._colours: dict[str, QColor] = {}
        self._icons: dict[tuple[str, str, float, int], QPixmap] = {}
        self._texts: dict[tuple[str, int], str] = {}
        self._fonts: tuple[QFont, QFont, QFontMetrics] | None = None

    @property
    def look(self) -> Look:
        if self._look is None:
            self._look = look_now()
        return self._look

    def colour(self, name: str) -> QColor:
        """A colour of the look, by its name there."""
        found = self._colours.get(name)
        if found is None:
            found = self._colours[name] = QColor(getattr(self.look, name))
        return found

    def icon_for(self, name: str, token: str, ratio: float, px: int = ICON_PX) -> QPixmap:
        """The icon as a picture for a screen of this many device pixels to one."""
        found = self._icons.get((name, token, ratio, px))
        if found is None:
            found = icon(name, token).pixmap(QSize(px, px), ratio)
            self._icons[name, token, ratio, px] = found
        return found

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        face = index.data(CELL_ROLE)
        if isinstance(face, CellFace):
            self.paint_face(painter, option, face, index)
        else:
            super().paint(painter, option, index)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """How high a cell is whose text is broken into lines; asked of no other."""
        face, width = index.data(CELL_ROLE), option.rect.width()
        if not isinstance(face, CellFace) or not face.wrap:
            return QSize(width, 0)
        room = width - 2 * INSET_PX - (ICON_PX + GAP_PX if face.icon else 0)
        lines = self._set(option.font)[1].boundingRect(QRect(0, 0, max(1, room), 100_000), _LEFT | _WRAP, face.text)
        return QSize(width, lines.height() + AROUND_PX)

    def paint_face(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        face: CellFace,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        cell: QRect = option.rect
        x, y, width, height = cell.left(), cell.top(), cell.width(), cell.height()
        state = option.state.value
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        if state & _SELECTED:
            painter.fillRect(x, y, width, height, self.colour("selected"))
            if index.column() == 0:
                # A chosen row stands out by more than its colour.
                painter.fillRect(x + width - EDGE_PX if rtl else x, y, EDGE_PX, height, self.colour("accent"))
        elif index.row() == self.hovered:
            painter.fillRect(x, y, width, height, self.colour("hover"))
        painter.fillRect(x, y + height - 1, width, 1, self.colour("hover"))
        left, right = x + INSET_PX, x + width - INSET_PX
        if face.icon:
            at = right - ICON_PX if rtl else left
            picture = self.icon_for(face.icon, face.token, painter.device().devicePixelRatioF())
            painter.drawPixmap(at, y + (height - ICON_PX) // 2, picture)
            left, right = (left, at - GAP_PX) if rtl else (at + ICON_PX + GAP_PX, right)
        if face.text and (right - left > LEAST_TEXT_PX or not face.icon):
            font, metrics = self._set(option.font)
            painter.setFont(font)
            painter.setPen(self.colour(face.token))
            flags = _RIGHT if face.right != rtl else _LEFT
            if face.wrap:
                painter.drawText(left, y, right - left, height, flags | _WRAP, face.text)
            else:
                painter.drawText(left, y, right - left, height, flags, self._shortened(face.text, right - left, metrics))
        if face.meter is not None:
            self._draw_meter(painter, cell, face.meter, rtl)

    def _set(self, base: QFont) -> tuple[QFont, QFontMetrics]:
        if self._fonts is None or self._fonts[0] != base:
            font = number_font(base)
            self._fonts = (QFont(base), font, QFontMetrics(font))
            self._texts.clear()
        return self._fonts[1:]

    def _shortened(self, text: str, width: int, metrics: QFontMetrics) -> str:
        found = self._texts.get((text, width))
        if found is None:
            if len(self._texts) > MOST_TEXTS:
                self._texts.clear()
            found = self._texts[text, width] = shortened(text, width, metrics)
        return found

    def _draw_meter(self, painter: QPainter, cell: QRect, share: float, rtl: bool) -> None:
        width = max(0, cell.width() - 2 * INSET_PX)
        left, top = cell.left() + INSET_PX, cell.bottom() - METER_PX - 1
        part = round(width * min(1.0, max(0.0, share)))
        painter.fillRect(left, top, width, METER_PX, self.colour("line"))
        full = self.colour("late" if share >= 1 else "muted")
        painter.fillRect(left + width - part if rtl else left, top, part, METER_PX, full)


def shortened(text: str, width: int, metrics: QFontMetrics) -> str:
    """The text as far as ``width`` pixels go; of ``here → there`` something of both is left, or the first where
    there is no room for both."""
    cut, whole = Qt.TextElideMode.ElideRight, metrics.horizontalAdvance
    here, to, there = text.partition(TO)
    if whole(text) <= width:
        return text
    if not to or width < LEAST_BOTH_PX:
        return metrics.elidedText(text, cut, width)
    room = width - whole(TO) - 1  # widths of parts add up to a little less than that of the whole
    here = metrics.elidedText(here, cut, max(room // 2, room - whole(there)))
    return f"{here}{TO}{metrics.elidedText(there, cut, room - whole(here))}"
