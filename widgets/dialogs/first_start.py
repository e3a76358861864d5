"""The first start: look at it, or begin with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.domain.language import tr
from widgets.common.icons import icon
from widgets.dialogs.ask import plain


class _Choice(QFrame):
    def __init__(self, icon_name: str, title: str, text: str, action: str, primary: bool) -> None:
        super().__init__()
        self.setObjectName("choice")
        self.setStyleSheet("#choice { background: palette(base); border: 1px solid palette(mid); border-radius: 4px; }")
        mark, name = QLabel(), QLabel(title)
        mark.setPixmap(icon(icon_name, "accent").pixmap(QSize(32, 32)))
        name.setProperty("kind", "title")
        self.button = QPushButton(action)
        self.button.setDefault(primary)
        self.button.setProperty("kind", "primary" if primary else "")
        self.button.setAccessibleDescription(text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for widget in (mark, name, plain(text)):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)


class FirstStartDialog(QDialog):
    """``demo_chosen`` or ``fleet_chosen`` comes once, as the dialog closes; Escape chooses neither."""

    demo_chosen = Signal()
    fleet_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("How do you want to begin?"))
        heading = QLabel(tr("How do you want to begin?"))
        heading.setProperty("kind", "title")
        self.demo = _Choice(
            "play-circle",
            tr("See it at work"),
            tr(
                "A training city with sixty drivers, and orders coming in. It needs no phones, no map and no network, "
                "and nothing you do there reaches anybody."
            ),
            tr("Try the &demo"),
            primary=True,
        )
        self.fleet = _Choice(
            "users-three",
            tr("Dispatch your own drivers"),
            tr(
                "Choose a map of your city, add your drivers and let them scan a code with their phones. "
                "It takes about ten minutes, and can be changed later."
            ),
            tr("Set up my &fleet"),
            primary=False,
        )
        choices = QHBoxLayout()
        choices.setSpacing(12)
        choices.addWidget(self.demo, 1)
        choices.addWidget(self.fleet, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addLayout(choices, 1)
        later = plain(tr("Both are in the File menu at any time"), "caption")
        layout.addWidget(later)
        for choice, chosen in ((self.demo, self.demo_chosen), (self.fleet, self.fleet_chosen)):
            # Closed first: what follows may open a window of its own.
            choice.button.clicked.connect(self.accept)
            choice.button.clicked.connect(chosen)
        self.setMinimumSize(600, 300)
