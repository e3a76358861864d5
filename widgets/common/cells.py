"""How a cell is painted: text in its state's colour, an icon beside it, a thin meter below."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from widgets.common.icons import icon
from widgets.common.look import ICON_PX, LOOKS, Look
from widgets.common.tables import ICON_ROLE, METER_ROLE, TOKEN_ROLE
from widgets.common.theme import number_font

METER_PX = 2


def look_now() -> Look:
    """The look the program wears at this moment, read off its palette."""
    window = QApplication.palette().color(QPalette.ColorRole.Window)
    return LOOKS["dark" if window.lightness() < 128 else "light"]


class CellDelegate(QStyledItemDelegate):
    """Reads the roles of `tables`; knows no model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icons: dict[tuple[str, str], QIcon] = {}

    def icon_for(self, name: str, token: str) -> QIcon:
        found = self._icons.get((name, token))
        if found is None:
            found = self._icons[name, token] = icon(name, token)
        return found

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:  # noqa: N802
        super().initStyleOption(option, index)
        option.font = number_font(option.font)
        # `paint` has laid the ground of a selected row: the style sheet's own would take the state's colour off the text.
        if option.state & QStyle.StateFlag.State_Selected:
            option.state &= ~(QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver)
        token = index.data(TOKEN_ROLE)
        if token:
            colour = QColor(getattr(look_now(), token))
            colours = QPalette(option.palette)
            colours.setColor(QPalette.ColorRole.Text, colour)
            colours.setColor(QPalette.ColorRole.HighlightedText, colour)
            option.palette = colours
        name = index.data(ICON_ROLE)
        if name:
            option.icon = self.icon_for(name, token or "muted")
            option.decorationSize = QSize(ICON_PX, ICON_PX)
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            look = look_now()
            painter.fillRect(option.rect, QColor(look.selected))
            if index.column() == 0:
                painter.fillRect(edge(option.rect), QColor(look.accent))
        super().paint(painter, option, index)
        share = index.data(METER_ROLE)
        if share is not None:
            draw_meter(painter, option.rect, share, "late" if share >= 1 else "muted")


def edge(cell: QRect, px: int = 3) -> QRect:
    """The strip along the leading edge that marks a chosen row, so that it stands out by more than its colour."""
    rtl = QApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    return QRect(cell.right() + 1 - px if rtl else cell.left(), cell.top(), px, cell.height())


def draw_meter(painter: QPainter, cell: QRect, share: float, token: str) -> None:
    look = look_now()
    whole = QRect(cell.left() + 8, cell.bottom() - METER_PX - 1, max(0, cell.width() - 16), METER_PX)
    painter.fillRect(whole, QColor(look.line))
    part = QRect(whole)
    part.setWidth(round(whole.width() * min(1.0, max(0.0, share))))
    if QApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        part.moveRight(whole.right())
    painter.fillRect(part, QColor(getattr(look, token)))
