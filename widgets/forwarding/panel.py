"""What is passed on to other systems, how it goes, and what did not arrive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QTabWidget, QVBoxLayout, QWidget

from core.domain.language import mark, ntr, number, tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.flow import flowing
from widgets.common.panel import stacked
from widgets.common.setup_panel import SetupPanel, Tool
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.forwarding.rows import DeadRow, ForwardRow


def _state(row: ForwardRow) -> tuple[str, str, str]:
    """Words, icon, colour."""
    if not row.forward.enabled:
        return tr("Off"), "pause", "offline"
    if row.dead:
        return tr("Undelivered"), "warning-octagon", "late"
    if row.waiting:
        return tr("Tries again"), "arrow-clockwise", "offered"
    return tr("Fine"), "check-circle", "free"


def _problem(row: ForwardRow) -> str:
    return row.problem[:1].upper() + row.problem[1:]


def columns() -> tuple[Column[ForwardRow], ...]:
    return (
        Column("Rule", lambda r, m: r.forward.name, sort=lambda r: r.forward.name.casefold(), width=150, narrow=120),
        Column(
            "State",
            lambda r, m: _state(r)[0],
            token=lambda r, m: _state(r)[2],
            tip=lambda r, m: _problem(r),
            icon=lambda r, m: _state(r)[1],
            sort=lambda r: _state(r)[0],
            width=130,
            narrow=108,
        ),
        Column("Problem", lambda r, m: _problem(r), token=lambda r, m: "late", width=0, least=120),
        Column(
            "Waiting",
            lambda r, m: number(r.waiting) if r.waiting else "",
            sort=lambda r: r.waiting,
            right=True,
            width=72,
            name=tr("Tried again by themselves"),
        ),
        Column(
            "Given up",
            lambda r, m: number(r.dead) if r.dead else "",
            sort=lambda r: r.dead,
            token=lambda r, m: "late",
            right=True,
            width=76,
            spare=1,
        ),
        Column("What", lambda r, m: r.what, width=150, narrow=110, spare=1),
        Column("Goes to", lambda r, m: r.forward.to, sort=lambda r: r.forward.to, width=190, narrow=150, spare=1),
        Column("Sent", lambda r, m: number(r.sent), sort=lambda r: r.sent, right=True, width=60, spare=1),
    )


def dead_columns() -> tuple[Column[DeadRow], ...]:
    return (
        Column("Event", lambda r, m: r.what, sort=lambda r: r.what, width=140),
        Column("Order", lambda r, m: r.order, sort=lambda r: r.order, width=80),
        Column("When", lambda r, m: m.clock(r.at, seconds=True), sort=lambda r: r.at, width=76),
        Column("Rule", lambda r, m: r.rule, sort=lambda r: r.rule.casefold(), width=130),
        Column("Tries", lambda r, m: str(r.tries), sort=lambda r: r.tries, right=True, width=56),
        Column("Problem", lambda r, m: r.problem[:1].upper() + r.problem[1:], token=lambda r, m: "late", width=0),
    )


class ForwardingPanel(SetupPanel):
    """``again(list[str])`` and ``forgotten(list[str])`` carry ids of dead letters."""

    tools = (
        Tool("forward.add", mark("Add…"), "plus"),
        Tool("forward.edit", mark("Edit…"), "note-pencil", least=1),
        Tool("forward.switch", mark("On or off"), "power", least=1),
        Tool("forward.secret", mark("Secret…"), "key", least=1),
        Tool("forward.remove", mark("Remove…"), "trash", least=1),
    )

    chosen = Signal(str)
    again = Signal(list)
    forgotten = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model: RowsModel[ForwardRow] = RowsModel(columns())
        self.view = RowsView(self.model, tr("What is passed on"))
        self.view.setSelectionMode(RowsView.SelectionMode.SingleSelection)
        self.view.sort_at_first(0)
        self._empty = self.offer(
            self.view,
            tr("Nothing is passed on"),
            tr("A rule sends chosen events, as they happen, to a web address or a topic of the broker"),
            tr("Add a rule"),
            "forward.add",
        )
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(tr("Passing events on"))
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(stacked([self.one_line()], self.view), tr("Rules"))
        self.tabs.addTab(self._letters(), tr("Given up"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)
        self.view.selection_changed.connect(self._selected)
        self.view.row_activated.connect(lambda _: self.wanted.emit("forward.edit"))
        self.view.context_requested.connect(self.context_requested)
        self._selected([])

    def _letters(self) -> QWidget:
        self.dead: RowsModel[DeadRow] = RowsModel(dead_columns())
        self.dead_view = RowsView(self.dead, tr("Events that did not arrive"))
        self.dead_view.sort_at_first(2)
        self._arrived = EmptyOver(
            self.dead_view,
            EmptyState(
                tr("Everything arrived"), tr("What could not be delivered in all its tries waits here to be sent again")
            ),
        )
        self.send_again, self.forget = QPushButton(tr("Send again")), QPushButton(tr("Forget…"))
        self.send_again.clicked.connect(lambda: self.again.emit(self.dead_view.selected_ids()))
        self.forget.clicked.connect(lambda: self.forgotten.emit(self.dead_view.selected_ids()))
        self.dead_view.selection_changed.connect(lambda _: self._able())
        return stacked([flowing(self.send_again, self.forget)], self.dead_view)

    def set_rows(self, rows: Iterable[ForwardRow], dead: Sequence[DeadRow]) -> None:
        self.model.set_rows(rows)
        self._empty.show_when(not self.model.shown)
        self.dead.set_rows(dead)
        self._arrived.show_when(not dead)
        text = ntr("Given up ({n})", "Given up ({n})", len(dead)) if dead else tr("Given up")
        self.tabs.setTabText(1, text)
        self._able()

    def selected(self) -> str:
        return next(iter(self.view.selected_ids()), "")

    def select(self, rule_id: str) -> None:
        self.view.select_ids([rule_id])

    def _selected(self, ids: list[str]) -> None:
        self._able()
        self.chosen.emit(ids[0] if ids else "")

    def _able(self) -> None:
        row = next((row for row in self.model.shown if row.id == self.selected()), None)
        self.able(0 if row is None else 1)
        self.buttons["forward.secret"].setEnabled(row is not None and not row.forward.to.startswith("mqtt:"))
        for button in (self.send_again, self.forget):
            button.setEnabled(bool(self.dead_view.selected_ids()))
