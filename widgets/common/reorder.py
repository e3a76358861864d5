"""Rows whose order means something: moved by dragging, or by Alt and the arrow keys."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QMimeData, QModelIndex, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from widgets.common.table_view import RowsView
from widgets.common.tables import Index, R, RowsModel

ROWS_MIME = "application/x-kerbside-rows"


def moved_order(order: Sequence[str], ids: Collection[str], place: int) -> list[str]:
    """The order once ``ids`` stand together, as they did to each other, before what is at ``place`` now."""
    before = [i for i in order[:place] if i not in ids]
    after = [i for i in order[place:] if i not in ids]
    return [*before, *(i for i in order if i in ids), *after]


class OrderedModel(RowsModel[R]):
    """Rows that can be picked up. It stays passive: whoever hears `OrderedView.moved` tells the rows anew."""

    def flags(self, index: Index) -> Qt.ItemFlag:
        picked_up = Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled
        return super().flags(index) | picked_up

    def mimeTypes(self) -> list[str]:
        return [ROWS_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        rows = sorted({index.row() for index in indexes})
        mime.setData(ROWS_MIME, "\n".join(self.shown[row].id for row in rows).encode())
        return mime

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction


class OrderedView(RowsView[R]):
    """``moved(list[str])`` carries all ids in the order that is wanted."""

    moved = Signal(list)

    def __init__(self, model: OrderedModel[R], name: str, parent: QWidget | None = None) -> None:
        super().__init__(model, name, parent)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(True)

    def _order(self) -> list[str]:
        return [row.id for row in self._rows.shown]

    def _tell(self, ids: Collection[str], place: int) -> None:
        order = self._order()
        wanted = moved_order(order, ids, place)
        if wanted != order:
            self.moved.emit(wanted)

    def step(self, way: int) -> None:
        """Move what is selected by one place, up (−1) or down (1)."""
        ids = self.selected_ids()
        if ids:
            places = [self._rows.place(i) for i in ids]
            self._tell(ids, max(0, min(places) - 1) if way < 0 else max(places) + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if way is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.step(way)
        else:
            super().keyPressEvent(event)

    def _is_own(self, event: QDropEvent | QDragMoveEvent) -> bool:
        return event.source() is self and event.mimeData().hasFormat(ROWS_MIME)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        super().dragEnterEvent(event)
        event.setAccepted(self._is_own(event))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # draws where it would go
        event.setAccepted(self._is_own(event))

    def dropEvent(self, event: QDropEvent) -> None:
        if not self._is_own(event):
            return
        ids = bytes(event.mimeData().data(ROWS_MIME).data()).decode().split("\n")
        at = event.position().toPoint()
        index = self.indexAt(at)
        place = self._rows.rowCount() if not index.isValid() else index.row() + (at.y() > self.visualRect(index).center().y())
        # A copy, as far as Qt is concerned: after a move it would take the rows out of the model.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._tell(ids, place)
