"""The dashboard in the console: what happened before it was opened and what happens after, saved, and begun anew."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from app.presenters.asking import Asking
from app.saving import Saver
from core.domain.commands import AssignOrder, RecordProgress
from tests.gui.app.test_reopening import reopened


def deliver(rig: Any) -> None:
    order = rig.order()
    rig.engine.execute(AssignOrder(order_id=order, driver_id="D-1"))
    for event in ("arrived_pickup", "picked_up", "arrived_dropoff", "delivered"):
        rig.engine.execute(RecordProgress(order_id=order, event=event))


def delivered(rig: Any) -> float:
    course = rig.deeds.desk.dashboard._course()
    return 0.0 if course is None else float(course.delivered.sum())


def saved(rig: Any, action: str, path: Path) -> None:
    rig.action(action).trigger()
    dialog = rig.dialog(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    rig.until(path.exists)


def test_from_the_log_and_from_what_comes_in(rig: Any, tmp_path: Path) -> None:
    window, panel = rig.window, rig.window.managed["dashboard"]
    assert not rig.action("dashboard.table").isEnabled()
    deliver(rig)
    before = sum(o.status.value == "delivered" for o in rig.engine.world.orders.values())
    rig.press("Ctrl+Shift+D")
    assert window.docks["dashboard"].isVisible()
    rig.until(lambda: "parts" in panel.charts)
    assert delivered(rig) == before
    deliver(rig)
    assert delivered(rig) == before + 1
    rig.deeds.desk.dashboard.choose("day")
    rig.until(lambda: not panel._due)
    assert panel.charts["parts"].data.bin_s == 1800
    rig.until(lambda: panel.charts["areas"].data.names == ("Elsewhere",))

    saved(rig, "dashboard.table", tmp_path / "figures.csv")
    rows = list(csv.DictReader((tmp_path / "figures.csv").read_text().splitlines()))
    assert sum(float(row["delivered"]) for row in rows) == before + 1
    assert {row["minutes"] for row in rows} == {"30"}
    saved(rig, "dashboard.picture", tmp_path / "figures.png")
    picture = QImage(str(tmp_path / "figures.png"))
    assert picture.width() == panel._content.width()

    window.docks["dashboard"].close()
    data = panel.charts["parts"].data
    rig.deeds.desk.dashboard._refresh()
    assert panel.charts["parts"].data is data  # nothing is drawn that nobody sees


def test_a_start_does_not_wait_for_the_charts() -> None:
    code = "import sys, app.console, app.main_window; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_another_core_begins_with_a_clean_board(rig: Any) -> None:
    rig.press("Ctrl+Shift+D")
    panel = rig.window.managed["dashboard"]
    rig.until(lambda: panel.charts)
    reopened(rig)
    rig.people_the_town()
    rig.until(lambda: panel.charts)  # it is still open, and reads the log again
    assert delivered(rig) >= 1
    rig.window.docks["dashboard"].close()


def test_a_file_that_can_t_be_written_is_told(rig: Any, tmp_path: Path) -> None:
    told: list[tuple[str, bool]] = []
    asking = Asking(rig.window)
    saver = Saver(asking, lambda text, bad: told.append((text, bad)))
    saver.ask("Where?", "a.csv", "CSV", lambda path: path.write_text(""))
    rig.dialog(QFileDialog).fileSelected.emit(str(tmp_path / "none" / "a.csv"))
    assert told == [(f"{tmp_path / 'none' / 'a.csv'} can't be written: there is no such file or folder", True)]
    asking.close()
    assert asking._open == []
