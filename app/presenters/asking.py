"""Dialogs over the window, which end with the core that they are about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from core.domain.language import tr
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.files import file_dialog
from widgets.dialogs.line import LineDialog


class Asking:
    """Modal to the window, but not blocking: the beat goes on."""

    def __init__(self, window: QWidget, dress: Callable[[QDialog], object] = lambda dialog: None) -> None:
        """``dress`` is told of each dialog before it is shown."""
        self.window = window
        self._dress = dress
        self._open: list[QDialog] = []

    def show(self, dialog: QDialog) -> None:
        self._open.append(dialog)
        dialog.finished.connect(lambda _: self._open.remove(dialog))
        dialog.finished.connect(dialog.deleteLater)
        self._dress(dialog)
        QDialog.open(dialog)  # Qt's own dialog for printing has another `open`, which wants to be told whom to call

    def close(self) -> None:
        for dialog in tuple(self._open):
            dialog.reject()

    def sure(self, question: str, text: str, button: str, then: Callable[[], object]) -> None:
        dialog = ConfirmDialog(question, text, button, self.window, danger=True, refuse=tr("Leave it"))
        dialog.accepted.connect(then)
        self.show(dialog)

    def words(
        self, question: str, button: str, then: Callable[[str], None], choices: Sequence[str] = (), first: str = ""
    ) -> None:
        """A few words, or one of the choices where there are any; ``first`` is the answer that stands there already."""
        dialog = LineDialog(question, button, self.window, choices)
        if first:
            dialog.set_text(first)
        dialog.given.connect(then)
        self.show(dialog)

    def open_file(self, question: str, filters: Sequence[str], then: Callable[[Path], None]) -> None:
        self._file(file_dialog(question, filters, self.window), then)

    def save_file(self, question: str, filters: Sequence[str], name: str, then: Callable[[Path], None]) -> None:
        self._file(file_dialog(question, filters, self.window, save_as=name), then)

    def _file(self, dialog: QFileDialog, then: Callable[[Path], None]) -> None:
        dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
        self.show(dialog)
