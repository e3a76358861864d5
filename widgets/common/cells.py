"""How a cell is painted: text in its state's colour, an icon beside it, a thin meter below."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from widgets.common.icons import icon
from widgets.common.look import ICON_PX, LOOKS, Look
from widgets.common.tables import CellFace
from widgets.common.theme import number_font
from widgets.common.words import arrow

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

# Plain numbers: a flag of Qt's costs a call of Python's enum whenever it is touched, and there are hundreds of cells.
_CENTRE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
_RIGHT = int(_CENTRE | Qt.AlignmentFlag.AlignRight)
_LEFT = int(_CENTRE | Qt.AlignmentFlag.AlignLeft)
_WRAP = int(Qt.TextFlag.TextWordWrap)


def look_now() -> Look:
    """The look the program wears at this moment, read off its palette."""
    window = QApplication.palette().color(QPalette.ColorRole.Window)
    return LOOKS["dark" if window.lightness() < 128 else "light"]


class Spot(NamedTuple):
    """Where a column stands, in pixels."""

    column: int
    left: int
    width: int


class CellPainter:
    """Draws rows of `CellFace`s: through Qt's delegates and the style sheet a page of them costs many times as much.

    Colours, icons, shortened texts and whole rows are kept until `forget`, which the view calls when the theme or the font has
    changed. A row is drawn once and shown as a picture for as long as it looks the same.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._look: Look | None = None
        self._colours: dict[str, QColor] = {}
        self._icons: dict[tuple[str, str, float, int], QPixmap] = {}
        self._texts: dict[tuple[str, int], str] = {}
        self._fonts: tuple[QFont, QFont, QFontMetrics] | None = None
        self.forget_rows()

    def forget_rows(self) -> None:
        self._pictures: dict[str, tuple[object, QPixmap]] = {}
        self._ground: object = None

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

    def lay(self, width: int, spots: Sequence[Spot], font: QFont, ratio: float, rtl: bool) -> None:
        """What the next rows stand on: their width, the columns in sight, the font, device pixels to one, and whether it reads
        from right to left."""
        ground = (width, tuple(spots), QFont(font), ratio, rtl)
        if ground != self._ground:
            self.forget_rows()
            self._ground = ground
            self._width, self.spots, self._font, self._ratio, self._rtl = ground

    def picture(self, row_id: str, faces: object, height: int, chosen: bool, hovered: bool) -> QPixmap:
        """A row as it is to be seen."""
        key = (faces, height, chosen, hovered)
        found = self._pictures.get(row_id)
        if found is not None and found[0] == key:
            return found[1]
        size = QSize(self._width, height)
        picture = QPixmap((size.toSizeF() * self._ratio).toSize() + QSize(1, 1))
        picture.setDevicePixelRatio(self._ratio)
        picture.fill(self.colour("selected" if chosen else "hover" if hovered else "surface"))
        painter = QPainter(picture)
        self.draw(painter, size, faces, chosen)
        painter.end()
        self._pictures[row_id] = key, picture
        return picture

    def keep(self, row_ids: Container[str], most: int) -> None:
        """Of more pictures than ``most`` only those of these rows are needed."""
        if len(self._pictures) > most:
            self._pictures = {row_id: kept for row_id, kept in self._pictures.items() if row_id in row_ids}

    def draw(self, painter: QPainter, size: QSize, faces: object, chosen: bool) -> None:
        """Draw a row, from its upper left corner, on the ground it has by its state."""
        assert isinstance(faces, tuple)
        height, spots = size.height(), self.spots
        if not spots:
            return
        start, end = min(spot.left for spot in spots), max(spot.left + spot.width for spot in spots)
        if chosen:
            # A chosen row stands out by more than its colour.
            painter.fillRect(end - EDGE_PX if self._rtl else start, 0, EDGE_PX, height, self.colour("accent"))
        painter.fillRect(start, height - 1, end - start, 1, self.colour("hover"))
        font, metrics = self._set(self._font)
        painter.setFont(font)
        for spot, face in zip(spots, faces, strict=True):
            self._draw_cell(painter, spot, height, face, metrics)

    def _draw_cell(self, painter: QPainter, spot: Spot, height: int, face: CellFace, metrics: QFontMetrics) -> None:
        rtl = self._rtl
        left, right = spot.left + INSET_PX, spot.left + spot.width - INSET_PX
        if face.icon:
            at = right - ICON_PX if rtl else left
            painter.drawPixmap(at, (height - ICON_PX) // 2, self.icon_for(face.icon, face.token, self._ratio))
            left, right = (left, at - GAP_PX) if rtl else (at + ICON_PX + GAP_PX, right)
        if face.text and (right - left > LEAST_TEXT_PX or not face.icon):
            painter.setPen(self.colour(face.token))
            flags = _RIGHT if face.right != rtl else _LEFT
            if face.wrap:
                painter.drawText(left, 0, right - left, height, flags | _WRAP, face.text)
            else:
                painter.drawText(left, 0, right - left, height, flags, self._shortened(face.text, right - left, metrics))
        if face.meter is not None:
            self._draw_meter(painter, spot, height, face.meter)

    def height(self, face: CellFace, width: int, font: QFont) -> int:
        """Pixels that a text broken into lines takes in a column so wide."""
        room = width - 2 * INSET_PX - (ICON_PX + GAP_PX if face.icon else 0)
        lines = self._set(font)[1].boundingRect(QRect(0, 0, max(1, room), 100_000), _LEFT | _WRAP, face.text)
        return lines.height() + AROUND_PX

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

    def _draw_meter(self, painter: QPainter, spot: Spot, height: int, share: float) -> None:
        width = max(0, spot.width - 2 * INSET_PX)
        left, top = spot.left + INSET_PX, height - METER_PX - 2
        part = round(width * min(1.0, max(0.0, share)))
        painter.fillRect(left, top, width, METER_PX, self.colour("line"))
        full = self.colour("late" if share >= 1 else "muted")
        painter.fillRect(left + width - part if self._rtl else left, top, part, METER_PX, full)


def shortened(text: str, width: int, metrics: QFontMetrics) -> str:
    """The text as far as ``width`` pixels go; of ``here → there`` something of both is left, or the first where
    there is no room for both."""
    cut, whole = Qt.TextElideMode.ElideRight, metrics.horizontalAdvance
    here, to, there = text.partition(f" {arrow()} ")
    if whole(text) <= width:
        return text
    if not to or width < LEAST_BOTH_PX:
        return metrics.elidedText(text, cut, width)
    room = width - whole(to) - 1  # widths of parts add up to a little less than that of the whole
    here = metrics.elidedText(here, cut, max(room // 2, room - whole(there)))
    return f"{here}{to}{metrics.elidedText(there, cut, room - whole(here))}"
