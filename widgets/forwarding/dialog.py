"""A forwarding rule: which events, on what conditions, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.domain.forward import Condition, Forward, Literal
from core.domain.language import mark, tr
from widgets.common.icons import icon
from widgets.common.picker import Picker
from widgets.dialogs.ask import AskDialog, form, plain

OPERATORS = {
    "is": mark("is"),
    "is_not": mark("is not"),
    "one_of": mark("is one of"),
    "below": mark("is below"),
    "above": mark("is above"),
    "begins_with": mark("begins with"),
    "contains": mark("contains"),
    "present": mark("is there"),
}
FIELDS = {
    "orders.area_id": mark("Order's area"),
    "orders.merchant_id": mark("Order's merchant"),
    "orders.provider_id": mark("Order's provider"),
    "orders.status": mark("Order's state"),
    "orders.value": mark("Order's value"),
    "orders.weight_kg": mark("Order's weight in kg"),
    "driver_id": mark("Driver"),
    "actor": mark("Who did it"),
    "reason": mark("Reason"),
}
"""Paths that are mostly asked for; any other may be typed."""


def read_value(op: str, text: str) -> Literal | tuple[Literal, ...]:
    """What is typed as it is compared: numbers and yes or no as such, a list by its commas."""
    if op == "one_of":
        return tuple(_one(part.strip()) for part in text.split(",") if part.strip())
    if op == "present":
        return text.strip().lower() not in {"no", "false"}
    return _one(text.strip()) if op not in {"begins_with", "contains"} else text.strip()


def _one(text: str) -> Literal:
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    try:
        return float(text)
    except ValueError:
        return text


def write_value(value: Literal | tuple[Literal, ...]) -> str:
    if isinstance(value, tuple):
        return ", ".join(write_value(part) for part in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float | int) else value


class ConditionRow(QWidget):
    gone = Signal()

    def __init__(self, condition: Condition) -> None:
        super().__init__()
        self._was = condition
        self.field, self.op, self.value = QComboBox(), QComboBox(), QLineEdit()
        self.field.setEditable(True)
        for path, label in FIELDS.items():
            self.field.addItem(tr(label), path)
        self.field.setAccessibleName(tr("What is looked at"))
        known = self.field.findData(condition.field)
        self.field.setCurrentIndex(known)
        if known < 0:
            self.field.setEditText(condition.field)
        for op, label in OPERATORS.items():
            self.op.addItem(tr(label), op)
        self.op.setAccessibleName(tr("How it is compared"))
        self.op.setCurrentIndex(self.op.findData(condition.op))
        self.value.setText(write_value(condition.value))
        self.value.setAccessibleName(tr("With what"))
        remove = QToolButton()
        remove.setIcon(icon("x", "muted"))
        remove.setToolTip(tr("Take this condition out"))
        remove.setAccessibleName(tr("Take this condition out"))
        remove.clicked.connect(self.gone)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.field, 3)
        row.addWidget(self.op, 2)
        row.addWidget(self.value, 3)
        row.addWidget(remove)
        self.op.currentIndexChanged.connect(lambda _: self._turn())
        self._turn()

    def _turn(self) -> None:
        self.value.setVisible(self.op.currentData() != "present")

    def condition(self) -> Condition:
        text = self.field.currentText().strip()
        known = self.field.findText(text)
        path = str(self.field.itemData(known)) if known >= 0 else text
        op = str(self.op.currentData())
        if (path, op, self.value.text()) == (self._was.field, self._was.op, write_value(self._was.value)):
            return self._was
        return Condition(path, op, read_value(op, self.value.text()))


class ForwardDialog(AskDialog):
    """``saved(Forward)`` when the button is pressed; whoever hears it closes the dialog or shows a problem."""

    saved = Signal(object)

    def __init__(self, forward: Forward, new: bool, kinds: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        question = tr("What is to be passed on?") if new else tr("What does {name} pass on?", name=forward.name)
        super().__init__(question, tr("Add rule") if new else tr("Save"), parent)
        self._forward = forward
        self.name, self.to = QLineEdit(forward.name), QLineEdit(forward.to)
        self.name.setPlaceholderText(tr("For example Deliveries to the shop"))
        self.to.setPlaceholderText(tr("https://… or mqtt:shop/{kind}", kind="{kind}"))
        self.name.setAccessibleName(tr("Name"))
        self.to.setAccessibleName(tr("Where to"))
        self.enabled = QCheckBox(tr("In force"))
        self.enabled.setChecked(forward.enabled)
        self.every = QCheckBox(tr("every event"))
        self.kinds = Picker(tr("Kinds of events"), kinds)
        self.kinds.choose(sorted(forward.kinds))
        self.every.setChecked(not forward.kinds)
        self.kinds.setEnabled(bool(forward.kinds))
        self.every.toggled.connect(lambda on: self.kinds.setEnabled(not on))
        self.conditions: list[ConditionRow] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        self.more = QPushButton(tr("Add a condition"))
        self.more.setAutoDefault(False)
        self.more.clicked.connect(lambda: self._put(Condition("orders.merchant_id", "is", "")))
        which = QHBoxLayout()
        which.setSpacing(8)
        which.addWidget(self.every)
        which.addWidget(self.kinds, 1)
        fields = form()
        fields.addRow(tr("Name"), self.name)
        fields.addRow(tr("To"), self.to)
        fields.addRow(tr("Events"), which)
        fields.addRow(tr("Only where"), self._list)
        fields.addRow("", self.more)
        fields.addRow("", self.enabled)
        self.body.addLayout(fields)
        for condition in forward.only:
            self._put(condition)
        note = tr("A web address gets each event signed; its secret is under Secret. What fails is tried again for hours.")
        self.body.addWidget(plain(note, "caption"))
        self.setMinimumWidth(600)

    def _put(self, condition: Condition) -> None:
        row = ConditionRow(condition)
        row.gone.connect(lambda: self._take(row))
        self.conditions.append(row)
        self._list.addWidget(row)

    def _take(self, row: ConditionRow) -> None:
        self.conditions.remove(row)
        self._list.removeWidget(row)
        row.deleteLater()

    def act(self) -> None:
        self.show_problem("")
        chosen = frozenset() if self.every.isChecked() else frozenset(self.kinds.chosen())
        if not self.every.isChecked() and not chosen:
            self.show_problem(tr("Choose the events that are passed on"))
            return
        self.saved.emit(
            replace(
                self._forward,
                name=self.name.text().strip(),
                to=self.to.text().strip(),
                kinds=chosen,
                only=tuple(row.condition() for row in self.conditions),
                enabled=self.enabled.isChecked(),
            )
        )
