"""What a rule does with an order, as a form: one provider, several by proportion or in turn, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from core.domain.language import number, tr
from widgets.common.flow import FlowLayout
from widgets.conditions.arguments import Argument, Text
from widgets.conditions.words import Choice, WordForm
from widgets.dialogs.ask import inset

HIGHEST_WEIGHT = 10_000


class One(Argument):
    def __init__(self, form: WordForm, providers: Sequence[Choice]) -> None:
        super().__init__(form)
        self.provider = _providers(providers, tr("Provider"))
        self.provider.currentIndexChanged.connect(lambda _: self.changed.emit())
        self.flow.addWidget(self.provider)

    def value(self) -> Any:
        return self.provider.currentData()

    def set_value(self, value: Any) -> None:
        _choose(self.provider, value if isinstance(value, str) else self.provider.itemData(0))


class Chain(Argument):
    """One box after another; an empty one at the end takes a further provider, and to empty one takes it out."""

    def __init__(self, form: WordForm, providers: Sequence[Choice]) -> None:
        super().__init__(form)
        self._providers = providers
        self.boxes: list[QComboBox] = []

    def value(self) -> Any:
        return list(dict.fromkeys(box.currentData() for box in self.boxes if box.currentData()))

    def set_value(self, value: Any) -> None:
        wanted = [str(v) for v in value] if isinstance(value, list | tuple) else []
        while len(self.boxes) > len(wanted) + 1:
            self.boxes.pop().deleteLater()
        while len(self.boxes) < len(wanted) + 1:
            self._add()
        for box, provider in zip(self.boxes, [*wanted, ""], strict=True):
            _choose(box, provider)

    def _add(self) -> None:
        number = len(self.boxes) + 1
        box = _providers((("", tr("first…") if number == 1 else tr("then…")), *self._providers), tr("Provider {n}", n=number))
        box.currentIndexChanged.connect(lambda _: self._turned())
        self.boxes.append(box)
        self.flow.addWidget(box)

    def _turned(self) -> None:
        self.set_value(self.value())
        self.changed.emit()


class Shares(Argument):
    """A line for each provider: whether it takes part, its weight, and what share that is."""

    def __init__(self, form: WordForm, providers: Sequence[Choice]) -> None:
        super().__init__(form)
        holder = QWidget()
        self._grid = QGridLayout(holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self.flow.addWidget(holder)
        self.lines: dict[str, tuple[QCheckBox, QSpinBox, QLabel]] = {}
        self.sum = QLabel()
        self.sum.setProperty("kind", "caption")
        for provider, name in providers:
            self._line(provider, name)
        self._grid.addWidget(self.sum, 1000, 0, 1, 3)

    def _line(self, provider: str, name: str) -> None:
        part, weight, share = QCheckBox(name), QSpinBox(), QLabel()
        weight.setRange(0, HIGHEST_WEIGHT)
        weight.setAccessibleName(tr("Weight of {provider}", provider=name))
        weight.setFixedWidth(92)
        inset(weight)
        share.setMinimumWidth(120)
        row = len(self.lines)
        for column, widget in enumerate((part, weight, share)):
            self._grid.addWidget(widget, row, column)
        part.toggled.connect(lambda _: self._turned())
        weight.valueChanged.connect(lambda _: self._turned())
        self.lines[provider] = part, weight, share

    def value(self) -> Any:
        return {provider: weight.value() for provider, (part, weight, _) in self.lines.items() if part.isChecked()}

    def set_value(self, value: Any) -> None:
        given = value if isinstance(value, dict) else {}
        for stranger in given.keys() - self.lines.keys():
            self._line(str(stranger), tr("{thing} (gone)", thing=stranger))
        for provider, (part, weight, _) in self.lines.items():
            for widget in (part, weight):
                widget.blockSignals(True)
            part.setChecked(provider in given)
            weight.setValue(int(given.get(provider, 0)))
            for widget in (part, weight):
                widget.blockSignals(False)
        self._show()

    def _turned(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        weights = self.value()
        total = sum(weights.values())
        for part, weight, share in self.lines.values():
            weight.setEnabled(part.isChecked())
            if not part.isChecked():
                share.setText("")
            elif weight.value():
                share.setText(f"{number(100 * weight.value() / total, '.3g')} %")
            else:
                share.setText(tr("stands in only"))
        self.sum.setText(tr("Sum of the weights {total}", total=total) if total else tr("Give one provider a weight"))


class Nothing(Argument):
    def value(self) -> Any:
        return True

    def set_value(self, value: Any) -> None:
        return


class ActionForm(QWidget):
    """``changed`` whenever a person has changed it."""

    changed = Signal()

    def __init__(self, words: Mapping[str, WordForm], providers: Sequence[Choice]) -> None:
        super().__init__()
        self._words, self._providers = words, providers
        self.word = QComboBox()
        self.word.setAccessibleName(tr("What happens to the order"))
        for form in words.values():
            self.word.addItem(form.label, form.word)
        self.word.currentIndexChanged.connect(lambda _: self._turn())
        self.argument: Argument = Nothing(WordForm("", "", "nothing"))
        head = QWidget()
        FlowLayout(head, gap=4).addWidget(self.word)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(4)
        self._box.addWidget(head)
        self._box.addWidget(self.argument)

    def set_value(self, then: Mapping[str, Any]) -> None:
        word, argument = next(iter(then.items())) if then else (self.word.itemData(0), None)
        self.word.blockSignals(True)
        _choose(self.word, word)
        self.word.blockSignals(False)
        self._put(word, argument)

    def value(self) -> dict[str, Any]:
        return {self.word.currentData(): self.argument.value()}

    def _turn(self) -> None:
        word = self.word.currentData()
        kept = _providers_in(self.argument.value())
        form = self._words.get(word)
        argument: Any = {
            "one": next(iter(kept), None),
            "chain": kept,
            "shares": {provider: round(100 / len(kept)) for provider in kept} if kept else {},
        }.get(form.form if form is not None else "")
        self._put(word, argument)
        self.changed.emit()

    def _put(self, word: str, argument: Any) -> None:
        form = self._words.get(word) or WordForm(word, word, "text")
        made: Argument
        match form.form:
            case "one":
                made = One(form, self._providers)
            case "chain":
                made = Chain(form, self._providers)
            case "shares":
                made = Shares(form, self._providers)
            case "nothing":
                made = Nothing(form)
            case _:
                made = Text(form)
        made.set_value(argument)
        made.changed.connect(self.changed)
        self._box.replaceWidget(self.argument, made)
        self.argument.deleteLater()
        self.argument = made


def _providers_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [v for v in value if isinstance(v, str)] if isinstance(value, dict | list) else []


def _providers(choices: Sequence[Choice], name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for provider, label in choices:
        box.addItem(label, provider)
    return box


def _choose(box: QComboBox, value: Any) -> None:
    if box.findData(value) < 0 and value is not None:
        box.addItem(tr("{thing} (gone)", thing=value), value)
    box.blockSignals(True)
    box.setCurrentIndex(box.findData(value))
    box.blockSignals(False)
