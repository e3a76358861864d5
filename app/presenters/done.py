"""What was done at this desk, from the history that undo and redo go by."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.actions.deeds import Deeds, orders_of
from app.actions.history import Record
from app.presenters.links import Links
from core.domain.language import tr
from widgets.common.words import Moment
from widgets.done.panel import DonePanel, DoneRow


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
        self._show()

    def close(self) -> None:
        self._links.end()
        self._panel.set_rows(())
        self._panel.set_next(None, None)

    def _show(self) -> None:
        history, clock = self._deeds.history, self._deeds.engine.clock
        self._panel.set_moment(Moment(clock.now(), clock.zone))
        self._panel.set_rows(map(_row, reversed(history.records())))
        self._panel.set_next(history.undo_text, history.redo_text)


def _row(record: Record) -> DoneRow:
    orders = dict.fromkeys(order for command in record.commands for order in orders_of(command))
    actor = record.actor if record.actor != "dispatcher" else tr("dispatcher")
    refused = "; ".join(record.refused)
    return DoneRow(str(record.number), record.at, record.text, actor, record.standing.value, refused, tuple(orders))
