"""What panels of things that are set up have in common: buttons above a table, and what an empty table offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from core.domain.language import tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.flow import flowing
from widgets.common.icons import icon
from widgets.common.panel import Panel
from widgets.common.table_view import RowsView

ANY_NUMBER = 10**6
GAP_PX = 4


@dataclass(frozen=True, slots=True)
class Tool:
    """A button; it can be pressed while ``least`` to ``most`` things are selected."""

    action: str
    label: str
    icon: str
    least: int = 0
    most: int = ANY_NUMBER


class SetupPanel(Panel):
    """``tools`` says what there is to do with the things; their buttons are in ``buttons``, by action."""

    tools: tuple[Tool, ...] = ()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QToolButton] = {}

    def toolbar(self, *more: QWidget, first: QWidget | None = None) -> QWidget:
        """All tools, and what else stands before and behind them, in as many lines as they need."""
        before = () if first is None else (first,)
        return flowing(*before, *map(self.button, self.tools), *more, gap=GAP_PX)

    def one_line(self) -> QWidget:
        """All tools in one line, for docks with room for few rows."""
        return _OneLine([self.button(tool) for tool in self.tools])

    def button(self, tool: Tool) -> QToolButton:
        button = QToolButton()
        button.setProperty("kind", "button")
        button.setText(tr(tool.label))
        button.setAccessibleName(tr(tool.label))
        button.setIcon(icon(tool.icon, "muted"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda: self.wanted.emit(tool.action))
        self.buttons[tool.action] = button
        return button

    def offer(self, view: RowsView[Any], title: str, text: str, label: str, action: str) -> EmptyOver:
        """What stands in the table's place while it is empty, with a button for the first thing."""
        over = EmptyOver(view, EmptyState(title, text, label))
        over.state.acted.connect(lambda: self.wanted.emit(action))
        return over

    def able(self, selected: int) -> None:
        for tool in self.tools:
            self.buttons[tool.action].setEnabled(tool.least <= selected <= tool.most)


class _OneLine(QWidget):
    """Where their words don't fit, the buttons after the first are left with their icons, and say their words on pointing."""

    def __init__(self, buttons: list[QToolButton]) -> None:
        super().__init__()
        self._buttons = buttons
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        self.setMinimumWidth(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in self._buttons:
            button.setToolButtonStyle(beside)
        wanted_px = sum(button.sizeHint().width() + GAP_PX for button in self._buttons) - GAP_PX
        fits = wanted_px <= event.size().width()
        for button in self._buttons[1:]:
            button.setToolButtonStyle(beside if fits else alone)
            button.setToolTip("" if fits else button.text().rstrip("…"))
        super().resizeEvent(event)
