"""Shapes drawn and changed on the map, with the mouse and with the keys alone."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.domain.geo import LatLon
from core.geofencing.shapes import Polygons, closed, parted
from widgets.map.marks import AreaShape, Drawn

Screen = Any  # tests/gui/map/conftest.py
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CORNERS = [LatLon(44.998, 8.996), LatLon(44.998, 9.004), LatLon(45.002, 9.004), LatLon(45.002, 8.996)]
SQUARE: Polygons = ((closed(CORNERS),),)


def at(screen: Screen, lat: float, lon: float) -> QPoint:
    point = screen.ask(f"(p => [p.x, p.y])(Kerbside.map.latLngToContainerPoint([{lat}, {lon}]))")
    return QPoint(round(point[0]), round(point[1]))


def flat(places: Any) -> list[float]:
    return [value for place in places for value in place]


def drag(screen: Screen, begin: QPoint, to: QPoint) -> None:
    QTest.mousePress(screen.hands(), LEFT, NONE, begin)
    QTest.mouseMove(screen.hands(), begin + (to - begin) / 2)
    QTest.mouseMove(screen.hands(), to)
    QTest.mouseRelease(screen.hands(), LEFT, NONE, to)


def key(screen: Screen, which: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(screen.hands(), which, modifier)


@pytest.fixture
def told(screen: Screen) -> Any:
    heard: list[tuple[Polygons, str]] = []
    screen.view.editor.edited.connect(lambda shape, what: heard.append((shape, what)))
    screen.view.editor.show(SQUARE, live=True)
    screen.until(lambda: screen.ask("Kerbside.edit && Kerbside.edit.busy && Kerbside.edit.parts.length === 1"))
    yield heard
    screen.view.editor.edited.disconnect()
    screen.view.editor.show(())
    screen.until(lambda: screen.ask("Kerbside.edit.parts.length === 0"))


def test_a_corner_is_dragged(screen: Screen, told: Any) -> None:
    drag(screen, at(screen, *CORNERS[0]), at(screen, 44.997, 8.994))
    screen.until(lambda: told)
    shape, what = told[0]
    assert what == "move"
    assert shape[0][0][0] == pytest.approx((44.997, 8.994), abs=1e-4)
    assert flat(shape[0][0][1:4]) == pytest.approx(flat(CORNERS[1:]))
    assert shape[0][0][0] == shape[0][0][-1]
    # The map itself stayed where it was.
    assert screen.ask("Kerbside.map.getCenter().lat") == pytest.approx(45.0, abs=1e-6)


def test_between_two_corners_a_new_one_is_pulled_out(screen: Screen, told: Any) -> None:
    drag(screen, at(screen, 44.998, 9.0), at(screen, 44.996, 9.0))
    screen.until(lambda: told)
    shape, what = told[0]
    assert what == "insert"
    assert len(shape[0][0]) == 6
    assert shape[0][0][1] == pytest.approx((44.996, 9.0), abs=1e-4)


def test_a_right_click_takes_a_corner_away_and_the_last_three_stay(screen: Screen, told: Any) -> None:
    refused: list[bool] = []
    screen.view.editor.refused.connect(lambda: refused.append(True))
    QTest.mouseClick(screen.hands(), RIGHT, NONE, at(screen, *CORNERS[2]))
    screen.until(lambda: told)
    assert told[0] == (((closed([CORNERS[0], CORNERS[1], CORNERS[3]]),),), "remove")
    screen.view.editor.show(told[0][0], live=True)
    screen.until(lambda: screen.view.settled() and screen.ask("Kerbside.edit.parts[0][0].length") == 3)
    QTest.mouseClick(screen.hands(), RIGHT, NONE, at(screen, *CORNERS[0]))
    screen.until(lambda: refused)
    assert len(told) == 1


def test_the_keys_alone_change_a_shape(screen: Screen, told: Any) -> None:
    screen.view._web.setFocus()
    screen.hands().setFocus()
    key(screen, Qt.Key.Key_PageDown)
    screen.until(lambda: screen.ask("Kerbside.edit.chosen") == [0, 0, 0])
    key(screen, Qt.Key.Key_Left, SHIFT)
    screen.until(lambda: len(told) == 1)
    moved = told[0][0][0][0][0]
    assert (moved.lat, moved.lon < CORNERS[0].lon) == (pytest.approx(CORNERS[0].lat), True)
    key(screen, Qt.Key.Key_Insert)
    screen.until(lambda: len(told) == 2)
    assert len(told[1][0][0][0]) == 6
    key(screen, Qt.Key.Key_Backspace)
    screen.until(lambda: len(told) == 3)
    assert len(told[2][0][0][0]) == 5
    key(screen, Qt.Key.Key_PageUp)
    key(screen, Qt.Key.Key_Escape)
    screen.until(lambda: screen.ask("Kerbside.edit.chosen") is None)


@pytest.fixture
def drawn(screen: Screen) -> Any:
    heard: list[Drawn] = []
    screen.view.drawn.connect(heard.append)
    yield heard
    screen.view.drawn.disconnect(heard.append)
    screen.view.stop_drawing()
    screen.until(lambda: screen.ask("Kerbside.draw.kind") is None)


def test_an_outline_is_drawn_by_the_keys_alone(screen: Screen, drawn: Any) -> None:
    screen.view.draw("outline")
    screen.until(lambda: screen.ask("Kerbside.draw.kind") == "outline")
    screen.hands().setFocus()
    key(screen, Qt.Key.Key_Space)
    key(screen, Qt.Key.Key_Right)
    key(screen, Qt.Key.Key_Space)
    key(screen, Qt.Key.Key_Down, SHIFT)
    screen.until(lambda: screen.ask("Kerbside.crosshair.on") is True)
    key(screen, Qt.Key.Key_Space)
    screen.until(lambda: screen.ask("Kerbside.draw.points.length") == 3)
    key(screen, Qt.Key.Key_Return)
    screen.until(lambda: drawn)
    a, b, c = drawn[0].places
    assert a == pytest.approx((45.0, 9.0), abs=1e-5)
    assert (b.lat, b.lon > a.lon) == (pytest.approx(a.lat), True)
    assert (c.lon, c.lat < b.lat) == (pytest.approx(b.lon), True)


def test_corners_that_are_typed_make_an_outline(screen: Screen, drawn: Any) -> None:
    screen.view.draw("outline")
    screen.until(lambda: screen.ask("Kerbside.draw.kind") == "outline")
    for corner in (*CORNERS[:2], LatLon(45.2, 9.004)):
        screen.view.editor.put_corner(corner)
    screen.until(lambda: screen.ask("Kerbside.draw.points.length") == 3)
    # One that lies far away is brought into view.
    screen.until(lambda: screen.ask("Kerbside.map.getBounds().contains([45.2, 9.004])"))
    screen.view.editor.finish()
    screen.until(lambda: drawn)
    assert flat(drawn[0].places) == pytest.approx(flat([*CORNERS[:2], LatLon(45.2, 9.004)]))
    screen.view.set_view(45.0, 9.0, 15)
    screen.until(lambda: screen.ask("Kerbside.map.getBounds().contains([45.0, 9.0])"))


def test_a_line_needs_two_places_and_is_not_closed(screen: Screen, drawn: Any) -> None:
    screen.view.draw("line")
    screen.until(lambda: screen.ask("Kerbside.draw.kind") == "line")
    QTest.mouseClick(screen.hands(), LEFT, NONE, at(screen, 44.997, 9.0))
    screen.until(lambda: screen.ask("Kerbside.draw.points.length") == 1)
    key(screen, Qt.Key.Key_Return)
    QTest.mouseClick(screen.hands(), LEFT, NONE, at(screen, 45.003, 9.001))
    screen.until(lambda: screen.ask("Kerbside.draw.points.length") == 2)
    key(screen, Qt.Key.Key_Return)
    screen.until(lambda: drawn)
    assert drawn[0].kind == "line"
    assert flat(drawn[0].places) == pytest.approx([44.997, 9.0, 45.003, 9.001], abs=1e-4)


def test_what_is_wrong_is_marked_and_an_area_that_is_only_looked_at_can_t_be_dragged(screen: Screen, told: Any) -> None:
    screen.view.editor.show(SQUARE, live=True, problem=LatLon(45.0, 9.0))
    screen.until(lambda: screen.ask("Kerbside.edit.problem"))
    screen.view.editor.show(SQUARE)
    screen.until(lambda: screen.ask("Kerbside.edit.parts.length === 1 && !Kerbside.edit.live"))
    QTest.mouseClick(screen.hands(), RIGHT, NONE, at(screen, *CORNERS[2]))
    QTest.qWait(50)
    assert told == []


ACROSS = [LatLon(44.998, 179.996), LatLon(44.998, -179.996), LatLon(45.002, -179.996), LatLon(45.002, 179.996)]


def longitudes(screen: Screen) -> list[float]:
    """As they are drawn: beyond ±180 the map goes on."""
    return [round(360 * (x - 0.5), 3) for x in screen.ask("Kerbside.edit.parts.flat(2).map((corner) => corner.x)")]


@pytest.fixture
def at_the_date_line(screen: Screen, told: Any) -> Any:
    screen.view.set_view(45.0, 180.0, 15)
    screen.view.editor.show(((closed(ACROSS),),), live=True)
    screen.until(lambda: screen.view.settled() and longitudes(screen)[0] == 179.996)
    yield told
    screen.view.set_view(45.0, 9.0, 15)
    screen.until(lambda: screen.ask("Kerbside.map.getBounds().contains([45.0, 9.0])"))


def test_across_the_date_line_a_shape_is_drawn_the_short_way(screen: Screen, at_the_date_line: Any) -> None:
    told = at_the_date_line
    assert longitudes(screen) == [179.996, 180.004, 180.004, 179.996]
    # A corner is taken hold of beyond the line, and dragged back over it and to the other side again.
    drag(screen, at(screen, 44.998, 180.004), at(screen, 44.997, 179.999))
    screen.until(lambda: told)
    shape, what = told[0]
    assert what == "move"
    assert shape[0][0][1] == pytest.approx((44.997, 179.999), abs=1e-4)
    screen.view.editor.show(shape, live=True)
    screen.until(lambda: screen.view.settled() and longitudes(screen)[1] == pytest.approx(179.999, abs=1e-3))
    drag(screen, at(screen, *shape[0][0][0]), at(screen, 44.997, 180.002))
    screen.until(lambda: len(told) == 2)
    shape = told[1][0]
    assert shape[0][0][0] == pytest.approx((44.997, -179.998), abs=1e-4)
    screen.view.editor.show(shape, live=True)
    screen.until(lambda: screen.view.settled() and longitudes(screen)[0] == pytest.approx(180.002, abs=1e-3))
    assert max(longitudes(screen)) - min(longitudes(screen)) < 0.01
    # Others get it in two parts that meet there (RFC 7946).
    for west, east in ((179.9, 180.0), (-180.0, -179.9)):
        assert any(all(west <= lon <= east for _, lon in rings[0]) for rings in parted(shape))


def test_the_shape_is_where_one_looks_and_holes_and_parts_stand_with_it(screen: Screen, at_the_date_line: Any) -> None:
    hole = closed([LatLon(44.999, -179.999), LatLon(44.999, 179.999), LatLon(45.001, 179.999), LatLon(45.001, -179.999)])
    other = closed([LatLon(45.003, -179.99), LatLon(45.003, -179.98), LatLon(45.004, -179.98)])
    screen.view.editor.show(((closed(ACROSS), hole), (other,)), live=True, problem=LatLon(45.0, -179.99))
    screen.until(lambda: screen.view.settled() and len(longitudes(screen)) == 11)
    assert longitudes(screen)[4:] == [180.001, 179.999, 179.999, 180.001, 180.01, 180.02, 180.02]
    assert screen.ask("Kerbside.edit.problem.x") == pytest.approx(1 + 0.01 / 360)
    screen.view.set_view(45.0, -180.0, 15)
    screen.until(lambda: longitudes(screen)[0] == -180.004)
    assert longitudes(screen)[4:6] == [-179.999, -180.001]
    assert screen.ask("Kerbside.edit.problem.x") == pytest.approx(0.01 / 360)


def test_typed_corners_go_on_beyond_the_date_line(screen: Screen, drawn: Any) -> None:
    screen.view.draw("outline")
    screen.until(lambda: screen.ask("Kerbside.draw.kind") == "outline")
    for corner in ACROSS[:3]:
        screen.view.editor.put_corner(corner)
    screen.until(lambda: screen.ask("Kerbside.draw.points.length") == 3)
    assert [round(360 * (x - 0.5), 3) for x in screen.ask("Kerbside.draw.points.map(({ x }) => x)")] == [
        179.996,
        180.004,
        180.004,
    ]
    screen.view.editor.finish()
    screen.until(lambda: drawn)
    screen.view.set_view(45.0, 9.0, 15)
    screen.until(lambda: screen.ask("Kerbside.map.getBounds().contains([45.0, 9.0])"))


def test_both_halves_of_an_area_are_seen_from_either_side_of_the_date_line(screen: Screen) -> None:
    screen.view.set_areas([AreaShape("a", "A", parted(((closed(ACROSS),),)))])
    seen = "Kerbside.shapes.areas.getLayers().flatMap((one) => one.getLatLngs().flat(2)).map(({ lng }) => lng)"
    for centre in (180.0, -180.0):
        screen.view.set_view(45.0, centre, 15)
        screen.until(lambda there=centre: screen.ask(f"Kerbside.map.getCenter().lng === {there}"))
        drawn = screen.ask(seen)
        assert len(drawn) == 8
        assert max(abs(lon - centre) for lon in drawn) == pytest.approx(0.004)
    # Where the whole world is seen each half is on its own side of it, as drivers are.
    screen.view.set_view(45.0, 9.0, 0)
    screen.until(lambda: {round(lon) for lon in screen.ask(seen)} == {-180, 180})
    screen.view.set_view(45.0, 9.0, 15)
    screen.until(lambda: screen.ask("Kerbside.map.getBounds().contains([45.0, 9.0])"))
    screen.view.set_areas([])
    screen.until(lambda: screen.view.settled() and screen.ask("Kerbside.shapes.areas.getLayers().length") == 0)
