"""Several out of many: a button that says which, and a list behind it that is searched by typing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from core.domain.language import ntr, tr

_ID = int(Qt.ItemDataRole.UserRole)
FEW = 8
"""More choices than this can be searched."""
NAMED = 2
"""So many are named on the button; more are counted."""


class _Popup(QFrame):
    closed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()


class Picker(QPushButton):
    """``changed(list[str])`` carries the ids that are chosen, once the list is closed; not where they are the same."""

    changed = Signal(list)

    def __init__(self, name: str, choices: Sequence[tuple[str, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._choices, self._chosen = name, tuple(choices), tuple[str, ...]()
        self._popup: _Popup | None = None
        self.setAutoDefault(False)
        self.clicked.connect(self.open)
        self._write()

    def chosen(self) -> list[str]:
        return list(self._chosen)

    def choose(self, ids: Iterable[str]) -> None:
        """Those that are no choice any more stay chosen, so that they can be seen and taken out."""
        self._chosen = tuple(dict.fromkeys(ids))
        self._write()

    def _write(self) -> None:
        names = dict(self._choices)
        said = [names.get(i, tr("{thing} (gone)", thing=i)) for i in self._chosen]
        if not said:
            text = tr("choose…")
        elif len(said) <= NAMED:
            text = ", ".join(said)
        else:
            more = len(said) - 1
            text = ntr("{first} and {n} more", "{first} and {n} more", more, first=said[0])
        self.setText(text)
        self.setToolTip("\n".join(said))
        self.setAccessibleName(f"{self._name}: {text}")

    def open(self) -> None:
        if self._popup is None:
            self._popup = self._make_popup()
        popup, known = self._popup, dict(self._choices)
        strangers = [(i, tr("{thing} (gone)", thing=i)) for i in self._chosen if i not in known]
        self.search.clear()
        self.search.setVisible(len(known) > FEW)
        self.list.clear()
        # Those that are chosen stand first, where they can be seen among hundreds.
        for thing_id, label in sorted((*strangers, *self._choices), key=lambda choice: choice[0] not in self._chosen):
            item = QListWidgetItem(label, self.list)
            item.setData(_ID, thing_id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if thing_id in self._chosen else Qt.CheckState.Unchecked)
        popup.resize(260, min(320, 60 + 28 * self.list.count() + (36 if len(known) > FEW else 0)))
        at, room = self.mapToGlobal(QPoint(0, self.height())), self.screen().availableGeometry()
        popup.move(min(at.x(), room.right() - popup.width()), min(at.y(), room.bottom() - popup.height()))
        popup.show()
        (self.search if len(known) > FEW else self.list).setFocus()
        self.list.setCurrentRow(0)

    def _make_popup(self) -> _Popup:
        popup = _Popup(self, Qt.WindowType.Popup)
        popup.setFrameShape(QFrame.Shape.StyledPanel)
        self.search, self.list = QLineEdit(), QListWidget()
        self.search.setPlaceholderText(tr("Type to search"))
        self.search.setAccessibleName(tr("Search"))
        self.list.setAccessibleName(self._name)
        layout = QVBoxLayout(popup)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self.list.setFocus)
        popup.closed.connect(self._closed)
        return popup

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for n in range(self.list.count()):
            item = self.list.item(n)
            item.setHidden(not all(word in item.text().casefold() for word in words))

    def _closed(self) -> None:
        items = [self.list.item(n) for n in range(self.list.count())]
        ids = [str(item.data(_ID)) for item in items if item.checkState() is Qt.CheckState.Checked]
        if set(ids) != set(self._chosen):
            self.choose(ids)
            self.changed.emit(ids)
