"""How a driver's row is drawn: the way as a line, the wait hatched, stops as marks, lateness in colour and with a mark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen, QPixmap

from widgets.common.icons import icon
from widgets.common.look import Look, mix
from widgets.timeline.rows import TimelineRow, TimelineStop
from widgets.timeline.scale import Scale

MARK_PX = 12
NAMED_FROM_PX = 46
"""Room up to the next stop from which an order's number is written beside its mark."""
WARNING_PX = 13
MARGIN = 0.25
"""So much of the view is drawn beyond either edge, to scroll into."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The stops of a row, drawn: ``scale`` begins at the picture's left edge."""

    row: TimelineRow
    scale: Scale
    chosen: frozenset[str]
    width: int
    picture: QPixmap

    def serves(self, row: TimelineRow, scale: Scale, chosen: frozenset[str], height: int) -> bool:
        same = (self.row is row or self.row == row) and self.chosen == chosen and self.scale.px_per_h == scale.px_per_h
        return same and round(self.picture.height() / self.picture.devicePixelRatio()) == height


class RowPainter:
    """Draws with one look; made anew when the theme changes."""

    def __init__(self, look: Look, font: QFont, ratio: float) -> None:
        self.look = look
        self._ratio = ratio
        self._pens: dict[tuple[str, float, bool], QPen] = {}
        self._brushes: dict[str, QBrush] = {}
        self._icons: dict[tuple[str, str], QPixmap] = {}
        self._marks: dict[tuple[str, bool, bool], QPixmap] = {}
        self._strips: dict[str, Strip] = {}
        self._small = QFont(font)
        self._small.setPixelSize(11)

    def colour(self, name: str) -> QColor:
        return self.brush(name).color()

    def brush(self, name: str) -> QBrush:
        found = self._brushes.get(name)
        if found is None:
            found = self._brushes[name] = QBrush(QColor(getattr(self.look, name)))
        return found

    def pen(self, name: str, width: float = 1.0, dashed: bool = False) -> QPen:
        found = self._pens.get((name, width, dashed))
        if found is None:
            found = QPen(self.colour(name), width, Qt.PenStyle.DotLine if dashed else Qt.PenStyle.SolidLine)
            self._pens[name, width, dashed] = found
        return found

    def picture(self, name: str, token: str) -> QPixmap:
        found = self._icons.get((name, token))
        if found is None:
            found = self._icons[name, token] = icon(name, token).pixmap(QSize(WARNING_PX, WARNING_PX), self._ratio)
        return found

    def stops(
        self,
        painter: QPainter,
        stops: Iterable[TimelineStop],
        scale: Scale,
        top: float,
        height: int,
        width: int,
        chosen: frozenset[str],
    ) -> None:
        """``chosen`` are the orders whose stops are framed."""
        middle = top + height / 2
        until = scale.at(width)
        shown: list[tuple[TimelineStop, float]] = []
        for stop in stops:
            if stop.set_off > until:
                break
            shown.append((stop, scale.x(stop.arrive)))
            self._way(painter, stop, scale, middle)
        for i, (stop, x) in enumerate(shown):
            room = (shown[i + 1][1] if i + 1 < len(shown) else x + 400) - x
            self._stop(painter, stop, scale, x, middle, room, stop.order_id in chosen)

    def shift(self, painter: QPainter, row: TimelineRow, scale: Scale, top: float, height: int, width: int) -> None:
        for at, before in ((row.shift_start, True), (row.shift_end, False)):
            if at is None:
                continue
            x = scale.x(at)
            if before and x > 0:
                painter.fillRect(QRectF(0, top, min(x, width), height - 1), self.brush("bg"))
            elif not before and x < width:
                painter.fillRect(QRectF(max(0.0, x), top, width - max(0.0, x), height - 1), self.brush("bg"))

    def _way(self, painter: QPainter, stop: TimelineStop, scale: Scale, middle: float) -> None:
        token = "muted" if stop.done else "to_pickup" if stop.kind == "pickup" else "carrying"
        painter.setPen(self.pen(token, 1.5 if stop.done else 2.5, stop.rough))
        painter.drawLine(QPointF(scale.x(stop.set_off), middle), QPointF(scale.x(stop.arrive), middle))
        wait = scale.x(stop.begin) - scale.x(stop.arrive)
        if wait >= 1:
            block = QRectF(scale.x(stop.arrive), middle - 4, wait, 8)
            painter.fillRect(block, QBrush(self.colour("waiting"), Qt.BrushStyle.BDiagPattern))
            painter.setPen(self.pen("waiting"))
            painter.drawRect(block)

    def _stop(
        self, painter: QPainter, stop: TimelineStop, scale: Scale, x: float, middle: float, room: float, chosen: bool
    ) -> None:
        token = "late" if stop.late else "free" if stop.done else "to_pickup" if stop.kind == "pickup" else "carrying"
        at = scale.x(stop.begin)
        length = max(float(MARK_PX), scale.x(stop.leave) - at)
        mark = QRectF(at, middle - MARK_PX / 2, length, MARK_PX)
        if stop.late and stop.due is not None and not stop.failed:
            due = scale.x(stop.due)
            painter.setPen(self.pen("late", 1.0, True))
            painter.drawLine(QPointF(due, middle - 8), QPointF(due, middle + 8))
            painter.drawLine(QPointF(due, middle + 8), QPointF(at, middle + 8))
        hollow = stop.done or stop.rough
        if length <= MARK_PX:
            painter.drawPixmap(QPointF(at - 1, middle - MARK_PX / 2 - 1), self._mark(token, stop.kind == "pickup", hollow))
        else:
            self._draw_mark(painter, mark, token, stop.kind == "pickup", hollow)
        if chosen:
            radius = self._radius(stop.kind == "pickup")
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.pen("accent", 2.0))
            painter.drawRoundedRect(mark.adjusted(-3, -3, 3, 3), radius + 2, radius + 2)
        beside = mark.right() + 4
        left = room - length - (at - x) - 6
        if stop.late:
            if left >= WARNING_PX:
                painter.drawPixmap(QPointF(beside, middle - WARNING_PX - 2), self.picture("warning", "late"))
                beside, left = beside + WARNING_PX + 2, left - WARNING_PX - 2
            else:
                painter.drawPixmap(QPointF(at, middle - MARK_PX / 2 - WARNING_PX + 1), self.picture("warning", "late"))
        if left >= NAMED_FROM_PX:
            late = f" +{round(stop.late_min)}" if stop.late and stop.late_min is not None else ""
            painter.setFont(self._small)
            painter.setPen(self.pen("late" if stop.late else "muted"))
            # Above the line of the way that follows.
            painter.drawText(QPointF(beside, middle - 4), f"{stop.order_id}{late}")

    def _radius(self, pickup: bool) -> float:
        """Pick-ups are squares, drop-offs round: the shape tells what the colour tells."""
        return 2.0 if pickup else MARK_PX / 2

    def _draw_mark(self, painter: QPainter, mark: QRectF, token: str, pickup: bool, hollow: bool) -> None:
        painter.setPen(self.pen(token, 1.5))
        painter.setBrush(self.brush("surface" if hollow else token))
        painter.drawRoundedRect(mark, self._radius(pickup), self._radius(pickup))

    def _mark(self, token: str, pickup: bool, hollow: bool) -> QPixmap:
        """A mark of the least length, drawn once: there are hundreds of them in view."""
        found = self._marks.get((token, pickup, hollow))
        if found is None:
            found = self._marks[token, pickup, hollow] = self._blank(MARK_PX + 2, MARK_PX + 2)
            painter = QPainter(found)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_mark(painter, QRectF(1, 1, MARK_PX, MARK_PX), token, pickup, hollow)
            painter.end()
        return found

    def _blank(self, width: int, height: int) -> QPixmap:
        pixmap = QPixmap(round(width * self._ratio), round(height * self._ratio))
        pixmap.setDevicePixelRatio(self._ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap

    def row(
        self, painter: QPainter, row: TimelineRow, scale: Scale, top: int, height: int, width: int, chosen: frozenset[str]
    ) -> None:
        """The row's stops, from a picture that is wider than the view: a row that stays as it is, is drawn once."""
        mine = chosen & row.orders if chosen else chosen
        strip = self._strips.get(row.id)
        offset = 0 if strip is None else round(strip.scale.x(scale.start))
        if strip is None or not strip.serves(row, scale, mine, height) or not 0 <= offset <= strip.width - width:
            wide = Scale(scale.at(-width * MARGIN), scale.px_per_h)
            wider = round(width * (1 + 2 * MARGIN))
            strip = Strip(row, wide, mine, wider, self._blank(wider, height))
            pen = QPainter(strip.picture)
            pen.setRenderHint(QPainter.RenderHint.Antialiasing)
            stops = row.stops[row.first_ending_after(wide.at(-60)) :]
            self.stops(pen, stops, wide, 0, height, strip.width, mine)
            pen.end()
            self._strips[row.id] = strip
            offset = round(strip.scale.x(scale.start))
        ratio = self._ratio
        part = QRectF(offset * ratio, 0, width * ratio, height * ratio)
        painter.drawPixmap(QRectF(0, top, width, height), strip.picture, part)

    def keep(self, row_ids: set[str]) -> None:
        """Let the pictures of all other rows go."""
        if len(self._strips) > 2 * len(row_ids) + 20:
            self._strips = {row_id: strip for row_id, strip in self._strips.items() if row_id in row_ids}

    def tinted(self, share: float) -> QColor:
        """The accent laid thinly over the surface."""
        return QColor(mix(self.look.surface, self.look.accent, share))
