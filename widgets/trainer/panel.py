"""The trainer's panel: how busy it is to be and how busy it is, what goes wrong, and how the decisions compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from core.domain.language import mark, tr
from widgets.common.empty import EmptyOver, EmptyState
from widgets.common.flow import flowing
from widgets.common.panel import Panel
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.common.words import Moment
from widgets.dialogs.ask import inset, plain

FIGURES: tuple[tuple[str, str, str, float, float], ...] = (
    ("orders_per_hour", mark("Orders per hour"), "", 2000.0, 10.0),
    ("accept_rate", mark("Offers accepted"), " %", 100.0, 1.0),
    ("merchant_refusal_rate", mark("Refused by shops"), " %", 100.0, 1.0),
)
"""Name, label, unit, the most that can be asked and the step."""
FAULTS: dict[str, str] = {
    "battery": mark("Driver's battery is dead"),
    "declines": mark("Driver turns everything down"),
    "gps": mark("Driver's position jumps"),
    "kitchen": mark("Kitchen is 15 min behind"),
}


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision of the dispatcher's beside the matcher's. ``more_min`` is what it cost more per delivery, ``None`` where the
    matcher had no price for it."""

    id: str
    at: float
    order: str
    given_to: str
    best: str
    more_min: float | None


def columns() -> tuple[Column[DecisionRow], ...]:
    return (
        Column("Time", lambda r, m: m.clock(r.at), width=54),
        Column("Order", lambda r, m: r.order, width=58),
        Column("You", lambda r, m: r.given_to, width=64),
        Column("Matcher", lambda r, m: r.best, width=0),
        Column(
            "Cost",
            lambda r, m: "–" if r.more_min is None else tr("+{minutes:.1f} min", minutes=r.more_min),
            token=lambda r, m: "late" if (r.more_min or 0.0) >= 5 else "text",
            right=True,
            width=84,
            name=tr("Minutes more per delivery than the matcher's choice"),
        ),
    )


class TrainerPanel(Panel):
    """``turned(str, float)`` one of `FIGURES` and what it is to be; ``fault_asked(str)`` one of `FAULTS`; ``start_asked``
    from the empty panel."""

    turned = Signal(str, float)
    fault_asked = Signal(str)
    start_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.asked: dict[str, QDoubleSpinBox] = {}
        self.held: dict[str, QLabel] = {}
        self.title, self.text, self.score = QLabel(), plain(), plain()
        self.title.setProperty("kind", "strong")
        self.model: RowsModel[DecisionRow] = RowsModel(columns())
        self.view: RowsView[DecisionRow] = RowsView(self.model, tr("Your decisions beside the matcher's"))
        self._empty = EmptyOver(
            self.view,
            EmptyState(
                tr("No decisions yet"), tr("Give an order to a driver: it stands here beside what the matcher would do")
            ),
        )
        self.fault = QComboBox()
        self.fault.setAccessibleName(tr("What goes wrong"))
        for key, label in FAULTS.items():
            self.fault.addItem(tr(label), key)
        self.inject = QPushButton(tr("Let it happen"))
        self.inject.setToolTip(tr("To the driver selected, or the shop of the order selected; else to one who is under way"))
        self.inject.clicked.connect(lambda: self.fault_asked.emit(str(self.fault.currentData())))
        none = EmptyState(
            tr("Nothing is simulated"),
            tr("In the demo a trainer decides here how busy it is, and what goes wrong"),
            tr("Try the demo"),
        )
        none.acted.connect(self.start_asked)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addLayout(self._top())
        inside.addWidget(self.view, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(none)
        self._stack.addWidget(content)

    def _top(self) -> QVBoxLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        for column, head in enumerate((tr("What"), tr("Asked"), tr("Reached"))):
            grid.addWidget(plain(head, "caption"), 0, column)
        for row, (key, label, unit, most, step) in enumerate(FIGURES, start=1):
            field = QDoubleSpinBox()
            field.setAccessibleName(tr(label))
            field.setRange(0.0, most)
            field.setDecimals(0)
            field.setSingleStep(step)
            field.setSuffix(unit)
            field.setKeyboardTracking(False)
            inset(field)
            field.valueChanged.connect(lambda value, key=key: self.turned.emit(key, value))
            self.asked[key], self.held[key] = field, QLabel("–")
            grid.addWidget(plain(tr(label)), row, 0)
            grid.addWidget(field, row, 1)
            grid.addWidget(self.held[key], row, 2)
        self.split = plain()
        top = QVBoxLayout()
        top.setContentsMargins(8, 8, 8, 0)
        top.setSpacing(8)
        top.addWidget(self.title)
        top.addWidget(self.text)
        top.addLayout(grid)
        top.addWidget(self.split)
        top.addWidget(flowing(self.fault, self.inject))
        top.addWidget(self.score)
        return top

    # What it is told

    def set_running(self, running: bool) -> None:
        self._stack.setCurrentIndex(1 if running else 0)

    def set_exercise(self, title: str, text: str) -> None:
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))

    def set_asked(self, key: str, value: float) -> None:
        """What is asked for, told nobody."""
        self.asked[key].blockSignals(True)
        self.asked[key].setValue(value)
        self.asked[key].blockSignals(False)

    def set_held(self, held: dict[str, str], split: Sequence[str], score: str) -> None:
        """By the names of `FIGURES`; ``split`` a line a provider."""
        for key, text in held.items():
            self.held[key].setText(text)
        self.split.setText("\n".join(split))
        self.split.setVisible(bool(split))
        self.score.setText(score)
        self.score.setVisible(bool(score))

    def set_decisions(self, rows: Iterable[DecisionRow], moment: Moment) -> None:
        """The newest first."""
        self.model.set_moment(moment)
        self.model.set_rows(rows)
        self._empty.show_when(not self.model.rows)
