"""The timeline with its filters: who is late, who is free, who is off shift; wider and narrower hours; along with the clock."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from operator import attrgetter

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from core.domain.language import mark, tr
from widgets.common.chips import Chips
from widgets.common.empty import EmptyState
from widgets.common.ground import lay_ground
from widgets.common.icons import icon
from widgets.common.search import SearchField
from widgets.common.words import Moment
from widgets.timeline.rows import TimelineRow
from widgets.timeline.view import TimelineView

NARROW_PX = 720
"""Below this width buttons stand without their words."""

KINDS: dict[str, tuple[str, str, str, Callable[[TimelineRow], bool]]] = {
    "late": (mark("Late"), "warning", "late", lambda row: row.late_min > 0),
    "free": (mark("Free"), "circle", "free", lambda row: row.free),
}


class TimelinePanel(QWidget):
    """`set_rows` takes every driver, `update_rows` some; the filters choose. ``shown_changed`` says that other rows may be in
    view now.
    """

    shown_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lay_ground(self)
        self._rows: list[TimelineRow] = []
        self._shown: list[TimelineRow] = []
        self._counts = dict.fromkeys(KINDS, 0)
        self._behind = False
        self.view = TimelineView()
        self.search = SearchField(tr("Filter"), tr("Filter the timeline by driver or order"), self.view)
        self.search.setMaximumWidth(240)
        self.chips = Chips(tr("Which drivers the timeline shows"))
        for key, (label, icon_name, token, _) in KINDS.items():
            self.chips.add(key, tr(label), icon_name, token)
        self.off_shift = self._button(tr("Off shift"), "moon", tr("Show drivers who are not on shift as well"), checkable=True)
        self.now = self._button(tr("Now"), "crosshair", tr("Go along with the clock"), checkable=True)
        self.now.setChecked(True)
        narrower = self._button("", "minus", tr("Narrower hours"))
        wider = self._button("", "plus", tr("Wider hours"))
        self._empty = EmptyState(
            tr("No drivers here"), tr("Drivers stand here once they are on shift"), parent=self.view.viewport()
        )
        lay_ground(self._empty)  # no hours and no clock behind its words
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(4)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.chips, 3)
        for button in (self.off_shift, narrower, wider, self.now):
            bar.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.view, 1)
        self.search.filter_changed.connect(self._sift)
        self.chips.chosen_changed.connect(self._sift)
        self.off_shift.toggled.connect(self._sift)
        narrower.clicked.connect(lambda: self.view.zoom(-1))
        wider.clicked.connect(lambda: self.view.zoom(1))
        self.now.clicked.connect(self._follow)
        self.view.follow_changed.connect(self.now.setChecked)
        self.view.verticalScrollBar().valueChanged.connect(self.shown_changed)

    def _button(self, text: str, icon_name: str, tip: str, checkable: bool = False) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setIcon(icon(icon_name))
        button.setToolTip(tip)
        button.setAccessibleName(text or tip)
        button.setCheckable(checkable)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly
        button.setToolButtonStyle(style)
        return button

    def set_rows(self, rows: Iterable[TimelineRow]) -> None:
        """Every driver, in any order."""
        self._rows = sorted(rows, key=_PLACE)
        self._behind = True
        if self.isVisible():
            self._catch_up()

    def update_rows(self, rows: Iterable[TimelineRow]) -> None:
        """Some drivers anew, or added: takes no longer for a large fleet, which is not gone through."""
        if self._behind or not self.isVisible():
            for row in rows:
                _put(self._rows, row)
            self._behind = True
            return
        fits, others = self._fits(), False
        for row in rows:
            before = _put(self._rows, row)
            for known, by in ((before, -1), (row, 1)):
                if known is not None and self._counted(known):
                    for key, (*_, wanted) in KINDS.items():
                        self._counts[key] += by * wanted(known)
            if fits(row):
                others |= _put(self._shown, row) is None
            else:
                others |= _take(self._shown, row)
        self._show(others)

    def set_moment(self, moment: Moment, start: float, end: float) -> None:
        self.view.set_moment(moment, start, end)

    def set_row_px(self, px: int) -> None:
        self.view.set_row_px(px)

    def in_view(self) -> list[str]:
        """The drivers whose rows can be seen."""
        return [self.view.rows[place].id for place in self.view.rows_in_view()]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button in (self.off_shift, self.now):
            narrow = self.width() < NARROW_PX
            style = Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            button.setToolButtonStyle(style)
        self._empty.setGeometry(self.view.viewport().rect())

    def _follow(self) -> None:
        self.view.follow(True)
        self.now.setChecked(True)

    def _catch_up(self) -> None:
        if self._behind:
            self._behind = False
            self._sift()

    def _counted(self, row: TimelineRow) -> bool:
        return not row.off_shift or row.done < len(row.stops) or self.off_shift.isChecked()

    def _fits(self) -> Callable[[TimelineRow], bool]:
        """Whether a row is let through by the filters."""
        everybody = self.off_shift.isChecked()
        kinds = [KINDS[key][3] for key in self.chips.chosen()]
        words = self.search.words()

        def fits(row: TimelineRow) -> bool:
            if row.off_shift and not everybody and row.done == len(row.stops):
                return False
            if kinds and not any(wanted(row) for wanted in kinds):
                return False
            return not words or _holds(_haystack(row), words)

        return fits

    def _sift(self, _: object = None) -> None:
        counted = [row for row in self._rows if self._counted(row)]
        self._counts = {key: sum(map(wanted, counted)) for key, (*_, wanted) in KINDS.items()}
        self._shown = list(filter(self._fits(), counted))
        self._show(True)

    def _show(self, others: bool) -> None:
        """``others`` are shown than before."""
        self.chips.set_counts(self._counts)
        self.view.set_rows(self._shown)
        if not others:
            return
        self._empty.setVisible(not self._shown)
        filtered = self.search.words() or self.chips.chosen() or self.off_shift.isChecked()
        if self._rows and filtered:
            self._empty.set_text(tr("No drivers here"), tr("No driver fits the filters"))
        elif self._rows:
            self._empty.set_text(tr("Nobody is on shift"), tr("The moon above shows those off shift as well"))
        else:
            self._empty.set_text(tr("No drivers yet"), tr("Drivers stand here once they are on shift"))
        self.shown_changed.emit()


_PLACE = attrgetter("place")


def _put(rows: list[TimelineRow], row: TimelineRow) -> TimelineRow | None:
    """Set the row where it stands among the others; returns the one that stood there for the same driver."""
    place = row.place
    at = len(rows) if not rows or rows[-1].place < place else bisect_left(rows, place, key=_PLACE)
    if at < len(rows) and rows[at].id == row.id:
        before, rows[at] = rows[at], row
        return before
    rows.insert(at, row)
    return None


def _take(rows: list[TimelineRow], row: TimelineRow) -> bool:
    """Whether there was a row of that driver."""
    at = bisect_left(rows, row.place, key=_PLACE)
    there = at < len(rows) and rows[at].id == row.id
    if there:
        del rows[at]
    return there


def _holds(text: str, words: Iterable[str]) -> bool:
    return all(word in text for word in words)


def _haystack(row: TimelineRow) -> str:
    return f"{row.id} {row.name} {' '.join(stop.order_id for stop in row.ahead())}".casefold()
