"""A forwarding rule: which events, on what conditions, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from core.domain.forward import Forward
from core.domain.language import tr
from widgets.common.ground import lay_ground
from widgets.common.picker import Picker
from widgets.conditions.form import GroupBox
from widgets.conditions.words import WordForm
from widgets.dialogs.ask import AskDialog, form, plain


class ForwardDialog(AskDialog):
    """``saved(Forward)`` when the button is pressed; whoever hears it closes the dialog or shows a problem."""

    saved = Signal(object)

    def __init__(
        self,
        forward: Forward,
        new: bool,
        kinds: Sequence[tuple[str, str]],
        words: Sequence[WordForm],
        parent: QWidget | None = None,
    ) -> None:
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
        self.when = GroupBox({word.word: word for word in words}, forward.when, typed=True, always=tr("always"))
        self._untouched = True
        self.when.changed.connect(self._touched)
        which = QHBoxLayout()
        which.setSpacing(8)
        which.addWidget(self.every)
        which.addWidget(self.kinds, 1)
        fields = form()
        fields.addRow(tr("Name"), self.name)
        fields.addRow(tr("Goes to"), self.to)
        fields.addRow(tr("Events"), which)
        fields.addRow("", self.enabled)
        self.body.addLayout(fields)
        self.body.addWidget(plain(tr("Only where"), "strong"))
        self.body.addWidget(_scrolled(self.when), 1)
        note = tr("A web address gets each event signed; its secret is under Secret. What fails is tried again for hours.")
        self.body.addWidget(plain(note, "caption"))
        self.setMinimumSize(640, 480)

    def _touched(self) -> None:
        self._untouched = False

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
                when=self._forward.when if self._untouched else self.when.value(),
                enabled=self.enabled.isChecked(),
            )
        )


def _scrolled(group: GroupBox) -> QScrollArea:
    """Conditions may be many: the dialog stays on the screen."""
    page = QWidget()
    lay_ground(page)
    box = QVBoxLayout(page)
    box.setContentsMargins(8, 8, 8, 8)
    box.addWidget(group)
    box.addStretch(1)
    area = QScrollArea()
    area.setAccessibleName(tr("Only where"))
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    return area
