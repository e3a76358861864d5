"""A layout that breaks its widgets into lines, as text does; in a line they stand on one middle."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

LEAST_PX = 200
"""So wide is a line at least; a widget that wants more gets it where there is room."""


def flowing(*parts: QWidget, gap: int = 8) -> QWidget:
    """What stands in a line, and in more of them where there is no room."""
    row = QWidget()
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    row.setSizePolicy(policy)
    flow = FlowLayout(row, gap)
    for part in parts:
        flow.addWidget(part)
    return row


def _least(item: QLayoutItem) -> int:
    widget = item.widget()
    return 0 if widget is None else widget.minimumWidth()


class FlowLayout(QLayout):
    def __init__(self, parent: QWidget | None = None, gap: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        return self._lay(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        super().setGeometry(rect)
        self._lay(rect, move=True)

    def sizeHint(self) -> QSize:
        """All in one line. Where a width is not asked about, Qt takes the height that goes with this one."""
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() + self._gap for size in sizes) - self._gap
        return QSize(max(0, width), max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:  # noqa: N802
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size.boundedTo(QSize(LEAST_PX, size.height()))

    def _sizes(self, width: int) -> list[tuple[QLayoutItem, QSize]]:
        """What is to be seen: in one line where those that say how narrow they may be make that possible."""
        there = [(item, item.sizeHint()) for item in self._items if not item.isEmpty()]
        over = sum(size.width() + self._gap for _, size in there) - self._gap - width
        spare = [max(0, size.width() - least) if (least := _least(item)) else 0 for item, size in there]
        fits = 0 < over <= sum(spare)
        for (_, size), px in zip(there, spare, strict=True):
            # A long word is cut rather than the page around it.
            size.setWidth(min(size.width(), max(width, LEAST_PX)))
            if fits:
                given = min(over, px)
                size.setWidth(size.width() - given)
                over -= given
        return there

    def _lay(self, rect: QRect, move: bool) -> int:
        widget = self.parentWidget()
        rtl = widget is not None and widget.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = y = 0
        lines: list[list[tuple[QLayoutItem, int, QSize]]] = [[]]
        for item, size in self._sizes(rect.width()):
            if x and x + size.width() > rect.width():
                x = 0
                lines.append([])
            lines[-1].append((item, x, size))
            x += size.width() + self._gap
        for line in lines:
            height = max((size.height() for _, _, size in line), default=0)
            for item, x, size in line if move else ():
                left = rect.right() + 1 - x - size.width() if rtl else rect.left() + x
                item.setGeometry(QRect(QPoint(left, rect.top() + y + (height - size.height()) // 2), size))
            y += height + self._gap
        return y - self._gap
