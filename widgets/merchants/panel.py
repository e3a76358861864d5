"""The merchants: where orders are picked up, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.domain.language import mark, number, tr
from core.domain.merchant import OwnDrivers
from widgets.common.panel import stacked
from widgets.common.search import SearchField
from widgets.common.setup_panel import SetupPanel, Tool
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.merchants.rows import MerchantRow

OWN = {
    OwnDrivers.ONLY: mark("only its own"),
    OwnDrivers.FIRST: mark("its own first"),
    OwnDrivers.SHARED: mark("its own, shared nearby"),
}


def _own(row: MerchantRow) -> str:
    merchant = row.merchant
    return tr("{group}: {how}", group=merchant.fleet, how=tr(OWN[merchant.own_drivers])) if merchant.fleet else ""


def _fence(row: MerchantRow) -> str:
    return f"{number(row.merchant.fence_m, '.0f')} m" if row.merchant.fence_m is not None else tr("as set")


def columns() -> tuple[Column[MerchantRow], ...]:
    return (
        Column("Name", lambda r, m: r.merchant.name, sort=lambda r: r.merchant.name.casefold(), width=150, narrow=128),
        Column("Area", lambda r, m: r.area, sort=lambda r: r.area.casefold() or None, width=100, narrow=84),
        Column("Goods", lambda r, m: r.merchant.goods, sort=lambda r: r.merchant.goods, width=84, spare=1),
        Column("Kind", lambda r, m: r.merchant.kind.replace("_", " "), sort=lambda r: r.merchant.kind, width=92, spare=1),
        Column(
            "Takes",
            lambda r, m: f"{number(r.merchant.prep_min, 'g')} min",
            sort=lambda r: r.merchant.prep_min,
            right=True,
            width=66,
            name=tr("Usual preparation time"),
        ),
        Column("Own drivers", lambda r, m: _own(r), sort=lambda r: _own(r).casefold() or None, width=0),
        Column(
            "Fence",
            lambda r, m: _fence(r),
            sort=lambda r: r.merchant.fence_m,
            token=lambda r, m: "text" if r.merchant.fence_m is not None else "muted",
            right=True,
            width=66,
            spare=1,
            name=tr("How near a driver has to come to count as there"),
        ),
        Column(
            "Open",
            lambda r, m: number(r.open) if r.open else "",
            sort=lambda r: r.open,
            right=True,
            width=56,
            name=tr("Its orders that have not ended"),
        ),
        Column("Number", lambda r, m: r.id, sort=lambda r: r.id, token=lambda r, m: "muted", width=80, spare=1),
    )


class MerchantsPanel(SetupPanel):
    """``selection_changed(list[str])`` as of a table."""

    tools = (
        Tool("merchant.add", mark("Add…"), "plus"),
        Tool("merchant.edit", mark("Edit…"), "note-pencil", least=1, most=1),
        Tool("merchant.remove", mark("Remove…"), "trash", least=1),
    )

    selection_changed = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model: RowsModel[MerchantRow] = RowsModel(columns())
        self.view = RowsView(self.model, tr("Merchants"))
        self.view.sort_at_first(0)
        self.search = SearchField(tr("Filter merchants"), tr("Filter merchants by name, area, goods or group"), self.view)
        self._empty = self.offer(
            self.view,
            tr("No merchants yet"),
            tr("Orders are picked up at merchants. Add one, or import a CSV file with id, name, lat and lon"),
            tr("Add a merchant"),
            "merchant.add",
        )
        stacked([self.toolbar(first=self.search)], self.view, self)
        self.search.filter_changed.connect(lambda _: self._filter())
        self.view.selection_changed.connect(self._selected)
        self.view.row_activated.connect(lambda _: self.wanted.emit("merchant.edit"))
        self.view.context_requested.connect(self.context_requested)
        self._selected([])

    def set_rows(self, rows: Iterable[MerchantRow]) -> None:
        self.model.set_rows(rows)
        self._empty.show_when(not self.model.rows)

    def selected(self) -> list[str]:
        return self.view.selected_ids()

    def select(self, ids: Iterable[str]) -> None:
        self.view.select_ids(ids)

    def _selected(self, ids: list[str]) -> None:
        self.able(len(ids))
        self.selection_changed.emit(ids)

    def _filter(self) -> None:
        words = self.search.words()
        self.model.set_filter((lambda row: all(word in row.haystack() for word in words)) if words else None)
