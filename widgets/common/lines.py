"""Short lists of facts in columns: text that can be copied, links that can be followed by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from widgets.common.cells import look_now
from widgets.common.theme import number_font


@dataclass(frozen=True, slots=True)
class Bit:
    """A piece of text. ``token`` is its colour; ``link`` is told when it is followed; ``strong`` sets it in weight 600."""

    text: str
    token: str = "text"
    link: str = ""
    strong: bool = False
    small: bool = False


Cell = tuple[Bit, ...]


class Lines(QWidget):
    """A grid of labels that are reused; only what has changed is written anew. ``followed(str)`` carries a link.

    ``stretch`` is the column that takes what is left and breaks its text into lines.
    """

    followed = Signal(str)

    def __init__(self, name: str, stretch: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stretch = stretch
        self._labels: list[list[QLabel]] = []
        self._told: list[list[Cell]] = []
        self.setAccessibleName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(stretch, 1)

    def set_lines(self, lines: Sequence[Sequence[Cell]]) -> None:
        """Each line is a sequence of cells, each cell a few bits of text."""
        new = [list(line) for line in lines]
        if new == self._told:
            return
        # Room to spare goes below the last line.
        self._grid.setRowStretch(len(self._told), 0)
        self._grid.setRowStretch(len(new), 1)
        self._told = new
        for i, line in enumerate(new):
            for j, cell in enumerate(line):
                self._write(self._label(i, j), cell)
            for label in self._labels[i][len(line) :]:
                label.hide()
        for row in self._labels[len(new) :]:
            for label in row:
                label.hide()

    def text(self) -> str:
        """What stands there, a line each, columns parted by two spaces."""
        return "\n".join("  ".join("".join(bit.text for bit in cell) for cell in line) for line in self._told)

    def _label(self, i: int, j: int) -> QLabel:
        while len(self._labels) <= i:
            self._labels.append([])
        row = self._labels[i]
        while len(row) <= j:
            label = QLabel()
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.LinksAccessibleByMouse
                | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
            )
            label.setFont(number_font(label.font()))
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
            label.linkActivated.connect(self.followed)
            if len(row) == self._stretch:
                label.setWordWrap(True)
                label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
            self._grid.addWidget(label, i, len(row))
            row.append(label)
        return row[j]

    def _write(self, label: QLabel, cell: Cell) -> None:
        html = "".join(_html(bit) for bit in cell)
        if html != label.text():
            label.setText(html)
            linked = any(bit.link for bit in cell)
            label.setFocusPolicy(Qt.FocusPolicy.StrongFocus if linked else Qt.FocusPolicy.NoFocus)
            label.setAccessibleName("".join(bit.text for bit in cell))
        label.show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._told:
            told, self._told = self._told, []
            self.set_lines(told)


def _html(bit: Bit) -> str:
    style = f"color:{getattr(look_now(), 'accent' if bit.link else bit.token)}"
    style += ";font-weight:600" if bit.strong else ""
    style += ";font-size:11px" if bit.small else ""
    text = escape(bit.text).replace("\n", "<br>")
    if bit.link:
        return f'<a href="{escape(bit.link)}" style="{style};text-decoration:none">{text}</a>'
    return f'<span style="{style}">{text}</span>'
