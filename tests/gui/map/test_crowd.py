"""Many drivers at once: groups, dots and arrowheads, who is under the pointer, what a hidden layer costs, what is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.domain.geo import LatLon
from widgets.map.marks import Drawn, DriverColumns, Past

Screen = Any  # tests/gui/map/conftest.py
NO_KEYS = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


def crowd(screen: Screen, count: int, spread: float = 0.008) -> np.ndarray:
    rng = np.random.default_rng(3)
    at = np.array([45.0, 9.0]) + rng.uniform(-spread, spread, (count, 2))
    columns = DriverColumns(*at.T, np.full(count, 90.0), np.arange(count) % 7, np.zeros(count))
    screen.view.set_drivers([f"C-{i}" for i in range(count)], columns)
    screen.settled()
    return at


def at(screen: Screen, lat: float, lon: float) -> QPoint:
    x, y = screen.ask(f"(p => [p.x, p.y])(Kerbside.map.latLngToContainerPoint([{lat}, {lon}]))")
    return QPoint(round(x), round(y))


def test_a_crowd_is_groups_from_far_dots_nearer_and_arrowheads_near(screen: Screen) -> None:
    crowd(screen, 8000)
    assert screen.ask("Kerbside.marks.level") == "groups"
    counted = "Kerbside.marks.groups.reduce((n, g) => n + g.count, 0)"
    alone = "Kerbside.marks.crowd.groups(Kerbside.drivers.activity, 7).alone.length"
    assert screen.ask(f"{counted} + {alone}") == screen.ask("Kerbside.marks.shown.length")
    assert screen.ask("Kerbside.marks.groups.every(g => g.of.reduce((a, b) => a + b, 0) === g.count)") is True
    screen.view.set_view(45.0, 9.0, 17)
    screen.until(lambda: screen.ask("Kerbside.marks.level") == "dots")
    screen.view.set_view(45.0, 9.0, 19)
    screen.until(lambda: screen.ask("Kerbside.marks.level") == "arrows")


def test_whoever_is_in_a_group_is_not_found_beside_it(screen: Screen) -> None:
    crowd(screen, 8000)
    found = """(() => {
      const { marks } = Kerbside, kinds = new Set();
      for (let n = 0; n < 2000; n++) {
        const hit = marks.driverAt((n * 97) % marks.width, (n * 61) % marks.height);
        if (hit && hit.kind === "driver") {
          const k = marks.shown.indexOf(Kerbside.drivers.index.get(hit.id));
          kinds.add(marks.crowd.groups(Kerbside.drivers.activity, 7).alone.includes(k));
        }
      }
      return !kinds.has(false);
    })()"""
    assert screen.ask(found) is True


def test_groups_keep_their_ground_when_the_map_is_moved(screen: Screen) -> None:
    crowd(screen, 8000)
    groups = (
        "Kerbside.marks.groups.map(g => [Math.round(g.x + Kerbside.marks.ox), Math.round(g.y + Kerbside.marks.oy), g.count])"
        ".filter(g => Math.abs(g[0] - Kerbside.worldX(9) * Kerbside.marks.scale) < 150"
        " && Math.abs(g[1] - Kerbside.worldY(45) * Kerbside.marks.scale) < 100)"
    )
    before = screen.ask(groups)
    assert before
    screen.ask("(Kerbside.map.panBy([37, -21], { animate: false }), Kerbside.marks.draw(), 1)")
    assert sorted(screen.ask(groups)) == sorted(before)


def test_a_click_on_a_group_goes_nearer(screen: Screen) -> None:
    crowd(screen, 8000)
    x, y = screen.ask(
        "(g => { const c = Kerbside.marks.onCanvas([0, 0]); return [g.x - c.x, g.y - c.y]; })"
        "(Kerbside.marks.groups.find(g => Math.hypot(g.x - Kerbside.marks.width / 2, g.y - Kerbside.marks.height / 2) < 150))"
    )
    told: list[str] = []
    screen.view.driver_clicked.connect(told.append)
    QTest.mouseClick(screen.hands(), LEFT, NO_KEYS, QPoint(round(x), round(y)))
    screen.until(lambda: screen.ask("Kerbside.map.getZoom()") == 17)
    screen.view.driver_clicked.disconnect(told.append)
    assert told == []


def test_the_pointer_finds_the_nearest_of_many(screen: Screen) -> None:
    """The cells against a plain look at everybody."""
    crowd(screen, 3000, spread=0.004)
    screen.view.set_view(45.0, 9.0, 17)
    screen.until(lambda: screen.ask("Kerbside.marks.level") == "dots")
    plain = """(() => {
      const { marks, drivers } = Kerbside;
      for (let n = 0; n < 400; n++) {
        const [px, py] = [(n * 97) % marks.width, (n * 61) % marks.height];
        let best = null, least = 14;
        for (let i = 0; i < drivers.count; i++) {
          const d = Math.hypot(drivers.x[i] * marks.scale - marks.ox - px, drivers.y[i] * marks.scale - marks.oy - py);
          if (d <= least) (least = d), (best = drivers.ids[i]);
        }
        const found = marks.driverAt(px, py);
        const other = found && Math.abs(found.distance - least) > 0.01;
        if ((found === null) !== (best === null) || other) return [n, found && found.id, best];
      }
      return "the same";
    })()"""
    assert screen.ask(plain) == "the same"


def test_between_fixes_a_driver_goes_on_along_the_heading_and_ever_more_slowly(screen: Screen) -> None:
    screen.view.set_reduced_motion(False)
    one = [np.array([v]) for v in (45.0, 9.0, 90.0, 2, 0.0)]
    screen.view.set_drivers(["D-1"], DriverColumns(*one, speed_mps=np.array([10.0])))
    screen.settled()
    ahead = "(Kerbside.drivers.settle(Kerbside.drivers.arrived + {ms}), Kerbside.lonOf(Kerbside.drivers.place('D-1')[0]) - 9)"
    metres = 111_195 * np.cos(np.radians(45.0))
    after = [screen.ask(ahead.format(ms=ms)) * metres for ms in (1000, 8000, 60_000)]
    assert after == pytest.approx([10 * 8 * (1 - np.exp(-s / 8)) for s in (1, 8, 60)], rel=0.02)
    assert screen.ask("Kerbside.latOf(Kerbside.drivers.place('D-1')[1])") == pytest.approx(45.0, abs=1e-6)


def test_a_driver_who_stands_or_has_no_heading_stays(screen: Screen) -> None:
    screen.view.set_reduced_motion(False)
    columns = DriverColumns([45.0, 45.0], [9.0, 9.003], [np.nan, 90.0], [2, 2], [0.0, 0.0], [10.0, np.nan])
    screen.view.set_drivers(["D-1", "D-2"], columns)
    screen.settled()
    screen.until(lambda: not screen.ask("Kerbside.drivers.gliding"))
    assert screen.ask("Kerbside.lonOf(Kerbside.drivers.place('D-2')[0])") == pytest.approx(9.003, abs=2e-6)


def test_a_pointed_driver_says_how_old_the_fix_is_and_asks_for_its_name(screen: Screen, qtbot: Any) -> None:
    columns = DriverColumns([45.0, 45.003], [9.0, 9.003], [np.nan] * 2, [2, 2], [75.0, np.nan], silent=[True, False], pace=0.0)
    screen.view.set_drivers(["E-1", "E-2"], columns)
    screen.settled()
    assert screen.ask("[0, 1].map(i => Kerbside.drivers.fixAge(i))") == ["seen 1 min ago", ""]
    assert screen.ask("[0, 1].map(i => Kerbside.drivers.faded(i))") == [2, 1]
    with qtbot.waitSignal(screen.view.name_wanted) as wanted:
        screen.ask("(Kerbside.hands.point(Kerbside.map.latLngToContainerPoint([45, 9])), 1)")
    assert wanted.args == ["E-1"]


def test_a_hidden_layer_is_sent_nothing_and_draws_nothing(screen: Screen) -> None:
    crowd(screen, 500)
    screen.view.set_layers({"drivers": False})
    screen.settled()
    screen.until(lambda: screen.ask("!Kerbside.marks.running"))
    assert not screen.view.shows("drivers")
    sent, draws = screen.view.refreshes, screen.ask("Kerbside.stats.draws")
    for step in range(5):
        crowd(screen, 500 + step)
    assert screen.view.refreshes == sent
    assert screen.ask("Kerbside.stats.draws") == draws
    woken: list[int] = []
    screen.view.woken.connect(lambda: woken.append(1))
    screen.view.set_layers({"drivers": True})
    screen.settled()
    assert woken == [1]
    assert screen.ask("Kerbside.drivers.count") == 504


def drag(screen: Screen, start: QPoint, end: QPoint) -> None:
    hands = screen.hands()
    QTest.mousePress(hands, LEFT, NO_KEYS, start)
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(hands, start + (end - start) * share)
        QTest.qWait(20)
    QTest.mouseRelease(hands, LEFT, NO_KEYS, end)


def test_a_circle_is_dragged_from_its_centre(screen: Screen, qtbot: Any) -> None:
    screen.view.draw("circle")
    screen.until(lambda: screen.ask("Kerbside.draw.kind") == "circle")
    centre = screen.ask("Kerbside.map.getCenter()")
    with qtbot.waitSignal(screen.view.drawn) as signal:
        drag(screen, at(screen, 45.0, 9.0), at(screen, 45.0, 9.002))
    drawn: Drawn = signal.args[0]
    assert drawn.kind == "circle"
    assert drawn.places[0] == pytest.approx((45.0, 9.0), abs=1e-5)
    assert drawn.radius_m == pytest.approx(0.002 * 111_195 * np.cos(np.radians(45.0)), abs=3.0)
    assert screen.ask("Kerbside.map.getCenter()") == centre
    assert screen.ask("Kerbside.draw.kind") is None


def test_an_outline_is_clicked_corner_by_corner(screen: Screen, qtbot: Any) -> None:
    screen.view.draw("outline")
    screen.until(lambda: screen.ask("Kerbside.draw.kind") == "outline")
    corners = [(45.002, 8.998), (45.002, 9.002), (44.998, 9.002)]
    for corner in corners:
        QTest.mouseClick(screen.hands(), LEFT, NO_KEYS, at(screen, *corner))
        QTest.qWait(30)
    with qtbot.waitSignal(screen.view.drawn) as signal:
        QTest.mouseClick(screen.hands(), LEFT, NO_KEYS, at(screen, *corners[0]))
    assert np.array(signal.args[0].places) == pytest.approx(np.array(corners), abs=2e-5)


def test_escape_stops_a_drawing_and_the_map_is_a_map_again(screen: Screen, qtbot: Any) -> None:
    screen.view.draw("rectangle")
    screen.until(lambda: screen.ask("Kerbside.draw.kind") == "rectangle")
    with qtbot.waitSignal(screen.view.draw_ended):
        QTest.keyClick(screen.hands(), Qt.Key.Key_Escape)
    assert screen.ask("Kerbside.draw.kind") is None
    assert screen.ask("Kerbside.map.dragging.enabled()") is True


def test_what_was_is_shown_and_what_is_steps_back(screen: Screen) -> None:
    line = np.array([[45.0, 9.0], [45.001, 9.002], [45.002, 9.002]])
    screen.view.set_past(Past((line,), line[:1], ((LatLon(45.001, 9.002), "12:00, 4 min"),)))
    screen.settled()
    assert screen.ask("Kerbside.past.points().length") == 4
    stepped_back = "Kerbside.marks.steppedBack"
    assert screen.ask(stepped_back) is True
    screen.view.set_past(None)
    screen.settled()
    assert screen.ask(stepped_back) is False
