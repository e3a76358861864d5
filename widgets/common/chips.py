"""Small buttons in a row, each of which lets one kind of row through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from core.domain.language import number
from widgets.common.flow import FlowLayout
from widgets.common.icons import icon

CHIP_PX = 36
"""What a chip takes besides its words: icon, padding, border and the gap to the next."""

_SHEET = """
QToolButton[kind="button"] { padding: 2px 0 2px 6px; }
QToolButton[kind="button"][short="true"] { padding: 2px 0 2px 2px; }
QToolButton[kind="button"]:checked, QToolButton[kind="button"]:focus { border-color: palette(link); }
"""


class Chips(QWidget):
    """None checked lets everything through. ``chosen_changed(set)`` carries the keys that are checked.

    With ``counts`` each chip says how many rows it stands for. Where the words don't fit in one line, the icons stand alone
    with the counts, and the words in the tips.
    """

    chosen_changed = Signal(set)

    def __init__(self, name: str, counts: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._with_counts = counts
        self._counts: Mapping[str, int] = {}
        self._short = False
        self.setAccessibleName(name)
        self._buttons: dict[str, QToolButton] = {}
        self._labels: dict[str, str] = {}
        self._flow = FlowLayout(self, gap=4)
        self.setStyleSheet(_SHEET)

    def add(self, key: str, label: str, icon_name: str, token: str) -> None:
        button = QToolButton()
        button.setCheckable(True)
        button.setProperty("kind", "button")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIcon(icon(icon_name, token))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.toggled.connect(lambda _: self.chosen_changed.emit(self.chosen()))
        self._buttons[key], self._labels[key] = button, label
        self._flow.addWidget(button)
        self._write()

    def chosen(self) -> set[str]:
        return {key for key, button in self._buttons.items() if button.isChecked()}

    def choose(self, keys: Iterable[str]) -> None:
        """Check these and no others, told once."""
        wanted = set(keys)
        if wanted == self.chosen():
            return
        for key, button in self._buttons.items():
            button.blockSignals(True)
            button.setChecked(key in wanted)
            button.blockSignals(False)
        self.chosen_changed.emit(self.chosen())

    def set_counts(self, counts: Mapping[str, int]) -> None:
        if counts != self._counts:
            self._counts = dict(counts)
            self._write()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._write()

    def _write(self) -> None:
        words = {key: self._words(key) for key in self._buttons}
        metrics = self.fontMetrics()
        # A margin of one digit a chip: a count that grows must not make the words come and go.
        wanted = sum(metrics.horizontalAdvance(f"{text}0") + CHIP_PX for text in words.values())
        short, self._short = self._short, wanted > self.width()
        for key, button in self._buttons.items():
            count = number(self._counts.get(key, 0)) if self._with_counts else ""
            text = count if self._short else words[key]
            if button.text() != text or button.accessibleName() != words[key]:
                button.setText(text)
                button.setToolTip(self._labels[key] if self._short else "")
                button.setAccessibleName(words[key])
            if short != self._short:
                button.setProperty("short", self._short)
                button.style().polish(button)

    def _words(self, key: str) -> str:
        return f"{self._labels[key]} {number(self._counts.get(key, 0))}" if self._with_counts else self._labels[key]
