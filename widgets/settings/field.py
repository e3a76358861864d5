"""One setting: what it means, the field to change it, and what is wrong with what is typed, beside it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QToolButton, QWidget

from core.domain.language import tr
from widgets.common.cells import look_now
from widgets.common.icons import icon
from widgets.dialogs.ask import plain
from widgets.settings.rows import SettingRow

FIELD_PX, UNIT_PX, MARK_PX = 210, 44, 3


class SettingField(QWidget):
    """``given(str key, object)`` carries a text that passed ``check``, or a switch's bool; ``reset(str key)`` asks for the
    default.

    ``check(key, text)`` returns what is wrong with a text, empty where nothing is.
    """

    given = Signal(str, object)
    reset = Signal(str)

    def __init__(self, row: SettingRow, check: Callable[[str, str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._check = check
        self.meaning = plain(row.meaning)
        self.caption = plain("", "caption")
        self.problem = plain("", "error")
        self.problem.hide()
        self.editor = self._make_editor(row)
        self.editor.setAccessibleName(
            tr("{meaning}, in {unit}", meaning=row.meaning, unit=row.unit) if row.unit else row.meaning
        )
        self.editor.setFixedWidth(FIELD_PX)
        self.back = QToolButton()
        self.back.setIcon(icon("arrow-counter-clockwise"))
        self.back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.back.clicked.connect(lambda: self.reset.emit(self.row.key))
        unit = QLabel(row.unit)
        unit.setFixedWidth(UNIT_PX)
        unit.setProperty("kind", "caption")
        layout = self._grid = QGridLayout(self)
        layout.setContentsMargins(12, 6, 0, 6)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(2)
        layout.setColumnStretch(0, 1)
        layout.addWidget(self.meaning, 0, 0)
        layout.addWidget(self.editor, 0, 1)
        layout.addWidget(unit, 0, 2)
        layout.addWidget(self.back, 0, 3)
        layout.addWidget(self.caption, 1, 0)
        layout.addWidget(self.problem, 1, 1, 1, 3)
        # The button may come and go without the row moving.
        kept = self.back.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.back.setSizePolicy(kept)
        self.show_row(row)

    def _make_editor(self, row: SettingRow) -> QCheckBox | QComboBox | QLineEdit:
        if row.on is not None:
            switch = QCheckBox(tr("On"))
            switch.toggled.connect(lambda on: self.given.emit(self.row.key, on))
            return switch
        if row.choices:
            box = QComboBox()
            box.addItems(row.choices)
            box.activated.connect(lambda i: self.given.emit(self.row.key, box.itemText(i)))
            # A wheel that scrolls the page must not change what it passes over.
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            box.wheelEvent = lambda event: event.ignore()  # type: ignore[method-assign]
            return box
        field = QLineEdit()
        field.textEdited.connect(self._typed)
        field.editingFinished.connect(self._finished)
        return field

    def show_row(self, row: SettingRow) -> None:
        """The setting as it is now; what is wrong with what was typed is gone."""
        self.row = row
        editor = self.editor
        before = editor.blockSignals(True)
        if isinstance(editor, QCheckBox):
            editor.setChecked(bool(row.on))
        elif isinstance(editor, QComboBox):
            editor.setCurrentText(row.text)
        elif editor.text() != row.text:
            editor.setText(row.text)
            editor.setCursorPosition(0)  # a long one is read from its beginning
            editor.setToolTip(row.text)  # and whole beside it
        editor.blockSignals(before)
        self.caption.setText(row.caption())
        self.back.setVisible(row.changed)
        tip = tr("Back to {value}", value=row.usual or tr("empty"))
        self.back.setToolTip(tip)
        self.back.setAccessibleName(f"{tip}: {row.meaning}")
        self._tell("")
        self.update()

    def wrong(self) -> str:
        """What is wrong with what is typed; empty where nothing is."""
        return self.problem.text()

    def _typed(self, text: str) -> None:
        self._tell(self._check(self.row.key, text))

    def _finished(self) -> None:
        assert isinstance(self.editor, QLineEdit)
        text = self.editor.text().strip()
        problem = self._check(self.row.key, text)
        self._tell(problem)
        if not problem and text != self.row.text:
            self.given.emit(self.row.key, text)

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.editor.setAccessibleDescription(problem)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as its words need at this width: a scrolled column would squeeze them."""
        margins, words = self._grid.contentsMargins(), self.meaning.width()
        height = self.meaning.heightForWidth(words) + self.caption.heightForWidth(words) + self._grid.verticalSpacing()
        self.setMinimumHeight(max(self._grid.heightForWidth(self.width()), height + margins.top() + margins.bottom()))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = look_now(), QPainter(self)
        if self.row.changed:
            x = self.width() - MARK_PX if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else 0
            painter.fillRect(x, 4, MARK_PX, self.height() - 8, QColor(look.accent))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(look.hover))
        painter.end()
