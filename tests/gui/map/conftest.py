"""A map on a real page. The web engine is made ready while tests are collected, before any window system is there."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from widgets.map import webengine
from widgets.map.marks import LAYERS, LAYERS_OFF, DriverColumns
from widgets.map.view import MapView

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
webengine.prepare()

PATIENCE_S = 20.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "gui/map/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore(*webengine.HARMLESS_WARNINGS))


def base_map() -> bytes:
    """A village: one park, one pond, one street with a name, at 45° N 9° E."""

    def line(*points: tuple[float, float]) -> list[int]:
        flat = np.rint(np.array(points) * 1e6).astype(int)
        return np.vstack([flat[:1], np.diff(flat, axis=0)]).ravel().tolist()

    square = [(45.002, 9.002), (45.002, 9.004), (45.004, 9.004), (45.004, 9.002), (45.002, 9.002)]
    return json.dumps(
        {
            "bounds": [44.99, 8.985, 45.01, 9.015],
            "water": [[line(*((lat - 0.006, lon) for lat, lon in square))]],
            "parks": [[line(*square)]],
            "buildings": [],
            "rails": [],
            "waterways": [{"w": 8, "p": line((44.99, 8.99), (45.01, 8.992))}],
            "roads": [
                {"c": "primary", "n": "Via Roma", "p": line((45.0, 8.99), (45.0, 9.0))},
                {"c": "primary", "n": "Via Roma", "p": line((45.0, 9.0), (45.0005, 9.01))},
                {"c": "path", "n": "", "p": line((45.001, 9.001), (45.003, 9.003))},
            ],
            "places": [{"k": "suburb", "n": "Borgo", "p": [45001000, 9001000]}],
        }
    ).encode()


class Screen:
    """A map in a window, with what a test needs to look into it and lay hands on it."""

    def __init__(self, view_at: tuple[float, float, int] | None = (45.0, 9.0, 15)) -> None:
        self.view = MapView("light")
        self.view.resize(800, 600)
        self.view.set_base_map(base_map(), "© OpenStreetMap contributors")
        if view_at:
            self.view.set_view(*view_at)
        self.view.show()
        self.until(lambda: self.ask("Kerbside.stats.tiles") or 0)

    def until(self, there: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not there():
            assert time.monotonic() < deadline, "waited in vain"
            QTest.qWait(10)

    def ask(self, script: str) -> object:
        """What a script in the page evaluates to."""
        answers: list[object] = []
        self.view.run(f"typeof Kerbside === 'undefined' ? 'null' : JSON.stringify({script})", answers.append)
        self.until(lambda: answers)
        return json.loads(str(answers[0] or "null"))

    def settled(self) -> None:
        """Everything said so far is taken in by the page, and its ground is painted."""
        QTest.qWait(20)
        self.until(lambda: self.view.settled())
        self.until(lambda: self.ask("!Kerbside.ground.due && !Kerbside.ground.waiting && !Kerbside.map._animatingZoom"))

    def hands(self) -> QWidget:
        """The widget that takes the mouse for the page."""
        inner = self.view.focusProxy().focusProxy()
        assert inner is not None
        return inner

    def drivers(self, *places: tuple[float, float], ids: list[str] | None = None) -> None:
        n = len(places)
        lat, lon = np.array(places).reshape(n, 2).T
        names = ids or [f"D-{i + 1}" for i in range(n)]
        self.view.set_drivers(names, DriverColumns(lat, lon, np.full(n, 90.0), np.full(n, 2), np.zeros(n)))
        self.settled()


@pytest.fixture(scope="module")
def shown(qapp: QApplication) -> Iterator[Screen]:
    made = Screen()
    yield made
    made.view.close()
    made.view.deleteLater()
    QTest.qWait(20)


@pytest.fixture
def screen(shown: Screen) -> Screen:
    """The module's map, as it was at first."""
    shown.view.show()
    shown.view.select(None)
    shown.view.follow(None)
    shown.view.set_reduced_motion(True)
    shown.view.set_orders([])
    shown.view.set_route(None)
    shown.view.set_areas([])
    shown.view.set_layers({name: name not in LAYERS_OFF for name in LAYERS})
    shown.view.set_view(45.0, 9.0, 15)
    shown.settled()
    shown.drivers((45.0, 9.0), (45.003, 9.003))
    return shown
