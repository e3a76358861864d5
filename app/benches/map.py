"""The live map with 1,000, 10,000 and 50,000 drivers on the move, as the console shows it: a window of its own process.

*main* is the thread that runs the window and the engine; *draw* is one drawing of all drivers in the renderer; *pan* and
*zoom* are the times between frames while a hand drags the map in circles, or zooms in and out. *far*, *middle* and *near* are
where drivers are groups, dots and arrowheads. *hidden* is the layer of drivers turned off while they go on reporting; the
ratios to it take the mean time of a frame in the slowest of the three views.
Peers draw the same places: Leaflet's own canvas of circle markers, and a pyqtgraph scatter, which works on the main thread.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from app.benches import Numbers, Result
from core.domain.errors import KerbsideError

SIZES = {"small": 1_000, "medium": 10_000, "": 50_000}
SECONDS = 3.0
PATIENCE_S = 300.0
ROOT = Path(__file__).resolve().parents[2]


def run(scale: float = 1.0) -> Result:
    result = Result()
    # On the screen that is there, whatever Qt was told for this process.
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith(("QT_", "QTWEBENGINE_"))}
    if sys.platform.startswith("linux") and not (surroundings.get("DISPLAY") or surroundings.get("WAYLAND_DISPLAY")):
        surroundings["QT_QPA_PLATFORM"] = "offscreen"
        result.notes.append("no display: on Qt's offscreen platform")
    if not any(Path("/dev/dri").glob("renderD*")):
        result.notes.append("no graphics card: drawn by the processor")
    # A window takes seconds to open, so a shrunken run opens one.
    sizes = SIZES if scale > 0.1 else {"": SIZES[""]}
    for size, drivers in sizes.items():
        figures, peers = _window(max(50, int(drivers * scale)), max(0.5, SECONDS * scale), surroundings)
        prefix = f"{size}_" if size else ""
        result.figures |= {f"{prefix}{key}": value for key, value in figures.items()}
        result.peers |= {f"{prefix}{key}": value for key, value in peers.items()}
        result.ratios |= {
            f"{prefix}main_vs_pyqtgraph": peers["pyqtgraph_main_ms"] / figures["refresh_main_ms"],
            f"{prefix}draw_vs_leaflet": peers["leaflet_draw_ms"] / figures["far_draw_ms"],
            f"{prefix}hidden_over_shown_main_busy": figures["hidden_main_busy_ms_per_s"] / figures["shown_main_busy_ms_per_s"],
        }
        for act in ("pan", "zoom"):
            shown = max(figures[f"{view}_{act}_mean_ms"] for view in ("far", "middle", "near"))
            result.ratios[f"{prefix}{act}_frame_over_hidden"] = shown / figures[f"hidden_{act}_mean_ms"]
    return result


def _window(drivers: int, seconds: float, surroundings: dict[str, str]) -> tuple[Numbers, Numbers]:
    command = [sys.executable, "-m", "app.benches.map_window", str(drivers), str(seconds)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise KerbsideError(f"the map with {drivers} drivers did not end within {PATIENCE_S:.0f} s") from None
    if done.returncode:
        raise KerbsideError(f"the map with {drivers} drivers could not be measured: {done.stderr.strip().splitlines()[-1]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["figures"], answer["peers"]
