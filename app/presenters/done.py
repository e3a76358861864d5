"""What was done at this desk: from the history that undo and redo go by, and before it began from the log."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject

from app.actions.deeds import Deeds, orders_of
from app.actions.history import Record
from app.presenters.aside import Aside
from app.presenters.history_text import log_row
from app.presenters.links import Links
from core.domain.language import first_of, said, tr
from core.domain.world import World
from core.storage.audit import by_people
from core.storage.store import Logged
from widgets.common.words import Moment
from widgets.done.panel import DonePanel, DoneRow

TOLD = 10
"""So many of the reasons why not all of a deed could be done, or undone."""


class DonePresenter(QObject):
    def __init__(self, deeds: Deeds, panel: DonePanel) -> None:
        super().__init__(panel)
        self._deeds, self._panel = deeds, panel
        self._links = links = Links()
        links.connect(panel.undo_requested, deeds.undo)
        links.connect(panel.redo_requested, deeds.redo)
        links.connect(panel.orders_chosen, deeds.selection.set_orders)
        deeds.history.changed.append(self._show)
        links.keep(lambda: deeds.history.changed.remove(self._show))
        self._earlier: list[DoneRow] = []
        self._aside = Aside("done", self)
        self._read()
        self._show()

    def _read(self) -> None:
        store, world, log = self._deeds.engine.store, self._deeds.engine.world, logging.getLogger(__name__)
        started, since = store.last_seq(), self._deeds.history.memory.since

        def told(logged: list[Logged]) -> None:
            before = [one for one in logged if one.change.at < since]
            self._earlier = [row for one in before if (row := _earlier_row(one, world)) is not None]
            self._show()

        self._aside.do(lambda: by_people(store, started + 1), told, log.error)

    def close(self) -> None:
        self._links.end()
        self._aside.close()
        self._panel.set_rows(())
        self._panel.set_next(None, None)

    def _show(self) -> None:
        history, clock = self._deeds.history, self._deeds.engine.clock
        self._panel.set_moment(Moment(clock.now(), clock.zone))
        self._panel.set_rows([*map(_row, reversed(history.records())), *self._earlier])
        self._panel.set_next(history.undo_text, history.redo_text)


def _earlier_row(logged: Logged, world: World) -> DoneRow | None:
    change = logged.change
    row = log_row(logged.seq, change, world)
    if row is None:
        return None
    return DoneRow(
        f"log-{logged.seq}", change.at, row.text, _name(change.actor), "earlier", "", tuple(o.id for o in change.orders)
    )


def _name(actor: str) -> str:
    return actor if actor != "dispatcher" else tr("dispatcher")


def _row(record: Record) -> DoneRow:
    orders = dict.fromkeys(order for command in record.commands for order in orders_of(command))
    return DoneRow(
        str(record.number),
        record.at,
        record.text,
        _name(record.actor),
        "asked" if record.asked else record.standing.value,
        said(first_of(record.refused, TOLD)) if record.refused else "",
        tuple(orders),
        "; ".join(record.asked.values()) or record.why,
    )
