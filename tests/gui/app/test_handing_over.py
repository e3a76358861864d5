"""From a note to the sheet on paper, in the console."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from widgets.dialogs.sheet import SheetDialog


def test_a_note_is_written_by_key_undone_and_stands_on_the_sheet(rig: Any, tmp_path: Path) -> None:
    rig.press("Ctrl+Shift+N")
    panel = rig.window.managed["handover"]
    rig.until(panel.field.hasFocus)
    QTest.keyClicks(panel.field, "The lift at Mill Lane is broken")
    QTest.keyClick(panel.field, Qt.Key.Key_Return)
    rig.until(lambda: [row.text for row in panel.model.shown] == ["The lift at Mill Lane is broken"])
    rig.press("Ctrl+Z", on=panel.view)
    rig.until(lambda: not panel.model.rows)
    rig.press("Ctrl+Shift+Z", on=panel.view)
    rig.until(lambda: panel.model.rows)

    order = rig.order()
    rig.deeds.selection.set_orders([order])
    rig.action("order.hold").trigger()
    rig.action("handover.sheet").trigger()
    dialog = rig.dialog(SheetDialog)
    text = dialog.paper.toPlainText()
    assert "The lift at Mill Lane is broken" in text
    assert order in text
    dialog.action.click()
    rig.dialog(QFileDialog).fileSelected.emit(str(tmp_path / "sheet.pdf"))
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    rig.dialog(QFileDialog).reject()
    dialog.print.click()
    rig.dialog(QPrintDialog).reject()
    dialog.reject()
    rig.window.docks["handover"].close()
