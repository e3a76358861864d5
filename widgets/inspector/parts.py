"""What the pages of the inspector are made of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from core.domain.language import tr
from widgets.common.badge import Badge
from widgets.common.flow import FlowLayout
from widgets.common.lines import Bit, Cell, Lines
from widgets.common.words import Moment
from widgets.inspector.details import Deed, HistoryLine

CAPTION_PX = 92
AT_HAND = 5
"""So many deeds have a button, and a menu those beyond where they are several: what is told has to be in sight as well."""


class Deeds(QWidget):
    """A row of buttons that is rebuilt only when the deeds have changed; the last of many stand in a menu. ``asked(str)``
    carries the key."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._deeds: tuple[Deed, ...] = ()
        self._flow = FlowLayout(self)
        self.setAccessibleName(tr("What can be done"))

    def set_deeds(self, deeds: tuple[Deed, ...]) -> None:
        if deeds == self._deeds:
            return
        focused = next((b.property("key") for b in self.buttons() if b.hasFocus()), None)
        self._deeds = deeds
        while (item := self._flow.takeAt(0)) is not None:
            button = item.widget()
            if button is not None:
                button.hide()
                button.deleteLater()
        at_hand = deeds if len(deeds) <= AT_HAND + 1 else deeds[:AT_HAND]
        for deed in at_hand:
            button = QPushButton(deed.label)
            button.setProperty("kind", "primary" if deed.primary else "danger" if deed.danger else "")
            button.setEnabled(deed.enabled)
            button.setToolTip(deed.why_not if not deed.enabled else f"{deed.label} ({deed.keys})" if deed.keys else "")
            button.clicked.connect(lambda _=False, key=deed.key: self.asked.emit(key))
            self._add(button, deed.key, focused)
        if len(at_hand) < len(deeds):
            more = QPushButton(tr("More"))
            more.setMenu(self._menu(more, deeds[len(at_hand) :]))
            self._add(more, "more", focused)
        self.setVisible(bool(deeds))
        self.updateGeometry()

    def _add(self, button: QPushButton, key: str, focused: str | None) -> None:
        button.setProperty("key", key)
        button.setAutoDefault(False)
        self._flow.addWidget(button)
        if key == focused:
            # A layout shows what it is given only later, and what is not shown can't have the focus.
            button.show()
            button.setFocus()

    def _menu(self, parent: QWidget, deeds: Sequence[Deed]) -> QMenu:
        menu = QMenu(parent)
        menu.setToolTipsVisible(True)
        for deed in deeds:
            action = menu.addAction(f"{deed.label}\t{deed.keys}" if deed.keys else deed.label)
            action.setEnabled(deed.enabled)
            action.setToolTip(deed.why_not)
            action.triggered.connect(lambda _=False, key=deed.key: self.asked.emit(key))
        return menu

    def buttons(self) -> list[QPushButton]:
        widgets = [item.widget() for i in range(self._flow.count()) if (item := self._flow.itemAt(i)) is not None]
        return [w for w in widgets if isinstance(w, QPushButton)]


class Head(QWidget):
    """Title, a state beside it, and a line below."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.badge, self.below = QLabel(), Badge(), Lines(tr("Summary"), stretch=0)
        self.title.setProperty("kind", "title")
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.title.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.title, 1)
        line.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self.below)


class Block(QWidget):
    """A titled part of a page, hidden as a whole where it has nothing to say."""

    followed = Signal(str)

    def __init__(self, title: str, stretch: int = 1, captions: bool = False) -> None:
        super().__init__()
        self.lines = Lines(title or tr("Facts"), stretch)
        if captions:
            self.lines.layout().setColumnMinimumWidth(0, CAPTION_PX)  # type: ignore[union-attr]
        self.lines.followed.connect(self.followed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.heading = QLabel(title)
        self.heading.setProperty("kind", "strong")
        self.heading.setVisible(bool(title))
        layout.addWidget(self.heading)
        layout.addWidget(self.lines)

    def set_lines(self, lines: Sequence[Sequence[Cell]]) -> None:
        self.lines.set_lines(lines)
        self.setVisible(bool(lines))


def fact(caption: str, *bits: Bit) -> list[Cell]:
    return [(Bit(caption, "muted"),), bits]


def facts(pairs: Sequence[tuple[str, tuple[Bit, ...]]]) -> list[list[Cell]]:
    """Lines of caption and value; what has no value is left out."""
    return [fact(caption, *bits) for caption, bits in pairs if any(bit.text for bit in bits)]


def history_lines(history: Sequence[HistoryLine], moment: Moment) -> list[list[Cell]]:
    """The whole course, newest first."""
    return [
        [
            (Bit(moment.clock(line.at, seconds=True), "muted"),),
            (
                Bit(line.text, "late" if line.alarm else "text"),
                Bit(f"\n{line.actor}" if line.actor else "", "muted", small=True),
            ),
        ]
        for line in reversed(history)
    ]
