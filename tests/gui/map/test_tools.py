"""What one works with on the map, by mouse and by keys: popups, lasso, measure, heat, and maps of other windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.domain.geo import LatLon
from core.domain.order import Status
from widgets.common.look import LOOKS
from widgets.map.marks import DriverColumns, OrderMark
from widgets.map.tools import Popup, PopupAction, PopupLine
from widgets.map.window import MapWindow, WallFigure

Screen = Any  # tests/gui/map/conftest.py
LEFT = Qt.MouseButton.LeftButton
ORDERS = [
    OrderMark("O-1", Status.WAITING, LatLon(45.001, 9.001), LatLon(45.006, 9.006)),
    OrderMark("O-2", Status.WAITING, LatLon(45.0012, 9.0012), LatLon(45.006, 9.006)),
    OrderMark("O-3", Status.CARRYING, LatLon(45.001, 9.001), LatLon(44.996, 8.994)),
]
POPUP = Popup(
    "driver", "D-1", "D-1 Ada", (PopupLine("Free"), PopupLine("silent", "late")),
    (PopupAction("driver.follow", "Follow on the map", "F"), PopupAction("driver.break", "Send on a break")),
)  # fmt: skip


def at(screen: Screen, lat: float, lon: float) -> QPoint:
    point = screen.ask(f"Kerbside.map.latLngToContainerPoint([{lat}, {lon}])")
    return QPoint(round(point["x"]), round(point["y"]))


def press(screen: Screen, key: Qt.Key, done: Any) -> None:
    """A key on the map: again, while the window is still finding its focus."""

    def pressed() -> object:
        QTest.keyClick(screen.hands(), key)
        QTest.qWait(100)
        return done()

    screen.view.setFocus()
    screen.until(pressed)


def open_popup(screen: Screen) -> list[str]:
    found = screen.ask("[...document.querySelectorAll('.popup button')].map(b => b.textContent)")
    assert isinstance(found, list)
    return found


@pytest.fixture
def tools(screen: Screen) -> Iterator[Screen]:
    screen.view.set_orders(ORDERS)
    screen.view.tools.set_popup(None)
    screen.settled()
    yield screen
    screen.view.tools.set_popup(None)
    screen.view.tools.set_fences([])
    screen.view.stop_drawing()
    screen.view.select(None)
    screen.ask("(Kerbside.draw.forget(), 1)")


def test_a_click_on_a_driver_opens_a_popup_whose_buttons_act(tools: Screen, qtbot: Any) -> None:
    with qtbot.waitSignal(tools.view.driver_clicked):
        QTest.mouseClick(tools.hands(), LEFT, pos=at(tools, 45.0, 9.0))
    tools.view.select("driver", "D-1", reveal=False)
    tools.view.tools.set_popup(POPUP)
    tools.until(lambda: open_popup(tools) == ["Follow on the map", "Send on a break"])
    assert "late" in tools.ask("document.querySelectorAll('.popup > div')[1].className")
    button = tools.ask("document.querySelector('.popup button').getBoundingClientRect()")
    with qtbot.waitSignal(tools.view.tools.acted) as acted:
        QTest.mouseClick(tools.hands(), LEFT, pos=QPoint(round(button["x"] + 10), round(button["y"] + 10)))
    assert acted.args == ["driver.follow"]


def test_enter_opens_the_popup_of_what_is_selected_and_escape_closes_it(tools: Screen) -> None:
    tools.view.select("driver", "D-1", reveal=False)
    tools.view.tools.set_popup(POPUP)
    tools.settled()
    assert open_popup(tools) == []
    tools.ask("(Kerbside.map.getContainer().focus(), 1)")
    press(tools, Qt.Key.Key_Return, lambda: tools.ask("document.activeElement.dataset.act") == "driver.follow")
    acted: list[str] = []
    tools.view.tools.acted.connect(acted.append)
    press(tools, Qt.Key.Key_Return, lambda: acted)
    assert acted[0] == "driver.follow"
    press(tools, Qt.Key.Key_Escape, lambda: open_popup(tools) == [])


def test_what_is_selected_elsewhere_opens_no_popup_and_another_selection_closes_it(tools: Screen) -> None:
    tools.ask("(Kerbside.popup.want('driver', 'D-1'), 1)")
    tools.view.tools.set_popup(POPUP)
    tools.until(lambda: open_popup(tools))
    assert len(open_popup(tools)) == 2
    assert "D-1 Ada" in str(tools.ask("document.querySelector('.popup').textContent"))
    tools.view.tools.set_popup(Popup("driver", "D-2", "D-2 Bo"))
    tools.until(lambda: open_popup(tools) == [])
    assert tools.ask("document.querySelector('.popup')") is None


def test_a_lasso_catches_orders_and_drivers(tools: Screen, qtbot: Any) -> None:
    tools.view.draw("lasso")
    tools.settled()
    ring = [(45.002, 8.9985), (45.002, 9.002), (44.9985, 9.002), (44.9985, 8.9985)]
    hands = tools.hands()
    with qtbot.waitSignal(tools.view.tools.lassoed) as caught:
        QTest.mousePress(hands, LEFT, pos=at(tools, *ring[0]))
        for place in ring[1:]:
            QTest.mouseMove(hands, at(tools, *place))
            tools.until(lambda place=place: tools.ask("Kerbside.draw.points.length") >= ring.index(place) + 1)
        QTest.mouseRelease(hands, LEFT, pos=at(tools, *ring[3]))
    orders, drivers, outline = caught.args
    assert sorted(orders) == ["O-1", "O-2"]
    assert drivers == ["D-1"]
    assert len(outline) >= 4
    assert tools.ask("Kerbside.draw.kind") is None


def test_a_lasso_is_laid_by_keys_too(tools: Screen) -> None:
    tools.view.draw("lasso")
    tools.settled()
    for lat, lon in [(45.0005, 8.9995), (45.0005, 9.0005), (44.9995, 9.0005), (44.9995, 8.9995)]:
        tools.view.editor.put_corner(LatLon(lat, lon))
    tools.until(lambda: tools.ask("Kerbside.draw.points.length") == 4)
    caught: list[Any] = []
    tools.view.tools.lassoed.connect(lambda *found: caught.append(found))
    press(tools, Qt.Key.Key_Return, lambda: caught)
    assert caught[0][:2] == ([], ["D-1"])


def test_a_way_is_measured_and_stays_until_escape(tools: Screen) -> None:
    tools.view.draw("measure")
    tools.settled()
    tools.view.editor.put_corner(LatLon(45.0, 9.0))
    tools.view.editor.put_corner(LatLon(45.005, 9.0))
    tools.until(lambda: tools.ask("Kerbside.draw.points.length") == 2)
    measured: list[Any] = []
    tools.view.tools.measured.connect(lambda *found: measured.append(found))
    press(tools, Qt.Key.Key_Return, lambda: measured)
    ((places, metres),) = measured
    assert [round(place.lat, 4) for place in places] == [45.0, 45.005]
    assert metres == pytest.approx(556, abs=1)
    assert tools.ask("Kerbside.draw.measured.length") == 2
    press(tools, Qt.Key.Key_Escape, lambda: tools.ask("Kerbside.draw.measured") is None)


def test_the_heat_counts_orders_that_wait_and_drivers_who_are_free(tools: Screen) -> None:
    assert tools.ask("Kerbside.heat._map || null") is None  # nobody has asked for it
    tools.view.set_layers({"heat": True})
    tools.settled()
    cells = "Kerbside.heat.count().cells.map(c => [c.demand, c.supply])"
    assert sorted(map(sum, zip(*tools.ask(cells), strict=True))) == [2, 2]
    tools.view.set_layers({"drivers": False, "orders": False})
    tools.settled()
    tools.drivers((45.0, 9.0), (45.003, 9.003), (45.0, 9.001))
    tools.until(lambda: sum(supply for _, supply in tools.ask(cells)) == 3)
    tools.view.set_layers({"heat": False})
    tools.settled()
    assert tools.ask("Kerbside.heat._map || null") is None
    assert not tools.view.shows("drivers")


def test_fences_are_drawn_as_wide_as_they_are(tools: Screen) -> None:
    tools.view.tools.set_fences([(LatLon(45.001, 9.001), 120.0)])
    tools.settled()
    assert tools.ask("Kerbside.shapes.fences.getLayers().map(l => l.getRadius())") == [120]


# Windows of their own


@pytest.mark.qt_log_ignore("propagateSizeHints", r"does not support raise")
def test_another_window_shows_the_same_and_is_encoded_once(tools: Screen, qtbot: Any, monkeypatch: Any) -> None:
    tools.view.set_view(45.001, 9.001, 16)
    tools.settled()
    other = MapWindow(tools.view, "light", wall=False)
    other.show()
    answers: list[Any] = []

    def ask(script: str) -> Any:
        answers.clear()
        other.map.run(f"typeof Kerbside === 'undefined' ? null : JSON.stringify({script})", answers.append)
        tools.until(lambda: answers)
        return answers[0]

    tools.until(lambda: ask("Kerbside.drivers && Kerbside.drivers.count") == "2")
    tools.until(lambda: ask("Kerbside.orders.list.length") == "3")
    tools.until(lambda: ask("Kerbside.map.getZoom()") == "16")
    encoded: list[int] = []
    from widgets.map import encode

    original = encode.drivers_blob
    monkeypatch.setattr(encode, "drivers_blob", lambda *args: encoded.append(1) or original(*args))
    tools.drivers((45.0, 9.0), (45.003, 9.003), (45.0, 9.001))
    tools.until(lambda: ask("Kerbside.drivers.count") == "3")
    assert encoded == [1]
    # It stays where a hand has put it, whatever is gone to elsewhere.
    tools.view.select("driver", "D-2")
    tools.view.fit_all()
    tools.settled()
    tools.until(lambda: ask("Kerbside.config.select") == '["driver","D-2"]')
    assert ask("Kerbside.map.getZoom()") == "16"
    with qtbot.waitSignal(tools.view.driver_clicked):
        other.map.driver_clicked.emit("D-1")
    # While the first is hidden, the other is still shown what happens.
    tools.view.hide()
    assert tools.view.shows("drivers")
    one = DriverColumns(np.array([45.0]), np.array([9.0]), np.array([90.0]), np.array([2]), np.zeros(1))
    tools.view.set_drivers(["D-1"], one)
    tools.until(lambda: ask("Kerbside.drivers.count") == "1")
    with qtbot.waitSignal(other.closed):
        other.close()
    assert not tools.view.shows("drivers")
    tools.view.show()
    tools.settled()


@pytest.mark.qt_log_ignore("propagateSizeHints", r"does not support raise")
def test_a_wall_s_figures_are_large_and_marked(qtbot: Any, tools: Screen) -> None:
    wall = MapWindow(tools.view, "dark", wall=True)
    strip = wall.strip
    assert strip is not None
    strip.set_figures([WallFigure("3", "orders in trouble", "late", "⚠"), WallFigure("12", "drivers free", "free", "▲")])
    wall.show()
    texts = [label.text() for label in strip._labels]
    assert "⚠ 3" in texts[0]
    assert LOOKS["dark"].late in texts[0]
    assert strip._labels[1].accessibleName() == "drivers free: 12"
    strip.set_theme("light")
    assert LOOKS["light"].late in strip._labels[0].text()
    wall.activateWindow()
    tools.until(wall.isActiveWindow)
    with qtbot.waitSignal(wall.closed):
        QTest.keyClick(wall, Qt.Key.Key_F11, Qt.KeyboardModifier.ShiftModifier)
