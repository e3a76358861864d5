"""One set of icons (Phosphor, from qtawesome), coloured by token at the moment they are painted.

An icon is asked for once and follows the theme by itself: nobody has to set icons anew when the theme changes.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from core.domain.errors import BadInput, KerbsideError
from widgets.common.look import LOOKS, ThemeName, mix


def icon(name: str, token: str = "muted") -> QIcon:
    """The icon called ``name`` in Phosphor ("package", "bell-ringing"); ``token`` is a colour of `look.Look`.

    Raises BadInput for a name or a token there is none of.
    """
    if name not in _set()[1]:
        raise BadInput(f"there is no icon {name!r} in Phosphor")
    if not hasattr(LOOKS["light"], token):
        raise BadInput(f"there is no colour {token!r} in the look")
    return QIcon(_TokenIcon(name, token))


@cache
def _set() -> tuple[str, dict[str, str]]:
    """The font's family, and its characters by name.

    Both are read from qtawesome's files: the package itself, imported, brings every class of Qt and eleven more fonts.
    """
    spec = find_spec("qtawesome")
    folder = Path(next(iter(spec.submodule_search_locations or ()), "")) / "fonts" if spec is not None else Path()
    charmap = next(folder.glob("phosphor-charmap-*.json"), None)
    font = next(folder.glob("phosphor-*.ttf"), None)
    number = QFontDatabase.addApplicationFont(str(font)) if font is not None else -1
    if charmap is None or number < 0:
        raise KerbsideError("the icons can't be read: install the package qtawesome anew")
    codes: dict[str, str] = json.loads(charmap.read_text(encoding="utf-8"))
    return QFontDatabase.applicationFontFamilies(number)[0], {name: chr(int(code, 16)) for name, code in codes.items()}


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
        family, characters = _set()
        font = QFont(family)
        font.setPixelSize(min(rect.width(), rect.height()))
        painter.save()
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, characters[self._name])
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
