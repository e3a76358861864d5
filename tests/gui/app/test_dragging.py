"""Orders are dragged from any board onto a driver, wherever one is shown, by the pointer of a real X server, with the system's
own drag and drop in between; each way has its keys. Without such a display the first test runs the others on a virtual one."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from widgets.orders.panel import OrdersPanel

STEP_MS, STEPS, HELD = 30, 6, 8
CONTROL = 0xFFE3
"""The keysym of the control key."""
ROOT = Path(__file__).parents[3]


def on_x() -> bool:
    return QGuiApplication.platformName() == "xcb"


def test_on_a_virtual_display(qapp: QApplication) -> None:
    if on_x():
        pytest.skip("the others run here")
    if sys.platform != "linux" or which("Xvfb") is None:
        pytest.skip("there is no virtual display here")
    command = [
        str(ROOT / "packaging/with-display.sh"),
        "--virtual",
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:xdist",
        __file__,
    ]
    env = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=160, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert "passed" in done.stdout


class Pointer:
    """The mouse of the X server, and its control key."""

    def __init__(self) -> None:
        self._x, self._test = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(None))

    def move(self, to: QPoint) -> None:
        self._test.XTestFakeMotionEvent(self._display, -1, to.x(), to.y(), 0)
        self._x.XFlush(self._display)

    def button(self, down: bool) -> None:
        self._test.XTestFakeButtonEvent(self._display, 1, down, 0)
        self._x.XFlush(self._display)

    def control(self, down: bool) -> None:
        key = self._x.XKeysymToKeycode(self._display, ctypes.c_ulong(CONTROL))
        self._test.XTestFakeKeyEvent(self._display, key, down, 0)
        self._x.XFlush(self._display)


@pytest.fixture
def pointer(rig: Any) -> Pointer:
    if not on_x():
        pytest.skip("this platform's drags are not the mouse's")
    return Pointer()


@pytest.fixture
def panel(rig: Any) -> Iterator[OrdersPanel]:
    """A second board, in a dock of its own beside the first."""
    boards = rig.window.boards
    boards.restore("")
    rig.window.activateWindow()
    boards.go_to(rig.window.orders)
    rig.action("board.beside").trigger()
    rig.until(boards.current.isVisible)
    yield boards.current
    boards.restore("")
    rig.window.reset_layout()


def hand(rig: Any, *moves: Callable[[], object]) -> None:
    """One after the other, by a timer: a drag has a loop of its own."""
    todo, done = iter(moves), list[bool]()

    def go_on() -> None:
        move = next(todo, None)
        if move is None:
            timer.stop()
            done.append(True)
        else:
            move()

    timer = QTimer(rig.window)
    timer.timeout.connect(go_on)
    timer.start(STEP_MS)
    rig.until(lambda: done)
    timer.deleteLater()
    rig.rest()


def click(rig: Any, pointer: Pointer, at: QPoint, control: bool = False) -> None:
    keys = [lambda down=down: pointer.control(down) for down in (True, False)] if control else [lambda: None] * 2  # type: ignore[misc]
    press, release = (lambda down=down: pointer.button(down) for down in (True, False))  # type: ignore[misc]
    hand(rig, lambda: pointer.move(at), keys[0], press, release, keys[1])


def drag(rig: Any, pointer: Pointer, start: QPoint, end: QPoint) -> None:
    """From one place of the screen to another; what is carried is held there a moment."""
    way = [start + (end - start) * i / STEPS for i in range(STEPS + 1)]
    moves = [lambda at=at: pointer.move(at) for at in [*way, *[end + QPoint(i % 2, 0) for i in range(HELD)]]]  # type: ignore[misc]
    press, release = (lambda down=down: pointer.button(down) for down in (True, False))  # type: ignore[misc]
    hand(rig, moves[0], press, *moves[1:], release)


def of_order(rig: Any, panel: OrdersPanel, order: str) -> QPoint:
    rig.until(lambda: panel.model.place(order) >= 0)
    index = panel.model.index(panel.model.place(order), 0)
    panel.view.scrollTo(index)
    return panel.view.visualRect(index).center()


def choose_two(rig: Any, pointer: Pointer, panel: OrdersPanel) -> list[str]:
    """Two orders, clicked one after the other in the board."""
    orders = [rig.order(), rig.order()]
    for n, order in enumerate(orders):
        click(rig, pointer, from_board(rig, panel, order), control=n > 0)
    assert set(panel.selected()) == set(orders)
    return orders


def from_board(rig: Any, panel: OrdersPanel, order: str) -> QPoint:
    return panel.view.viewport().mapToGlobal(of_order(rig, panel, order))


def all_with(rig: Any, orders: list[str], driver: str) -> bool:
    return all(rig.state(order) == ("assigned", driver) for order in orders)


def test_several_go_from_a_second_board_onto_a_driver_on_the_map(rig: Any, pointer: Pointer, panel: OrdersPanel) -> None:
    rig.window.map.set_view(45.0, 9.0, 14)
    rig.until(lambda: rig.drivers_are_drawn() and rig.window.map.settled())
    orders = choose_two(rig, pointer, panel)
    x, y = rig.ask_map("(p => [p.x, p.y])(Kerbside.map.latLngToContainerPoint([45.004, 9.0]))")
    there = rig.window.map._web.mapToGlobal(QPoint(round(x), round(y)))
    drag(rig, pointer, from_board(rig, panel, orders[0]), there)
    rig.until(lambda: all_with(rig, orders, "D-1"))
    rig.press("Ctrl+Z")
    assert not any(rig.state(order)[1] for order in orders)


def test_several_go_from_a_second_board_onto_a_row_of_the_timeline(rig: Any, pointer: Pointer, panel: OrdersPanel) -> None:
    rig.window.open_dock("timeline")
    view = rig.window.timeline.view
    rig.until(lambda: {row.id for row in view.rows} >= {"D-1", "D-2", "D-17"} and view.isVisible())
    orders = choose_two(rig, pointer, panel)
    place = next(i for i, row in enumerate(view.rows) if row.id == "D-2")
    view.show_row(place)
    at = QPoint(view.viewport().width() - 60, round(view.top_of(place) + view.row_px / 2))
    drag(rig, pointer, from_board(rig, panel, orders[0]), view.viewport().mapToGlobal(at))
    rig.until(lambda: all_with(rig, orders, "D-2"))
    rig.press("Ctrl+Z")
    assert not any(rig.state(order)[1] for order in orders)


def test_several_go_from_a_second_board_onto_a_row_of_the_table(rig: Any, pointer: Pointer, panel: OrdersPanel) -> None:
    rig.window.open_dock("drivers")
    drivers = rig.window.drivers
    rig.until(lambda: len(drivers.model.shown) == 3 and drivers.view.isVisible())
    orders = choose_two(rig, pointer, panel)
    at = drivers.view.visualRect(drivers.model.index(drivers.model.place("D-17"), 1)).center()
    drag(rig, pointer, from_board(rig, panel, orders[0]), drivers.view.viewport().mapToGlobal(at))
    rig.until(lambda: all_with(rig, orders, "D-17"))
    rig.press("Ctrl+Z")
    assert not any(rig.state(order)[1] for order in orders)


def test_let_go_where_there_is_no_driver_nothing_happens(rig: Any, pointer: Pointer, panel: OrdersPanel) -> None:
    orders = choose_two(rig, pointer, panel)
    drag(rig, pointer, from_board(rig, panel, orders[0]), rig.window.inspector.mapToGlobal(QPoint(30, 30)))
    assert not any(rig.state(order)[1] for order in orders)
    assert set(panel.selected()) == set(orders)


def test_by_key_the_same_orders_go_to_a_driver_s_number(rig: Any, pointer: Pointer, panel: OrdersPanel) -> None:
    orders = choose_two(rig, pointer, panel)
    panel.view.setFocus()
    rig.rest()
    for key in "1+":
        QTest.keyClicks(QApplication.focusWidget(), key)
    rig.until(lambda: all_with(rig, orders, "D-1"))
    rig.press("Ctrl+Z")
    assert not any(rig.state(order)[1] for order in orders)
