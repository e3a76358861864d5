"""The map as its user meets it: what is drawn is asked of the page, what is done to it is done with mouse and keys."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.order import Status
from tests.gui.map.conftest import base_map
from widgets.common.dragging import order_mime
from widgets.map.marks import AreaShape, DriverColumns, OrderMark, RouteStop, StopKind
from widgets.map.page import RESOURCES

Screen = Any  # tests/gui/map/conftest.py
LEFT = Qt.MouseButton.LeftButton


def at(screen: Screen, lat: float, lon: float) -> QPoint:
    """Where a place is in the view."""
    point = screen.ask(f"(p => [p.x, p.y])(Kerbside.map.latLngToContainerPoint([{lat}, {lon}]))")
    return QPoint(round(point[0]), round(point[1]))


def click(screen: Screen, where: QPoint, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseClick(screen.hands(), button, Qt.KeyboardModifier.NoModifier, where)


def order(**changes: Any) -> OrderMark:
    plain: dict[str, Any] = {
        "id": "O-1",
        "status": Status.WAITING,
        "pickup": LatLon(44.998, 8.996),
        "dropoff": LatLon(44.997, 9.004),
    }
    return OrderMark(**{**plain, **changes})


def colours_near(screen: Screen, where: QPoint) -> set[str]:
    image = screen.view.grab(screen.view.rect()).toImage()
    reach = range(-12, 13)
    return {image.pixelColor(where.x() + dx, where.y() + dy).name() for dx in reach for dy in reach}


def test_it_comes_to_the_page_what_was_said_before_the_page_was_there(screen: Screen) -> None:
    assert screen.ask("Kerbside.map.getZoom()") == 15
    assert screen.ask("Kerbside.stats.tiles") > 0
    assert screen.view.guard.blocked == 0


def test_the_ground_has_its_colours(screen: Screen) -> None:
    assert "#dce8d6" in colours_near(screen, at(screen, 45.003, 9.0025))
    assert "#c7dbe8" in colours_near(screen, at(screen, 44.997, 9.003))


def test_streets_are_joined(screen: Screen) -> None:
    screen.ask("1")
    screen.view.run((RESOURCES / "ground.js").read_text(encoding="utf-8"), lambda _: None)
    streets = f"new Kerbside.BaseMap({base_map().decode()}).streets().items.map(s => [s.name, s.line.length])"
    assert screen.ask(streets) == [["Via Roma", 6]]


@pytest.mark.parametrize("step", ["panBy([1700, 0], {animate: false})", "setZoom(17.5, {animate: false})"])
def test_the_ground_is_painted_wherever_the_map_goes(screen: Screen, step: str) -> None:
    """Beyond what was painted before, and back: park, pond and beyond the city's end are where they belong."""
    screen.ask(f"(Kerbside.map.{step}, 1)")
    screen.settled()
    edge = screen.ask("Kerbside.ground.sheets.ground.canvas.getBoundingClientRect()")
    assert max(edge["left"], edge["top"]) < 0
    assert (edge["right"] > 800, edge["bottom"] > 600) == (True, True)
    screen.view.set_view(45.003, 9.003, 16.5)
    screen.settled()
    screen.until(lambda: "#dce8d6" in colours_near(screen, at(screen, 45.0035, 9.0025)))


def test_names_are_on_a_sheet_of_their_own_that_goes_with_their_layer(screen: Screen) -> None:
    assert screen.ask("Kerbside.ground.sheets.names.canvas.hidden") is False
    screen.view.set_layers({"labels": False, "areas": False})
    screen.settled()
    screen.until(lambda: screen.ask("Kerbside.ground.sheets.names.canvas.hidden"))
    screen.view.set_layers({"labels": True})
    screen.settled()
    assert screen.ask("Kerbside.ground.sheets.names.canvas.hidden") is False


