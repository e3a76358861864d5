"""Which program this is, which version, and what it stands on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from core.domain.language import tr
from widgets.common.lines import Bit, Lines
from widgets.dialogs.ask import AskDialog, plain


class AboutDialog(AskDialog):
    """``facts`` are pairs of caption and text (version, Python, Qt, data folder); they can be copied for a report of a bug."""

    def __init__(self, facts: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(tr("About Kerbside"), tr("Close"), parent)
        self.cancel.hide()
        self._facts = tuple(facts)
        self.body.addWidget(
            plain(tr("A dispatcher's console for last-mile delivery: tracking, matching and a live map in one program."))
        )
        lines = Lines(tr("Facts about this program"))
        lines.set_lines([[(Bit(caption, "muted"),), (Bit(text),)] for caption, text in facts])
        self.body.addWidget(lines)
        credit = QLabel(tr("Map data © OpenStreetMap contributors, under the Open Database Licence"))
        credit.setProperty("kind", "caption")
        credit.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(credit)
        self.copy = QPushButton(tr("Copy these facts"))
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        self.row.insertWidget(0, self.copy)
        self.setMinimumWidth(440)

    def text(self) -> str:
        return "\n".join(f"{caption}: {text}" for caption, text in self._facts)
