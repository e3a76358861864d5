"""The ground of the timeline: rows and hours that scroll and zoom, and of them only what is in view is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from widgets.common.cells import look_now
from widgets.common.look import ROW_PX
from widgets.common.states import ACTIVITY
from widgets.common.theme import number_font
from widgets.common.words import Moment, lateness
from widgets.timeline.paint import RowPainter
from widgets.timeline.rows import Preview, TimelineRow
from widgets.timeline.scale import HOUR_S, Scale, zoomed

HEAD_PX, AXIS_PX = 208, 24
NOW_PX = 40
"""So near to the clock on the axis no other time is written."""
HEAD_SHARE = 0.27
"""Of a narrow view the drivers' names take no more."""
NOW_SHARE = 0.25
"""Where the now-line stands while the timeline follows it."""


class TimelineCanvas(QAbstractScrollArea):
    """``follow_changed(bool)`` says whether the view goes along with the clock."""

    follow_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[TimelineRow] = []
        self.moment = Moment()
        self.row_px = ROW_PX["compact"] + 4
        self._range = (0.0, 12 * HOUR_S)
        self._px_per_h = 480.0
        self._following = True
        self._moving = False
        self._painter: RowPainter | None = None
        self.chosen: frozenset[str] = frozenset()
        self.chosen_driver = ""
        self.current = -1
        self.preview: Preview | None = None
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time runs so, beside the names too
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # it paints all of itself
        self.horizontalScrollBar().valueChanged.connect(self._scrolled)

    # What the panel tells

    def set_rows(self, rows: Sequence[TimelineRow]) -> None:
        known = self.rows[self.current].id if 0 <= self.current < len(self.rows) else ""
        self.rows = list(rows)
        if known and not (self.current < len(self.rows) and self.rows[self.current].id == known):
            self.current = next((i for i, row in enumerate(self.rows) if row.id == known), -1)
        self._lay_out()
        self.viewport().update()

    def set_moment(self, moment: Moment, start: float, end: float) -> None:
        """The hours there are to scroll over, in epoch seconds, and now."""
        self.moment = moment
        if (start, end) != self._range:
            seen = self.scale.start
            self._range = (start, end)
            self._lay_out()
            self._set_value((seen - start) * self._px_per_h / HOUR_S)
        if self._following:
            self._show_now()
        self.viewport().update()

    def set_row_px(self, px: int) -> None:
        self.row_px = px + 4
        self._lay_out()
        self.viewport().update()

    # Where things are

    @property
    def scale(self) -> Scale:
        return Scale(self._range[0] + self.horizontalScrollBar().value() * HOUR_S / self._px_per_h, self._px_per_h)

    @property
    def head_px(self) -> int:
        """Width of the names."""
        return min(HEAD_PX, round(HEAD_SHARE * self.viewport().width()))

    @property
    def following(self) -> bool:
        return self._following

    def row_at(self, y: float) -> int:
        """The row at that height of the viewport, −1 where there is none."""
        place = int(y - AXIS_PX + self.verticalScrollBar().value()) // self.row_px
        return place if y >= AXIS_PX and 0 <= place < len(self.rows) else -1

    def top_of(self, place: int) -> int:
        return AXIS_PX + place * self.row_px - self.verticalScrollBar().value()

    def rows_in_view(self) -> range:
        first = max(0, self.verticalScrollBar().value() // self.row_px)
        count = -(-(self.viewport().height() - AXIS_PX) // self.row_px) + 1
        return range(first, min(len(self.rows), first + max(0, count)))

    def show_row(self, place: int) -> None:
        """Scroll so that the row can be seen."""
        bar, space = self.verticalScrollBar(), self.viewport().height() - AXIS_PX
        top = place * self.row_px
        if top < bar.value():
            bar.setValue(top)
        elif top + self.row_px > bar.value() + space:
            bar.setValue(top + self.row_px - space)

    def show_time(self, at: float) -> None:
        """Scroll so that the moment can be seen; following ends where that is needed."""
        x, width = self.scale.x(at), self.viewport().width() - self.head_px
        if not 0 <= x <= width - 20:
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + round(x - width / 2))

    # Time

    def follow(self, on: bool) -> None:
        if on != self._following:
            self._following = on
            self.follow_changed.emit(on)
        if on:
            self._show_now()
            self.viewport().update()

    def zoom(self, steps: int, around_x: float | None = None) -> None:
        """Wider or narrower hours about a place in the viewport; about now while that is followed."""
        scale = self.scale
        x = scale.x(self.moment.now) if self._following or around_x is None else around_x - self.head_px
        at = scale.at(x)
        self._px_per_h = zoomed(self._px_per_h, steps)
        self._lay_out()
        self._set_value((at - self._range[0]) * self._px_per_h / HOUR_S - x)
        if self._following:
            self._show_now()
        self.viewport().update()

    def _show_now(self) -> None:
        width = self.viewport().width() - self.head_px
        self._set_value((self.moment.now - self._range[0]) * self._px_per_h / HOUR_S - NOW_SHARE * width)

    def _set_value(self, value: float) -> None:
        self._moving = True
        self.horizontalScrollBar().setValue(round(value))
        self._moving = False

    def _scrolled(self) -> None:
        if not self._moving:
            self.follow(False)

    def _lay_out(self) -> None:
        width, height = self.viewport().width() - self.head_px, self.viewport().height() - AXIS_PX
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        self._moving = True
        across.setRange(0, max(0, round((self._range[1] - self._range[0]) * self._px_per_h / HOUR_S) - width))
        across.setPageStep(max(1, width))
        across.setSingleStep(40)
        down.setRange(0, max(0, len(self.rows) * self.row_px - height))
        down.setPageStep(max(1, height))
        down.setSingleStep(self.row_px)
        self._moving = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        if self._following:
            self._show_now()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            turned = event.angleDelta().y()
            if turned:
                self.zoom(1 if turned > 0 else -1, event.position().x())
            event.accept()
        else:
            super().wheelEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._painter = None

    def sizeHint(self) -> QSize:
        return QSize(900, 260)

    # Drawing

    def brush_up(self) -> RowPainter:
        if self._painter is None or self._painter.look is not look_now():
            self._painter = RowPainter(look_now(), self.font(), self.devicePixelRatioF())
        return self._painter

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setLayoutDirection(self.layoutDirection())  # a painter goes by the program's: +2 min would be min 2+
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        painter.end()

    def draw(self, painter: QPainter) -> None:
        """All that is in view."""
        width, height = self.viewport().width(), self.viewport().height()
        brush, scale = self.brush_up(), self.scale
        painter.fillRect(0, 0, width, height, brush.brush("surface"))
        painter.setClipRect(self.head_px, AXIS_PX, width - self.head_px, height - AXIS_PX)
        painter.translate(self.head_px, 0)
        self._draw_grid(painter, brush, scale, width - self.head_px, height)
        rows = self.rows_in_view()
        brush.keep({self.rows[place].id for place in rows})
        for place in rows:
            self._draw_ground(painter, brush, scale, place, width - self.head_px)
        now = scale.x(self.moment.now)
        painter.setPen(brush.pen("text", 1.5))
        painter.drawLine(QPointF(now, AXIS_PX), QPointF(now, height))
        for place in rows:
            self._draw_row(painter, brush, scale, place, width - self.head_px)
        painter.translate(-self.head_px, 0)
        painter.setClipping(False)
        self._draw_axis(painter, brush, scale, width)
        painter.setClipRect(0, AXIS_PX, self.head_px, height - AXIS_PX)
        for place in self.rows_in_view():
            self._draw_head(painter, brush, place)
        painter.setClipping(False)
        painter.setPen(brush.pen("line"))
        painter.drawLine(self.head_px, 0, self.head_px, height)
        if self.hasFocus():
            painter.setPen(brush.pen("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(0.5, 0.5, width - 1, height - 1))

    def _draw_grid(self, painter: QPainter, brush: RowPainter, scale: Scale, width: int, height: int) -> None:
        painter.setPen(brush.pen("hover"))
        for at in scale.ticks(width):
            x = scale.x(at)
            painter.drawLine(QPointF(x, AXIS_PX), QPointF(x, height))

    def _draw_ground(self, painter: QPainter, brush: RowPainter, scale: Scale, place: int, width: int) -> None:
        row, top = self.rows[place], self.top_of(place)
        if self.preview is not None and row.id in self.preview.rows:
            painter.fillRect(0, top, width, self.row_px, brush.tinted(0.14))
        elif self._stands_out(place):
            painter.fillRect(0, top, width, self.row_px, brush.brush("selected"))
        brush.shift(painter, row, scale, top, self.row_px, width)
        painter.setPen(brush.pen("hover"))
        painter.drawLine(0, top + self.row_px - 1, width, top + self.row_px - 1)

    def _stands_out(self, place: int) -> bool:
        return self.rows[place].id == self.chosen_driver or (place == self.current and self.hasFocus())

    def _draw_row(self, painter: QPainter, brush: RowPainter, scale: Scale, place: int, width: int) -> None:
        row, top = self.rows[place], self.top_of(place)
        tried = self.preview.rows.get(row.id) if self.preview is not None else None
        if tried is None:
            brush.row(painter, row, scale, top, self.row_px, width, self.chosen)
            return
        held = frozenset(self.preview.move.orders) if self.preview is not None else self.chosen
        first = row.first_ending_after(scale.at(-60))
        brush.stops(painter, row.stops[first : row.done], scale, top, self.row_px, width, held)
        brush.stops(painter, tried, scale, top, self.row_px, width, held)

    def _draw_axis(self, painter: QPainter, brush: RowPainter, scale: Scale, width: int) -> None:
        painter.fillRect(0, 0, width, AXIS_PX, brush.brush("surface"))
        font = number_font(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(brush.pen("muted"))
        painter.setClipRect(self.head_px, 0, width - self.head_px, AXIS_PX)
        now = self.head_px + scale.x(self.moment.now)
        for at in scale.ticks(width - self.head_px):
            x = self.head_px + scale.x(at)
            if abs(x - now) < NOW_PX:  # the clock would cover half of it
                continue
            painter.drawText(QRectF(x - 30, 0, 60, AXIS_PX), Qt.AlignmentFlag.AlignCenter, self.moment.clock(at))
        text = self.moment.clock(self.moment.now)
        box = QRectF(now - 22, 3, 44, AXIS_PX - 6)
        painter.setBrush(brush.brush("text"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(brush.pen("surface"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.setClipping(False)
        painter.setPen(brush.pen("line"))
        painter.drawLine(0, AXIS_PX - 1, width, AXIS_PX - 1)

    def _draw_head(self, painter: QPainter, brush: RowPainter, place: int) -> None:
        row, top = self.rows[place], self.top_of(place)
        chosen = self._stands_out(place)
        painter.fillRect(0, top, self.head_px, self.row_px, brush.brush("selected" if chosen else "surface"))
        if chosen:
            painter.fillRect(0, top, 3, self.row_px, brush.brush("accent"))
        look = ACTIVITY[row.activity]
        painter.drawPixmap(8, top + (self.row_px - 13) // 2, brush.picture(look.icon, look.token))
        font = number_font(self.font())
        if row.tried:
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        left, right = 28, self.head_px - 8
        number = painter.fontMetrics().horizontalAdvance(row.id) + 6
        if row.late_min:
            text, room = lateness(row.late_min), right - left - number
            wide = painter.fontMetrics().horizontalAdvance(text)
            if wide <= room:
                painter.setPen(brush.pen("late"))
                painter.drawText(QRect(right - wide, top, wide, self.row_px), Qt.AlignmentFlag.AlignVCenter, text)
                right -= wide + 5
            if wide > room or room - wide >= 17:
                painter.drawPixmap(right - 12, top + (self.row_px - 13) // 2, brush.picture("warning", "late"))
                right -= 17
        painter.setPen(brush.pen("muted"))
        painter.drawText(QRect(left, top, number, self.row_px), Qt.AlignmentFlag.AlignVCenter, row.id)
        painter.setPen(brush.pen("accent" if row.tried else "text"))
        name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, right - left - number)
        painter.drawText(QRect(left + number, top, right - left - number, self.row_px), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(brush.pen("hover"))
        painter.drawLine(0, top + self.row_px - 1, self.head_px, top + self.row_px - 1)
