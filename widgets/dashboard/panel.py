"""The dashboard: how the day goes, over the last hour, the shift or the day. Nothing is drawn while nobody looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.language import mark, tr
from widgets.common.empty import EmptyState
from widgets.common.flow import FlowLayout, flowing
from widgets.common.ground import lay_ground
from widgets.common.look import LOOKS, Look
from widgets.common.panel import Panel
from widgets.common.theme import number_font
from widgets.common.words import Moment
from widgets.dashboard.data import ChartData, Tile

if TYPE_CHECKING:
    from widgets.dashboard.chart import Chart

RANGES = {"hour": mark("Last hour"), "shift": mark("Shift"), "day": mark("Day")}
CHART_PX = 250
"""A chart is at least so wide: as many stand side by side as have room."""
LOWEST_PX, HIGHEST_PX, WORDS_PX = 104, 240, 76
"""Of a plot, and of what stands above it."""
NEXT_MS = 15


class DashboardPanel(Panel):
    """``seen`` when it comes into view, ``range_chosen(str)`` a key of `RANGES`; ``picture_asked``, ``table_asked``.

    It shows nothing but `prepare`'s line until `build`, for which the module of the charts should be loaded already.
    """

    seen = Signal()
    range_chosen = Signal(str)
    picture_asked = Signal()
    table_asked = Signal()
    context_requested = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.charts: dict[str, Chart] = {}
        self._look: Look = LOOKS["light"]
        self._moment = Moment()
        self._due: dict[str, ChartData] = {}
        self._built = False
        self._columns = 0
        self._ranges: dict[str, QToolButton] = {}
        self.picture, self.table = QPushButton(tr("Save picture…")), QPushButton(tr("Save table…"))
        self.picture.clicked.connect(self.picture_asked)
        self.table.clicked.connect(self.table_asked)
        self._content = QWidget()
        lay_ground(self._content)
        self._tiles = QWidget()
        FlowLayout(self._tiles, gap=16)
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        inside = QVBoxLayout(self._content)
        inside.setContentsMargins(0, 0, 0, 8)
        inside.setSpacing(4)
        tiles = QHBoxLayout()
        tiles.setContentsMargins(8, 4, 8, 4)
        tiles.addWidget(self._tiles)
        inside.addLayout(tiles)
        inside.addLayout(self._grid)
        inside.addStretch(1)
        self.area = QScrollArea()
        self.area.setAccessibleName(tr("Dashboard"))
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its charts have the focus, and it goes along
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidgetResizable(True)
        self.area.setWidget(self._content)
        self.waiting = EmptyState(tr("Reading the day…"), tr("What has happened since yesterday is being added up"))
        self._stack = QStackedLayout()
        self._stack.addWidget(self.waiting)
        self._stack.addWidget(self.area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._bar())
        layout.addLayout(self._stack, 1)
        self._next = QTimer(self)
        self._next.setInterval(NEXT_MS)
        self._next.timeout.connect(self._show_one)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self.context_requested.emit(self.mapToGlobal(at)))

    def _bar(self) -> QWidget:
        group = QButtonGroup(self)
        for key, label in RANGES.items():
            button = QToolButton()
            button.setText(tr(label))
            button.setProperty("kind", "button")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda _=False, key=key: self.range_chosen.emit(key))
            group.addButton(button)
            self._ranges[key] = button
        bar = flowing(*self._ranges.values(), self.picture, self.table, gap=4)
        bar.setContentsMargins(8, 0, 8, 0)
        return bar

    # What it is told

    def set_range(self, key: str) -> None:
        self._ranges[key].setChecked(True)

    def set_look(self, look: Look) -> None:
        """Takes effect with the next data."""
        self._look = look

    def say(self, title: str, hint: str) -> None:
        """Stand empty, with a word why."""
        self.waiting.set_text(title, hint)
        self._stack.setCurrentWidget(self.waiting)
        self._due.clear()

    def build(self) -> None:
        """From now on there are charts; brings pyqtgraph, unless it is there already."""
        self._built = True

    def show_figures(self, tiles: Iterable[Tile], charts: Sequence[ChartData], moment: Moment) -> None:
        """Drawn chart after chart, so that none of it holds up the window; a hidden panel passes it over."""
        if not self._built or not self.isVisible():
            return
        self._moment = moment
        self._write_tiles(tuple(tiles))
        for key in self.charts.keys() - {data.key for data in charts}:
            self._remove(key)
        self._due = {data.key: data for data in charts}
        self._stack.setCurrentWidget(self.area)
        self._next.start()

    def snapshot(self) -> QPixmap:
        """All of it, what is scrolled out as well."""
        while self._due:
            self._show_one()
        # What has just been drawn may need more height than what was there before.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        return self._content.grab()

    def clear(self) -> None:
        """Back to the beginning: nothing of one core is left when the next one comes."""
        self._next.stop()
        self._due.clear()
        for key in tuple(self.charts):
            self._remove(key)
        self._write_tiles(())
        self.say(tr("Reading the day…"), tr("What has happened since yesterday is being added up"))

    # How it gets there

    def _show_one(self) -> None:
        if not self._due:
            self._next.stop()
            return
        key = next(iter(self._due))
        data = self._due.pop(key)
        if key not in self.charts:
            from widgets.dashboard.chart import Chart

            self.charts[key] = Chart(self._content)
            self._arrange(anew=True)
        self.charts[key].show_data(data, self._look, self._moment)

    def _remove(self, key: str) -> None:
        chart = self.charts.pop(key)
        self._grid.removeWidget(chart)
        chart.close()
        chart.deleteLater()
        self._columns = 0

    def _arrange(self, anew: bool = False) -> None:
        """As many side by side as have room, and as high as is left."""
        room = self.area.viewport().size()
        columns = max(1, room.width() // CHART_PX)
        rows = max(1, -(-len(self.charts) // columns))
        height = min(HIGHEST_PX, max(LOWEST_PX, (room.height() - self._tiles.height() - 16) // rows - WORDS_PX))
        for chart in self.charts.values():
            chart.set_plot_px(height)
        if columns == self._columns and not anew:
            return
        for column in range(max(columns, self._columns)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._columns = columns
        for i, chart in enumerate(self.charts.values()):
            self._grid.addWidget(chart, i // columns, i % columns, Qt.AlignmentFlag.AlignTop)

    def _write_tiles(self, tiles: tuple[Tile, ...]) -> None:
        flow = self._tiles.layout()
        assert flow is not None
        labels = [self._tiles_label(i) for i in range(len(tiles))]
        for label, tile in zip(labels, tiles, strict=True):
            colour = getattr(self._look, tile.token)
            unit = f' <span style="font-size:11px;color:{self._look.muted}">{tile.unit}</span>' if tile.unit else ""
            name = f'<span style="font-size:11px;color:{self._look.muted}">{tile.name}</span>'
            label.setText(f'{name}<br><span style="font-size:15px;font-weight:600;color:{colour}">{tile.value}</span>{unit}')
            label.setToolTip(tile.tip)
            label.setAccessibleName(f"{tile.name}: {tile.value} {tile.unit}".strip())
        while flow.count() > len(tiles):
            item = flow.takeAt(flow.count() - 1)
            if item is not None and (spare := item.widget()) is not None:
                spare.deleteLater()

    def _tiles_label(self, place: int) -> QLabel:
        flow = self._tiles.layout()
        assert flow is not None
        item = flow.itemAt(place)
        there = item.widget() if item is not None else None
        if isinstance(there, QLabel):
            return there
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setFont(number_font(self.font()))
        flow.addWidget(label)
        return label

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.seen.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._next.stop()
        self._due.clear()