def test_a_picture_for_where_the_map_is_going_waits_until_it_is_there(screen: Screen) -> None:
    script = "(Kerbside.before = Kerbside.ground.asked, Kerbside.map.setZoom(16, {animate: true}), Kerbside.before)"
    assert screen.ask(script) is not None
    screen.until(lambda: screen.ask("Kerbside.ground.sheets.ground.zoom") == 16)
    assert screen.ask("Kerbside.ground.asked - Kerbside.before") == 1


def test_drivers_stand_where_they_are(screen: Screen) -> None:
    place = screen.ask("Kerbside.drivers.place('D-2').concat([Kerbside.latOf(Kerbside.drivers.place('D-2')[1])])")
    assert place[0] == pytest.approx(9.003 / 360 + 0.5, abs=1e-8)
    assert place[2] == pytest.approx(45.003, abs=2e-6)
    assert "#17754f" in colours_near(screen, at(screen, 45.003, 9.003))


def test_a_driver_without_a_place_is_not_drawn(screen: Screen) -> None:
    screen.drivers((45.0, 9.0), (float("nan"), float("nan")))
    assert screen.ask("Kerbside.drivers.place('D-2')") is None
    assert screen.ask("Kerbside.marks.inWindow().length") == 1


def test_everything_is_seen_from_either_side_of_the_date_line(screen: Screen, qtbot: Any) -> None:
    screen.drivers((45.0, 179.997), (45.003, -179.997))
    screen.view.set_orders([order(pickup=LatLon(44.998, 179.996), dropoff=LatLon(44.997, -179.996))])
    for centre in (180.0, -180.0):
        screen.view.set_view(45.0, centre, 15)
        screen.settled()
        screen.until(lambda: screen.ask("Kerbside.marks.shown.length") == 2)
        beyond = 0.003 if centre == 180.0 else -0.003
        with qtbot.waitSignal(screen.view.driver_clicked) as driver:
            click(screen, at(screen, 45.003 if beyond > 0 else 45.0, centre + beyond))
        assert driver.args[0] == ("D-2" if beyond > 0 else "D-1")
        with qtbot.waitSignal(screen.view.order_clicked) as an_order:
            click(screen, at(screen, 44.997 if beyond > 0 else 44.998, centre + beyond * 4 / 3))
        assert an_order.args[0] == "O-1"
        screen.view.select(None)
    # A fleet on both sides is shown the short way round.
    screen.view.fit_all()
    screen.until(lambda: screen.ask("Kerbside.map.getZoom()") > 12)
    # The city and its names are there in the next copy of the world as well.
    screen.view.set_view(45.003, 369.003, 16.5)
    screen.settled()
    screen.until(lambda: "#dce8d6" in colours_near(screen, at(screen, 45.0035, 369.0025)))


def test_drivers_keep_their_places_when_the_list_changes(screen: Screen) -> None:
    screen.drivers((44.999, 9.001), (45.0, 9.0), ids=["D-9", "D-1"])
    assert screen.ask("Kerbside.latOf(Kerbside.drivers.place('D-1')[1])") == pytest.approx(45.0, abs=2e-6)
    assert screen.ask("Kerbside.drivers.place('D-2')") is None


def test_drivers_glide_and_arrive(screen: Screen) -> None:
    screen.view.set_reduced_motion(False)
    screen.drivers((45.0, 9.0), (45.003, 9.003))
    QTest.qWait(300)
    screen.drivers((45.001, 9.0), (45.003, 9.003))
    assert screen.ask("Kerbside.drivers.gliding") is True
    lat = screen.ask("Kerbside.latOf(Kerbside.drivers.place('D-1')[1])")
    assert 45.0 <= lat < 45.001
    screen.until(lambda: not screen.ask("Kerbside.drivers.gliding"))
    assert screen.ask("Kerbside.latOf(Kerbside.drivers.place('D-1')[1])") == pytest.approx(45.001, abs=2e-6)


