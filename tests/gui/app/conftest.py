"""The whole console as it runs: a real window, engine, database, broker and workers. Only the matcher is paused."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QEventLoop, QMimeData, QPoint, QPointF, QSettings, Qt, QTimer
from PySide6.QtGui import QAction, QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from app.actions.deeds import Deeds
from app.console import Console
from app.ground import Ground
from app.main_window import MainWindow
from core.domain.commands import PlaceOrder, SaveDriver, SaveMerchant, SetPresence
from core.domain.driver import App, Driver, Presence
from core.domain.events import FixesApplied
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Order
from core.domain.reports import FixBatch
from core.domain.vehicle import Vehicle
from core.engine.engine import Engine
from widgets.common.theme import Theme
from widgets.map import webengine

webengine.prepare()

T = TypeVar("T")
PATIENCE_S = 60.0
HOME, AWAY = LatLon(45.0, 9.0), LatLon(45.008, 9.008)
DRIVERS = {
    "D-1": ("Ada Lind", App.KERBSIDE, LatLon(45.004, 9.0)),
    "D-2": ("Bo Weber", App.OWNTRACKS, LatLon(44.996, 9.004)),
    "D-17": ("Cy Stone", App.KERBSIDE, LatLon(45.0, 8.994)),
}


# The offscreen platform has no window manager to hint to, and says so.
NO_MANAGER = ("does not support propagateSizeHints", r"does not support raise\(\)", "does not support grabbing the keyboard")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "gui/app/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore(*webengine.HARMLESS_WARNINGS, *NO_MANAGER))


class Rig:
    """The program, driven as a person would; waits go through its own loop, so that its beat goes on."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings.toml").write_text(
            '[mqtt]\nport = 0\nlisten = "127.0.0.1"\n[tracking]\nfastest_kmh = 0\n[window]\ntheme = "light"\n'
            "[alerts]\nsound_critical = false\n"
        )
        # Qt's own loop is run by pytest's waits; ending it, as run_until_complete does, would end the web engine.
        self.loop = qasync.QEventLoop(app, already_running=True)
        self.loop.set_default_executor(ThreadPoolExecutor(2))
        asyncio.set_event_loop(self.loop)
        self.window = MainWindow(Theme(app, "light"))
        self._numbers = itertools.count(1)
        ground = Ground(folder, simulated=False)
        self.window.restore_layout(QSettings(str(ground.folder.layout), QSettings.Format.IniFormat))
        # The offscreen platform's screen is 800 wide: a window that is fitted to it would leave the map no room.
        self.window.setWindowState(Qt.WindowState.WindowNoState)
        self.window.resize(1600, 900)
        self.window.show()
        self.console = Console(self.window, folder, None)
        self.run(self.console.open(ground))
        self.people_the_town()

    # The program

    @property
    def engine(self) -> Engine:
        assert self.console.system is not None
        return self.console.system.engine

    @property
    def deeds(self) -> Deeds:
        assert self.window._deeds is not None
        return self.window._deeds

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        task = self.loop.create_task(work)
        self.until(task.done)
        return task.result()

    def until(self, there: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not there():
            assert time.monotonic() < deadline, "waited in vain"
            self.rest(0.01)

    def rest(self, seconds: float = 0.05) -> None:
        """As QTest.qWait, but that lets no other thread of Python run."""
        wait = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), wait.quit)
        wait.exec()

    def close(self) -> None:
        self.window.close()
        self.console.close()
        self.rest()
        self.window.deleteLater()
        self.rest()
        asyncio.events._set_running_loop(None)
        asyncio.set_event_loop(None)

    # Its world

    def people_the_town(self) -> None:
        self.engine.matching_paused = True
        self.engine.execute(SaveMerchant(merchant=Merchant("M-1", "Trattoria Rosa", HOME)))
        for driver_id, (name, app, _) in DRIVERS.items():
            if driver_id not in self.engine.world.drivers:
                self.engine.execute(SaveDriver(driver=Driver(driver_id, name, Vehicle.SCOOTER, app)))
            if self.engine.world.drivers[driver_id].presence is not Presence.ONLINE:
                self.engine.execute(SetPresence(driver_id=driver_id, presence=Presence.ONLINE))
        self.place_drivers()

    def place_drivers(self) -> None:
        n, now = len(DRIVERS), self.engine.clock.now()
        places = np.array([place for _, _, place in DRIVERS.values()])
        nothing = np.full(n, np.nan)
        fixes = FixBatch(
            list(DRIVERS), np.arange(n), np.full(n, now), places[:, 0], places[:, 1], np.full(n, 5.0), np.zeros(n), nothing
        )
        rows = self.engine.positions.apply(fixes, now)
        self.engine.bus.publish(FixesApplied(at=now, rows=rows, count=n))

    def drivers_are_drawn(self) -> bool:
        drawn = self.ask_map("Kerbside.drivers && Kerbside.drivers.ids")
        return isinstance(drawn, list) and set(drawn) == set(DRIVERS)

    def order(self, dropoff: LatLon = AWAY, **values: Any) -> str:
        order_id = f"{next(self._numbers) + 2000}"
        self.engine.execute(
            PlaceOrder(order_id=order_id, merchant_id="M-1", dropoff=dropoff, customer="Ida", address="Mill Lane 4", **values)
        )
        self.until(lambda: order_id in {row.id for row in self.window.orders._rows})
        return order_id

    def state(self, order_id: str) -> tuple[str, str | None]:
        order: Order = self.engine.world.orders[order_id]
        return order.status.value, order.driver_id

    # Hands

    def choose(self, *order_ids: str) -> None:
        self.window.orders.select(order_ids)
        assert set(self.deeds.selection.orders) == set(order_ids)

    def action(self, name: str) -> QAction:
        return self.window._actions[name]

    def press(self, keys: str, on: QWidget | None = None) -> None:
        # A window manager would give the window its focus back after a dialog; here there is none.
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)
        QTest.keySequence(on or self.window, QKeySequence(keys))

    def dialog(self, kind: type[QDialog]) -> Any:
        """The open dialog of this kind."""
        found: list[QDialog] = []

        def there() -> bool:
            found[:] = [d for d in self.window.findChildren(kind) if d.isVisible()]
            return bool(found)

        self.until(there)
        return found[0]

    def said(self) -> str:
        return self.window.toast.text() if self.window.toast.isVisible() else ""

    def hover_and_drop(self, target: QWidget, at: QPoint, mime: QMimeData, settle_s: float = 0.0) -> bool:
        """Drag something in, hold it, let it go; says whether it was taken."""
        action, left, none = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(target, QDragEnterEvent(at, action, mime, left, none))
        QApplication.sendEvent(target, QDragMoveEvent(at, action, mime, left, none))
        self.rest(settle_s)
        QApplication.sendEvent(target, QDragMoveEvent(at, action, mime, left, none))
        drop = QDropEvent(QPointF(at), action, mime, left, none)
        QApplication.sendEvent(target, drop)
        return drop.isAccepted()

    def ask_map(self, script: str) -> object:
        import json

        answers: list[object] = []
        self.window.map.run(f"typeof Kerbside === 'undefined' ? 'null' : JSON.stringify({script})", answers.append)
        self.until(lambda: answers)
        return json.loads(str(answers[0] or "null"))


@pytest.fixture(scope="module")
def whole(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    rig = Rig(qapp, tmp_path_factory.mktemp("console"))
    yield rig
    rig.close()


@pytest.fixture
def rig(whole: Rig) -> Iterator[Rig]:
    """The one console of these tests, with nothing selected, asked or said."""
    whole.deeds.selection.clear()
    whole.window.toast.hide()
    whole.people_the_town()
    yield whole
    for left_open in (*whole.window.findChildren(QDialog), *whole.window.findChildren(QMenu)):
        if left_open.isVisible():
            left_open.close()
    whole.rest()
