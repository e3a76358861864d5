"""One chart of the dashboard. The only module that imports pyqtgraph, which takes most of a second: load it beforehand.

Built from pyqtgraph's view, axes and items, without its PlotItem, which makes a menu and forty widgets for each plot. The
view owns all items; `close` takes them out one by one before the scene goes.
"""

from __future__ import annotations

from datetime import datetime
from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from widgets.common.look import CAPTION_PX, LOOKS, RADIUS_PX, Look, mix
from widgets.common.words import Moment
from widgets.dashboard.data import ChartData, Line, figure, nice_top

PLOT_PX = 104
AXIS_PX, NAMES_PX = 42, 92
STEPS_S = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200)
LABEL_PX = 52
MARKS = (("o", "●"), ("t1", "▲"), ("d", "◆"), ("s", "■"))
"""Of each line: pyqtgraph's symbol, and the same in writing."""
_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


class _TimeAxis(pg.AxisItem):  # type: ignore[misc]
    """Clock times, at whole steps of the local clock."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.moment = Moment()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N802
        most = max(1.0, size / LABEL_PX)
        step = next((s for s in STEPS_S if (high - low) / s <= most), STEPS_S[-1])
        end = datetime.fromtimestamp(high, self.moment.zone)
        offset = (end if end.tzinfo is not None else end.astimezone()).utcoffset()
        shift = offset.total_seconds() if offset is not None else 0.0
        first = np.ceil((low + shift) / step) * step - shift
        return [(float(step), list(np.arange(first, high + 1, step)))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: N802
        return [self.moment.clock(value) for value in values]


class _View(pg.GraphicsView):  # type: ignore[misc]
    """Pyqtgraph's own hovering, panning and zooming are off: it tells where the pointer is, and lets the wheel scroll."""

    pointed = Signal(float, float)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, useOpenGL=False, background=None)
        self.setMinimumSize(120, PLOT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(pg.GraphicsView.Shape.NoFrame)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.mapToScene(event.position().toPoint())
        self.pointed.emit(at.x(), at.y())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()


class Chart(QWidget):
    """Title, a line that reads values, and the plot. With the focus, ← and → go from span to span."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.data: ChartData | None = None
        self.readout = QLabel()
        self._look: Look = LOOKS["light"]
        self._moment = Moment()
        self._at: int | None = None
        self._items: list[pg.GraphicsObject] = []
        self._shape: tuple[object, ...] = ()
        self._plot_px, self._rows_px = PLOT_PX, 0
        self._title, self._nothing = QLabel(), QLabel()
        self._title.setProperty("kind", "strong")
        self._title.setWordWrap(True)
        for label in (self._title, self.readout):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.readout.setWordWrap(True)
        self.readout.setTextFormat(Qt.TextFormat.RichText)
        self.readout.setProperty("kind", "caption")
        self.readout.setMinimumHeight(2 * self.readout.fontMetrics().height())
        self.readout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing.setProperty("kind", "caption")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self.view = _View(self)
        self._grid = pg.GraphicsWidget()
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._box.setDefaultPadding(0.0)
        self._box.disableAutoRange()
        self._time, self._left = _TimeAxis(), pg.AxisItem("left")
        self._values = pg.AxisItem("bottom")
        self._cursor = pg.InfiniteLine(angle=90)
        self._lay_out()
        self.view.pointed.connect(self._pointed)
        self.view.left.connect(self._unpointed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _lay_out(self) -> None:
        rows = pg.QtWidgets.QGraphicsGridLayout()
        rows.setContentsMargins(0, 4, 6, 0)
        rows.setSpacing(0)
        self._grid.setLayout(rows)
        rows.addItem(self._left, 0, 0)
        rows.addItem(self._box, 0, 1)
        rows.addItem(self._time, 1, 1)
        rows.addItem(self._values, 2, 1)
        rows.setColumnStretchFactor(1, 1)
        for axis in (self._left, self._time, self._values):
            axis.linkToView(self._box)
            axis.setStyle(tickLength=0, tickTextOffset=4, hideOverlappingLabels=False, autoReduceTextSpace=False)
        self._values.setVisible(False)
        self.view.setCentralItem(self._grid)
        self._cursor.hide()
        self._box.addItem(self._cursor, ignoreBounds=True)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 4)
        layout.setSpacing(2)
        layout.addWidget(self._title)
        layout.addWidget(self.readout)
        layout.addLayout(self._stack, 1)

    def show_data(self, data: ChartData, look: Look, moment: Moment) -> None:
        dressed = look is not self._look
        if self.data is not None and self.data.bin_s != data.bin_s:
            self._at = None  # what was pointed at is another time now
        self.data, self._look, self._moment = data, look, moment
        self._title.setText(f"{data.title}, {data.unit}" if data.unit else data.title)
        self._title.setToolTip(self._title.text())
        self.setAccessibleName(data.title)
        self._nothing.setText(data.empty)
        self._stack.setCurrentIndex(1 if data.nothing else 0)
        shape = (data.kind, *((line.name, line.token) for line in data.lines))
        if shape != self._shape or dressed or not self._items:
            self._shape = shape
            self._make_items(data)
            self._dress()
        self._time.moment = moment
        if not data.nothing:
            self._put(data)
        if self._at is not None and self._at >= data.count:
            self._at = None
        self._read()

    def set_plot_px(self, px: int) -> None:
        """Height of the plot; one with many rows is as high as these need."""
        self._plot_px = px
        self.view.setFixedHeight(max(px, self._rows_px))

    def close(self) -> bool:
        """Take everything out of the scene while it still stands."""
        self._clear_items()
        if self._grid is not None:
            self._box.removeItem(self._cursor)
            for axis in (self._left, self._time, self._values):
                axis.unlinkFromView()
            self.view.setCentralItem(None)
            self._box.close()
            self._grid = None
        return super().close()

    # Drawing

    def _make_items(self, data: ChartData) -> None:
        self._clear_items()
        for i, line in enumerate(data.lines):
            colour = getattr(self._look, line.token)
            if data.kind == "lines":
                symbol, _ = MARKS[i % len(MARKS)]
                item = pg.PlotDataItem(
                    pen=pg.mkPen(colour, width=1.5, style=_STYLES[i % len(_STYLES)]),
                    symbol=symbol,
                    symbolSize=5,
                    symbolPen=None,
                    symbolBrush=colour,
                    connect="finite",
                    antialias=True,
                )
            else:
                fill = mix(self._look.surface, colour, 0.35) if line.hollow else colour
                item = pg.BarGraphItem(x0=[], width=1, height=[], brush=fill, pen=pg.mkPen(colour))
            self._box.addItem(item, ignoreBounds=True)
            self._items.append(item)

    def _clear_items(self) -> None:
        for item in self._items:
            self._box.removeItem(item)
        self._items.clear()

    def _dress(self) -> None:
        look = self._look
        font = QFont(self.font())
        font.setPixelSize(CAPTION_PX)
        for axis in (self._left, self._time, self._values):
            axis.setPen(pg.mkPen(look.line))
            axis.setTextPen(pg.mkPen(look.muted))
            axis.setTickFont(font)
        self._cursor.setPen(pg.mkPen(look.muted, style=Qt.PenStyle.DashLine))
        self.view.setBackground(QColor(look.surface))

    def _put(self, data: ChartData) -> None:
        across = data.kind == "across"
        self._time.setVisible(not across)
        self._values.setVisible(across)
        self._left.setWidth(NAMES_PX if across else AXIS_PX)
        self._left.setStyle(tickTextWidth=NAMES_PX, autoExpandTextSpace=False)
        if across:
            self._put_across(data)
            return
        self._rows_px = 0
        self.set_plot_px(self._plot_px)
        stacked = np.nansum([line.values for line in data.lines], axis=0) if data.kind == "stack" else None
        highest = float(np.nanmax(stacked if stacked is not None else [line.values for line in data.lines], initial=0.0))
        top, step = nice_top(highest)
        digits = 0 if step >= 1 else int(np.ceil(-np.log10(step)))
        self._left.setTicks([[(v, figure(v, digits)) for v in np.arange(0, top + step / 2, step)]])
        self._left.setGrid(255)
        self._box.setRange(xRange=(data.at[0], data.at[-1] + data.bin_s), yRange=(0, top * 1.02), padding=0)
        base = np.zeros(len(data.at))
        for i, (line, item) in enumerate(zip(data.lines, self._items, strict=True)):
            if data.kind == "lines":
                # Of points none of which is known pyqtgraph asks for the smallest.
                known = bool(np.isfinite(line.values).any())
                item.setData(data.at + data.bin_s / 2, line.values) if known else item.setData([], [])
                continue
            heights = np.nan_to_num(np.maximum(line.values, 0.0))
            some = heights > 0  # a bar of no height would still have an outline
            if data.kind == "stack":
                x, width = data.at[some] + 0.1 * data.bin_s, 0.8 * data.bin_s
                item.setOpts(x0=x, width=width, y0=base[some], height=heights[some])
                base += heights
            else:
                width = 0.8 * data.bin_s / len(data.lines)
                item.setOpts(x0=data.at[some] + 0.1 * data.bin_s + i * width, width=width, y0=0.0, height=heights[some])

    def _put_across(self, data: ChartData) -> None:
        rows, each = len(data.names), 0.76 / len(data.lines)
        highest = float(np.nanmax([line.values for line in data.lines], initial=0.0))
        top, step = nice_top(highest)
        self._values.setTicks([[(v, figure(v, 0 if step >= 1 else 1)) for v in np.arange(0, top + step / 2, step)]])
        self._values.setGrid(255)
        self._left.setGrid(False)
        metrics = self.fontMetrics()
        # From the top down, as a list is read.
        short = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, NAMES_PX - 8) for name in data.names]
        self._left.setTicks([[(rows - 1 - i, name) for i, name in enumerate(short)]])
        self._box.setRange(xRange=(0, top * 1.02), yRange=(-0.5, rows - 0.5), padding=0)
        middle = rows - 1.0 - np.arange(rows)
        for i, (line, item) in enumerate(zip(data.lines, self._items, strict=True)):
            low = middle + 0.38 - (i + 1) * each
            item.setOpts(x0=0.0, width=np.nan_to_num(line.values), y0=low, height=each)
        self._rows_px = 40 + rows * 11 * len(data.lines)
        self.set_plot_px(self._plot_px)

    # Reading

    def _pointed(self, x: float, y: float) -> None:
        if self.data is None or not self.data.count:
            return
        at = self._box.mapSceneToView(QPointF(x, y))
        if self.data.kind == "across":
            place = self.data.count - 1 - round(at.y())
        else:
            place = int((at.x() - self.data.at[0]) // self.data.bin_s)
        self.point(min(max(place, 0), self.data.count - 1))

    def _unpointed(self) -> None:
        self.point(None)

    def point(self, place: int | None) -> None:
        """Read the values of one span or row; ``None`` those of the last that has any."""
        if place != self._at:
            self._at = place
            self._read()

    def _read(self) -> None:
        data = self.data
        if data is None or data.nothing:
            self.readout.setText("")
            self._cursor.hide()
            return
        known = np.flatnonzero(np.any([np.isfinite(line.values) for line in data.lines], axis=0))
        place = self._at if self._at is not None else int(known[-1])
        self._cursor.setVisible(self._at is not None and data.kind != "across")
        if data.kind == "across":
            where = data.names[place] if self._at is not None else ""
        else:
            self._cursor.setPos(data.at[place] + data.bin_s / 2)
            where = self._moment.clock(float(data.at[place]))
        read = [self._said(i, line, place, bool(where)) for i, line in enumerate(data.lines)]
        plain = [f"{line.name} {figure(float(line.values[place]), line.digits)}" for line in data.lines]
        self.setAccessibleDescription(", ".join([where, *plain]) if where else "")
        head = f'<span style="color:{self._look.text}">{escape(where)}</span>&nbsp;&nbsp; ' if where else ""
        self.readout.setText(head + "&nbsp;&nbsp; ".join(read))

    def _said(self, i: int, line: Line, place: int, with_value: bool) -> str:
        assert self.data is not None
        mark = MARKS[i % len(MARKS)][1] if self.data.kind == "lines" else "□" if line.hollow else "■"
        value = f"&nbsp;{figure(float(line.values[place]), line.digits)}" if with_value else ""
        colour = getattr(self._look, line.token)
        name = escape(line.name).replace(" ", "&nbsp;").replace("-", "&#8209;")
        return f'<span style="color:{colour}">{mark}</span>&nbsp;{name}<span style="color:{self._look.text}">{value}</span>'

    def keyPressEvent(self, event: QKeyEvent) -> None:
        count = self.data.count if self.data is not None and not self.data.nothing else 0
        keys = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = keys.get(Qt.Key(event.key()))
        if not count or step is None:
            super().keyPressEvent(event)
            return
        self.point(min(max((self._at if self._at is not None else count) + step, 0), count - 1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
        self.point(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QColor(self._look.accent))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), RADIUS_PX, RADIUS_PX)
            painter.end()