def test_with_reduced_motion_they_do_not_glide(screen: Screen) -> None:
    QTest.qWait(100)
    screen.drivers((45.001, 9.0), (45.003, 9.003))
    assert screen.ask("Kerbside.drivers.gliding") is False


def test_columns_of_different_lengths_are_refused(screen: Screen) -> None:
    with pytest.raises(BadInput, match="2 ids"):
        screen.view.set_drivers(["D-1", "D-2"], DriverColumns([45.0], [9.0], [0.0], [2], [0.0]))


def test_clicks_tell_what_was_meant(screen: Screen, qtbot: Any) -> None:
    screen.view.set_orders([order()])
    screen.settled()
    with qtbot.waitSignal(screen.view.driver_clicked) as driver:
        click(screen, at(screen, 45.003, 9.003))
    with qtbot.waitSignal(screen.view.order_clicked) as an_order:
        click(screen, at(screen, 44.997, 9.004))
    QTest.qWait(60)
    with qtbot.waitSignal(screen.view.cleared):
        click(screen, at(screen, 45.006, 8.994))
    assert (driver.args, an_order.args) == (["D-2"], ["O-1"])


def test_right_clicks_give_a_place_on_the_screen(screen: Screen, qtbot: Any) -> None:
    where = at(screen, 45.003, 9.003)
    with qtbot.waitSignal(screen.view.driver_context) as heard:
        click(screen, where, Qt.MouseButton.RightButton)
    assert heard.args[0] == "D-2"
    assert (heard.args[1] - screen.view.mapToGlobal(where)).manhattanLength() <= 2


