"""One rule as a form: what it is called, when it holds, what it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QLineEdit, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from core.domain.language import tr
from core.domain.rules import Rule
from widgets.common.flow import FlowLayout
from widgets.common.ground import lay_ground
from widgets.conditions.form import GroupBox
from widgets.conditions.words import Choice, WordForm
from widgets.dialogs.ask import inset, plain
from widgets.rules.action import ActionForm


class RuleForm(QScrollArea):
    """``edited(Rule)`` whenever a person has changed something. What is shown is left alone while it is the same."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rule: Rule | None = None
        self._operators: Mapping[str, WordForm] = {}
        self._actions: Mapping[str, WordForm] = {}
        self._providers: Sequence[Choice] = ()
        self.name, self.enabled, self.priority = QLineEdit(), QCheckBox(tr("In force")), QSpinBox()
        self.name.setPlaceholderText(tr("Name, for example Rain in the old town"))
        self.name.setAccessibleName(tr("Name of the rule"))
        self.name.setMinimumWidth(220)
        self.priority.setRange(-10_000, 10_000)
        self.priority.setPrefix(tr("Priority") + " ")
        self.priority.setAccessibleName(tr("Priority"))
        self.priority.setKeyboardTracking(False)
        self.priority.setFixedWidth(132)
        inset(self.priority)
        self.enabled.setMinimumHeight(28)
        self.problem = plain("", "error")
        self.problem.hide()
        self._when = self._then = QWidget()
        body = self._body = QWidget()
        lay_ground(body)
        head = QWidget()
        flow = FlowLayout(head, gap=8)
        for widget in (self.name, self.enabled, self.priority):
            flow.addWidget(widget)
        self._box = QVBoxLayout(body)
        self._box.setContentsMargins(8, 8, 8, 8)
        self._box.setSpacing(8)
        self._box.addWidget(head)
        self._box.addWidget(self.problem)
        self._box.addWidget(plain(tr("When"), "strong"))
        self.when = self._group({}, {})
        self._box.addWidget(self.when)
        self._box.addWidget(plain(tr("Then"), "strong"))
        self.then = ActionForm({}, ())
        self._box.addWidget(self.then)
        self._box.addStretch(1)
        self.setWidget(body)
        self.name.editingFinished.connect(self._told)
        self.enabled.toggled.connect(lambda _: self._told())
        self.priority.valueChanged.connect(lambda _: self._told())

    def set_words(self, operators: Sequence[WordForm], actions: Sequence[WordForm], providers: Sequence[Choice]) -> None:
        known = {form.word: form for form in operators}, {form.word: form for form in actions}, tuple(providers)
        if known == (self._operators, self._actions, self._providers):
            return
        self._operators, self._actions, self._providers = known
        rule, self.rule = self.rule, None
        self.show_rule(rule)

    def show_rule(self, rule: Rule | None, wrong: Sequence[str] = (), bad: bool = False) -> None:
        """``wrong`` says what is wrong with it; ``bad``, that it can't be saved so."""
        self.problem.setText("\n".join(wrong))
        self.problem.setProperty("kind", "error" if bad else "warning")
        self.problem.style().polish(self.problem)
        self.problem.setVisible(bool(wrong) and rule is not None)
        self._body.setEnabled(rule is not None)
        before, self.rule = self.rule, rule
        if rule is None or rule == before:
            return
        for widget in (self.name, self.enabled, self.priority):
            widget.blockSignals(True)
        self.name.setText(rule.name)
        self.enabled.setChecked(rule.enabled)
        self.priority.setValue(rule.priority)
        for widget in (self.name, self.enabled, self.priority):
            widget.blockSignals(False)
        # What a person has just done there is there already.
        if before is None or before.id != rule.id or self.when.value() != rule.when:
            when = self._group(self._operators, rule.when)
            self._replace(self.when, when)
            self.when = when
            when.changed.connect(self._told)
        if before is None or before.id != rule.id or self.then.value() != rule.then:
            then = ActionForm(self._actions, self._providers)
            with QSignalBlocker(then):
                then.set_value(rule.then)
            self._replace(self.then, then)
            self.then = then
            then.changed.connect(self._told)

    def _group(self, words: Mapping[str, WordForm], when: Mapping[str, Any]) -> GroupBox:
        return GroupBox(words, when, always=tr("every order"))

    def _replace(self, old: QWidget, new: QWidget) -> None:
        self._box.replaceWidget(old, new)
        old.hide()
        old.deleteLater()

    def _told(self) -> None:
        if self.rule is None:
            return
        rule = replace(
            self.rule,
            name=self.name.text().strip(),
            enabled=self.enabled.isChecked(),
            priority=self.priority.value(),
            when=self.when.value(),
            then=self.then.value(),
        )
        if rule != self.rule:
            self.edited.emit(rule)
