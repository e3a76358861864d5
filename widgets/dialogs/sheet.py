"""A sheet as it will be printed, looked at before."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QTextBrowser, QWidget

from core.domain.language import tr
from widgets.dialogs.ask import AskDialog


class SheetDialog(AskDialog):
    """``html`` is on white paper whatever the theme. ``save_asked`` by the first button, ``print_asked`` by the other."""

    save_asked = Signal()
    print_asked = Signal()

    def __init__(self, title: str, html: str, parent: QWidget | None = None) -> None:
        super().__init__(title, tr("Save as PDF…"), parent)
        self.paper = QTextBrowser()
        self.paper.setAccessibleName(title)
        self.paper.setStyleSheet("QTextBrowser { background: #FFFFFF; border: 0; }")
        self.paper.document().setDocumentMargin(24)
        self.paper.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # its lines wrap, as on paper
        self.paper.setHtml(html)
        self.body.addWidget(self.paper, 1)
        self.print = QPushButton(tr("Print…"))
        self.print.setAutoDefault(False)
        self.print.clicked.connect(self.print_asked)
        self.row.insertWidget(self.row.count() - 1, self.print)
        self.setTabOrder(self.cancel, self.print)
        self.setTabOrder(self.print, self.action)
        self.cancel.setText(tr("Close"))
        self.resize(760, 720)

    def act(self) -> None:
        self.save_asked.emit()
