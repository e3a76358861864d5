"""The areas: which there are, in the order in which they count, and the tools for their shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from core.domain.language import mark, ntr, number, tr
from widgets.areas.rows import AreaRow
from widgets.common.flow import FlowLayout
from widgets.common.panel import stacked
from widgets.common.reorder import OrderedModel, OrderedView
from widgets.common.setup_panel import SetupPanel, Tool
from widgets.common.tables import Column


def _vehicles(row: AreaRow) -> str:
    return ", ".join(sorted(v.value for v in row.vehicles)) if row.vehicles else tr("all")


def _rules(row: AreaRow) -> str:
    if not row.rules:
        return ""
    return row.rules[0] if len(row.rules) == 1 else ntr("{n} rule", "{n} rules", len(row.rules))


def columns() -> tuple[Column[AreaRow], ...]:
    return (
        Column("Area", lambda r, m: r.name, width=150, narrow=116),
        Column("Vehicles", lambda r, m: _vehicles(r), token=lambda r, m: "text" if r.vehicles else "muted", width=80),
        Column(
            "Watched",
            lambda r, m: tr("yes") if r.watched else "",
            icon=lambda r, m: "eye" if r.watched else "",
            width=84,
            spare=1,
            name=tr("Drivers' comings and goings are told"),
        ),
        Column("Rules", lambda r, m: _rules(r), tip=lambda r, m: "\n".join(r.rules), width=0, least=110),
        Column("Shops", lambda r, m: number(r.merchants), right=True, width=64, name=tr("Merchants that lie in it")),
        Column(
            "Priority",
            lambda r, m: str(r.priority),
            token=lambda r, m: "muted",
            right=True,
            width=74,
            name=tr("Where areas overlap, the highest counts"),
        ),
    )


class _CornerField(QLineEdit):
    """Enter adds what is typed; in an empty field it closes the outline."""

    entered = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(self.text().strip())
        else:
            super().keyPressEvent(event)


class AreasPanel(SetupPanel):
    """``wanted(str)`` is the action of a button; ``moved(list[str])`` the order wanted, the first counts most;
    ``selection_changed(list[str])``, ``context_requested(list[str], QPoint)`` as of a table; ``corner_typed(str)`` while
    something is drawn, empty to end it.
    """

    tools = (
        Tool("area.draw", mark("Draw"), "plus"),
        Tool("area.edit", mark("Edit shape"), "polygon", least=1, most=1),
        Tool("area.split", mark("Split"), "scissors", least=1, most=1),
        Tool("area.merge", mark("Merge"), "intersect", least=2),
        Tool("area.details", mark("Details…"), "note-pencil", least=1, most=1),
        Tool("area.versions", mark("Versions…"), "clock-counter-clockwise", least=1, most=1),
        Tool("area.remove", mark("Remove…"), "trash", least=1),
    )

    moved = Signal(list)
    selection_changed = Signal(list)
    corner_typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model: OrderedModel[AreaRow] = OrderedModel(columns())
        self.view = OrderedView(self.model, tr("Areas, the first counts most where they overlap"))
        self._tools = self.toolbar()
        self._empty = self.offer(
            self.view,
            tr("No areas yet"),
            tr("An area gives the shops in it their own rules: who delivers, and with what vehicles. Draw one on the map"),
            tr("Draw an area"),
            "area.draw",
        )
        self.editing = self._editing_strip()
        stacked((self._tools, self.editing), self.view, self)
        self.view.moved.connect(self.moved)
        self.view.selection_changed.connect(self._selected)
        self.view.row_activated.connect(lambda _: self.wanted.emit("area.details"))
        self.view.context_requested.connect(self.context_requested)
        self.show_session("", "")
        self._selected([])

    def _editing_strip(self) -> QWidget:
        strip = QWidget()
        self.told, self.problem, self.keys = QLabel(), QLabel(), QLabel()
        self.told.setProperty("kind", "strong")
        self.problem.setProperty("kind", "error")
        self.keys.setProperty("kind", "caption")
        for label in (self.told, self.problem, self.keys):
            label.setWordWrap(True)
        self.corner = _CornerField()
        self.corner.setPlaceholderText(tr("Corner: 45.0312, 9.2011 or a street; Enter"))
        self.corner.setAccessibleName(tr("A corner, as latitude and longitude or a street"))
        self.corner.entered.connect(self.corner_typed)
        self.save, self.discard = QPushButton(tr("Save shape")), QPushButton(tr("Discard"))
        self.save.setProperty("kind", "primary")
        self._acts = QWidget()
        flow = FlowLayout(self._acts, gap=4)
        flow.addWidget(self.save)
        flow.addWidget(self.button(Tool("area.add_part", mark("Add a part"), "plus-circle")))
        flow.addWidget(self.button(Tool("area.cut_out", mark("Cut out"), "minus-circle")))
        flow.addWidget(self.discard)
        self.save.clicked.connect(lambda: self.wanted.emit("area.save"))
        self.discard.clicked.connect(lambda: self.wanted.emit("area.discard"))
        layout = QVBoxLayout(strip)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for part in (self.told, self.problem, self._acts, self.corner, self.keys):
            layout.addWidget(part)
        return strip

    # What is told

    def set_rows(self, rows: Iterable[AreaRow]) -> None:
        """In the order in which they count."""
        self.model.set_rows(rows)
        self._empty.show_when(not self.model.shown)
        self._selected(self.view.selected_ids())

    def show_session(self, told: str, problem: str, drawing: bool = False, savable: bool = False) -> None:
        """What is being drawn or changed, in words; empty where nothing is. ``problem`` says what is wrong with it."""
        self.editing.setVisible(bool(told))
        self._tools.setVisible(not told)
        self.told.setText(told)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.corner.setVisible(drawing)
        self._acts.setVisible(not drawing)
        self.save.setEnabled(savable and not problem)
        self.keys.setText(
            tr("On the map: arrow keys move a crosshair, Space sets a corner, Enter ends, Esc stops")
            if drawing
            else tr(
                "Drag a corner; drag between two for a new one; right-click removes one. Page Up, Page Down and the arrows too"
            )
        )

    def select(self, ids: Sequence[str]) -> None:
        self.view.select_ids(ids)

    def selected(self) -> list[str]:
        return self.view.selected_ids()

    def _selected(self, ids: list[str]) -> None:
        self.able(len(ids))
        self.selection_changed.emit(ids)
