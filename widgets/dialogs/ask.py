"""What every dialog shares: its title is the question, its button says what it does, a problem is told in it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.language import capital, tr

TITLE_BAR_PX = 32
"""What the system puts above a dialog, at most about."""
LINE_PX = 340
"""As wide as words want to be before they break: wider makes a dialog of a sentence."""


class AskDialog(QDialog):
    """``body`` is the layout to fill; Escape cancels, Enter does what the first button says."""

    def __init__(self, question: str, action: str, parent: QWidget | None = None, danger: bool = False) -> None:
        super().__init__(parent)
        self.setWindowTitle(question)
        self.heading = plain(question, "title")
        self.problem = plain(kind="error")
        self.problem.hide()
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        self.action = QPushButton(action)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setAutoDefault(False)
        if danger:
            # What destroys something is not done by a stray Enter.
            self.action.setProperty("kind", "danger")
            self.action.setAutoDefault(False)
            self.cancel.setDefault(True)
            self.cancel.setProperty("kind", "primary")
        else:
            self.action.setDefault(True)
            self.action.setProperty("kind", "primary")
        self.action.clicked.connect(self.act)
        self.cancel.clicked.connect(self.reject)
        self.row = QHBoxLayout()
        self.row.setSpacing(8)
        self.row.addStretch(1)
        self.row.addWidget(self.cancel)
        self.row.addWidget(self.action)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self.heading)
        layout.addLayout(self.body, 1)
        layout.addWidget(self.problem)
        layout.addLayout(self.row)

    def showEvent(self, event: QShowEvent) -> None:
        if not event.spontaneous():
            # Qt takes the height of a dialog whose words wrap from the words alone, and leaves its table none.
            size = self.size().expandedTo(self.sizeHint())
            if not self.body.expandingDirections() & Qt.Orientation.Vertical:
                size.setHeight(self._needed(size.width()))  # where nothing takes room that is left, none is to be left
            self.resize(size.boundedTo(self._room()))
            if self.focusWidget() is None and (first := _first_field(self.body)) is not None:
                first.setFocus()  # Qt would begin at the button: it was made before the fields
        super().showEvent(event)

    def _needed(self, width: int) -> int:
        """Pixels of height for all words in a dialog of that width."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()

    def _room(self) -> QSize:
        return self.screen().availableSize() - QSize(0, TITLE_BAR_PX)

    def ask(self, question: str) -> None:
        """Put another question."""
        self.setWindowTitle(question)
        self.heading.setText(question)

    def act(self) -> None:
        """What the button does; here it closes the dialog as accepted."""
        self.accept()

    def show_problem(self, text: str, at: QWidget | None = None) -> None:
        """Say what is wrong and stay open, in the field where it is; an empty text takes it back."""
        self.problem.setText(capital(text))
        self.problem.setVisible(bool(text))
        if text and self.isVisible():
            # It needs a place of its own: nothing that is there already gives way.
            self.resize(self.size().expandedTo(QSize(0, self._needed(self.width()))).boundedTo(self._room()))
        if at is not None:
            at.setFocus()


def _first_field(layout: QLayout) -> QWidget | None:
    """The first that can be typed into or chosen from, as they lie."""
    for item in filter(None, map(layout.itemAt, range(layout.count()))):
        within, widget = item.layout(), item.widget()
        if within is not None and (found := _first_field(within)) is not None:
            return found
        if widget is None or widget.isHidden() or not widget.isEnabled() or isinstance(widget, QPushButton):
            continue
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return widget
        page = widget.layout()
        if page is not None and (found := _first_field(page)) is not None:
            return found
    return None


def form() -> QFormLayout:
    layout = QFormLayout()
    layout.setHorizontalSpacing(12)
    layout.setVerticalSpacing(8)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return layout


def inset(field: QAbstractSpinBox) -> None:
    """Set the text of a number field in as far as that of others; the style sheet can't."""
    field.lineEdit().setTextMargins(9, 0, 0, 0)


class _Words(QLabel):
    """Breaks its lines where it has to. Qt would have it narrow and high, and a form keeps that height free in any width."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setWordWrap(True)

    def sizeHint(self) -> QSize:
        if not self.text():
            return super().sizeHint()
        whole = self.fontMetrics().size(0, self.text()).width()
        width = min(whole + 1, LINE_PX)
        return QSize(width, self.heightForWidth(width))


def plain(text: str = "", kind: str = "") -> QLabel:
    """A label that breaks its lines."""
    label = _Words(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if kind:
        label.setProperty("kind", kind)
    return label
