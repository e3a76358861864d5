"""Light, dark, or as the system has it; applied to the whole program at once."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from core.domain.errors import BadInput
from widgets.common.look import BODY_PX, LOOKS, ROW_PX, Look, RowsName, ThemeName, palette, style_sheet

MODES = ("system", "light", "dark")


class Theme(QObject):
    """Owns the program's palette and style sheet. ``changed`` tells the name of the theme now worn."""

    changed = Signal(str)

    def __init__(self, app: QApplication, mode: str = "system", rows: str = "compact") -> None:
        """``mode`` is system, light or dark; ``rows`` compact or comfortable. BadInput for anything else."""
        super().__init__(app)
        self._app = app
        self._mode = _checked_mode(mode)
        self._rows = _checked_rows(rows)
        self._worn: tuple[ThemeName, RowsName] | None = None
        app.setStyle("Fusion")
        font = QFont(app.font())
        font.setPixelSize(BODY_PX)
        app.setFont(font)
        self._ask_system()
        app.styleHints().colorSchemeChanged.connect(self._wear)
        self._wear()

    @property
    def name(self) -> ThemeName:
        if self._mode == "light":
            return "light"
        dark = self._mode == "dark" or self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return "dark" if dark else "light"

    @property
    def look(self) -> Look:
        return LOOKS[self.name]

    @property
    def mode(self) -> str:
        return self._mode

    @property
    def row_px(self) -> int:
        return ROW_PX[self._rows]

    def set_mode(self, mode: str) -> None:
        self._mode = _checked_mode(mode)
        self._ask_system()
        self._wear()

    def set_rows(self, rows: str) -> None:
        self._rows = _checked_rows(rows)
        self._wear()

    def _ask_system(self) -> None:
        """Title bars and the system's own dialogs follow too, where the platform can."""
        hints = self._app.styleHints()
        if self._mode == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if self._mode == "dark" else Qt.ColorScheme.Light)

    def _wear(self) -> None:
        wanted = (self.name, self._rows)
        if wanted == self._worn:
            return
        self._worn = wanted
        self._app.setPalette(palette(self.name))
        self._app.setStyleSheet(style_sheet(*wanted))
        self.changed.emit(self.name)


def number_font(base: QFont) -> QFont:
    """The font with figures of one width, so that columns of numbers stand still."""
    font = QFont(base)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _checked_mode(mode: str) -> str:
    if mode not in MODES:
        raise BadInput(f"the theme is one of {', '.join(MODES)}, not {mode!r}")
    return mode


def _checked_rows(rows: str) -> RowsName:
    for name in ROW_PX:
        if rows == name:
            return name
    raise BadInput(f"rows are {' or '.join(ROW_PX)}, not {rows!r}")
