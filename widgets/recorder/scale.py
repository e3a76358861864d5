"""The stretch of time as a slider: hours below, what happened above, each kind by a shape of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from core.domain.language import mark, tr
from widgets.common.cells import look_now
from widgets.common.look import CAPTION_PX
from widgets.common.theme import number_font
from widgets.common.words import Moment

STEP_S, PAGE_S = 10, 300
SIDE_PX = 10
LINE_Y, MARK_Y, LABEL_Y = 17, 8, 36
SLOT_PX = 5
"""Of the marks within so many pixels the most urgent is drawn."""
STEPS_MIN = (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)
LABEL_PX = 64
NAMES = {"alert": mark("alert"), "late": mark("delivered late"), "failed": mark("delivery failed")}


@dataclass(frozen=True, slots=True)
class ScaleMark:
    """``kind`` is alert, late or failed, ``text`` what it is about."""

    at: float
    kind: str
    text: str
    urgent: bool

    @property
    def said(self) -> str:
        return f"{self.text} {tr(NAMES[self.kind])}"


class TimeScale(QAbstractSlider):
    """Values are whole seconds from the start of the span. ``chosen(float)`` is a time a person went to, epoch seconds."""

    chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._moment, self._start, self._end = Moment(), 0.0, 1.0
        self._marks: list[ScaleMark] = []
        self._slots: dict[int, ScaleMark] | None = None
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSingleStep(STEP_S)
        self.setPageStep(PAGE_S)
        self.setAccessibleName(tr("Time in the recording"))
        self.valueChanged.connect(lambda _: self.update())
        self.actionTriggered.connect(lambda _: self.chosen.emit(self._start + self.sliderPosition()))

    def sizeHint(self) -> QSize:
        return QSize(420, 40)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 40)

    def set_span(self, start: float, end: float, moment: Moment) -> None:
        """From and to in epoch seconds; ``moment`` has the zone hours are written in."""
        self._moment, self._start, self._end = moment, start, max(end, start + 1.0)
        self.setRange(0, max(1, round(self._end - start)))
        self._slots = None
        self.update()

    def set_marks(self, marks: Iterable[ScaleMark]) -> None:
        self._marks = list(marks)
        self._slots = None
        self.update()

    def show_time(self, at: float) -> None:
        """Put the handle there, unless somebody holds it."""
        if not self.isSliderDown():
            self.setValue(round(at - self._start))
            self.setAccessibleDescription(self._moment.clock(at, seconds=True))

    # Places

    def _x(self, at: float) -> float:
        share = (at - self._start) / (self._end - self._start)
        return SIDE_PX + share * (self.width() - 2 * SIDE_PX)

    def _at(self, x: float) -> float:
        share = min(1.0, max(0.0, (x - SIDE_PX) / max(1, self.width() - 2 * SIDE_PX)))
        return self._start + share * (self._end - self._start)

    def marks_drawn(self) -> dict[int, ScaleMark]:
        """By slot of `SLOT_PX` pixels."""
        if self._slots is None:
            self._slots = {}
            for one in self._marks:
                if self._start <= one.at <= self._end:
                    slot = int(self._x(one.at) // SLOT_PX)
                    there = self._slots.get(slot)
                    if there is None or (one.urgent and not there.urgent):
                        self._slots[slot] = one
        return self._slots

    def ticks(self) -> Iterator[float]:
        """Round clock times, so few that their labels have room."""
        most = max(1, (self.width() - 2 * SIDE_PX) // LABEL_PX)
        step = next((m for m in STEPS_MIN if (self._end - self._start) / 60 / m <= most), STEPS_MIN[-1])
        begins = datetime.fromtimestamp(self._start, self._moment.zone)
        at = begins.replace(hour=0, minute=0, second=0, microsecond=0)
        while (when := at.timestamp()) <= self._end:
            if when >= self._start:
                yield when
            at += timedelta(minutes=step)

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._drag(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderDown(False)

    def _drag(self, event: QMouseEvent) -> None:
        at = self._at(event.position().x())
        self.setValue(round(at - self._start))
        self.chosen.emit(at)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos().x()), self)
            return True
        return super().event(event)

    def tip_at(self, x: float) -> str:
        """The time there, and what happened about then."""
        slot = int(x // SLOT_PX)
        near = next((m for s in (slot, slot - 1, slot + 1) if (m := self.marks_drawn().get(s)) is not None), None)
        if near is None:
            return self._moment.clock(self._at(x), seconds=True)
        return f"{self._moment.clock(near.at, seconds=True)}, {near.said}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._slots = None
        super().resizeEvent(event)

    # Looks

    def paintEvent(self, event: QPaintEvent) -> None:
        look = look_now()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        here = self._x(self._start + self.value())
        left, right = self._x(self._start), self._x(self._end)
        painter.setPen(_line(look.line))
        painter.drawLine(QPointF(left, LINE_Y), QPointF(right, LINE_Y))
        painter.setPen(_line(look.offered))
        painter.drawLine(QPointF(left, LINE_Y), QPointF(here, LINE_Y))
        font = number_font(self.font())
        font.setPixelSize(CAPTION_PX)
        painter.setFont(font)
        for at in self.ticks():
            x = self._x(at)
            painter.setPen(QColor(look.muted))
            painter.drawLine(QPointF(x, LINE_Y + 4), QPointF(x, LINE_Y + 7))
            text = self._moment.clock(at)
            half = painter.fontMetrics().horizontalAdvance(text) / 2
            painter.drawText(QPointF(min(max(x - half, 0.0), self.width() - 2 * half), LABEL_Y), text)
        for one in self.marks_drawn().values():
            self._draw_mark(painter, one, self._x(one.at))
        painter.setPen(QPen(QColor(look.surface), 2))
        painter.setBrush(QColor(look.accent if self.hasFocus() else look.offered))
        painter.drawEllipse(QPointF(here, LINE_Y), 7, 7)
        if self.hasFocus():
            painter.setPen(QPen(QColor(look.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(here, LINE_Y), 10, 10)
        painter.end()

    def _draw_mark(self, painter: QPainter, one: ScaleMark, x: float) -> None:
        look = look_now()
        colour = QColor(look.late if one.urgent else look.offered)
        painter.setPen(QPen(colour, 2))
        painter.setBrush(colour)
        if one.kind == "failed":
            painter.drawLine(QPointF(x - 3, MARK_Y - 3), QPointF(x + 3, MARK_Y + 3))
            painter.drawLine(QPointF(x - 3, MARK_Y + 3), QPointF(x + 3, MARK_Y - 3))
        elif one.kind == "late":
            painter.drawRect(QRectF(x - 0.5, MARK_Y - 5, 1, 10))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            corners = (QPointF(x, MARK_Y - 4), QPointF(x + 4, MARK_Y + 4), QPointF(x - 4, MARK_Y + 4))
            painter.drawPolygon(QPolygonF(corners))


def _line(colour: str) -> QPen:
    pen = QPen(QColor(colour), 3)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen
