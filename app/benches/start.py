"""From the command line to a window that can be used, with compiled files at hand and without any."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from app.benches import Numbers, Result
from app.bootstrap import city_file
from core.domain.errors import KerbsideError
from core.storage.folder import DataFolder

RUNS = 3
PATIENCE_S = 120.0
POLL_S = 0.005
MAIN = Path(__file__).resolve().parents[2] / "main.py"
MILESTONES = {"seen after": "seen", "usable after": "usable", "on the road after": "driving"}

BARE = """
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication
import numpy
app = QApplication([])
view = QWebEngineView()
view.show()
app.processEvents()
print("there", flush=True)
app.exec()
"""
"""The least that any window with a web map and arrays has to load."""


def run(scale: float) -> Result:
    """Seconds from the spawn of the program, medians. ``seen``: the window is painted; ``usable``: the core runs behind it and
    every action can be taken; ``driving``: the demo's drivers move; ``closed``: from the end asked for to the process's.
    """
    result = Result()
    runs = max(1, round(RUNS * scale))
    with ExitStack() as stack:
        folders = (stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)) for _ in range(3))
        data, compiled, nothing = map(Path, folders)
        with DataFolder(data) as folder:
            city_file(folder, None)
        surroundings = dict(os.environ)
        if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            surroundings["QT_QPA_PLATFORM"] = "offscreen"
            result.notes.append("no display: on Qt's offscreen platform")
        surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
        warm = surroundings | {"PYTHONPYCACHEPREFIX": str(compiled)}
        # Where nothing is compiled and nothing may be kept, each run compiles everything, the standard library too.
        cold = surroundings | {"PYTHONPYCACHEPREFIX": str(nothing), "PYTHONDONTWRITEBYTECODE": "1"}
        for name, environment in (("warm", warm), ("cold", cold)):
            _start(data, environment)  # once unmeasured: what is to be compiled is compiled, and read from the disk
            measured = [_start(data, environment) for _ in range(runs)]
            for key in measured[0]:
                result.figures[f"{key}_{name}_s"] = round(statistics.median(m[key] for m in measured), 3)
            windows = [_bare_window(environment) for _ in range(runs)]
            result.peers[f"bare_window_{name}_s"] = round(statistics.median(windows), 3)
            share = result.figures[f"usable_{name}_s"] / result.peers[f"bare_window_{name}_s"]
            result.ratios[f"usable_{name}_over_bare_window"] = round(share, 2)
    return result


def _start(data: Path, environment: Mapping[str, str]) -> Numbers:
    log = data / "logs" / "kerbside.log"
    log.unlink(missing_ok=True)
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(MAIN), "demo", "--data", str(data)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    found: Numbers = {}
    try:
        while len(found) < len(MILESTONES):
            time.sleep(POLL_S)
            now = time.perf_counter() - began
            text = log.read_text(encoding="utf-8") if log.exists() else ""
            found |= {name: now for words, name in MILESTONES.items() if name not in found and words in text}
            if process.poll() is not None or now > PATIENCE_S:
                raise KerbsideError(f"the console did not start (exit code {process.poll()}): see what main.py demo says")
    finally:
        asked = time.perf_counter()
        process.terminate()
        process.wait(PATIENCE_S)
    found["closed"] = time.perf_counter() - asked
    return found


def _bare_window(environment: Mapping[str, str]) -> float:
    flags = {"QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu --log-level=3", "QT_QUICK_BACKEND": "software"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", BARE], env={**flags, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    with process.stdout as said:
        there = said.readline()
    seconds = time.perf_counter() - began
    process.kill()
    process.wait(PATIENCE_S)
    if not there:
        raise KerbsideError("a bare window of Qt's did not start")
    return seconds