def test_an_order_from_a_table_is_dropped_on_a_driver(screen: Screen, qtbot: Any) -> None:
    where = QPointF(at(screen, 45.003, 9.003))
    web = screen.hands().parentWidget()
    mime = order_mime(["O-7", "O-8"])
    kind = (Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(where.toPoint(), *kind)
    QApplication.sendEvent(web, enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(screen.view.drop_target_changed) as target:
        QApplication.sendEvent(web, QDragMoveEvent(where.toPoint(), *kind))
    with qtbot.waitSignal(screen.view.order_dropped) as dropped:
        QApplication.sendEvent(web, QDropEvent(where, *kind))
    assert target.args == ["D-2"]
    assert dropped.args == [["O-7", "O-8"], "D-2"]


def test_nothing_else_may_be_dropped(screen: Screen) -> None:
    mime = QMimeData()
    mime.setText("https://example.org")
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(screen.hands().parentWidget(), enter)
    assert not enter.isAccepted()


def test_an_order_on_the_map_is_dragged_onto_a_driver(screen: Screen, qtbot: Any) -> None:
    screen.view.set_orders([order()])
    screen.settled()
    hands, none = screen.hands(), Qt.KeyboardModifier.NoModifier
    centre = screen.ask("Kerbside.map.getCenter().lat")
    start, end = at(screen, 44.998, 8.996), at(screen, 45.003, 9.003)
    QTest.mousePress(hands, LEFT, none, start)
    QTest.mouseMove(hands, start + QPoint(20, -20))
    screen.until(lambda: screen.ask("Kerbside.marks.drag !== null"))
    QTest.mouseMove(hands, end)
    screen.until(lambda: screen.ask("Kerbside.marks.drag && Kerbside.marks.drag.target") == "D-2")
    with qtbot.waitSignal(screen.view.order_dropped) as dropped:
        QTest.mouseRelease(hands, LEFT, none, end)
    assert dropped.args == [["O-1"], "D-2"]
    assert screen.ask("Kerbside.map.getCenter().lat") == centre


def test_moving_the_map_by_hand_ends_following(screen: Screen, qtbot: Any) -> None:
    screen.view.follow("D-1")
    screen.settled()
    screen.drivers((45.02, 9.02), (45.003, 9.003))
    screen.until(lambda: screen.ask("Kerbside.map.getCenter().lat") > 45.01)
    hands, none = screen.hands(), Qt.KeyboardModifier.NoModifier
    QTest.mousePress(hands, LEFT, none, QPoint(200, 300))
    with qtbot.waitSignal(screen.view.follow_ended):
        for step in (10, 30, 60, 90):
            QTest.mouseMove(hands, QPoint(200 + step, 300))
            QTest.qWait(20)
    QTest.mouseRelease(hands, LEFT, none, QPoint(290, 300))
    held = screen.ask("Kerbside.map.getCenter().lat")
    screen.drivers((45.04, 9.04), (45.003, 9.003))
    QTest.qWait(100)
    assert screen.ask("Kerbside.map.getCenter().lat") == pytest.approx(held, abs=1e-3)


def test_one_key_brings_everything_into_view(screen: Screen) -> None:
    screen.drivers((45.1, 9.1), (44.9, 8.9))
    assert screen.ask("Kerbside.marks.inWindow().length") == 0
    screen.hands().setFocus()
    click(screen, QPoint(100, 300))
    QTest.keyClick(screen.hands(), Qt.Key.Key_Home)
    screen.until(lambda: screen.ask("Kerbside.marks.inWindow().length") == 2)
    bounds = "Kerbside.map.getBounds()"
    assert screen.ask(f"{bounds}.contains([45.1, 9.1]) && {bounds}.contains([44.9, 8.9])")


def test_selection_reveals_what_is_out_of_view(screen: Screen) -> None:
    screen.drivers((45.0, 9.0), (45.2, 9.2))
    screen.view.select("driver", "D-2")
    screen.until(lambda: screen.ask("Kerbside.map.getBounds().contains([45.2, 9.2])"))
    with pytest.raises(BadInput, match="area"):
        screen.view.select("area", "A-1")


def test_areas_and_routes_come_and_go(screen: Screen) -> None:
    ring = tuple(LatLon(45 + dy, 9 + dx) for dy, dx in ((0, 0), (0, 0.004), (0.004, 0.004), (0, 0)))
    screen.view.set_areas([AreaShape("A-1", "<b>Centro</b>", ((ring,),))])
    leg = np.array([[45.0, 9.0], [45.001, 9.002]])
    screen.view.set_route("D-1", [leg], [RouteStop(StopKind.PICKUP, LatLon(45.001, 9.002), "<i>12:41</i>")])
    screen.settled()
    assert screen.ask("Kerbside.shapes.areas.getLayers().length") == 1
    assert screen.ask("document.querySelector('.stop.pickup').textContent") == "1<i>12:41</i>"
    screen.view.set_layers({"routes": False})
    screen.settled()
    assert screen.ask("document.querySelector('.stop.pickup')") is None
    screen.view.set_layers({"routes": True})
    screen.view.set_route(None)
    screen.settled()
    assert screen.ask("Kerbside.shapes.route.getLayers().length") == 0
    with pytest.raises(BadInput, match="shape"):
        screen.view.set_route("D-1", [np.zeros(3)])


def test_layers_are_turned_off_on_the_map_too(screen: Screen, qtbot: Any) -> None:
    with qtbot.waitSignal(screen.view.layers_changed) as heard:
        screen.ask("Kerbside.map.getContainer().querySelector('.map-list input').click() || true")
    assert heard.args[0]["drivers"] is False
    assert screen.view.layers()["drivers"] is False
    assert screen.ask("Kerbside.marks.at(Kerbside.map.latLngToContainerPoint([45.003, 9.003]))") is None
    with pytest.raises(BadInput, match="traffic"):
        screen.view.set_layers({"traffic": True})


def test_it_goes_dark(screen: Screen) -> None:
    open_ground = at(screen, 45.004, 8.998)
    light = colours_near(screen, open_ground)
    assert "#171b21" not in light
    screen.view.set_theme("dark")
    screen.settled()
    screen.until(lambda: "#171b21" in colours_near(screen, open_ground))
    screen.view.set_theme("light")
    screen.settled()
    # The page has settled before the picture of it is composed: a busy machine shows the one before for a moment.
    screen.until(lambda: "#171b21" not in colours_near(screen, open_ground))
    assert light & colours_near(screen, open_ground)


def test_a_hidden_map_is_sent_nothing(screen: Screen) -> None:
    screen.view.hide()
    before = screen.view.refreshes
    for step in range(5):
        screen.view.set_drivers(["D-1"], DriverColumns([45.0 + step * 1e-4], [9.0], [0.0], [2], [0.0]))
        QTest.qWait(5)
    assert screen.view.refreshes == before
    screen.view.show()
    screen.until(lambda: screen.view.refreshes == before + 1)
    screen.settled()
    assert screen.ask("Kerbside.latOf(Kerbside.drivers.place('D-1')[1])") == pytest.approx(45.0004, abs=2e-6)


def test_a_thousand_changes_at_once_are_one_refresh(screen: Screen) -> None:
    before = screen.view.refreshes
    for step in range(1000):
        screen.view.set_drivers(["D-1"], DriverColumns([45.0 + step * 1e-6], [9.0], [0.0], [2], [0.0]))
    screen.settled()
    assert screen.view.refreshes == before + 1


@pytest.mark.skipif(sys.platform == "win32", reason="killing a process by signal is a Unix way")
def test_a_renderer_that_dies_comes_back_with_everything(screen: Screen, qtbot: Any) -> None:
    screen.view.set_orders([order(late=True)])
    screen.settled()
    with qtbot.waitSignal(screen.view.ready, timeout=20_000):
        os.kill(screen.view.page().renderProcessPid(), signal.SIGKILL)
    screen.settled()
    screen.until(lambda: screen.ask("Kerbside.orders.list.length") == 1)
    assert screen.ask("Kerbside.drivers.ids") == ["D-1", "D-2"]
    assert screen.ask("Kerbside.map.getZoom()") == 15


def test_a_driver_alone_and_without_a_city_is_gone_to(qapp: QApplication, screen: Screen) -> None:
    view = type(screen.view)("light")
    view.resize(500, 400)
    view.show()
    screen.until(lambda: view.settled())
    view.set_drivers(["D-1"], DriverColumns([-30.03], [-51.22], [45.0], [2], [0.0]))
    screen.until(lambda: view.view() is not None)
    assert view.view() == pytest.approx((-30.03, -51.22, 17), abs=1e-5)
    view.close()
    view.deleteLater()


def test_another_city_is_gone_to(screen: Screen) -> None:
    screen.view.set_view(-30.0, -51.2, 14)
    screen.settled()
    assert not screen.ask("Kerbside.map.getBounds().contains([45.0, 9.0])")
    screen.view.set_base_map(screen.view._base, "")
    screen.until(lambda: screen.ask("Kerbside.map.getBounds().contains([45.0, 9.0])"))
    assert not screen.ask("Kerbside.map.getBounds().contains([-30.0, -51.2])")


def test_the_city_fills_the_window_at_first_whatever_its_size(qapp: QApplication, screen: Screen) -> None:
    fresh = type(screen)(view_at=None)
    assert fresh.ask("Kerbside.map.getBounds().contains([45.0, 9.0])")
    small = fresh.ask("Kerbside.map.getZoom()")
    fresh.view.resize(1600, 1300)
    fresh.until(lambda: fresh.ask("Kerbside.map.getZoom()") == small + 1)
    fresh.view.set_view(45.0, 9.0, small)
    fresh.settled()
    fresh.view.resize(1601, 1301)
    QTest.qWait(100)
    assert fresh.ask("Kerbside.map.getZoom()") == small
    fresh.view.close()
    fresh.view.deleteLater()


def test_every_state_of_an_order_has_a_shape_of_its_own(screen: Screen) -> None:
    """Drawn in one colour, no two look alike at the pick-up before they are fetched, nor at the door after."""
    screen.view.set_orders([order()])
    screen.settled()
    drawn = """JSON.stringify(%s.map((status) => {
      const { canvas } = Kerbside.orderSprite("%s", { status, token: "text", late: false }, 2);
      return canvas.toDataURL();
    }))"""
    before = ["waiting", "held", "offered", "outside", "assigned", "at_pickup"]
    after = ["waiting", "carrying", "at_dropoff", "delivered", "failed"]
    for shape, states in (("pickup", before), ("dropoff", after)):
        pictures = json.loads(str(screen.ask(drawn % (json.dumps(states), shape))))
        assert len(set(pictures)) == len(states)


def test_a_selected_drivers_tag_lies_under_no_stop_of_the_route(screen: Screen) -> None:
    screen.drivers((45.0, 9.0), (45.0002, 9.0))
    stop = RouteStop(StopKind.PICKUP, LatLon(45.0, 9.0001), "Trattoria Rosa, 12:41")
    screen.view.set_route("D-1", [np.array([[45.0, 9.0], [45.0, 9.0001]])], [stop])
    screen.settled()
    heights = screen.ask("""(() => {
      const marks = Kerbside.marks;
      const [x, y] = marks.screen(marks.drivers.place("D-1"));
      return JSON.stringify([y, marks.clearOf(x + 13, y, 60), marks.clearOf(x - 400, y, 60)]);
    })()""")
    y, tag, elsewhere = json.loads(str(heights))
    assert abs(tag - y) >= 19
    assert elsewhere == y
    screen.view.set_route(None)
    screen.settled()


def test_labels_of_stops_lie_within_the_window_and_upon_nothing(screen: Screen) -> None:
    screen.view.set_view(45.0, 9.0, 15)
    near, edge = LatLon(45.0, 9.0), LatLon(45.003, 9.016)  # the second 27 pixels from the right edge
    stops = [
        RouteStop(StopKind.PICKUP, edge, "sent towards Millbank, 18:34: 3.2 orders expected within 15 min, free by then: 1"),
        RouteStop(StopKind.PICKUP, near, "Trattoria Rosa, 12:41"),
        RouteStop(StopKind.DROPOFF, LatLon(45.0, 9.0015), "Mill Lane 4, 12:50"),  # beside it, with room to its right alone
        RouteStop(StopKind.DROPOFF, LatLon(45.00003, 9.0008), "Mill Lane 6, 12:55"),  # between the two
        *(RouteStop(StopKind.DROPOFF, LatLon(45.0, 9.0008), f"Mill Lane {n}, 12:58") for n in range(8, 16)),  # no room left
    ]
    screen.view.set_route("D-1", [np.array([edge, near])], stops)
    screen.settled()
    laid = """(() => JSON.stringify([...document.querySelectorAll(".stop-label")].map((tag) => {
      const { left, right, top, bottom } = tag.getBoundingClientRect();
      return [left, top, right, bottom, tag.style.visibility];
    })))()"""
    tags = json.loads(str(screen.ask(laid)))
    seen = [tag[:4] for tag in tags if tag[4] != "hidden"]
    assert [tag[4] for tag in tags[:4]] == [""] * 4
    assert tags[-1][4] == "hidden"
    assert all(left >= 0 and right <= screen.view.width() and right - left <= 240 for left, _, right, _ in seen)
    apart = [a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1] for i, a in enumerate(seen) for b in seen[:i]]
    assert all(apart)
    # What is written on the canvas keeps away from the edge as well.
    inside = "(() => { const m = Kerbside.marks; return m.beside(m.width - m.pad.x - 20, 90) + 90 < m.width - m.pad.x; })()"
    assert screen.ask(inside) is True
    screen.view.set_route(None)
    screen.settled()
