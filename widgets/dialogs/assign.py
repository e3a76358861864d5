"""Who takes these orders? Type a few letters, press Enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from core.domain.driver import Activity
from core.domain.language import ntr, tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.search import SearchField
from widgets.common.states import ACTIVITY, vehicle_name
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.dialogs.ask import AskDialog
from widgets.drivers.table import natural


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignChoice:
    """A driver to choose from. ``away``, ``cost`` and ``warning`` are ready to be read ("6 min", "14.2 min", "shift is over").

    ``rank`` puts the best first.
    """

    id: str
    name: str
    activity: Activity
    vehicle: str = ""
    away: str = ""
    cost: str = ""
    warning: str = ""
    rank: float = 0.0

    def haystack(self) -> str:
        return f"{self.id} {self.name} {self.vehicle}".casefold()


_COLUMNS: tuple[Column[AssignChoice], ...] = (
    Column("Driver", lambda r, m: r.id, width=72),
    Column("Name", lambda r, m: r.name, width=0),
    Column(
        "Activity",
        lambda r, m: ACTIVITY[r.activity].label,
        token=lambda r, m: ACTIVITY[r.activity].token,
        icon=lambda r, m: ACTIVITY[r.activity].icon,
        width=134,
    ),
    Column("Vehicle", lambda r, m: vehicle_name(r.vehicle), width=76),
    Column("Away", lambda r, m: r.away, right=True, width=70),
    Column("Cost", lambda r, m: r.cost, right=True, width=80),
    Column(
        "",
        lambda r, m: r.warning,
        token=lambda r, m: "late",
        icon=lambda r, m: "warning" if r.warning else "",
        width=190,
        name="Warning",
    ),
)


class AssignDialog(AskDialog):
    """``chosen(list[str] order ids, str driver id)`` comes once, as the dialog closes.

    The first driver that fits what is typed is taken by Enter; an id typed in full is always the first. With ``offer`` the
    driver is asked and may say no.
    """

    chosen = Signal(list, str)

    def __init__(
        self,
        order_ids: Sequence[str],
        choices: Sequence[AssignChoice],
        parent: QWidget | None = None,
        offer: bool = False,
    ) -> None:
        what = (
            tr("order {order_ids}", order_ids=order_ids[0])
            if len(order_ids) == 1
            else tr("these {counted}", counted=ntr("{n:,} order", "{n:,} orders", len(order_ids)))
        )
        self._verb = tr("Offer") if offer else tr("Assign")
        super().__init__(
            tr("Who is asked about {what}?", what=what) if offer else tr("Who takes {what}?", what=what), self._verb, parent
        )
        self._orders = list(order_ids)
        self._choices = sorted(choices, key=lambda c: (c.rank, natural(c.id)))
        self.model: RowsModel[AssignChoice] = RowsModel(_COLUMNS)
        self.view = RowsView(self.model, tr("Drivers to choose from"))
        priced = any(choice.cost for choice in choices)
        self.view.setColumnHidden([c.title for c in _COLUMNS].index("Cost"), not priced)
        self.view.setSelectionMode(RowsView.SelectionMode.SingleSelection)
        self.search = SearchField(tr("Driver number or name"), tr("Driver number or name"))
        self._empty = EmptyOver(self.view, EmptyState(tr("No driver fits"), tr("Type another number or name")))
        self.search.textChanged.connect(self._filter)
        self.view.selection_changed.connect(self._name_button)
        self.view.row_activated.connect(lambda _: self.act())
        self.body.addWidget(self.search)
        self.body.addWidget(self.view, 1)
        self._filter()
        self.search.setFocus()

    def sizeHint(self) -> QSize:
        return QSize(780, 480)

    def act(self) -> None:
        ids = self.view.selected_ids()
        if ids:
            self.accept()
            self.chosen.emit(self._orders, ids[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # The field passes on what it has no use for: the arrows walk the list while the letters go on being typed.
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}.get(
            Qt.Key(event.key()), 0
        )
        if step and self.model.shown:
            ids = self.view.selected_ids()
            at = self.model.place(ids[0]) if ids else -1
            place = min(max(0, at + step), len(self.model.shown) - 1)
            self.view.select_ids([self.model.shown[place].id])
            return
        super().keyPressEvent(event)

    def _filter(self) -> None:
        words = self.search.words()
        typed = self.search.text().strip().casefold()
        fitting = [c for c in self._choices if all(word in c.haystack() for word in words)]
        # "17" means D-17 before it means D-117.
        fitting.sort(key=lambda c: not (typed and (c.id.casefold() == typed or c.id.casefold().rpartition("-")[2] == typed)))
        self.model.set_rows(fitting)
        self._empty.show_when(not fitting)
        self.view.select_ids([fitting[0].id] if fitting else [])
        self._name_button(self.view.selected_ids())

    def _name_button(self, ids: list[str]) -> None:
        self.action.setEnabled(bool(ids))
        self.action.setText(tr("{verb} to {ids}", verb=self._verb, ids=ids[0]) if ids else self._verb)
