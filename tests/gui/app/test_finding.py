"""Searching and looking back in the whole console."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from app.actions import driver_deeds
from core.domain.driver import Activity
from core.domain.geo import LatLon
from core.domain.reports import FixBatch
from widgets.map.marks import Drawn

Rig = Any  # tests/gui/app/conftest.py
HERE = LatLon(45.0, 9.0)


@pytest.fixture
def finder(rig: Rig) -> Any:
    rig.action("find.open").trigger()
    rig.until(rig.window.find_drivers.isVisible)
    yield rig.window.find_drivers
    rig.window.find_drivers.states.choose(())
    rig.window.find_drivers.cleared.emit()
    rig.window.docks["find"].hide()


@pytest.fixture
def history(rig: Rig) -> Any:
    rig.action("history.open").trigger()
    rig.until(rig.window.history.isVisible)
    yield rig.window.history
    rig.window.history.cleared.emit()
    rig.window.docks["history"].hide()


def ids(panel: Any) -> list[str]:
    return [row.id for row in panel.model.shown]


def test_both_windows_wait_until_they_are_wanted(rig: Rig) -> None:
    assert not rig.window.find_drivers.isVisible()
    assert not rig.window.history.isVisible()


def test_a_circle_finds_lists_marks_and_selects(rig: Rig, finder: Any) -> None:
    finder.choose_shape("circle")
    rig.until(lambda: rig.ask_map("Kerbside.draw.kind") == "circle")
    rig.window.map.drawn.emit(Drawn("circle", (HERE,), 460.0))
    assert finder.radius.value() == 460
    rig.until(lambda: ids(finder) == ["D-1"] or len(ids(finder)) == 2)
    assert ids(finder) == ["D-1"]
    finder.radius.setValue(600)
    rig.until(lambda: set(ids(finder)) == {"D-1", "D-2", "D-17"})
    rig.until(lambda: set(rig.ask_map("Kerbside.marks.found")) == {"D-1", "D-2", "D-17"})
    assert "3 drivers within 600 m" in finder.told.text()
    finder.view.select_ids(["D-2"])
    assert rig.deeds.selection.driver == "D-2"
    finder.states.choose({Activity.CARRYING.value})
    rig.until(lambda: ids(finder) == [])
    assert "0 drivers" in finder.told.text()


def test_escape_stops_a_drawing_wherever_the_keys_go(rig: Rig, finder: Any) -> None:
    finder.choose_shape("outline")
    rig.until(lambda: rig.ask_map("Kerbside.draw.kind") == "outline")
    assert finder._buttons["outline"].isChecked()
    rig.action("edit.clear").trigger()
    rig.until(lambda: rig.ask_map("Kerbside.draw.kind") is None)
    assert not finder._buttons["outline"].isChecked()


def test_closing_the_panel_ends_the_search(rig: Rig, finder: Any) -> None:
    rig.deeds.pointed = HERE
    driver_deeds.find_drivers(rig.deeds, "circle")
    rig.until(lambda: len(ids(finder)) == 3)
    rig.window.docks["find"].close()
    assert finder.told.text() == ""


def test_rectangle_outline_and_reach_find_as_well(rig: Rig, finder: Any) -> None:
    west = (LatLon(44.99, 8.99), LatLon(45.01, 8.999))
    for shape, drawn in (
        ("rectangle", Drawn("rectangle", west)),
        ("outline", Drawn("outline", (west[0], LatLon(44.99, 8.999), west[1], LatLon(45.01, 8.99)))),
    ):
        finder.choose_shape(shape)
        rig.window.map.drawn.emit(drawn)
        rig.until(lambda: ids(finder) == ["D-17"])
        finder.cleared.emit()
    rig.deeds.pointed = HERE
    driver_deeds.find_drivers(rig.deeds, "reach")
    rig.until(lambda: "within 10 min, scooter" in finder.told.text())
    assert set(ids(finder)) == {"D-1", "D-2", "D-17"}


def test_a_new_order_s_place_is_no_search(rig: Rig, finder: Any) -> None:
    rig.window.map.drawn.emit(Drawn("point", (HERE,)))
    assert finder.told.text() == ""


def walk(rig: Rig, driver: str = "D-1") -> float:
    """Ten minutes of one driver: standing still at first, then going north. Returns their beginning."""
    now = rig.engine.clock.now()
    t = now - 600 + 10.0 * np.arange(60)
    lat = 45.004 + np.concatenate((np.zeros(30), 1e-4 * np.arange(30)))
    nothing = np.full(60, np.nan)
    fixes = FixBatch([driver], np.zeros(60, np.int64), t, lat, np.full(60, 9.0), nothing, nothing, nothing)
    rig.engine.tracks.add(fixes, now)
    return float(t[0])


def test_a_driver_s_way_its_stops_and_its_file(rig: Rig, history: Any, tmp_path: Path) -> None:
    walk(rig)
    rig.deeds.selection.set_driver("D-1")
    rig.action("history.track").trigger()
    rig.until(lambda: "1 stop" in history.told.text())
    assert "Ada Lind" in history.told.text()
    rig.until(lambda: rig.ask_map("Kerbside.past.past && Kerbside.past.past.stops.length") == 1)
    for name in ("way.geojson", "way.csv"):
        history.export.click()
        dialog = rig.dialog(QFileDialog)
        dialog.fileSelected.emit(str(tmp_path / name))
        dialog.close()
        rig.rest()
    assert json.loads((tmp_path / "way.geojson").read_text())["features"][0]["geometry"]["type"] == "LineString"
    assert (tmp_path / "way.csv").read_text().startswith("driver,time,lat,lon\nD-1,")


def test_who_was_near_and_everyone_then(rig: Rig, history: Any) -> None:
    walk(rig, "D-2")
    history.ask("near")
    history.act.click()
    rig.until(lambda: rig.ask_map("Kerbside.draw.kind") == "point")
    rig.window.map.drawn.emit(Drawn("point", (LatLon(45.0041, 9.0),)))
    rig.until(lambda: "D-2" in [row.id for row in history.views["near"].model().shown])
    history.ask("moment")
    now = rig.engine.clock.now()
    history.set_span(now - 600, now - 60)
    history.act.click()
    rig.until(lambda: "D-2" in [row.id for row in history.views["moment"].model().shown])
    history.activated.emit("D-2")
    rig.until(lambda: "Bo Weber" in history.told.text())
    assert history.question() == "track"


@pytest.mark.parametrize(
    ("typed", "says"),
    [("", "Whose way?"), ("Nobody", "No driver is called Nobody"), ("o", "could be meant")],
)
def test_a_question_that_can_t_be_asked_says_what_to_do(rig: Rig, history: Any, typed: str, says: str) -> None:
    history.ask("track")
    history.driver.setText(typed)
    history.act.click()
    assert says in history.told.text()
    assert history.told.property("kind") == "error"
