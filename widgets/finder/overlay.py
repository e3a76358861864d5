"""The finder: one field over the window in which everything is found and every command typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from core.domain.language import mark, tr
from widgets.common.icons import icon
from widgets.common.table_view import RowsView
from widgets.common.tables import Column, RowsModel
from widgets.finder.rows import Found

WIDTH_PX = 680
TOP_PX = 64
ROWS = 12
_HINT = mark("Enter does it, Tab completes, Esc closes; begin with / for a command")

_COLUMNS: tuple[Column[Found], ...] = (
    Column(
        "What",
        lambda r, m: r.title,
        token=lambda r, m: "text" if r.able else "muted",
        icon=lambda r, m: r.icon,
        width=0,
    ),
    Column("About", lambda r, m: r.detail, token=lambda r, m: r.token, width=250),
    Column("Keys", lambda r, m: r.keys, token=lambda r, m: "accent", right=True, width=136),
)


class _Field(QLineEdit):
    """Passes on the keys that walk the list, and tells when it has lost the focus."""

    walked = Signal(int)
    completed = Signal()
    done = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        step = {keys.Key_Down: 1, keys.Key_Up: -1, keys.Key_PageDown: ROWS, keys.Key_PageUp: -ROWS}.get(Qt.Key(event.key()), 0)
        if step:
            self.walked.emit(step)
        elif event.key() == keys.Key_Escape:
            self.left.emit()
        elif event.key() in (keys.Key_Return, keys.Key_Enter):
            self.done.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Tab would leave the field before it came to keyPressEvent.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
            self.completed.emit()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.left.emit()


class FinderOverlay(QFrame):
    """``typed(str)`` at every change of the text; ``chosen(str id)`` once, as the finder closes; ``closed`` either way.

    The one who listens answers with `show_found`.
    """

    typed = Signal(str)
    chosen = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._before: QWidget | None = None
        self.setObjectName("finder")
        self.setAccessibleName(tr("Find or do anything"))
        self.setStyleSheet("#finder { background: palette(base); border: 1px solid palette(link); border-radius: 4px; }")
        self.field = _Field()
        self.field.setPlaceholderText(tr("Find an order, a driver, an address or anything that can be done"))
        self.field.setAccessibleName(tr("Find, or type a command"))
        self.field.addAction(icon("magnifying-glass"), QLineEdit.ActionPosition.LeadingPosition)
        self.model: RowsModel[Found] = RowsModel(_COLUMNS)
        self.view = RowsView(self.model, tr("Found"))
        self.view.setSelectionMode(RowsView.SelectionMode.SingleSelection)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.horizontalHeader().hide()
        self.note = QLabel(tr(_HINT))
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setProperty("kind", "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.note)
        self.field.textChanged.connect(self.typed)
        self.field.walked.connect(self._walk)
        self.field.completed.connect(self._complete)
        self.field.done.connect(self._choose)
        self.field.left.connect(self.end)
        self.view.clicked.connect(lambda _: self._choose())
        parent.installEventFilter(self)
        self.hide()

    def begin(self, text: str = "") -> None:
        """Open, with this in the field; open already, the text is all that changes."""
        if not self.isVisible():
            self._before = self._over.window().focusWidget()
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.field.text() == text:
            self.typed.emit(text)
        else:
            self.field.setText(text)

    def end(self) -> None:
        """Close without a choice; the focus goes back to where it was."""
        if not self.isVisible():
            return
        had_focus = self.field.hasFocus()
        self.hide()
        if had_focus and self._before is not None:
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None
        self.closed.emit()

    def show_found(self, found: Sequence[Found], note: str = "", bad: bool = False) -> None:
        """What fits what is typed, the best first. ``note`` stands below; ``bad`` says that it tells what is wrong."""
        self.model.set_rows(found)
        if found:
            self.view.select_ids([found[0].id])
            self.view.scrollToTop()
        self.note.setText(note or tr(_HINT))
        kind = "error" if bad else "caption"
        if kind != self.note.property("kind"):
            self.note.setProperty("kind", kind)
            self.note.style().unpolish(self.note)
            self.note.style().polish(self.note)

    def current(self) -> Found | None:
        """What Enter would do."""
        ids = self.view.selected_ids()
        return self.model.shown[self.model.place(ids[0])] if ids else None

    def _walk(self, step: int) -> None:
        if not self.model.shown:
            return
        ids = self.view.selected_ids()
        at = self.model.place(ids[0]) if ids else -1
        place = min(max(0, at + step), len(self.model.shown) - 1)
        self.view.select_ids([self.model.shown[place].id])

    def _complete(self) -> None:
        found = self.current()
        if found is not None and found.fill:
            self.field.setText(found.fill)

    def _choose(self) -> None:
        found = self.current()
        if found is None:
            return
        if found.fill:
            self.field.setText(found.fill)
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.end()
        self.chosen.emit(found.id)

    def _place(self) -> None:
        width = min(WIDTH_PX, self._over.width() - 32)
        height = self.field.sizeHint().height() + ROWS * self.view.verticalHeader().defaultSectionSize() + 64
        height = min(height, self._over.height() - TOP_PX - 16)
        self.setGeometry((self._over.width() - width) // 2, TOP_PX, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
