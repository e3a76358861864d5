"""What if? What was tried, how late, how far and how long it would be beside how things stand, and two ways out."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.domain.language import ntr, tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.panel import Panel
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.what_if.rows import FigureRow, StepRow

STEPS: tuple[Column[StepRow], ...] = (
    Column(
        "Tried",
        lambda r, m: f"{r.text}: {r.refused}" if r.refused else r.text,
        token=lambda r, m: "late" if r.refused else "text",
        icon=lambda r, m: "x-circle" if r.refused else "flask",
        width=0,
    ),
)


def _change_token(row: FigureRow, _: object) -> str:
    return "muted" if row.better is None else "free" if row.better else "late"


def _change_icon(row: FigureRow, _: object) -> str:
    return "" if row.better is None else "thumbs-up" if row.better else "warning"


FIGURES: tuple[Column[FigureRow], ...] = (
    Column("Figures", lambda r, m: r.name, width=0, wrap=True, name="Drivers concerned"),
    Column("Now", lambda r, m: r.now, right=True, width=48),
    Column("Tried", lambda r, m: r.tried, right=True, width=48),
    Column("Change", lambda r, m: r.change, token=_change_token, icon=_change_icon, width=92, narrow=78),
)


class WhatIfPanel(Panel):
    """``begin_requested``, ``carry_out_requested`` and ``drop_requested`` are its buttons."""

    begin_requested = Signal()
    carry_out_requested = Signal()
    drop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps: RowsModel[StepRow] = RowsModel(STEPS)
        self.figures: RowsModel[FigureRow] = RowsModel(FIGURES)
        self.steps_view = RowsView(self.steps, tr("What was tried"))
        self.figures_view = RowsView(self.figures, tr("How things would stand"))
        self.figures_view.setMaximumHeight(230)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setContentsMargins(8, 0, 8, 0)
        self._empty = EmptyOver(self.steps_view, EmptyState("", "", ""))
        self.go = QPushButton(tr("Carry out"))
        self.go.setProperty("kind", "primary")
        self.drop = QPushButton(tr("Drop"))
        buttons = QHBoxLayout()
        buttons.setContentsMargins(8, 0, 8, 8)
        buttons.addWidget(self.go, 1)
        buttons.addWidget(self.drop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.state)
        layout.addWidget(self.figures_view)
        layout.addWidget(self.steps_view, 1)
        layout.addLayout(buttons)
        self.go.clicked.connect(self.carry_out_requested)
        self.drop.clicked.connect(self.drop_requested)
        self._empty.state.acted.connect(self.begin_requested)
        self.set_steps((), trying=False)
        self.set_figures(())

    def set_steps(self, rows: Iterable[StepRow], trying: bool) -> None:
        """What was tried, first to last; ``trying`` says whether the sandbox is open at all."""
        steps = tuple(rows)
        self.steps.set_rows(steps)
        self._empty.show_when(not steps)
        if trying:
            self._empty.state.set_text(
                tr("Nothing tried yet"), tr("Assign, hold or move orders: here it is only tried, and compared")
            )
        else:
            self._empty.state.set_text(
                tr("Try it first"), tr("Changes that no driver hears of until you carry them out"), tr("Begin")
            )
        lost = sum(bool(step.refused) for step in steps)
        words = ntr("{n} change is tried; the real orders go on", "{n} changes are tried; the real orders go on", len(steps))
        if lost:
            words += ". " + ntr("{n} is not possible any more", "{n} are not possible any more", lost)
        self.state.setText(words if trying else "")
        self.state.setVisible(trying)
        self.state.setProperty("kind", "error" if lost else "")
        self.state.style().polish(self.state)
        self.go.setText(ntr("Carry out {n} change", "Carry out {n} changes", len(steps) - lost) if steps else tr("Carry out"))
        self.go.setEnabled(bool(steps))
        self.drop.setEnabled(trying)
        self.drop.setText(tr("Drop") if steps else tr("End"))

    def set_figures(self, rows: Iterable[FigureRow]) -> None:
        figures = tuple(rows)
        self.figures.set_rows(figures)
        self.figures_view.setVisible(bool(figures))
