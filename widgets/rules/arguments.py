"""Fields for the argument of a condition's word, by its form."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QTime, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QLineEdit, QTimeEdit, QToolButton, QWidget

from core.domain.language import mark, tr
from widgets.common.flow import FlowLayout
from widgets.common.picker import Picker
from widgets.dialogs.ask import inset
from widgets.rules.rows import WordForm

DAYS = {
    "mon": mark("Mo"),
    "tue": mark("Tu"),
    "wed": mark("We"),
    "thu": mark("Th"),
    "fri": mark("Fr"),
    "sat": mark("Sa"),
    "sun": mark("Su"),
}
LOW = {"at_least": mark("at least"), "above": mark("above")}
HIGH = {"at_most": mark("at most"), "below": mark("below")}
MOST = 1e9


class Argument(QWidget):
    """``changed`` whenever a person has changed it. ``value`` is what stands in the rule."""

    changed = Signal()

    def __init__(self, form: WordForm) -> None:
        super().__init__()
        self.form = form
        self.flow = FlowLayout(self, gap=4)

    def value(self) -> Any:
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        raise NotImplementedError


class Pick(Argument):
    def __init__(self, form: WordForm) -> None:
        super().__init__(form)
        self.picker = Picker(form.label, form.choices)
        self.picker.changed.connect(lambda _: self.changed.emit())
        self.flow.addWidget(self.picker)

    def value(self) -> Any:
        return self.picker.chosen()

    def set_value(self, value: Any) -> None:
        self.picker.choose([value] if isinstance(value, str) else map(str, value or ()))


class Labels(Argument):
    def __init__(self, form: WordForm) -> None:
        super().__init__(form)
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("names, with commas between"))
        self.line.setAccessibleName(form.label)
        self.line.setMinimumWidth(180)
        self.line.editingFinished.connect(self.changed)
        self.flow.addWidget(self.line)

    def value(self) -> Any:
        return [name for part in self.line.text().split(",") if (name := part.strip())]

    def set_value(self, value: Any) -> None:
        self.line.setText(value if isinstance(value, str) else ", ".join(map(str, value or ())))


class Bounds(Argument):
    def __init__(self, form: WordForm) -> None:
        super().__init__(form)
        self.sides: list[tuple[QComboBox, QDoubleSpinBox]] = []
        for words, none in ((LOW, tr("any")), (HIGH, tr("no limit"))):
            word, number = QComboBox(), QDoubleSpinBox()
            word.addItem(none, "")
            for key, label in words.items():
                word.addItem(tr(label), key)
            word.setAccessibleName(form.label)
            number.setAccessibleName(form.label)
            number.setRange(-MOST, MOST)
            number.setDecimals(2)
            number.setSuffix(f" {form.unit}" if form.unit else "")
            number.setKeyboardTracking(False)
            number.setFixedWidth(108)
            inset(number)
            word.currentIndexChanged.connect(lambda _: self._turned())
            number.valueChanged.connect(lambda _: self.changed.emit())
            self.sides.append((word, number))
            self.flow.addWidget(word)
            self.flow.addWidget(number)
        self._show()

    def _turned(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        for word, number in self.sides:
            number.setVisible(bool(word.currentData()))

    def value(self) -> Any:
        return {word.currentData(): _plain(number.value()) for word, number in self.sides if word.currentData()}

    def set_value(self, value: Any) -> None:
        given = value if isinstance(value, dict) else {}
        for (word, number), words in zip(self.sides, (LOW, HIGH), strict=True):
            key = next((k for k in words if k in given), "")
            for part in (word, number):
                part.blockSignals(True)
            word.setCurrentIndex(word.findData(key))
            number.setValue(float(given.get(key, 0)) if key else 0.0)
            for part in (word, number):
                part.blockSignals(False)
        self._show()


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number


class Times(Argument):
    """Midnight as an end is 24:00."""

    def __init__(self, form: WordForm) -> None:
        super().__init__(form)
        self.begin, self.end = QTimeEdit(), QTimeEdit()
        for field, name in ((self.begin, tr("From")), (self.end, tr("Until"))):
            field.setDisplayFormat("HH:mm")
            field.setAccessibleName(name)
            field.setFixedWidth(84)
            inset(field)
            field.editingFinished.connect(self.changed)
        self.flow.addWidget(self.begin)
        self.flow.addWidget(QLabel(tr("to")))
        self.flow.addWidget(self.end)
        self.days: dict[str, QToolButton] = {}
        for day, label in DAYS.items():
            button = QToolButton()
            button.setProperty("kind", "button")
            button.setCheckable(True)
            button.setChecked(True)
            button.setText(tr(label))
            button.setStyleSheet("padding: 3px 4px")
            button.setFixedWidth(34)
            button.setAccessibleName(tr("On {day}", day=tr(label)))
            button.clicked.connect(lambda _: self.changed.emit())
            self.days[day] = button
            self.flow.addWidget(button)

    def value(self) -> Any:
        begin, end = (field.time().toString("H:mm") for field in (self.begin, self.end))
        days = [day for day, button in self.days.items() if button.isChecked()]
        said = {"from": begin, "to": "24:00" if end == "0:00" else end}
        return {**said, "days": days} if len(days) < len(DAYS) else said

    def set_value(self, value: Any) -> None:
        given = value if isinstance(value, dict) else {}
        for field, text in ((self.begin, given.get("from", "0:00")), (self.end, given.get("to", "24:00"))):
            field.setTime(QTime.fromString("0:00" if text == "24:00" else str(text), "H:mm"))
        days = given.get("days", tuple(DAYS))
        days = (days,) if isinstance(days, str) else days
        for day, button in self.days.items():
            button.setChecked(day in days)


class Text(Argument):
    """Anything, as JSON; what is none stays text, and the rule says that it can't be read."""

    def __init__(self, form: WordForm) -> None:
        super().__init__(form)
        self.line = QLineEdit()
        self.line.setPlaceholderText(form.example)
        self.line.setAccessibleName(form.label)
        self.line.setMinimumWidth(220)
        self.line.editingFinished.connect(self.changed)
        self.flow.addWidget(self.line)

    def value(self) -> Any:
        try:
            return json.loads(self.line.text())
        except json.JSONDecodeError:
            return self.line.text()

    def set_value(self, value: Any) -> None:
        self.line.setText("" if value is None else json.dumps(value, ensure_ascii=False))


FIELDS: dict[str, type[Argument]] = {"pick": Pick, "labels": Labels, "bounds": Bounds, "times": Times}
EMPTY: dict[str, Any] = {"pick": [], "labels": [], "bounds": {"at_least": 1}, "times": {"from": "18:00", "to": "22:00"}}
"""What a new condition begins with."""


def field(form: WordForm) -> Argument:
    return FIELDS.get(form.form, Text)(form)
