"""A second start on the same data folder brings the first one's window to the front, and ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

Rig = Any  # tests/gui/app/conftest.py
ROOT = Path(__file__).resolve().parents[3]


def test_a_second_start_shows_the_first_window(rig: Rig) -> None:
    rig.window.showMinimized()
    command = [sys.executable, "main.py", "--data", str(rig.folder)]
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        command, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as second:
        rig.until(lambda: second.poll() is not None)
        said, problem = second.communicate()
    assert (second.returncode, problem.replace("This plugin does not support propagateSizeHints()\n", "")) == (0, "")
    assert said == "kerbside: it is running already, and its window is in front now\n"
    assert not rig.window.isMinimized()
    rig.until(rig.window.isActiveWindow)
