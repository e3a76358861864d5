"""Fields for the argument of a condition's word, by its form."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QTime, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QLineEdit, QTimeEdit, QToolButton, QWidget

from core.domain.language import mark, tr
from widgets.common.flow import FlowLayout
from widgets.common.picker import Picker
from widgets.common.time_field import show_as
from widgets.conditions.words import WordForm
from widgets.dialogs.ask import inset

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
MATCHES = {
    "one_of": mark("is one of"),
    "begins_with": mark("begins with"),
    "contains": mark("contains"),
    "present": mark("is there"),
    "absent": mark("is not there"),
    **LOW,
    **HIGH,
}
MOST = 1e9


class Argument(QWidget):
    """``changed`` whenever a person has changed it. ``value`` is what stands in the rule; only one that it ``shows`` is set."""

    changed = Signal()

    def __init__(self, form: WordForm) -> None:
        super().__init__()
        self.form = form
        self.flow = FlowLayout(self, gap=4)

    @classmethod
    def shows(cls, value: Any) -> bool:
        return True

    def value(self) -> Any:
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        raise NotImplementedError


def _names(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list | tuple) and all(isinstance(one, str) for one in value))


class Pick(Argument):
    def __init__(self, form: WordForm) -> None:
        super().__init__(form)
        self.picker = Picker(form.label, form.choices)
        self.picker.changed.connect(lambda _: self.changed.emit())
        self.flow.addWidget(self.picker)

    @classmethod
    def shows(cls, value: Any) -> bool:
        return _names(value)

    def value(self) -> Any:
        return self.picker.chosen()

    def set_value(self, value: Any) -> None:
        self.picker.choose([value] if isinstance(value, str) else value)


class Labels(Argument):
    def __init__(self, form: WordForm) -> None:
        super().__init__(form)
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("names, with commas between"))
        self.line.setAccessibleName(form.label)
        self.line.setMinimumWidth(180)
        self.line.editingFinished.connect(self.changed)
        self.flow.addWidget(self.line)

    @classmethod
    def shows(cls, value: Any) -> bool:
        return _names(value)

    def value(self) -> Any:
        return [name for part in self.line.text().split(",") if (name := part.strip())]

    def set_value(self, value: Any) -> None:
        self.line.setText(value if isinstance(value, str) else ", ".join(value))


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

    @classmethod
    def shows(cls, value: Any) -> bool:
        if not isinstance(value, dict) or not all(_number(n) and abs(n) <= MOST and round(n, 2) == n for n in value.values()):
            return False
        sides = [sum(key in words for key in value) for words in (LOW, HIGH)]
        return sum(sides) == len(value) and max(sides) <= 1

    def value(self) -> Any:
        return {word.currentData(): _plain(number.value()) for word, number in self.sides if word.currentData()}

    def set_value(self, value: Any) -> None:
        for (word, number), words in zip(self.sides, (LOW, HIGH), strict=True):
            key = next((k for k in words if k in value), "")
            for part in (word, number):
                part.blockSignals(True)
            word.setCurrentIndex(word.findData(key))
            number.setValue(float(value[key]) if key else 0.0)
            for part in (word, number):
                part.blockSignals(False)
        self._show()


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number


class Times(Argument):
    """Midnight as an end is 24:00."""

    def __init__(self, form: WordForm) -> None:
        super().__init__(form)
        self.begin, self.end = QTimeEdit(), QTimeEdit()
        for field, name in ((self.begin, tr("From")), (self.end, tr("Until"))):
            show_as(field, "HH:mm")
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

    @classmethod
    def shows(cls, value: Any) -> bool:
        return isinstance(value, dict)

    def value(self) -> Any:
        begin, end = (field.time().toString("H:mm") for field in (self.begin, self.end))
        days = [day for day, button in self.days.items() if button.isChecked()]
        said = {"from": begin, "to": "24:00" if end == "0:00" else end}
        return {**said, "days": days} if len(days) < len(DAYS) else said

    def set_value(self, value: Any) -> None:
        for field, text in ((self.begin, value.get("from", "0:00")), (self.end, value.get("to", "24:00"))):
            field.setTime(QTime.fromString("0:00" if text == "24:00" else str(text), "H:mm"))
        days = value.get("days", tuple(DAYS))
        days = (days,) if isinstance(days, str) else days
        for day, button in self.days.items():
            button.setChecked(day in days)


class Yes(Argument):
    def __init__(self, form: WordForm) -> None:
        super().__init__(form)
        self.which = QComboBox()
        self.which.setAccessibleName(form.label)
        for key, label in form.choices or (("yes", tr("yes")), ("no", tr("no"))):
            self.which.addItem(label, key)
        self.which.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.flow.addWidget(self.which)

    @classmethod
    def shows(cls, value: Any) -> bool:
        return isinstance(value, bool)

    def value(self) -> Any:
        return self.which.currentIndex() == 0

    def set_value(self, value: Any) -> None:
        self.which.setCurrentIndex(0 if value else 1)


class Match(Argument):
    """How a value found in an event is compared, and with what. What nobody touches stays as it was."""

    def __init__(self, form: WordForm) -> None:
        super().__init__(form)
        self.op, self.line = QComboBox(), QLineEdit()
        self.op.setAccessibleName(tr("How it is compared"))
        for op, label in MATCHES.items():
            self.op.addItem(tr(label), op)
        self.line.setAccessibleName(tr("With what"))
        self.line.setMinimumWidth(140)
        self._was: tuple[Any, str, str] = ([], "one_of", "")
        self.op.currentIndexChanged.connect(lambda _: self._turned())
        self.line.editingFinished.connect(self.changed)
        self.flow.addWidget(self.op)
        self.flow.addWidget(self.line)

    def _turned(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        op = self.op.currentData()
        self.line.setVisible(op not in {"present", "absent"})
        self.line.setPlaceholderText(tr("values, with commas between") if op == "one_of" else "")

    @classmethod
    def shows(cls, value: Any) -> bool:
        if isinstance(value, dict):
            word, wanted = next(iter(value.items())) if len(value) == 1 else ("", None)
            if word == "present":
                return isinstance(wanted, bool)
            return _number(wanted) if word in {**LOW, **HIGH} else word in {"begins_with", "contains"} and _names(wanted)
        return all(isinstance(one, str | int | float) for one in (value if isinstance(value, list | tuple) else [value]))

    def value(self) -> Any:
        op, text = self.op.currentData(), self.line.text().strip()
        if (op, text) == self._was[1:]:
            return self._was[0]
        if op == "one_of":
            return [_read(one) for part in text.split(",") if (one := part.strip())]
        if op in {"present", "absent"}:
            return {"present": op == "present"}
        if op in {"begins_with", "contains"}:
            return {op: text}
        try:
            return {op: _plain(float(text))}
        except ValueError:
            return {op: text}

    def set_value(self, value: Any) -> None:
        op, wanted = next(iter(value.items())) if isinstance(value, dict) else ("one_of", value)
        if op == "present":
            op, wanted = "present" if wanted else "absent", ""
        text = ", ".join(map(_write, wanted if isinstance(wanted, list | tuple) else [wanted])).strip()
        self._was = value, op, text
        for part in (self.op, self.line):
            part.blockSignals(True)
        self.op.setCurrentIndex(self.op.findData(op))
        self.line.setText(text)
        for part in (self.op, self.line):
            part.blockSignals(False)
        self._show()


def _read(text: str) -> str | bool:
    """Figures stay text: orders and drivers have them for names."""
    return text.casefold() == "true" if text.casefold() in {"true", "false"} else text


def _write(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, int | float) else str(value)


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


FIELDS: dict[str, type[Argument]] = {
    "pick": Pick,
    "labels": Labels,
    "bounds": Bounds,
    "times": Times,
    "yes": Yes,
    "match": Match,
}
EMPTY: dict[str, Any] = {
    "pick": [],
    "labels": [],
    "bounds": {"at_least": 1},
    "times": {"from": "18:00", "to": "22:00"},
    "yes": True,
    "match": [],
}
"""What a new condition begins with."""


def field(form: WordForm, value: Any) -> Argument:
    """The form's own where it can show the value, which is then in it."""
    kinds: tuple[type[Argument], ...] = (FIELDS.get(form.form, Text), *([Match] if form.loose else []), Text)
    made = next(kind for kind in kinds if kind.shows(value))(form)
    made.set_value(value)
    return made
