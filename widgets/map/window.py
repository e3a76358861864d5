"""The map in a window of its own: for a second screen, or with large figures over it for the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.domain.language import tr
from widgets.common.ground import lay_ground
from widgets.common.look import LOOKS, ThemeName
from widgets.map.view import MapView

FIGURE_PX, CAPTION_PX = 44, 17
SIZE = (1280, 800)


@dataclass(frozen=True, slots=True)
class WallFigure:
    """``token`` is a colour of `look.Look`; ``mark`` stands before the number, so that colour is never alone."""

    number: str
    caption: str
    token: str = "text"
    mark: str = ""


class WallStrip(QWidget):
    """A few figures, legible from across the room."""

    def __init__(self, theme: ThemeName) -> None:
        super().__init__()
        lay_ground(self)
        self._theme: ThemeName = theme
        self._figures: tuple[WallFigure, ...] = ()
        self._labels: list[QLabel] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(24, 8, 24, 12)
        self._row.setSpacing(24)

    def set_theme(self, theme: ThemeName) -> None:
        self._theme = theme
        figures, self._figures = self._figures, ()
        self.set_figures(figures)

    def set_figures(self, figures: Sequence[WallFigure]) -> None:
        figures = tuple(figures)
        if figures == self._figures:
            return
        while len(self._labels) < len(figures):
            self._labels.append(QLabel())
            self._row.addWidget(self._labels[-1], 1)
        self._figures = figures
        look = LOOKS[self._theme]
        for label, figure in zip(self._labels, figures, strict=True):
            number = f"{figure.mark} {figure.number}".strip()
            label.setText(
                f'<div style="font-size:{FIGURE_PX}px; font-weight:600; color:{getattr(look, figure.token)}">{number}</div>'
                f'<div style="font-size:{CAPTION_PX}px; color:{look.muted}">{figure.caption}</div>'
            )
            label.setAccessibleName(f"{figure.caption}: {figure.number}")


class MapWindow(QWidget):
    """Shows what ``main`` is told; where it looks is its own, and stays as a hand has put it. Closing it lets go."""

    closed = Signal()

    def __init__(self, main: MapView, theme: ThemeName, wall: bool) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Wall view") if wall else tr("Map"))
        self.resize(*SIZE)
        self._main: MapView | None = main
        self.map = MapView(theme)
        self.strip = WallStrip(theme) if wall else None
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        if self.strip is not None:
            box.addWidget(self.strip)
        # The page has the keyboard, and gives Escape a meaning of its own.
        for keys in ("Ctrl+W", "Shift+F11") if wall else ("Ctrl+W",):
            QShortcut(QKeySequence(keys), self, self.close)
        box.addWidget(self.map, 1)
        main.mirror(self.map)
        if wall:
            self.map.fit_all()

    def set_theme(self, theme: ThemeName) -> None:
        if self.strip is not None:
            self.strip.set_theme(theme)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.map.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        main, self._main = self._main, None
        if main is not None:
            main.let_go(self.map)
            self.closed.emit()
        super().closeEvent(event)
