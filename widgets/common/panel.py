"""A panel of the console: quiet ground, and tables whose rows are as high as wanted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.common.ground import lay_ground
from widgets.common.table_view import RowsView


class Panel(QWidget):
    """``wanted(str)`` is the action of a button of its own; ``context_requested(list[str], QPoint)`` as of a table.

    ``gone`` when it is seen no more: its dock says so a moment too early, while the panel still counts as visible.
    """

    wanted = Signal(str)
    gone = Signal()
    context_requested = Signal(list, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lay_ground(self)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.gone.emit()

    def set_row_px(self, px: int) -> None:
        views: list[RowsView[Any]] = self.findChildren(RowsView)
        for view in views:
            view.set_row_px(px)


def stacked(above: Iterable[QWidget | QHBoxLayout], table: QWidget, page: QWidget | None = None) -> QWidget:
    """``page`` with what stands above the table, set in from the edge, and the table, which is not."""
    page = QWidget() if page is None else page
    box = QVBoxLayout(page)
    box.setContentsMargins(0, 8, 0, 0)
    box.setSpacing(8)
    for part in above:
        row = part if isinstance(part, QHBoxLayout) else QHBoxLayout()
        if isinstance(part, QWidget):
            row.addWidget(part)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(8)
        box.addLayout(row)
    box.addWidget(table, 1)
    return page
