"""The sheet of all keys (F1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from core.domain.language import tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.search import SearchField
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.dialogs.ask import AskDialog


@dataclass(frozen=True, slots=True)
class KeyRow:
    id: str
    group: str
    text: str
    keys: str


class KeysDialog(AskDialog):
    """``keys`` are (group, what it does, keys), in the order in which they are to be read."""

    def __init__(self, keys: Sequence[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(tr("Which key does what?"), tr("Close"), parent)
        self.cancel.hide()
        self.model: RowsModel[KeyRow] = RowsModel(
            (
                Column("Keys", lambda r, m: r.keys, token=lambda r, m: "accent", width=150),
                Column("What it does", lambda r, m: r.text, width=0),
                Column("Where", lambda r, m: r.group, token=lambda r, m: "muted", width=110),
            )
        )
        self.view = RowsView(self.model, tr("Keys"))
        self._empty = EmptyOver(self.view, EmptyState(tr("No key does that"), tr("Search for another word")))
        self.search = SearchField(tr("Search keys"), tr("Search keys by what they do"), self.view)
        self.search.filter_changed.connect(lambda _: self._filter())
        self.body.addWidget(self.search)
        self.body.addWidget(self.view, 1)
        self.model.set_rows(KeyRow(str(i), group, text, shown) for i, (group, text, shown) in enumerate(keys))
        self._filter()

    def sizeHint(self) -> QSize:
        return QSize(560, 520)

    def _filter(self) -> None:
        words = self.search.words()

        def wanted(row: KeyRow) -> bool:
            text = f"{row.group} {row.text} {row.keys}".casefold()
            return all(word in text for word in words)

        self.model.set_filter(wanted if words else None)
        self._empty.show_when(not self.model.shown)
