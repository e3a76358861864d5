"""Panels, and the map's own windows, on a second screen: they are there again at the next start, and on the first screen where
the second is gone. The offscreen platform has the screens a file says, so each start is a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
SCREENS = {"left": (0, 0, 1920, 1080), "right": (1920, 0, 1280, 1024)}
START = """
import json, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from widgets.map import webengine
webengine.prepare()
app = QApplication(sys.argv)
from tests.gui.app.conftest import Rig
rig = Rig(app, Path(sys.argv[1]))
rig.rest(0.2)
window, maps = rig.window, rig.deeds.maps
if sys.argv[2] == "open":
    window.layouts.float(window.docks["drivers"])
    maps.pop_out()
    maps.windows[0].setGeometry(2000, 100, 800, 600)
    maps.wall()
    rig.rest(0.2)
if sys.argv[2] == "anew":
    rig.console.reopen()
    rig.until(lambda: rig.console.system is not None and rig.deeds.maps is not maps)
    rig.until(lambda: rig.deeds.maps.windows)
    maps = rig.deeds.maps
def told(widget):
    return [widget.screen().name(), widget.isVisible(), widget.screen().geometry().intersects(widget.geometry())]
print(json.dumps({
    "drivers": [window.docks["drivers"].isFloating(), *told(window.docks["drivers"])],
    "maps": [["wall" if one.strip else "map", one.isFullScreen(), *told(one)] for one in maps.windows],
}), flush=True)
window.close()
rig.console.close()
rig.rest(0.2)
import os
os._exit(0)
"""


def start(folder: Path, names: list[str], does: str = "look") -> dict[str, Any]:
    file = folder.parent / "screens.json"
    screens = [
        {"name": name, "x": x, "y": y, "width": w, "height": h, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
        for name, (x, y, w, h) in SCREENS.items()
        if name in names
    ]
    file.write_text(json.dumps({"screens": screens}))
    env = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={file}", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", START, str(folder), does]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert said, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(said[-1])
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="the offscreen platform's screens")
def test_what_stands_on_a_second_screen_comes_back_and_to_the_first_where_that_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    there = {"drivers": [True, "right", True, True]}
    wall = ["wall", True, "right", True, True]
    assert start(folder, ["left", "right"], "open") == {**there, "maps": [["map", False, "right", True, True], wall]}
    assert start(folder, ["left", "right"]) == {**there, "maps": [["map", False, "right", True, True], wall]}
    assert start(folder, ["left", "right"], "anew") == {**there, "maps": [["map", False, "right", True, True], wall]}
    # A wall view would cover the only screen there is.
    assert start(folder, ["left"]) == {"drivers": [True, "left", True, True], "maps": [["map", False, "left", True, True]]}
