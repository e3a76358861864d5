"""How a thing was at other times: who changed what when, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QWidget

from core.domain.language import tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.dialogs.ask import AskDialog, plain


@dataclass(frozen=True, slots=True)
class VersionRow:
    """``at`` in epoch seconds. ``now`` marks how it stands."""

    id: str
    version: int
    at: float
    when: str
    who: str
    what: str
    now: bool = False


def columns() -> tuple[Column[VersionRow], ...]:
    return (
        Column("Version", lambda r, m: f"{r.version}", sort=lambda r: r.version, right=True, width=76),
        Column("When", lambda r, m: r.when, sort=lambda r: r.at, width=150),
        Column("Who", lambda r, m: r.who, sort=lambda r: r.who, width=110),
        Column("What changed", lambda r, m: r.what, width=0),
    )


class VersionsDialog(AskDialog):
    """``chosen(str)`` the id of a row that is looked at, ``wanted(str)`` of one that is to be brought back."""

    chosen = Signal(str)
    wanted = Signal(str)

    def __init__(self, question: str, parent: QWidget | None = None) -> None:
        super().__init__(question, tr("Bring this version back"), parent)
        self.cancel.setText(tr("Close"))
        self.model: RowsModel[VersionRow] = RowsModel(columns())
        self.view = RowsView(self.model, tr("Versions"))
        self.view.setSelectionMode(RowsView.SelectionMode.SingleSelection)
        self.view.sort_at_first(0, falling=True)
        self.view.selection_changed.connect(self._selected)
        self.state = EmptyState(tr("Looking it up…"), "")
        self._empty = EmptyOver(self.view, self.state)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(plain(tr("What is brought back becomes a version of its own; nothing is lost"), "caption"))
        self.action.setEnabled(False)

    def sizeHint(self) -> QSize:
        return QSize(680, 420)

    def set_rows(self, rows: Iterable[VersionRow]) -> None:
        self.model.set_rows(rows)
        self.state.set_text(tr("No versions"), tr("Nothing has been saved yet"))
        self._empty.show_when(not self.model.shown)

    def act(self) -> None:
        ids = self.view.selected_ids()
        if ids:
            self.wanted.emit(ids[0])

    def _selected(self, ids: list[str]) -> None:
        row = next((row for row in self.model.shown if row.id in ids), None)
        self.action.setEnabled(row is not None and not row.now)
        if row is not None:
            self.chosen.emit(row.id)
