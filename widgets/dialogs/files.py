"""Which file? One dialog for all that is read and written: it begins where people keep files, later where it was last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QDir, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QListView, QToolButton, QWidget

from widgets.common.icons import icon

WIDE_PX, HIGH_PX, PLACES_PX = 820, 480, 132
ICONS = {
    "backButton": "arrow-left",
    "forwardButton": "arrow-right",
    "toParentButton": "arrow-up",
    "newFolderButton": "folder-plus",
    "listModeButton": "squares-four",
    "detailModeButton": "list",
}


def file_dialog(
    question: str, filters: Sequence[str], parent: QWidget | None, *, save_as: str = "", several: bool = False
) -> QFileDialog:
    """Not shown yet. ``save_as`` is the name proposed for a file to be written; without one, there is one to be read."""
    dialog = QFileDialog(parent, question)
    dialog.setNameFilters(list(filters))
    if dialog.directory() == QDir.current():  # Qt's own idea, as long as nothing was chosen: where the program was started
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog.setDirectory(documents if QDir(documents).exists() else QDir.homePath())
    if save_as:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(save_as).suffix.lstrip("."))
        dialog.selectFile(save_as)
    else:
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if several else QFileDialog.FileMode.ExistingFile)
    _dress(dialog)
    dialog.finished.connect(dialog.deleteLater)
    dialog.resize(WIDE_PX, HIGH_PX)  # Qt's own is too narrow for the dates
    return dialog


def _dress(dialog: QFileDialog) -> None:
    """Where the system has no dialog of its own and Qt draws one: its icons are black in every theme, and places are cut."""
    for name, mark in ICONS.items():
        button = dialog.findChild(QToolButton, name)
        if isinstance(button, QToolButton):
            button.setIcon(icon(mark))
    places = dialog.findChild(QListView, "sidebar")
    if isinstance(places, QListView):
        places.setMinimumWidth(PLACES_PX)
