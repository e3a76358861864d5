"""The map as a place of work: popups that act, a lasso, a measure, windows for other screens. All of it by keys as well."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.actions import order_deeds
from core.domain.commands import AssignOrder
from core.domain.geo import LatLon
from tests.gui.app.conftest import AWAY, HOME

RETURN = Qt.Key.Key_Return
FENCES = "Kerbside.shapes.data.fences"


@pytest.fixture
def desk(rig: Any) -> Any:
    rig.window.map.set_view(45.002, 9.0, 15)
    rig.until(rig.drivers_are_drawn)
    yield rig
    for other in tuple(rig.deeds.maps.windows):
        other.close()
    rig.window.map.stop_drawing()
    rig.window.docks["find"].hide()


def popup(rig: Any) -> list[str]:
    found = rig.ask_map("[...document.querySelectorAll('.popup button')].map(b => b.dataset.act)")
    assert isinstance(found, list)
    return found


def hands(rig: Any) -> Any:
    return rig.window.map.focusProxy().focusProxy()


def test_enter_on_the_map_opens_what_can_be_done_with_the_order_and_does_it(desk: Any) -> None:
    order = desk.order()
    desk.choose(order)
    desk.until(lambda: desk.window.map.settled())
    desk.window.map.setFocus()
    desk.ask_map("(Kerbside.map.getContainer().focus(), 1)")
    desk.until(lambda: QTest.keyClick(hands(desk), RETURN) or desk.rest(0.3) or popup(desk))
    assert popup(desk) == ["order.assign", "order.offer", "order.hold", "order.ready"]
    assert "Trattoria Rosa → Mill Lane 4" in desk.ask_map("document.querySelector('.popup').textContent")
    desk.ask_map("(document.querySelector('[data-act=\"order.hold\"]').focus(), 1)")
    QTest.keyClick(hands(desk), RETURN)
    desk.until(lambda: desk.state(order)[0] == "held")
    desk.until(lambda: "order.release" in popup(desk))
    desk.deeds.clear()
    desk.until(lambda: popup(desk) == [])


def test_the_fences_of_what_is_selected_are_shown(desk: Any) -> None:
    order = desk.order()
    desk.choose(order)
    of_the_order = [{"place": list(place), "radius_m": 100.0} for place in (HOME, AWAY)]
    desk.until(lambda: desk.ask_map(FENCES))
    assert desk.ask_map(FENCES) == of_the_order
    desk.engine.execute(AssignOrder(order_id=order, driver_id="D-1"))
    desk.deeds.clear()
    desk.until(lambda: not desk.ask_map(FENCES))
    desk.deeds.selection.set_driver("D-1")
    desk.until(lambda: desk.ask_map(FENCES))
    assert desk.ask_map(FENCES) == of_the_order
    desk.deeds.clear()
    desk.until(lambda: not desk.ask_map(FENCES))
    desk.deeds.selection.set_orders([order])
    order_deeds.unassign(desk.deeds)


def lasso(rig: Any, *corners: tuple[float, float]) -> None:
    rig.window.run_declared("map.lasso")
    rig.until(lambda: rig.ask_map("Kerbside.draw.kind") == "lasso")
    for lat, lon in corners:
        rig.window.map.editor.put_corner(LatLon(lat, lon))
    rig.window.map.editor.finish()


def test_a_lasso_selects_orders_and_drivers(desk: Any) -> None:
    orders = [desk.order(), desk.order()]
    desk.until(lambda: {o["id"] for o in desk.ask_map("Kerbside.orders.list")} >= set(orders))
    lasso(desk, (45.001, 8.999), (45.001, 9.001), (44.999, 9.001), (44.999, 8.999))
    desk.until(lambda: set(desk.deeds.selection.orders) >= set(orders))
    lasso(desk, (45.0045, 8.9995), (45.0045, 9.0005), (45.0035, 9.0005), (45.0035, 8.9995))
    desk.until(lambda: desk.deeds.selection.driver == "D-1")
    lasso(desk, (45.0045, 8.993), (45.0045, 9.0005), (45.0005, 9.0005), (44.9995, 8.9935))
    desk.until(lambda: set(desk.deeds.selection.drivers) == {"D-1", "D-17"})
    desk.until(lambda: desk.ask_map("Kerbside.config.chosen.drivers.length") == 2)
    lasso(desk, (45.0055, 8.993), (45.0055, 9.0015), (44.999, 9.0015), (44.999, 8.993))
    desk.until(lambda: desk.deeds.selection.orders and desk.deeds.selection.drivers)
    desk.rest(1.2)  # tables that are made anew do not choose anew
    assert set(desk.deeds.selection.orders) >= set(orders)
    assert set(desk.deeds.selection.drivers) == {"D-1", "D-17"}
    assert set(desk.window.drivers.selected()) == {"D-1", "D-17"}
    desk.window.run_declared("driver.break")
    assert desk.said() == "Break for 2 drivers"
    desk.deeds.undo()
    assert [desk.engine.world.drivers[i].presence.value for i in ("D-1", "D-17")] == ["online", "online"]
    desk.deeds.selection.set_orders(orders)
    order_deeds.hold(desk.deeds)


def test_a_measure_says_how_far_it_is(desk: Any) -> None:
    desk.press("M")
    desk.until(lambda: desk.ask_map("Kerbside.draw.kind") == "measure")
    for place in (LatLon(45.0, 9.0), LatLon(45.01, 9.0)):
        desk.window.map.editor.put_corner(place)
    desk.window.map.editor.finish()
    desk.until(lambda: "as the crow flies" in desk.said())
    assert "1.11 km as the crow flies" in desk.said()
    assert desk.ask_map("Kerbside.draw.measured.length") == 2
    desk.ask_map("(Kerbside.draw.forget(), 1)")
    assert desk.ask_map("Kerbside.draw.measured") is None


def test_who_can_be_at_a_pick_up_in_time_is_found_from_the_order(desk: Any) -> None:
    desk.choose(desk.order())
    desk.window.run_declared("map.reach")
    desk.until(lambda: desk.window.docks["find"].isVisible())
    desk.until(lambda: desk.ask_map("Kerbside.shapes.data.shape.length"))
    desk.until(lambda: len(desk.window.find_drivers.model.rows) == 3)
    assert {row.id for row in desk.window.find_drivers.model.rows} == {"D-1", "D-2", "D-17"}


def test_a_map_in_a_window_of_its_own_is_told_the_same_and_closes_by_itself(desk: Any) -> None:
    desk.press("Ctrl+Shift+F11")
    (other,) = desk.deeds.maps.windows
    assert other.isVisible()
    answers: list[Any] = []

    def drivers() -> Any:
        answers.clear()
        other.map.run("typeof Kerbside === 'undefined' || !Kerbside.drivers ? 0 : Kerbside.drivers.count", answers.append)
        desk.until(lambda: answers)
        return answers[0]

    desk.until(lambda: drivers() == 3)
    other.map.driver_clicked.emit("D-2")
    assert desk.deeds.selection.driver == "D-2"
    other.close()
    assert desk.deeds.maps.windows == []


def test_the_wall_fills_a_screen_and_goes_by_the_same_key(desk: Any) -> None:
    desk.press("Shift+F11")
    (wall,) = desk.deeds.maps.windows
    desk.until(wall.isFullScreen)
    captions = [label.accessibleName() for label in wall.strip._labels]
    assert "drivers free: 3" in captions
    assert any(caption.startswith("Live, Shift+F11 closes: ") for caption in captions)
    desk.window.run_declared("map.wall")
    assert desk.deeds.maps.windows == []


@pytest.mark.parametrize(
    ("typed", "place", "zoom"),
    [("Trattoria Rosa", (45.0, 9.0), 16), ("Cy Stone", (45.0, 8.994), 12), ("Mill Lane 4", (45.004, 9.004), 12)],
)
def test_what_is_found_is_flown_to(desk: Any, typed: str, place: tuple[float, float], zoom: int) -> None:
    """A merchant's own place; a driver and an order come into the window as near as one is looking."""
    desk.order()
    desk.window.map.set_view(45.5, 9.5, 12)
    desk.until(lambda: desk.ask_map("Kerbside.map.getCenter().lat") == pytest.approx(45.5, abs=0.01))
    desk.press("Ctrl+K")
    desk.until(desk.window.finder.field.hasFocus)
    QTest.keyClicks(desk.window.finder.field, typed)
    desk.until(lambda: desk.window.finder.model.rowCount())
    QTest.keyClick(desk.window.finder.field, RETURN)
    inside = f"Kerbside.map.getBounds().contains([{place[0]}, {place[1]}])"
    desk.until(lambda: desk.ask_map(inside))
    assert desk.ask_map("Kerbside.map.getZoom()") >= zoom
