"""The event log: newest first, bounded, and still under the reader's eyes while more comes in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from core.domain.language import mark, tr
from widgets.common.chips import Chips
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.ground import lay_ground
from widgets.common.panel import stacked
from widgets.common.search import SearchField
from widgets.common.states import LATE
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.common.words import Moment
from widgets.log.rows import LogKind, LogRow

LIMIT = 5000

KINDS: dict[LogKind, tuple[str, str]] = {
    LogKind.ORDER: (mark("Orders"), "package"),
    LogKind.OFFER: (mark("Offers"), "bell-ringing"),
    LogKind.DRIVER: (mark("Drivers"), "user"),
    LogKind.MATCHER: (mark("Matcher"), "shuffle"),
    LogKind.MESSAGE: (mark("Messages"), "broadcast"),
    LogKind.ALERT: (mark("Alerts"), "warning"),
    LogKind.SYSTEM: (mark("System"), "gear"),
}
"""Label and icon of each kind."""


def _about(row: LogRow, _: Moment) -> str:
    return " ".join(part for part in (row.order_id, row.driver_id) if part)


COLUMNS: tuple[Column[LogRow], ...] = (
    Column("Time", lambda r, m: m.clock(r.at, seconds=True), width=76),
    Column(
        "What happened",
        lambda r, m: r.text,
        token=lambda r, m: "late" if r.alarm else "text",
        icon=lambda r, m: LATE.icon if r.alarm else KINDS[r.kind][1],
        width=0,
        least=240,
    ),
    Column("About", _about, width=110, narrow=90),
    Column("By", lambda r, m: r.actor, width=120, narrow=92, spare=1),
)


class LogModel(RowsModel[LogRow]):
    """`append` takes new events, oldest first; only the newest ``limit`` are kept."""

    def __init__(self, limit: int = LIMIT) -> None:
        super().__init__(COLUMNS)
        self._limit = limit

    def append(self, rows: Iterable[LogRow]) -> None:
        new = tuple(rows)[::-1]
        self.set_rows([*new, *self._rows][: self._limit])

    def clear(self) -> None:
        self.set_rows(())


class LogPanel(QWidget):
    """``row_activated(str order id, str driver id)`` on Enter or a double click; ``context_requested(list[str], QPoint)``."""

    row_activated = Signal(str, str)
    context_requested = Signal(list, QPoint)

    def __init__(self, limit: int = LIMIT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lay_ground(self)
        self._waiting: list[LogRow] = []
        self._limit = limit
        self.model = LogModel(limit)
        self.view = RowsView(self.model, tr("Event log"))
        self.search = SearchField(tr("Filter events"), tr("Filter events by text, order or driver"), self.view)
        self.search.setFixedWidth(140)
        self.chips = Chips(tr("Show only events about"), counts=False)
        for kind, (label, icon_name) in KINDS.items():
            self.chips.add(kind.value, tr(label), icon_name, "muted")
        self.newest = QPushButton(tr("Back to newest"))
        self.newest.hide()
        self._empty = EmptyOver(
            self.view, EmptyState(tr("Nothing has happened yet"), tr("Every order, offer and message will be written here"))
        )
        bar = QHBoxLayout()
        bar.addWidget(self.search, 0, Qt.AlignmentFlag.AlignTop)
        bar.addWidget(self.chips, 1)
        bar.addWidget(self.newest, 0, Qt.AlignmentFlag.AlignTop)
        stacked([bar], self.view, self)
        self.search.filter_changed.connect(lambda _: self._filter())
        self.chips.chosen_changed.connect(lambda _: self._filter())
        self.newest.clicked.connect(self.follow)
        self.view.verticalScrollBar().valueChanged.connect(lambda value: self.newest.setVisible(value > 0))
        self.view.row_activated.connect(self._activate)
        self.view.context_requested.connect(self.context_requested)

    def append(self, rows: Sequence[LogRow]) -> None:
        """New events, oldest first. A hidden log waits until it is seen."""
        self._waiting.extend(rows)
        del self._waiting[: -self._limit]
        if self.isVisible():
            self._catch_up()

    def clear(self) -> None:
        self._waiting.clear()
        self.model.clear()
        self._empty.show_when(True)

    def set_moment(self, moment: Moment) -> None:
        """Only its zone matters here: an event's time does not change."""
        if moment.zone != self.model.moment.zone:
            self.model.set_moment(moment)

    def set_row_px(self, px: int) -> None:
        self.view.set_row_px(px)

    def follow(self) -> None:
        """Go to the newest event and stay there."""
        self.view.scrollToTop()

    def is_following(self) -> bool:
        return self.view.verticalScrollBar().value() == 0

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def _catch_up(self) -> None:
        if not self._waiting:
            return
        bar = self.view.verticalScrollBar()
        following = self.is_following()
        top = self.view.rowAt(0)
        anchor = self.model.shown[top].id if top >= 0 and not following else ""
        offset = self.view.rowViewportPosition(top) if anchor else 0
        self.model.append(self._waiting)
        self._waiting.clear()
        self._empty.show_when(not self.model.rows)
        if following:
            bar.setValue(0)
            return
        place = self.model.place(anchor)
        if place >= 0:
            # What the reader looks at stays where it is; the new rows grow above it.
            bar.setValue(self.view.verticalHeader().sectionPosition(place) - offset)

    def _filter(self) -> None:
        words, kinds = self.search.words(), self.chips.chosen()
        if not words and not kinds:
            self.model.set_filter(None)
            return

        def wanted(row: LogRow) -> bool:
            if kinds and row.kind.value not in kinds:
                return False
            text = row.haystack() if words else ""
            return all(word in text for word in words)

        self.model.set_filter(wanted)

    def _activate(self, row_id: str) -> None:
        row = self.model.shown[self.model.place(row_id)]
        self.row_activated.emit(row.order_id, row.driver_id)
