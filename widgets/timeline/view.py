"""Hands on the timeline: stops and routes are chosen, held, carried to another place and let go, by mouse or by keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from core.domain.language import tr
from widgets.common.dragging import dragged_orders
from widgets.common.words import lateness
from widgets.timeline.aim import aimed, place_now, placed
from widgets.timeline.canvas import AXIS_PX, TimelineCanvas
from widgets.timeline.card import PreviewCard
from widgets.timeline.paint import MARK_PX
from widgets.timeline.rows import Consequence, Move, Preview, StopKey, TimelineRow, TimelineStop

REACH_PX = 5
_KEY = Qt.Key


class TimelineView(TimelineCanvas):
    """``held(Move)`` whenever what is held would go somewhere else, ``released()`` when it is put down again or given up, and
    ``moved(Move)`` when it is let go. ``orders_chosen(list[str])``, ``driver_chosen(str)`` and
    ``context_requested(list[str], str, QPoint)`` speak of orders and drivers by id.
    """

    held = Signal(object)
    released = Signal()
    moved = Signal(object)
    orders_chosen = Signal(list)
    driver_chosen = Signal(str)
    context_requested = Signal(list, str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Timeline"))
        self.setAcceptDrops(True)
        self.card: PreviewCard | None = None
        self._pressed: tuple[QPointF, int, TimelineStop | None] | None = None
        self._carried: tuple[tuple[str, ...], StopKey | None] | None = None
        self._move: Move | None = None
        self._by_keys = False
        self._stop = -1

    # What the panel tells

    def choose(self, orders: frozenset[str], driver: str) -> None:
        """What is selected in the whole window."""
        fresh = (orders, driver) != (self.chosen, self.chosen_driver)
        self.chosen, self.chosen_driver = orders, driver
        if fresh and not self.hasFocus():
            for place, row in enumerate(self.rows):
                if row.id == driver or any(s.order_id in orders for s in row.ahead()):
                    self.show_row(place)
                    break
        self.viewport().update()

    def show_preview(self, preview: Preview) -> None:
        """An answer to `held`; one that comes too late is passed over."""
        if preview.move != self._move:
            return
        self.preview = preview
        refused = (Consequence(preview.refused, "late", "x-circle"),) if preview.refused else ()
        self._show_card((*refused, *preview.lines), fresh=True)
        self.viewport().update()

    @property
    def holding(self) -> Move | None:
        return self._move

    def stop_at(self, at: QPointF) -> tuple[int, int]:
        """Row and place of the stop under a point of the viewport; −1 where there is none."""
        place = self.row_at(at.y())
        if place < 0 or at.x() < self.head_px:
            return place, -1
        row, scale, x = self.rows[place], self.scale, at.x() - self.head_px
        for i in range(len(row.stops) - 1, row.first_ending_after(scale.at(-MARK_PX)) - 1, -1):
            left = scale.x(row.stops[i].begin)
            right = max(left + MARK_PX, scale.x(row.stops[i].leave))
            if left - REACH_PX <= x <= right + REACH_PX:
                return place, i
        return place, -1

    # Carrying

    def _take(self, row: TimelineRow, stop: TimelineStop | None) -> None:
        if stop is None:
            orders = tuple(dict.fromkeys(s.order_id for s in row.ahead() if s.kind == "pickup"))
            self._carried = (orders, None) if orders else None
        elif stop.order_id in self.chosen and len(self.chosen) > 1:
            self._carried = (tuple(sorted(self.chosen)), None)
        else:
            self._carried = ((stop.order_id,), stop.key)

    def _aim(self, at: QPointF) -> None:
        place = self.row_at(at.y())
        if self._carried is None or place < 0:
            self._hold(None)
            return
        orders, stop = self._carried
        row = self.rows[place]
        # Over the name a thing goes behind all the others.
        last = placed(row, orders, stop, len(row.stops))
        self._hold(last if at.x() < self.head_px else aimed(row, orders, stop, self._time_at(at.x())))

    def _time_at(self, x: float) -> float:
        return self.scale.at(x - self.head_px)

    def _hold(self, move: Move | None) -> None:
        if move == self._move:
            self._show_card((), fresh=False)
            return
        self._move = move
        if move is None:
            self.preview = None
            self._show_card((), fresh=True)
        else:
            self.held.emit(move)
        self.viewport().update()

    def _put_down(self, go: bool) -> None:
        move, self._carried, self._by_keys = self._move, None, False
        refused = self.preview is not None and self.preview.move == move and bool(self.preview.refused)
        self._hold(None)
        self.released.emit()
        if go and move is not None and not refused:
            self.moved.emit(move)

    def _show_card(self, lines: tuple[Consequence, ...], fresh: bool) -> None:
        if self.card is None:
            self.card = PreviewCard(self.window())
        if self._by_keys and self._move is not None:
            place = next((i for i, row in enumerate(self.rows) if row.id == self._move.to), 0)
            near = QPoint(self.head_px + 60, self.top_of(place))
        else:
            near = self.viewport().mapFromGlobal(self.cursor().pos())
        near = self.viewport().mapTo(self.window(), near)
        self.card.show_lines(lines if fresh else self.card.lines(), near, fresh or bool(self.card.lines()))

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place, at = self.stop_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or place < 0:
            return
        self._go_to(place, at)
        row = self.rows[place]
        stop = row.stops[at] if at >= 0 else None
        self._pressed = (event.position(), place, stop)
        if stop is None:
            if event.position().x() < self.head_px:
                self.driver_chosen.emit(row.id)
            return
        more = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        if more:
            self.orders_chosen.emit(sorted(self.chosen ^ {stop.order_id}))
        elif stop.order_id not in self.chosen:
            self.orders_chosen.emit([stop.order_id])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and self._carried is None:
            origin, place, stop = self._pressed
            far = (event.position() - origin).manhattanLength() >= QApplication.startDragDistance()
            from_head = stop is None and origin.x() < self.head_px
            if far and place < len(self.rows) and (from_head or (stop is not None and not stop.done)):
                self._take(self.rows[place], stop)
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._carried is not None:
            self._aim(event.position())
        elif self._pressed is None:
            place, at = self.stop_at(event.position())
            movable = at >= 0 and not self.rows[place].stops[at].done
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor if movable else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        self.unsetCursor()
        if self._carried is not None:
            self._put_down(go=True)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place, at = self.stop_at(QPointF(event.pos()))
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place, at = self.current, self._stop
        if place >= 0:
            row = self.rows[place]
            orders = [row.stops[at].order_id] if 0 <= at < len(row.stops) else []
            if orders and orders[0] in self.chosen:
                orders = sorted(self.chosen)
            self.context_requested.emit(orders, row.id, event.globalPos())

    # Orders that come from elsewhere

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        orders = dragged_orders(event.mimeData())
        if orders:
            self._carried = (tuple(orders), None)
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._aim(event.position())
        event.setAccepted(self._move is not None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._put_down(go=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._aim(event.position())
        event.setAccepted(self._move is not None)
        self._put_down(go=True)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        arrows = {_KEY.Key_Left: (-1, 0), _KEY.Key_Right: (1, 0), _KEY.Key_Up: (0, -1), _KEY.Key_Down: (0, 1)}
        if self._move is not None and key in (_KEY.Key_Return, _KEY.Key_Enter):
            self._put_down(go=True)
        elif self._move is not None and key == _KEY.Key_Escape:
            self._put_down(go=False)
        elif key in arrows and alt:
            self._carry_by_keys(*arrows[_KEY(key)], whole=shift)
        elif key in arrows and self._move is None:
            self._step(*arrows[_KEY(key)])
        elif key == _KEY.Key_Home:
            self.follow(True)
        elif key in (_KEY.Key_Plus, _KEY.Key_Equal) and not event.text().isdigit():
            self.zoom(1)
        elif key == _KEY.Key_Minus:
            self.zoom(-1)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def event(self, event: QEvent) -> bool:
        # While something is held, Enter and Escape belong to it and not to the window's shortcuts.
        its_own = (_KEY.Key_Return, _KEY.Key_Enter, _KEY.Key_Escape)
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._move is not None
            and event.key() in its_own
        ):
            event.accept()
            return True
        return super().event(event)

    def _step(self, across: int, down: int) -> None:
        if not self.rows:
            return
        place = min(max(self.current + down, 0), len(self.rows) - 1) if self.current >= 0 else 0
        row = self.rows[place]
        if down or self._stop < 0:
            at = row.done if row.done < len(row.stops) else len(row.stops) - 1
        else:
            at = min(max(self._stop + across, 0), len(row.stops) - 1)
        self._go_to(place, at)
        if 0 <= at < len(row.stops):
            self.show_time(row.stops[at].arrive)
            self.orders_chosen.emit([row.stops[at].order_id])
        else:
            self.driver_chosen.emit(row.id)

    def _go_to(self, place: int, at: int) -> None:
        self.current, self._stop = place, at
        self.show_row(place)
        row = self.rows[place]
        stop = self._said(row.stops[at]) if 0 <= at < len(row.stops) else tr("no stops")
        self.setAccessibleDescription(f"{row.name}, {stop}")
        self.viewport().update()

    def _carry_by_keys(self, across: int, down: int, whole: bool) -> None:
        if not 0 <= self.current < len(self.rows):
            return
        row = self.rows[self.current]
        stop = row.stops[self._stop] if 0 <= self._stop < len(row.stops) and not whole else None
        if self._move is None:
            if (stop is None and not whole) or (stop is not None and stop.done):
                return
            self._take(row, stop)
            if self._carried is None:
                return
            self._by_keys = True
            start = placed(row, *self._carried, place_now(row, stop.key) if stop is not None else 0)
        else:
            start = self._move
        assert self._carried is not None
        orders, held = self._carried
        at_row = next((i for i, r in enumerate(self.rows) if r.id == start.to), self.current)
        target = self.rows[min(max(at_row + down, 0), len(self.rows) - 1)]
        self.show_row(self.rows.index(target))
        self._hold(placed(target, orders, held, start.at + across))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self._by_keys:
            self._put_down(go=False)
        super().focusOutEvent(event)
        self.viewport().update()

    # Words

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place, at = self.stop_at(QPointF(event.pos()))
            text = self._said(self.rows[place].stops[at]) if place >= 0 and at >= 0 else ""
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def _said(self, stop: TimelineStop) -> str:
        what = tr("pick-up") if stop.kind == "pickup" else tr("drop-off")
        parts = [f"{stop.order_id}, {what}: {stop.place}", self.moment.clock_and_gap(stop.arrive)]
        if stop.begin - stop.arrive >= 30:
            parts.append(tr("waits until {time}", time=self.moment.clock(stop.begin)))
        if stop.due is not None:
            parts.append(
                tr("ready {time}", time=self.moment.clock(stop.due))
                if stop.kind == "pickup"
                else tr("promised {time}", time=self.moment.clock(stop.due))
            )
        if stop.late_min is not None:
            parts.append(lateness(stop.late_min))
        return ", ".join(parts)

    def draw(self, painter: QPainter) -> None:
        super().draw(painter)
        if self._move is None or (self.preview is not None and self.preview.move == self._move):
            return
        place = next((i for i, row in enumerate(self.rows) if row.id == self._move.to), -1)
        if place >= 0:
            # Until the answer is there, the row it would go to is framed.
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.brush_up().pen("accent", 2.0))
            top = max(AXIS_PX, self.top_of(place))
            painter.drawRect(1, top + 1, self.viewport().width() - 3, self.row_px - 3)
