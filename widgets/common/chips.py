"""Small buttons in a row, each of which lets one kind of row through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from widgets.common.flow import FlowLayout
from widgets.common.icons import icon

_SHEET = """
QToolButton[kind="button"] { padding: 2px 6px; }
QToolButton[kind="button"]:checked, QToolButton[kind="button"]:focus { border-color: palette(link); }
"""


class Chips(QWidget):
    """None checked lets everything through. ``chosen_changed(set)`` carries the keys that are checked.

    With ``counts`` each chip says how many rows it stands for.
    """

    chosen_changed = Signal(set)

    def __init__(self, name: str, counts: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = counts
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
        self.set_counts({})

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
        for key, button in self._buttons.items():
            text = f"{self._labels[key]} {counts.get(key, 0):,}" if self._counts else self._labels[key]
            if button.text() != text:
                button.setText(text)
                button.setAccessibleName(text)
