"""What was done at this desk: when, by whom, and whether it stands, was undone, or can't be undone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.domain.language import day, mark, tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.panel import Panel
from widgets.common.search import SearchField
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.common.words import Moment

STANDINGS: dict[str, tuple[str, str, str]] = {
    "done": (mark("Done"), "check", "text"),
    "undone": (mark("Undone"), "arrow-u-up-left", "muted"),
    "final": (mark("Can't be undone"), "lock-simple", "muted"),
    "failed": (mark("Did not come about"), "x-circle", "muted"),
    "asked": (mark("Waits for an answer"), "clock", "text"),
    "earlier": (mark("Before this start, can't be undone"), "lock-simple", "muted"),
}
"""Words, icon and colour of each."""


@dataclass(frozen=True, slots=True)
class DoneRow:
    """``standing`` is one of `STANDINGS`; ``refused`` says what of it could not be done or undone, ``note`` what
    there is to know of how it stands; ``orders`` it is about."""

    id: str
    at: float
    text: str
    actor: str
    standing: str
    refused: str = ""
    orders: tuple[str, ...] = ()
    note: str = ""

    @property
    def whole(self) -> str:
        return ": ".join(part for part in (self.text, self.refused, self.note) if part)


def _standing(row: DoneRow, _: Moment) -> str:
    words = tr(STANDINGS[row.standing][0])
    return tr("{words}, in part", words=words) if row.refused and row.standing in {"done", "undone"} else words


def _when(row: DoneRow, moment: Moment) -> str:
    clock = moment.clock(row.at, seconds=True)
    then, now = (datetime.fromtimestamp(at, moment.zone) for at in (row.at, moment.now))
    return clock if then.date() == now.date() else f"{day(then, year=True)} {clock}"


COLUMNS: tuple[Column[DoneRow], ...] = (
    Column("Time", _when, sort=lambda r: r.at, width=140, narrow=76),
    Column(
        "What was done",
        lambda r, m: r.whole,
        token=lambda r, m: "muted" if r.standing == "undone" else "text",
        width=0,
    ),
    Column("By", lambda r, m: r.actor, width=96, narrow=88),
    Column(
        "Stands",
        _standing,
        token=lambda r, m: "late" if r.refused else STANDINGS[r.standing][2],
        icon=lambda r, m: "warning" if r.refused else STANDINGS[r.standing][1],
        width=210,
        narrow=120,
        least=40,
    ),
)


class DonePanel(Panel):
    """``orders_chosen(list[str])`` when a row is chosen; ``undo_requested`` and ``redo_requested`` are its buttons."""

    orders_chosen = Signal(list)
    undo_requested = Signal()
    redo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model: RowsModel[DoneRow] = RowsModel(COLUMNS)
        self.view = RowsView(self.model, tr("What was done"))
        self.search = SearchField(tr("Filter"), tr("Filter what was done"), self.view)
        self._empty = EmptyOver(
            self.view, EmptyState(tr("Nothing done yet"), tr("Whatever is done here stands here, and can be undone"))
        )
        self.undo, self.redo = QPushButton(tr("Undo")), QPushButton(tr("Redo"))
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(8)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.undo)
        bar.addWidget(self.redo)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.view)
        self.undo.clicked.connect(self.undo_requested)
        self.redo.clicked.connect(self.redo_requested)
        self.search.filter_changed.connect(lambda _: self._sift())
        self.view.selection_changed.connect(self._chosen)

    def set_rows(self, rows: Iterable[DoneRow]) -> None:
        """All of it, the newest first."""
        self.model.set_rows(rows)
        self._empty.show_when(not self.model.rows)

    def set_moment(self, moment: Moment) -> None:
        self.model.set_moment(moment)

    def set_next(self, undo: str | None, redo: str | None) -> None:
        """What would be undone and done again; ``None`` where there is nothing."""
        for button, verb, text in ((self.undo, tr("Undo"), undo), (self.redo, tr("Redo"), redo)):
            button.setEnabled(text is not None)
            button.setToolTip(f"{verb}: {text}" if text else "")

    def _sift(self) -> None:
        words = self.search.words()
        self.model.set_filter(
            (lambda row: all(word in f"{row.text} {row.actor}".casefold() for word in words)) if words else None
        )

    def _chosen(self, ids: list[str]) -> None:
        orders = [order for row in self.model.shown if row.id in ids for order in row.orders]
        if orders:
            self.orders_chosen.emit(list(dict.fromkeys(orders)))
