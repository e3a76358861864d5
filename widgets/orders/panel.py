"""The orders board: the queue by state, what needs a hand first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDrag, QFont, QKeyEvent, QMouseEvent, QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QVBoxLayout, QWidget

from core.domain.language import ntr, tr
from widgets.common.cells import CellPainter, look_now
from widgets.common.dragging import order_mime
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.ground import lay_ground
from widgets.common.search import SearchField
from widgets.common.table_view import RowsView
from widgets.common.words import Moment
from widgets.orders.bar import BoardBar
from widgets.orders.board import BoardModel, Heading, columns
from widgets.orders.rows import OrderRow, Section

CARET_PX = 12
_PALER = {"selected": "hover", "accent": "muted"}
"""What is selected on a board that nothing is done with at the moment."""


_CENTRE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
"""A painter would turn left and right round once more where the window reads from right to left."""


class _BoardPainter(CellPainter):
    """Draws the title of a queue across the whole row, whatever columns there are."""

    def __init__(self) -> None:
        super().__init__()
        self.pale = False

    def colour(self, name: str) -> QColor:
        return super().colour(_PALER.get(name, name) if self.pale else name)

    def draw(self, painter: QPainter, size: QSize, faces: object, chosen: bool) -> None:
        if not isinstance(faces, Heading):
            super().draw(painter, size, faces, chosen)
            return
        heading, row, rtl = faces, QRect(QPoint(0, 0), size), self._rtl
        painter.fillRect(row, self.colour("selected" if chosen else "bg"))
        painter.setPen(self.colour("line"))
        painter.drawLine(row.bottomLeft(), row.bottomRight())
        caret = "caret-right" if heading.folded else "caret-down"
        if heading.folded and rtl:
            caret = "caret-left"
        inner = row.adjusted(8, 0, -8, 0)
        start = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        box = QRect(0, 0, CARET_PX, CARET_PX)
        box.moveCenter(row.center())
        box.moveLeft(inner.right() + 1 - CARET_PX if rtl else inner.left())
        painter.drawPixmap(box.topLeft(), self.icon_for(caret, "muted", self._ratio, CARET_PX))
        gap = 18
        inner = inner.adjusted(0, 0, -gap, 0) if rtl else inner.adjusted(gap, 0, 0, 0)
        alarmed = heading.section is Section.EXCEPTIONS and heading.whole
        font = QFont(self._font)
        font.setWeight(QFont.Weight.DemiBold if heading.whole else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(self.colour("late" if alarmed else "text" if heading.whole else "muted"))
        used = painter.fontMetrics().horizontalAdvance(heading.text()) + 16
        painter.drawText(inner, start | _CENTRE, heading.text())
        rest = inner.adjusted(0, 0, -used, 0) if rtl else inner.adjusted(used, 0, 0, 0)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(self.colour("muted"))
        text = painter.fontMetrics().elidedText(heading.detail, Qt.TextElideMode.ElideRight, rest.width())
        end = Qt.AlignmentFlag.AlignLeft if rtl else Qt.AlignmentFlag.AlignRight
        painter.drawText(rest, end | _CENTRE, text)


class OrdersView(RowsView["OrderRow | Heading"]):
    """A click, Enter, Space, Left or Right on a title folds its queue."""

    def __init__(self, model: BoardModel) -> None:
        self._board, self._strokes = model, _BoardPainter()
        super().__init__(model, tr("Orders"), painter=self._strokes)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)

    def chosen(self, first: int, last: int) -> set[int]:
        """A title can't be selected, but keys stand on it."""
        place = self.currentIndex().row()
        on_title = self.hasFocus() and self._board.section_at(place) is not None
        return super().chosen(first, last) | ({place} if on_title else set())

    def startDrag(self, actions: Qt.DropAction) -> None:
        ids = self.selected_ids()
        if not ids:
            return
        drag = QDrag(self)
        drag.setMimeData(order_mime(ids))
        badge = self.drag_badge(
            tr("Order {ids}", ids=ids[0]) if len(ids) == 1 else ntr("{n:,} order", "{n:,} orders", len(ids))
        )
        drag.setPixmap(badge)
        drag.setHotSpot(QPoint(-12, -8))
        drag.exec(actions, Qt.DropAction.MoveAction)

    def set_pale(self, pale: bool) -> None:
        if pale != self._strokes.pale:
            self._strokes.pale = pale
            self._strokes.forget_rows()
            self.viewport().update()

    def drag_badge(self, text: str) -> QPixmap:
        """What hangs on the pointer while orders are dragged: how many, small enough to see the target."""
        look = look_now()
        metrics = self.fontMetrics()
        width, height = metrics.horizontalAdvance(text) + 20, metrics.height() + 10
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(width * ratio), round(height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(look.accent))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(0, 0, width, height, 4, 4)
        painter.setPen(QColor(look.on_accent))
        painter.setFont(self.font())
        painter.drawText(QRect(0, 0, width, height), Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
        return pixmap

    def mousePressEvent(self, event: QMouseEvent) -> None:
        section = self._board.section_at(self.rowAt(event.position().toPoint().y()))
        if section is not None and event.button() == Qt.MouseButton.LeftButton:
            self._board.fold(section, not self._board.is_folded(section))
            event.accept()
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        section = self._board.section_at(self.currentIndex().row())
        keys = Qt.Key
        if section is not None and event.key() in (keys.Key_Return, keys.Key_Enter, keys.Key_Space):
            self._board.fold(section, not self._board.is_folded(section))
        elif section is not None and event.key() in (keys.Key_Left, keys.Key_Right):
            inward = keys.Key_Left if self.layoutDirection() == Qt.LayoutDirection.LeftToRight else keys.Key_Right
            self._board.fold(section, event.key() == inward)
        else:
            super().keyPressEvent(event)


class OrdersPanel(QWidget):
    """``selection_changed(list[str])``, ``activated(str)``, ``context_requested(list[str], QPoint)`` speak of orders by id;
    ``start_requested`` is the button of the empty board.
    """

    selection_changed = Signal(list)
    activated = Signal(str)
    context_requested = Signal(list, QPoint)
    start_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lay_ground(self)
        self._alarm_s = 8 * 60.0
        self._rows: Sequence[OrderRow] = ()
        self._moment = Moment()
        self._behind = False
        self._changed: dict[str, OrderRow | None] | None = None
        self.model = BoardModel(columns(lambda: self._alarm_s))
        self.view = OrdersView(self.model)
        self.search = SearchField(tr("Filter orders"), tr("Filter orders by number, place or driver"), self.view)
        self._empty = EmptyOver(
            self.view,
            EmptyState(tr("No orders yet"), tr("Orders arrive by HTTP, CSV or the simulator"), tr("Start the simulator")),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        self.boards = BoardBar(self.search)
        layout.addWidget(self.boards)
        layout.addWidget(self.view)
        self.setTabOrder(self.boards, self.view)
        self.boards.sections_changed.connect(lambda names: self.model.set_sections(Section[name] for name in names))
        self.boards.group_changed.connect(self.model.set_grouping)
        self.boards.sort_changed.connect(self._sort)
        self.boards.columns_changed.connect(self.view.arrange_columns)
        self.view.columns_changed.connect(lambda: self.boards.keep_columns(self.view.kept_columns()))
        self.view.horizontalHeader().setSectionsClickable(True)
        self.view.horizontalHeader().sectionClicked.connect(self._sort_next)
        self.search.filter_changed.connect(lambda _: self.model.set_words(self.search.words()))
        self.view.selection_changed.connect(self.selection_changed)
        self.view.row_activated.connect(self._activate)
        self.view.context_requested.connect(self.context_requested)
        self._empty.state.acted.connect(self.start_requested)

    def set_rows(self, rows: Iterable[OrderRow], changed: Mapping[str, OrderRow | None] | None = None) -> None:
        """The whole board, in any order; ``changed`` are those that have come or are others now, and ``None`` for those that
        are gone, where that is known. A hidden board waits until it is seen."""
        self._rows = tuple(rows)
        self._behind = True
        if changed is None:
            self._changed = None
        elif self._changed is not None:
            self._changed |= changed
        if self.isVisible():
            self._catch_up()

    def set_moment(self, moment: Moment) -> None:
        """The time against which ages, countdowns and lateness are written; about once a second."""
        self._moment = moment
        if self.isVisible():
            self.model.set_moment(moment)

    def set_unassigned_alarm_min(self, minutes: float) -> None:
        """The age without a driver at which the bar of an unassigned order is full."""
        self._alarm_s = minutes * 60

    def set_empty_text(self, title: str, hint: str, action: str = "") -> None:
        self._empty.state.set_text(title, hint, action)

    def set_row_px(self, px: int) -> None:
        self.view.set_row_px(px)

    def set_current(self, current: bool) -> None:
        """Whether it is this board, of several, that keys and actions are about."""
        self.view.set_pale(not current)

    def exceptions(self) -> list[OrderRow]:
        return [row for row in self._rows if row.alarming]

    def select(self, ids: Iterable[str]) -> None:
        """Select these orders; the queue one of them is folded away in is unfolded."""
        self._catch_up()
        wanted = set(ids)
        for group in {self.model.group_of(row) for row in self._rows if row.id in wanted}:
            if self.model.is_folded(group):
                self.model.fold(group, False)
        self.view.select_ids(wanted)

    def selected(self) -> list[str]:
        return self.view.selected_ids()

    def select_next_exception(self) -> str | None:
        """Select the exception after the one selected, from the top again at the end; returns its id."""
        self._catch_up()
        self.model.fold(Section.EXCEPTIONS, False)
        ids = [row.id for row in self.model.orders() if row.section is Section.EXCEPTIONS]
        if not ids:
            return None
        chosen = self.view.selected_ids()
        after = ids.index(chosen[-1]) + 1 if chosen and chosen[-1] in ids else 0
        found = ids[after % len(ids)]
        self.view.select_ids([found])
        return found

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
            changed, self._changed = self._changed, {}
            if changed is None:
                self.model.set_rows(self._rows)
            else:
                self.model.change_rows(changed)
            self._empty.show_when(not self._rows)
            self.boards.set_counts(self.model.counts())

    def _sort_next(self, column: int) -> None:
        """Rising, falling, and what needs a hand first again."""
        if self.model.columns[column].sort is None:
            return
        before = self.boards.view().sort
        falls = before is not None and before[0] == column
        self.boards.set_sort(None if falls and before is not None and before[1] else (column, falls))

    def _sort(self, sort: tuple[int, bool] | None) -> None:
        header = self.view.horizontalHeader()
        header.setSortIndicatorShown(sort is not None)
        if sort is None:
            self.model.sort(-1)
            return
        order = Qt.SortOrder.DescendingOrder if sort[1] else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(sort[0], order)
        self.model.sort(sort[0], order)

    def _activate(self, row_id: str) -> None:
        if not row_id.startswith("\0"):
            self.activated.emit(row_id)
