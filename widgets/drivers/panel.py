"""The drivers table: who is out, what they do, how fresh their position is; orders can be dropped onto a driver."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QWidget

from core.domain.language import tr
from widgets.common.chips import Chips
from widgets.common.dragging import dragged_orders
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.ground import lay_ground
from widgets.common.panel import stacked
from widgets.common.search import SearchField
from widgets.common.states import ACTIVITY
from widgets.common.table_view import RowsView
from widgets.common.words import Moment
from widgets.drivers.rows import DriverRow
from widgets.drivers.table import DriversModel

SORTED_PER_S = 10_000
"""So many rows are sorted anew within a second at most."""


class DriversView(RowsView[DriverRow]):
    """``order_dropped(list[str], str)`` when orders are let go over a driver; ``order_hovered`` while they are held there,
    with an empty driver id once they are taken away.
    """

    order_dropped = Signal(list, str)
    order_hovered = Signal(list, str)

    def __init__(self, model: DriversModel) -> None:
        super().__init__(model, tr("Drivers"))
        self._target = -1
        self.sort_at_first(0)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        self.setDropIndicatorShown(False)

    def drop_target(self) -> str | None:
        """Id of the driver that orders are held over."""
        return self._rows.shown[self._target].id if self._target >= 0 else None

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._target >= 0:
            left, width, top = 0, self.viewport().width(), self.rowViewportPosition(self._target)
            painter = QPainter(self.viewport())
            for y in (top, top + self.rowHeight(self._target) - 3):
                painter.fillRect(left, y, width, 2, self.painter.colour("accent"))
            painter.end()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dragged_orders(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        # Qt's own handling scrolls near the edges, but judges by the model's flags, so it goes first.
        super().dragMoveEvent(event)
        orders = dragged_orders(event.mimeData())
        self._aim(self.rowAt(event.position().toPoint().y()) if orders else -1, orders)
        if self._target >= 0:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._aim(-1, [])

    def dropEvent(self, event: QDropEvent) -> None:
        orders = dragged_orders(event.mimeData())
        place = self.rowAt(event.position().toPoint().y())
        self._aim(-1, [])
        self.stopAutoScroll()
        self.setState(QAbstractItemView.State.NoState)
        if not orders or place < 0:
            event.ignore()
            return
        event.acceptProposedAction()
        self.order_dropped.emit(orders, self._rows.shown[place].id)

    def _aim(self, place: int, orders: list[str]) -> None:
        if place == self._target:
            return
        self._target = place
        self.viewport().update()
        self.order_hovered.emit(orders, self._rows.shown[place].id if place >= 0 else "")


class DriversPanel(QWidget):
    """Speaks of drivers by id: ``selection_changed(list[str])``, ``activated(str)``, ``context_requested(list[str], QPoint)``,
    ``order_dropped(list[str] order ids, str driver id)``; ``add_requested`` is the button of the empty table.
    """

    selection_changed = Signal(list)
    activated = Signal(str)
    context_requested = Signal(list, QPoint)
    order_dropped = Signal(list, str)
    order_hovered = Signal(list, str)
    add_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lay_ground(self)
        self._rows: Sequence[DriverRow] = ()
        self._moment = Moment()
        self._behind = False
        self._unsorted, self._sorted_at = False, 0.0
        self._only_on_shift = False
        self.model = DriversModel()
        self.view = DriversView(self.model)
        self.search = SearchField(tr("Filter"), tr("Filter drivers by number, name, vehicle or stop"), self.view)
        self.search.setFixedWidth(88)
        self.chips = Chips(tr("Show only drivers who are"))
        for activity, look in ACTIVITY.items():
            self.chips.add(activity.value, look.label, look.icon, look.token)
        self._empty = EmptyOver(
            self.view,
            EmptyState(tr("No drivers yet"), tr("A driver needs a name, a vehicle and an app on the phone"), tr("Add drivers")),
        )
        bar = QHBoxLayout()
        bar.addWidget(self.search, 0, Qt.AlignmentFlag.AlignTop)
        bar.addWidget(self.chips, 1)
        stacked([bar], self.view, self)
        self.search.filter_changed.connect(lambda _: self._filter())
        self.chips.chosen_changed.connect(lambda _: self._filter())
        self.view.selection_changed.connect(self.selection_changed)
        self.view.row_activated.connect(self.activated)
        self.view.context_requested.connect(self.context_requested)
        self.view.order_dropped.connect(self.order_dropped)
        self.view.order_hovered.connect(self.order_hovered)
        self._empty.state.acted.connect(self.add_requested)

    def set_rows(self, rows: Iterable[DriverRow]) -> None:
        """All drivers, in any order. A hidden table waits until it is seen."""
        self._rows = tuple(rows)
        self._behind = True
        if self.isVisible():
            self._catch_up()

    def update_rows(self, rows: Sequence[DriverRow]) -> None:
        """Some drivers anew, of those set before. A large table is sorted anew only from time to time."""
        self._catch_up()
        self._unsorted |= self.model.update_rows(rows)
        if self._unsorted and time.monotonic() - self._sorted_at >= len(self.model.rows) / SORTED_PER_S:
            self._unsorted, self._sorted_at = False, time.monotonic()
            self.model.rearrange()

    def in_view(self) -> list[str]:
        """Ids of the drivers who can be seen without scrolling."""
        return self.view.ids_in_view()

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """How many drivers do what, by the name of the activity."""
        self.chips.set_counts(counts)

    def set_moment(self, moment: Moment) -> None:
        """The time against which ages are written; about once a second."""
        self._moment = moment
        if self.isVisible():
            self.model.set_moment(moment)

    def set_row_px(self, px: int) -> None:
        self.view.set_row_px(px)

    def select(self, ids: Iterable[str], scroll: bool = True) -> None:
        self._catch_up()
        self.view.select_ids(ids, scroll)

    def selected(self) -> list[str]:
        return self.view.selected_ids()

    def set_only_on_shift(self, only: bool) -> None:
        """Leave out who is off shift."""
        if only != self._only_on_shift:
            self._only_on_shift = only
            self._filter()

    def focus_filter(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def _catch_up(self) -> None:
        if self.model.moment != self._moment:
            self.model.set_moment(self._moment)
        if self._behind:
            self._behind = False
            self.model.set_rows(self._rows)
            self.chips.set_counts(Counter(row.activity.value for row in self._rows))
            self._empty.show_when(not self._rows)

    def _filter(self) -> None:
        words, activities = self.search.words(), self.chips.chosen()
        only_on_shift = self._only_on_shift
        if not words and not activities and not only_on_shift:
            self.model.set_filter(None)
            return

        def wanted(row: DriverRow) -> bool:
            if only_on_shift and row.off_shift:
                return False
            if activities and row.activity.value not in activities:
                return False
            text = row.haystack() if words else ""
            return all(word in text for word in words)

        self.model.set_filter(wanted)
