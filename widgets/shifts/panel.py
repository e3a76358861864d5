"""The shifts: who works from when to when, when they pause, and who should be here and is not."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from core.domain.language import mark, number, tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.flow import flowing
from widgets.common.panel import Panel, stacked
from widgets.common.search import SearchField
from widgets.common.states import vehicle_name
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.common.words import Moment
from widgets.drivers.table import natural
from widgets.shifts.rows import Duty, ShiftRow

DUTIES: dict[Duty, tuple[str, str, str]] = {
    Duty.MISSING: (mark("Should be here"), "warning", "late"),
    Duty.OVERDUE: (mark("Back from the break?"), "warning", "late"),
    Duty.BREAK_DUE: (mark("Break is due"), "coffee", "offered"),
    Duty.OVER_TIME: (mark("Over time"), "timer", "offered"),
    Duty.ON: (mark("On shift"), "check", "free"),
    Duty.BREAK: (mark("On a break"), "coffee", "waiting"),
    Duty.COMING: (mark("Comes later"), "clock", "muted"),
    Duty.OVER: (mark("Shift is over"), "moon", "muted"),
    Duty.OFF: (mark("Off duty"), "minus", "muted"),
}
"""Label, icon and colour."""
AWAY = frozenset({Duty.COMING, Duty.OVER, Duty.OFF})
_RANK = {duty: i for i, duty in enumerate(Duty)}


def _breaks(row: ShiftRow, moment: Moment) -> str:
    return ", ".join(f"{moment.clock(one.start)}–{moment.clock(one.end)}" for one in row.breaks)


def columns() -> tuple[Column[ShiftRow], ...]:
    return (
        Column("Driver", lambda r, m: r.id, sort=lambda r: natural(r.id), width=72, narrow=64),
        Column("Name", lambda r, m: r.name, sort=lambda r: r.name.casefold(), width=0, least=60),
        Column(
            "Now",
            lambda r, m: tr(DUTIES[r.duty][0]),
            sort=lambda r: _RANK[r.duty],
            icon=lambda r, m: DUTIES[r.duty][1],
            token=lambda r, m: DUTIES[r.duty][2],
            width=164,
            narrow=104,
        ),
        Column("From", lambda r, m: m.clock(r.shift_start), sort=lambda r: r.shift_start, right=True, width=58),
        Column("To", lambda r, m: m.clock(r.shift_end), sort=lambda r: r.shift_end, right=True, width=58),
        Column("Breaks", _breaks, sort=lambda r: r.breaks[0].start if r.breaks else None, width=0, least=96, spare=1),
        Column(
            "Hours",
            lambda r, m: "" if r.hours is None else number(r.hours, ".1f"),
            sort=lambda r: r.hours,
            right=True,
            width=58,
            spare=2,
            name=tr("Hours at work, without the breaks"),
        ),
        Column("Group", lambda r, m: r.group, sort=lambda r: r.group.casefold() or None, width=90, spare=2),
        Column("Vehicle", lambda r, m: vehicle_name(r.vehicle), sort=lambda r: r.vehicle.value, width=76, spare=2),
    )


class ShiftsPanel(Panel):
    """``edit_asked``, ``import_asked``, ``export_asked`` by the buttons; the others as of a table."""

    edit_asked = Signal()
    import_asked = Signal()
    export_asked = Signal()
    selection_changed = Signal(list)
    context_requested = Signal(list, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ShiftRow, ...] = ()
        self._moment = Moment()
        self._behind = False
        self.model: RowsModel[ShiftRow] = RowsModel(columns())
        self.view: RowsView[ShiftRow] = RowsView(self.model, tr("Shifts"))
        self.view.sort_at_first(0)
        self.search = SearchField(tr("Filter"), tr("Filter by number, name, group or vehicle"), self.view)
        self.search.setFixedWidth(120)
        self.hide_away = QCheckBox(tr("Hide who is off"))
        self.hide_away.setMinimumHeight(self.search.sizeHint().height())
        self.edit = QPushButton(tr("Edit…"))
        self.load, self.save = QPushButton(tr("Import…")), QPushButton(tr("Export…"))
        self._empty = EmptyOver(
            self.view,
            EmptyState(
                tr("No drivers yet"), tr("Add some with Ctrl+D or import them; then plan their shifts here, or by a CSV file")
            ),
        )
        stacked([flowing(self.search, self.hide_away, self.edit, self.load, self.save)], self.view, self)
        self.search.filter_changed.connect(lambda _: self._filter())
        self.hide_away.toggled.connect(lambda _: self._filter())
        self.edit.clicked.connect(self.edit_asked)
        self.load.clicked.connect(self.import_asked)
        self.save.clicked.connect(self.export_asked)
        self.view.row_activated.connect(lambda _: self.edit_asked.emit())
        self.view.selection_changed.connect(self._selected)
        self.view.context_requested.connect(self.context_requested)
        self._selected([])

    def set_rows(self, rows: Iterable[ShiftRow], moment: Moment) -> None:
        """All drivers, in any order. A hidden table waits until it is seen."""
        self._rows, self._moment, self._behind = tuple(rows), moment, True
        if self.isVisible():
            self._catch_up()

    def select(self, ids: Iterable[str]) -> None:
        self.view.select_ids(ids)

    def selected(self) -> list[str]:
        return self.view.selected_ids()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def _catch_up(self) -> None:
        if self._behind:
            self._behind = False
            self.model.set_moment(self._moment)
            self.model.set_rows(self._rows)
            self._empty.show_when(not self._rows)

    def _selected(self, ids: list[str]) -> None:
        self.edit.setEnabled(bool(ids))
        self.selection_changed.emit(ids)

    def _filter(self) -> None:
        words, hide = self.search.words(), self.hide_away.isChecked()
        if not words and not hide:
            self.model.set_filter(None)
            return
        self.model.set_filter(lambda row: not (hide and row.duty in AWAY) and all(word in row.haystack() for word in words))
