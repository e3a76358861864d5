"""Which file? One dialog for all that is read and written: it begins where people keep files, later where it was last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QDir, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

WIDE_PX, HIGH_PX = 820, 480


def file_dialog(
    question: str, filters: Sequence[str], parent: QWidget | None, *, save_as: str = "", several: bool = False
) -> QFileDialog:
    """Not shown yet. ``save_as`` is the name proposed for a file to be written; without one, there is one to be read."""
    dialog = QFileDialog(parent, question)
    dialog.setNameFilters(list(filters))
    if dialog.directory() == QDir.current():  # Qt's own idea, as long as nothing was chosen: where the program was started
        dialog.setDirectory(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    if save_as:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(save_as).suffix.lstrip("."))
        dialog.selectFile(save_as)
    else:
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if several else QFileDialog.FileMode.ExistingFile)
    dialog.finished.connect(dialog.deleteLater)
    dialog.resize(WIDE_PX, HIGH_PX)  # Qt's own is too narrow for the dates
    return dialog
