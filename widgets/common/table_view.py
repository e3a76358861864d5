"""The view every table of the console shares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QFocusEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from core.domain.language import tr
from widgets.common.cells import CellPainter, Spot
from widgets.common.column_room import SIGN_PX, TITLE_PX, share
from widgets.common.diff import spans
from widgets.common.kept_columns import KeptColumns
from widgets.common.look import CAPTION_PX, ROW_PX, WEIGHT_STRONG
from widgets.common.tables import ID_ROLE, Row, RowsModel

R = TypeVar("R", bound=Row)


class RowsView(QTableView, Generic[R]):
    """Selects whole rows, and speaks of them by id.

    ``selection_changed(list[str])`` comes when the set of selected ids has changed, ``row_activated(str)`` on Enter or a double
    click, ``context_requested(list[str], QPoint)`` on a right click or the menu key, with the global position, and
    ``columns_changed`` when somebody has shown, hidden, moved or resized a column.
    """

    selection_changed = Signal(list)
    row_activated = Signal(str)
    context_requested = Signal(list, QPoint)
    columns_changed = Signal()

    def __init__(
        self, model: RowsModel[R], name: str, parent: QWidget | None = None, painter: CellPainter | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = model
        self.painter = painter or CellPainter()
        self.hovered = -1
        """The row under the mouse, which is lit as a whole."""
        self._told: list[str] = []
        self._titles: list[int] = []
        self._by_hand: dict[int, int] = {}
        self._fitting = False
        self._sort_at_first: tuple[int, bool] | None = None
        self._aside: frozenset[int] = frozenset()
        """Columns for which there is no room."""
        self._kept: set[int] = set()
        """Columns that somebody asked for, and that never step aside."""
        self.setModel(model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        # It paints all of itself: else Qt would paint what lies behind it first, up to the dock with its icons.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_for_menu)
        self.activated.connect(lambda index: self._activate(index.data(ID_ROLE)))
        self.selectionModel().selectionChanged.connect(self._tell_selection)
        # Qt lays rows out anew while it paints, and would paint only what was dirty before: half a row here, half there.
        for moved in (model.rowsInserted, model.rowsRemoved, model.layoutChanged):
            moved.connect(self._paint_all)
        self.entered.connect(lambda index: self._hover(index.row()))
        self.viewportEntered.connect(lambda: self._hover(-1))
        self._lay_out_headers()
        self._wraps = any(column.wrap for column in model.columns)
        if self._wraps:
            self._let_rows_grow()
        self.set_row_px(ROW_PX["compact"])

    def _let_rows_grow(self) -> None:
        """Rows as high as their text needs: worked out once per turn of the loop, whatever has changed in it."""
        self.setWordWrap(True)
        self._grow = grow = QTimer(self, singleShot=True, interval=0)
        grow.timeout.connect(self._fit_rows)
        rows = self._rows
        for changed in (rows.rowsInserted, rows.layoutChanged, rows.dataChanged, self.horizontalHeader().sectionResized):
            changed.connect(lambda *_: grow.start())

    def _fit_rows(self) -> None:
        rows, moment = self._rows, self._rows.moment
        least = self.verticalHeader().defaultSectionSize()
        wide = [(column, self.columnWidth(i)) for i, column in enumerate(rows.columns) if column.wrap]
        for place, row in enumerate(rows.shown):
            heights = [self.painter.height(rows.face(row, column, moment), width, self.font()) for column, width in wide]
            self.setRowHeight(place, max(least, *heights))

    def _hover(self, row: int) -> None:
        """Light the row under the mouse, from edge to edge."""
        if self.hovered != row:
            before, self.hovered = self.hovered, row
            for place in (before, row):
                self.viewport().update(0, self.rowViewportPosition(place), self.viewport().width(), self.rowHeight(place))

    def chosen(self, first: int, last: int) -> set[int]:
        """Places of the rows that are marked as selected, between two of them."""
        runs = self.selectionModel().selection().toList()
        return {i for run in runs for i in range(max(run.top(), first), min(run.bottom(), last) + 1)}

    def paintEvent(self, event: QPaintEvent) -> None:
        self.executeDelayedItemsLayout()
        viewport, dirty, header = self.viewport(), event.rect(), self.horizontalHeader()
        width, shown = viewport.width(), self._rows.shown
        self.painter.lay(width, self._spots(header, width), self.font(), viewport.devicePixelRatioF(), self._is_rtl())
        first, last = self.rowAt(dirty.top()), self.rowAt(dirty.bottom())
        painter, surface = QPainter(viewport), self.painter.colour("surface")
        if first < 0:
            painter.fillRect(dirty, surface)
            painter.end()
            return
        last = len(shown) - 1 if last < 0 else last
        columns, chosen = [spot.column for spot in self.painter.spots], self.chosen(first, last)
        top, px = self.rowViewportPosition(first), self.rowHeight(first)
        for place in range(first, last + 1):
            px = self.rowHeight(place) if self._wraps else px
            faces = self._rows.faces(place, columns)
            painter.drawPixmap(0, top, self.painter.picture(shown[place].id, faces, px, place in chosen, place == self.hovered))
            top += px
        painter.fillRect(0, top, width, max(0, viewport.height() - top), surface)
        painter.end()
        self.painter.keep({shown[place].id for place in range(first, last + 1)}, 2 * (viewport.height() // max(1, px) + 4))

    def _spots(self, header: QHeaderView, width: int) -> list[Spot]:
        """The columns in sight, in the order in which they stand."""
        shown = [i for i in map(header.logicalIndex, range(header.count())) if not header.isSectionHidden(i)]
        spots = [Spot(i, self.columnViewportPosition(i), header.sectionSize(i)) for i in shown]
        return [spot for spot in spots if spot.left < width and spot.left + spot.width > 0]

    def _is_rtl(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _lay_out_headers(self) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setMinimumSectionSize(SIGN_PX + TITLE_PX)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._choose_columns)
        header.sectionMoved.connect(self.columns_changed)
        for i, column in enumerate(self._rows.columns):
            if column.width:
                header.resizeSection(i, column.width)
            else:
                header.setSectionResizeMode(i, QHeaderView.ResizeMode.Stretch)
            header.setSectionHidden(i, not column.shown)
        header.sectionResized.connect(self._resized)

    def showEvent(self, event: QShowEvent) -> None:
        """Titles differ in length from language to language, and their font is known once they are shown."""
        header = self.horizontalHeader()
        # Qt's own hint takes the larger font of the rows, and room for an arrow that stands over the title.
        font = QFont(self.font())
        font.setPixelSize(CAPTION_PX)
        font.setWeight(QFont.Weight(WEIGHT_STRONG))
        metrics = QFontMetrics(font)
        self._titles = [SIGN_PX if c.sign else metrics.horizontalAdvance(tr(c.title)) for c in self._rows.columns]
        for i, column in enumerate(self._rows.columns):
            if column.width and i not in self._by_hand:
                self._fit(i, max(header.sectionSize(i), self._titles[i] + TITLE_PX))
        super().showEvent(event)
        self._share_out()

    def _fit(self, place: int, px: int) -> None:
        self._fitting = True
        self.horizontalHeader().resizeSection(place, px)
        self._fitting = False

    def _resized(self, place: int, before: int, px: int) -> None:
        """By a hand, unless it was fitted, hidden or shown; what takes the room that is left is never drawn by one."""
        if before and px and self._rows.columns[place].width and not self._fitting:
            self._by_hand[place] = px
            self.columns_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        if not self._titles:
            return
        header = self.horizontalHeader()
        wanted = [i for i in range(header.count()) if i in self._aside or not header.isSectionHidden(i)]
        shares = share(self._rows.columns, self._titles, wanted, self._by_hand, self.viewport().width(), self._kept)
        if shares.aside != self._aside:
            self._stretch(False)
            for i in self._aside ^ shares.aside:
                header.setSectionHidden(i, i in shares.aside)
            self._aside = shares.aside
        for i, px in shares.widths.items():
            if header.sectionSize(i) != px:
                self._fit(i, px)
        self._stretch(shares.enough)

    def _stretch(self, on: bool) -> None:
        """Whether columns without a width take what is left. Where one does, Qt leaves a gap in the place of one that goes."""
        mode = QHeaderView.ResizeMode.Stretch if on else QHeaderView.ResizeMode.Interactive
        for i, column in enumerate(self._rows.columns):
            if not column.width:
                self.horizontalHeader().setSectionResizeMode(i, mode)

    def _paint_all(self) -> None:
        self.viewport().update()

    def set_row_px(self, px: int) -> None:
        """Height of a row in pixels; a larger font makes it higher."""
        self.verticalHeader().setMinimumSectionSize(px)
        self.verticalHeader().setDefaultSectionSize(max(px, self.fontMetrics().height() + 6))
        if self._wraps:
            self._grow.start()

    def selected_ids(self) -> list[str]:
        """In the order in which they are shown."""
        chosen = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._rows.shown[i].id for i in chosen]

    def select_ids(self, ids: Iterable[str], scroll: bool = True) -> None:
        """Select these rows and no others; ids that are not shown are passed over."""
        wanted = set(ids)
        places = [i for i, row in enumerate(self._rows.shown) if row.id in wanted]
        if wanted != set(self.selected_ids()):
            selection = QItemSelection()
            last = self._rows.columnCount() - 1
            for first, end in spans(places):
                selection.select(self._rows.index(first, 0), self._rows.index(end, last))
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(selection, flags.ClearAndSelect | flags.Rows)
            if places:
                self.selectionModel().setCurrentIndex(self._rows.index(places[0], 0), flags.NoUpdate)
        if places and scroll:
            self.scrollTo(self._rows.index(places[0], 0))

    def ids_in_view(self) -> list[str]:
        """Of the rows that can be seen without scrolling."""
        shown = self._rows.shown
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        return [] if first < 0 else [row.id for row in shown[first : last + 1 if last >= 0 else len(shown)]]

    def _activate(self, row_id: str | None) -> None:
        if row_id:
            self.row_activated.emit(row_id)

    def _tell_selection(self) -> None:
        ids = self.selected_ids()
        if ids != self._told:
            self._told = ids
            self.selection_changed.emit(ids)

    def _ask_for_menu(self, at: QPoint) -> None:
        ids = self.selected_ids()
        if ids:
            self.context_requested.emit(ids, self.viewport().mapToGlobal(at))

    def _choose_columns(self, at: QPoint) -> None:
        self.columns_menu().exec(self.horizontalHeader().mapToGlobal(at))

    def columns_menu(self) -> QMenu:
        """A menu that shows and hides columns; the last one shown can't be hidden."""
        menu = QMenu(self)
        header = self.horizontalHeader()
        shown = [i for i in range(header.count()) if not header.isSectionHidden(i)]
        for i, column in enumerate(self._rows.columns):
            action = QAction(tr(column.name or column.title), menu)
            action.setCheckable(True)
            action.setChecked(i in shown)
            action.setEnabled(shown != [i])
            action.toggled.connect(lambda on, i=i: self._show_column(i, on))
            menu.addAction(action)
        return menu

    def _show_column(self, place: int, on: bool) -> None:
        self._stretch(False)
        self._aside -= {place}
        (self._kept.add if on else self._kept.discard)(place)
        self.horizontalHeader().setSectionHidden(place, not on)
        self._share_out()
        self.columns_changed.emit()

    def sort_at_first(self, column: int, *, falling: bool = False) -> None:
        """A click on a title sorts by it; until then it is this column."""
        self.setSortingEnabled(True)
        self._sort_at_first = column, falling
        self._sort_by(self._sort_at_first)

    def _sort_by(self, sort: tuple[int, bool]) -> None:
        orders = Qt.SortOrder
        self.sortByColumn(sort[0], orders.DescendingOrder if sort[1] else orders.AscendingOrder)

    def kept_columns(self) -> KeptColumns:
        """How they stand; empty where all is as at first."""
        header = self.horizontalHeader()
        places = map(header.logicalIndex, range(header.count()))
        shown = tuple(i for i in places if i in self._aside or not header.isSectionHidden(i))
        sort = (header.sortIndicatorSection(), header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder)
        same = self._sort_at_first in (None, sort)
        return KeptColumns(
            () if shown == self._usual_columns() else shown, dict(sorted(self._by_hand.items())), None if same else sort
        )

    def arrange_columns(self, kept: KeptColumns) -> None:
        """As they were kept; the usual ones where none of them is known. ``columns_changed`` stays silent."""
        header, columns = self.horizontalHeader(), self._rows.columns
        shown = [i for i in dict.fromkeys(kept.shown) if 0 <= i < header.count()] or self._usual_columns()
        before = self.blockSignals(True)
        self._stretch(False)
        self._aside = frozenset()
        self._kept.clear()
        for at, i in enumerate([*shown, *(i for i in range(header.count()) if i not in shown)]):
            header.moveSection(header.visualIndex(i), at)
            header.setSectionHidden(i, i not in shown)
        # Of a column that is hidden, Qt keeps the width for when it is shown.
        self._by_hand = {i: px for i, px in kept.widths.items() if 0 <= i < header.count() and columns[i].width}
        for i, column in enumerate(columns):
            if column.width:
                usual = max(column.width, self._titles[i] + TITLE_PX if self._titles else 0)
                self._fit(i, self._by_hand.get(i, usual))
        if self._sort_at_first is not None:
            known = kept.sort is not None and 0 <= kept.sort[0] < header.count()
            self._sort_by(kept.sort if kept.sort is not None and known else self._sort_at_first)
        self.blockSignals(before)
        self._share_out()

    def _usual_columns(self) -> tuple[int, ...]:
        return tuple(i for i, column in enumerate(self._rows.columns) if column.shown)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._rows.rowCount():
            self.selectionModel().setCurrentIndex(self._rows.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self.painter.forget()
            self.set_row_px(self.verticalHeader().minimumSectionSize())
