"""The alerts: what needs an eye now, who has seen it, who looks after it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QWidget

from core.domain.alert import AlertKind, Severity
from core.domain.language import tr
from widgets.alerts.rows import AlertRow, urgency
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.flow import flowing
from widgets.common.ground import lay_ground
from widgets.common.panel import stacked
from widgets.common.search import SearchField
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.common.words import Moment, duration

ICONS: dict[AlertKind, str] = {
    AlertKind.CONNECTION: "cloud-slash",
    AlertKind.LATE: "warning-octagon",
    AlertKind.SILENT: "wifi-slash",
    AlertKind.NO_DRIVER: "circle-dashed",
    AlertKind.WILL_BE_LATE: "warning",
    AlertKind.STOPPED: "hand-palm",
    AlertKind.OFF_ROUTE: "path",
}


def _token(row: AlertRow, _: Moment) -> str:
    if row.snoozed or row.eased:
        return "muted"
    return "late" if row.severity is Severity.CRITICAL else "offered"


def _icon(row: AlertRow, _: Moment) -> str:
    return "check" if row.eased else ICONS[row.kind]


def _state(row: AlertRow, _: Moment) -> str:
    state = tr("New") if row.new else row.state
    return f"{state}, {row.owner}" if row.owner else state


COLUMNS: tuple[Column[AlertRow], ...] = (
    Column(
        "What",
        lambda r, m: r.text[:1].upper() + r.text[1:],
        token=_token,
        icon=_icon,
        width=196,
        narrow=170,
    ),
    Column("About", lambda r, m: r.about, width=0),
    Column("For", lambda r, m: duration(m.now - r.since), right=True, timed=True, width=64, name="How long it has lasted"),
    Column(
        "Times",
        lambda r, m: f"{r.times}×" if r.times > 1 else "",
        token=lambda r, m: "muted",
        right=True,
        width=52,
        shown=False,
        name="How often it came lately",
    ),
    Column(
        "State",
        _state,
        token=lambda r, m: "text" if r.new else "muted",
        width=128,
        narrow=112,
        name="State, and who looks after it",
    ),
)


class _View(RowsView[AlertRow]):
    """Space acknowledges what is selected."""

    acknowledged = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.acknowledged.emit()
        else:
            super().keyPressEvent(event)


class AlertsPanel(QWidget):
    """``selection_changed(list[str])`` carries alert ids, a group's all of them; ``activated(list[str])`` on Enter or a double
    click. ``acknowledge_wanted``, ``snooze_wanted`` and ``take_wanted`` carry the ids they are about.
    """

    selection_changed = Signal(list)
    activated = Signal(list)
    context_requested = Signal(list, QPoint)
    acknowledge_wanted = Signal(list)
    snooze_wanted = Signal(list)
    take_wanted = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        lay_ground(self)
        self._rows: tuple[AlertRow, ...] = ()
        self._behind = False
        self.model: RowsModel[AlertRow] = RowsModel(COLUMNS)
        self.view = _View(self.model, tr("Alerts"))
        self.search = SearchField(tr("Filter alerts"), tr("Filter alerts by what, about whom, or owner"), self.view)
        self.search.setMaximumWidth(140)
        self.acknowledge, self.snooze, self.take = (
            QPushButton(tr("Acknowledge")),
            QPushButton(tr("Snooze")),
            QPushButton(tr("Take on")),
        )
        self.acknowledge.setToolTip(tr("You have seen it; it stays until it is over"))
        self.take.setToolTip(tr("You look after it"))
        self._empty = EmptyOver(
            self.view,
            EmptyState(
                tr("All is well"),
                tr("Late orders, orders without a driver and drivers who are silent or stuck will stand here"),
            ),
        )
        for button, signal in (
            (self.acknowledge, self.acknowledge_wanted),
            (self.snooze, self.snooze_wanted),
            (self.take, self.take_wanted),
        ):
            button.clicked.connect(lambda _=False, signal=signal: signal.emit(self.selected()))
        stacked([flowing(self.search, self.acknowledge, self.snooze, self.take)], self.view, self)
        self.search.filter_changed.connect(lambda _: self._filter())
        self.view.acknowledged.connect(lambda: self.acknowledge_wanted.emit(self.selected()))
        self.view.selection_changed.connect(self._chosen)
        self.view.row_activated.connect(lambda row_id: self.activated.emit(self._ids([row_id])))
        self.view.context_requested.connect(lambda rows, at: self.context_requested.emit(self._ids(rows), at))
        self._chosen([])

    def set_rows(self, rows: Iterable[AlertRow]) -> None:
        """All that stand, in any order. A hidden panel waits until it is seen."""
        self._rows = tuple(sorted(rows, key=urgency))
        self._behind = True
        if self.isVisible():
            self._catch_up()

    def set_moment(self, moment: Moment) -> None:
        self.model.set_moment(moment)

    def set_row_px(self, px: int) -> None:
        self.view.set_row_px(px)

    def set_snooze_min(self, minutes: float) -> None:
        self.snooze.setText(tr("Snooze {duration}", duration=duration(minutes * 60)))

    def selected(self) -> list[str]:
        """The ids of all alerts of the selected rows."""
        return self._ids(self.view.selected_ids())

    def clear_selection(self) -> None:
        self.view.select_ids([])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def _catch_up(self) -> None:
        if self._behind:
            self._behind = False
            self.model.set_rows(self._rows)
            self._empty.show_when(not self._rows)
            self._chosen_buttons()

    def _ids(self, row_ids: Iterable[str]) -> list[str]:
        wanted = set(row_ids)
        return [alert for row in self.model.shown if row.id in wanted for alert in row.ids]

    def _chosen(self, _: list[str]) -> None:
        self._chosen_buttons()
        self.selection_changed.emit(self.selected())

    def _chosen_buttons(self) -> None:
        some = bool(self.view.selected_ids())
        for button in (self.acknowledge, self.snooze, self.take):
            button.setEnabled(some)

    def _filter(self) -> None:
        words = self.search.words()
        self.model.set_filter((lambda row: all(word in row.haystack() for word in words)) if words else None)
