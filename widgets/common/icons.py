"""One set of icons (Phosphor, from qtawesome), coloured by token at the moment they are painted.

An icon is asked for once and follows the theme by itself: nobody has to set icons anew when the theme changes.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication
from qtawesome import _BUNDLED_FONTS
from qtawesome.iconic_font import IconicFont

from core.domain.errors import BadInput
from widgets.common.look import LOOKS, ThemeName, mix


def icon(name: str, token: str = "muted") -> QIcon:
    """The icon called ``name`` in Phosphor ("package", "bell-ringing"); ``token`` is a colour of `look.Look`.

    Raises BadInput for a name or a token there is none of.
    """
    if name not in _font().charmap["ph"]:
        raise BadInput(f"there is no icon {name!r} in Phosphor")
    if not hasattr(LOOKS["light"], token):
        raise BadInput(f"there is no colour {token!r} in the look")
    return QIcon(_TokenIcon(name, token))


@cache
def _font() -> IconicFont:
    """The one font of the set: qtawesome's own loader would read all of its eleven."""
    return IconicFont(next(entry for entry in _BUNDLED_FONTS if entry[0] == "ph"))


def _theme_now() -> ThemeName:
    window = QApplication.palette().color(QPalette.ColorRole.Window)
    return "dark" if window.lightness() < 128 else "light"


class _TokenIcon(QIconEngine):
    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name, self._token = name, token

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        look = LOOKS[_theme_now()]
        colour: str = getattr(look, self._token)
        if mode == QIcon.Mode.Disabled:
            colour = mix(look.surface, colour, 0.5)
        set_ = _font()
        font = QFont(set_.fontname["ph"])
        font.setPixelSize(min(rect.width(), rect.height()))
        painter.save()
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, set_.charmap["ph"][self._name])
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        result = QPixmap(size)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return result

    def clone(self) -> QIconEngine:
        return _TokenIcon(self._name, self._token)
