"""A condition as a form: groups of which all, any or none have to hold, and in them words with their arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from core.domain.language import mark, tr
from widgets.common.icons import icon
from widgets.conditions.arguments import EMPTY, Argument, field
from widgets.conditions.words import WordForm

HOW = {"all": mark("all of these"), "any": mark("any of these"), "none": mark("none of these")}
DEEPEST = 6
"""Groups within groups beyond which the form offers no further ones: nobody could follow them."""


def parts_of(data: Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]]:
    """A condition as a group: how its parts hold, and each part. A word by itself is a group of one."""
    if len(data) == 1:
        word, argument = next(iter(data.items()))
        if word in {"all", "any"} and isinstance(argument, list | tuple):
            return word, [dict(part) for part in argument]
        if word == "not" and isinstance(argument, Mapping):
            how, parts = parts_of(argument)
            plain = how == "any" or (how == "all" and len(parts) == 1)
            return "none", parts if plain else [argument]
    return "all", [{word: argument} for word, argument in data.items()]


def whole(how: str, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The other way round; an empty group holds for every order."""
    kept = [dict(part) for part in parts if part]
    if not kept:
        return {}
    if how == "none":
        return {"not": kept[0] if len(kept) == 1 else {"any": kept}}
    if len(kept) == 1:
        return kept[0]
    words = [next(iter(part)) for part in kept if len(part) == 1]
    # Words meant together need no list, unless one comes twice.
    if how == "all" and len(words) == len(kept) == len(set(words)) and not {"all", "any", "not"} & set(words):
        return {word: argument for part in kept for word, argument in part.items()}
    return {how: kept}


class WordRow(QWidget):
    """One word and its argument; ``gone`` when it is to be taken out."""

    changed = Signal()
    gone = Signal()

    def __init__(self, words: Mapping[str, WordForm], word: str, argument: Any, typed: bool = False) -> None:
        super().__init__()
        self._words = words
        self.word = QComboBox()
        self.word.setAccessibleName(tr("What it depends on"))
        for form in words.values():
            self.word.addItem(form.label, form.word)
        if word not in words:
            self.word.addItem(word, word)
        self.word.setCurrentIndex(self.word.findData(word))
        self.word.setFixedWidth(176)
        if typed:
            self.word.setEditable(True)
            self.word.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            self.word.setToolTip(tr("Choose one, or type a path into the event, for example orders.customer"))
        self._typed, self._last = typed, word
        self.argument = self._field(word, argument)
        remove = _button("x", tr("Take this condition out"))
        remove.clicked.connect(self.gone)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addWidget(self.word)
        self._row.addWidget(self.argument, 1)
        self._row.addWidget(remove)
        self.word.currentIndexChanged.connect(lambda _: self._turn())
        line = self.word.lineEdit()
        if line is not None:
            line.editingFinished.connect(self._turn)

    def _form(self, word: str) -> WordForm:
        return self._words.get(word) or WordForm(word, word, "match" if self._typed else "text")

    def _field(self, word: str, argument: Any) -> Argument:
        made = field(self._form(word), argument)
        made.changed.connect(self.changed)
        return made

    def _now(self) -> str:
        """The word that is chosen, or typed."""
        if not self._typed:
            return str(self.word.currentData())
        text = self.word.currentText().strip()
        known = self.word.findText(text)
        return str(self.word.itemData(known)) if known >= 0 else text

    def _turn(self) -> None:
        word = self._now()
        if word == self._last:
            return
        self._last, before = word, self.argument
        self.argument = self._field(word, EMPTY.get(self._form(word).form))
        self._row.replaceWidget(before, self.argument)
        before.deleteLater()
        self.changed.emit()

    def value(self) -> dict[str, Any]:
        return {self._now(): self.argument.value()}


class GroupBox(QFrame):
    """Parts that hold together. ``gone`` when the whole group is to be taken out. ``typed``: other words may be typed;
    ``always`` is what an empty condition means."""

    changed = Signal()
    gone = Signal()

    def __init__(
        self, words: Mapping[str, WordForm], data: Mapping[str, Any], *, typed: bool = False, always: str = "", depth: int = 0
    ) -> None:
        super().__init__()
        self._words, self._typed, self._always, self._depth = words, typed, always, depth
        self.parts: list[WordRow | GroupBox] = []
        how, parts = parts_of(data)
        self.how = QComboBox()
        self.how.setAccessibleName(tr("How these conditions hold"))
        for key, label in HOW.items():
            self.how.addItem(tr(label), key)
        self.how.setCurrentIndex(self.how.findData(how))
        self.how.currentIndexChanged.connect(lambda _: self._tell())
        self.add_test = _button("plus", tr("Add a condition"), tr("Condition"))
        self.add_group = _button("plus", tr("Add a group of conditions"), tr("Group"))
        self.add_group.setVisible(depth < DEEPEST)
        self.add_test.clicked.connect(self._new_test)
        self.add_group.clicked.connect(lambda: self._new_group())
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.how)
        self.note = QLabel()
        self.note.setProperty("kind", "caption")
        head.addWidget(self.note, 1)
        head.addWidget(self.add_test)
        head.addWidget(self.add_group)
        if depth:
            remove = _button("x", tr("Take this group out"))
            remove.clicked.connect(self.gone)
            head.addWidget(remove)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(12, 0, 0, 0)
        self._list.setSpacing(4)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 2, 0, 2)
        box.setSpacing(4)
        box.addLayout(head)
        box.addLayout(self._list)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        for part in parts:
            self._put(part)
        self._note()

    def _put(self, part: Mapping[str, Any]) -> None:
        word, argument = next(iter(part.items())) if len(part) == 1 else ("all", ())
        nested = word in {"all", "any", "not"}
        made = (
            GroupBox(self._words, part, typed=self._typed, depth=self._depth + 1)
            if nested
            else WordRow(self._words, word, argument, self._typed)
        )
        made.changed.connect(self._tell)
        made.gone.connect(lambda: self._take(made))
        self.parts.append(made)
        self._list.addWidget(made)

    def _new_test(self) -> None:
        first = next(iter(self._words.values()))
        self._put({first.word: EMPTY.get(first.form)})
        self._tell()
        last = self.parts[-1]
        if isinstance(last, WordRow):
            last.word.setFocus()

    def _new_group(self) -> None:
        first = next(iter(self._words.values()))
        self._put({"any": [{first.word: EMPTY.get(first.form)}]})
        self._tell()

    def _take(self, part: WordRow | GroupBox) -> None:
        self.parts.remove(part)
        self._list.removeWidget(part)
        part.deleteLater()
        self._tell()

    def _tell(self) -> None:
        self._note()
        self.changed.emit()

    def _note(self) -> None:
        self.note.setText("" if self.parts or self._depth else self._always)
        self.how.setVisible(bool(self.parts))

    def value(self) -> dict[str, Any]:
        return whole(self.how.currentData(), [part.value() for part in self.parts])


def _button(icon_name: str, tip: str, text: str = "") -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(icon_name, "muted"))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setText(text)
    if text:
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
