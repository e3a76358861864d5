"""A provider: where its orders go, how patient we are with it, and the secret that both sides sign with."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QLineEdit, QPushButton, QSpinBox, QWidget

from core.domain.language import tr
from core.domain.provider import Provider, ProviderKind
from widgets.dialogs.ask import AskDialog, form, inset, plain
from widgets.providers.rows import ProviderDraft

MOST = 1_000_000


class ProviderDialog(AskDialog):
    """``saved(ProviderDraft)`` when the button is pressed; ``secret_wanted`` asks for a new one, which `show_secret` shows this
    once. ``new`` is a provider that is not known yet: its kind can still be chosen."""

    saved = Signal(object)
    secret_wanted = Signal()

    def __init__(self, provider: Provider, new: bool, has_secret: bool, parent: QWidget | None = None) -> None:
        question = tr("Who is the new provider?") if new else tr("How does {provider} work?", provider=provider.title)
        super().__init__(question, tr("Add provider") if new else tr("Save"), parent)
        self._provider, self._new = provider, new
        outside = new or provider.kind is not ProviderKind.INTERNAL
        self.name, self.url, self.kind = QLineEdit(provider.title), QLineEdit(provider.url), QComboBox()
        self.name.setPlaceholderText(tr("For example Swift Couriers"))
        self.url.setPlaceholderText("https://…")
        self.kind.addItem(tr("They call us when something happens"), ProviderKind.WEBHOOK)
        self.kind.addItem(tr("We ask them how orders stand"), ProviderKind.POLLING)
        self.kind.setCurrentIndex(max(0, self.kind.findData(provider.kind)))
        self.kind.setEnabled(new)
        self.enabled = QCheckBox(tr("Gets orders"))
        self.enabled.setChecked(provider.enabled)
        self.capped, self.cap = QCheckBox(tr("at most")), _whole(0, MOST, provider.cap_per_hour or 0, tr(" an hour"))
        self.capped.setChecked(provider.cap_per_hour is not None)
        self.cap.setEnabled(self.capped.isChecked())
        self.capped.toggled.connect(self.cap.setEnabled)
        self.timeout = _real(0.1, 60.0, provider.timeout_s)
        self.tries = _whole(1, 20, provider.tries, "")
        self.decide = _real(5.0, 3600.0, provider.decide_s)
        self.poll = _real(1.0, 3600.0, provider.poll_s)
        self.idempotent = QCheckBox(tr("The same order sent twice is one order there"))
        self.idempotent.setChecked(provider.idempotent)
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.setPlaceholderText(tr("kept; type to replace it") if has_secret else tr("Type theirs, or make one"))
        self.make, self.copy = QPushButton(tr("Make one")), QPushButton(tr("Copy"))
        self.copy.hide()
        for button in (self.make, self.copy):
            button.setAutoDefault(False)
        self.make.clicked.connect(self.secret_wanted)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.secret.text()))
        for widget, label in (
            (self.name, tr("Name")),
            (self.url, tr("Address")),
            (self.kind, tr("How we hear of its orders")),
            (self.cap, tr("Orders an hour")),
            (self.timeout, tr("A call may take")),
            (self.tries, tr("An order is sent at most so many times")),
            (self.decide, tr("It has to have taken it within")),
            (self.poll, tr("Asked every")),
            (self.secret, tr("Secret")),
        ):
            widget.setAccessibleName(label)
        fields = form()
        fields.addRow(tr("Name"), self.name)
        if outside:
            fields.addRow(tr("Address"), self.url)
            fields.addRow(tr("News"), self.kind)
        cap = QHBoxLayout()
        cap.setSpacing(8)
        cap.addWidget(self.enabled)
        cap.addWidget(self.capped)
        cap.addWidget(self.cap)
        cap.addStretch(1)
        fields.addRow(tr("Orders"), cap)
        if outside:
            fields.addRow(tr("A call may take"), self.timeout)
            fields.addRow(tr("Sent at most"), _after(self.tries, tr("times")))
            fields.addRow(tr("Decides within"), self.decide)
            fields.addRow(tr("Asked every"), self.poll)
            fields.addRow("", self.idempotent)
            secret = QHBoxLayout()
            secret.setSpacing(8)
            secret.addWidget(self.secret, 1)
            secret.addWidget(self.make)
            secret.addWidget(self.copy)
            fields.addRow(tr("Secret"), secret)
        self.body.addLayout(fields)
        if outside:
            self.body.addWidget(
                plain(
                    tr(
                        "Both sides sign with the secret. A new one replaces the one before for good when you save, "
                        "and is never shown again."
                    ),
                    "caption",
                )
            )
        self._fields = fields
        self.kind.currentIndexChanged.connect(lambda _: self._turn())
        self._turn()
        self.setMinimumWidth(520)

    def _turn(self) -> None:
        polling = self.kind.currentData() == ProviderKind.POLLING
        if self._fields.indexOf(self.poll) >= 0:
            self._fields.setRowVisible(self.poll, polling)

    def show_secret(self, text: str) -> None:
        """A new one, readable until it is saved: the other side needs it too."""
        self.secret.setEchoMode(QLineEdit.EchoMode.Normal)
        self.secret.setText(text)
        self.secret.selectAll()
        self.copy.show()

    def act(self) -> None:
        self.show_problem("")
        kind = self._provider.kind if self._provider.kind is ProviderKind.INTERNAL else ProviderKind(self.kind.currentData())
        name = self.name.text().strip()
        provider = replace(
            self._provider,
            name=self._provider.name if name == self._provider.title else name,  # not in the language of whoever looked at it
            kind=kind,
            url=self.url.text().strip(),
            enabled=self.enabled.isChecked(),
            cap_per_hour=self.cap.value() if self.capped.isChecked() else None,
            timeout_s=self.timeout.value(),
            tries=self.tries.value(),
            decide_s=self.decide.value(),
            poll_s=self.poll.value(),
            idempotent=self.idempotent.isChecked(),
        )
        self.saved.emit(ProviderDraft(provider, self.secret.text().strip()))


def _whole(low: int, high: int, value: int, unit: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    box.setSuffix(unit)
    inset(box)
    return box


def _real(low: float, high: float, value: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(low, high)
    box.setDecimals(1)
    box.setValue(value)
    box.setSuffix(" s")
    inset(box)
    return box


def _after(field: QWidget, words: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(field)
    row.addWidget(plain(words))
    row.addStretch(1)
    return row
