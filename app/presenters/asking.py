"""Dialogs over the window, which end with the core that they are about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from core.domain.language import tr
from widgets.dialogs.confirm import ConfirmDialog
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
        dialog.open()

    def close(self) -> None:
        for dialog in tuple(self._open):
            dialog.reject()

    def sure(self, question: str, text: str, button: str, then: Callable[[], object]) -> None:
        dialog = ConfirmDialog(question, text, button, self.window, danger=True, refuse=tr("Leave it"))
        dialog.accepted.connect(then)
        self.show(dialog)

    def words(self, question: str, button: str, then: Callable[[str], None], choices: Sequence[str] = ()) -> None:
        """A few words, or one of the choices where there are any."""
        dialog = LineDialog(question, button, self.window, choices)
        dialog.given.connect(then)
        self.show(dialog)

    def open_file(self, question: str, filters: Sequence[str], then: Callable[[Path], None]) -> None:
        self._file(question, filters, then, QFileDialog.AcceptMode.AcceptOpen, "")

    def save_file(self, question: str, filters: Sequence[str], name: str, then: Callable[[Path], None]) -> None:
        self._file(question, filters, then, QFileDialog.AcceptMode.AcceptSave, name)

    def _file(
        self, question: str, filters: Sequence[str], then: Callable[[Path], None], mode: QFileDialog.AcceptMode, name: str
    ) -> None:
        dialog = QFileDialog(self.window, question)
        dialog.setAcceptMode(mode)
        dialog.setNameFilters(list(filters))
        if name:
            dialog.setDefaultSuffix(Path(name).suffix.lstrip("."))
            dialog.selectFile(name)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
        self.show(dialog)
