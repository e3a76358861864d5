"""Areas in the whole console: drawn, changed, split, merged, put into order; read back from the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.domain.commands import RemoveArea, SaveRules
from core.domain.geo import LatLon
from core.domain.merchant import Area
from core.domain.provider import INTERNAL
from core.domain.rules import Rule
from core.domain.vehicle import Vehicle
from core.geofencing.shapes import closed
from widgets.areas.details import AreaDialog
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.versions import VersionsDialog

Rig = Any  # tests/gui/app/conftest.py
SQUARE = (LatLon(44.99, 8.99), LatLon(44.99, 9.01), LatLon(45.01, 9.01), LatLon(45.01, 8.99))
BESIDE = (LatLon(44.99, 9.01), LatLon(44.99, 9.03), LatLon(45.01, 9.03), LatLon(45.01, 9.01))


@pytest.fixture
def panel(rig: Rig) -> Any:
    rig.action("area.open").trigger()
    panel = rig.window.managed["areas"]
    rig.until(panel.isVisible)
    yield panel
    rig.deeds.editors.areas.shapes.end()
    for area_id in list(rig.engine.world.areas):
        rig.engine.execute(RemoveArea(area_id=area_id))
    rig.window.docks["areas"].hide()


def on_disk(rig: Rig) -> dict[str, Area]:
    rig.engine.store.flush()
    return dict(rig.engine.store.load().world.areas)


def drawn(rig: Rig, kind: str, places: tuple[LatLon, ...]) -> None:
    rig.until(lambda: rig.ask_map("Kerbside.draw.kind") == kind)
    rig.window.map._state.heard.emit("drawn", {"kind": kind, "points": [list(p) for p in places], "radius": 0})


def draw_area(rig: Rig, name: str, places: tuple[LatLon, ...] = SQUARE) -> str:
    rig.action("area.draw").trigger()
    drawn(rig, "outline", places)
    dialog = rig.dialog(AreaDialog)
    dialog.name.setText(name)
    dialog.act()
    rig.until(lambda: any(a.name == name for a in rig.engine.world.areas.values()))
    return next(a.id for a in rig.engine.world.areas.values() if a.name == name)


def choose(rig: Rig, panel: Any, *ids: str) -> None:
    rig.until(lambda: set(ids) <= {row.id for row in panel.model.shown})
    panel.select(ids)


def test_a_drawn_area_is_saved_tags_its_shops_and_is_undone(rig: Rig, panel: Any) -> None:
    area_id = draw_area(rig, "Old town")
    assert area_id == "old-town"
    assert on_disk(rig)["old-town"].polygons == ((closed(SQUARE),),)
    assert rig.engine.world.merchants["M-1"].area_id == "old-town"
    rig.until(lambda: [row.merchants for row in panel.model.shown] == [1])
    rig.until(lambda: rig.ask_map("Kerbside.shapes.data.areas.map(a => a.name)") == ["Old town"])
    assert panel.selected() == ["old-town"]
    rig.action("edit.undo").trigger()
    assert on_disk(rig) == {}
    assert rig.engine.world.merchants["M-1"].area_id is None
    rig.until(lambda: rig.ask_map("Kerbside.shapes.data.areas.length") == 0)
    rig.action("edit.redo").trigger()
    assert "old-town" in on_disk(rig)


def test_a_shape_is_changed_as_a_draft_undone_step_by_step_and_saved_at_once(rig: Rig, panel: Any) -> None:
    area_id = draw_area(rig, "Old town")
    choose(rig, panel, area_id)
    rig.action("area.edit").trigger()
    rig.until(lambda: rig.ask_map("Kerbside.edit.live"))
    larger = (LatLon(44.98, 8.98), *SQUARE[1:])
    rig.window.map.editor.edited.emit(((closed(larger),),), "move")
    rig.action("area.cut_out").trigger()
    drawn(rig, "outline", (LatLon(44.999, 8.999), LatLon(44.999, 9.001), LatLon(45.001, 9.001), LatLon(45.001, 8.999)))
    session = rig.deeds.editors.areas.shapes.session
    assert [len(rings) for rings in session.shape] == [2]
    assert on_disk(rig)[area_id].version == 1
    assert rig.deeds.history.undo_text == "Cut out"
    rig.action("edit.undo").trigger()
    assert [len(rings) for rings in session.shape] == [1]
    rig.action("edit.undo").trigger()
    assert not session.changed
    rig.action("edit.redo").trigger()
    rig.action("edit.redo").trigger()
    rig.action("area.save").trigger()
    saved = on_disk(rig)[area_id]
    assert (saved.version, [len(rings) for rings in saved.polygons]) == (2, [2])
    assert rig.engine.world.merchants["M-1"].area_id is None  # it lies in the hole
    # The saving is one deed; what led to it is gone from the history.
    assert rig.deeds.history.undo_text == "Change the shape of Old town"
    rig.action("edit.undo").trigger()
    assert on_disk(rig)[area_id].polygons == ((closed(SQUARE),),)
    assert rig.deeds.history.undo_text == "New area Old town"


def test_what_is_selected_leaves_the_map_with_its_panel(rig: Rig, panel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    area_id = draw_area(rig, "Old town")
    shown: list[Any] = []
    monkeypatch.setattr(rig.window.map.editor, "show", lambda polygons, *_: shown.append(polygons))
    panel.select(())
    choose(rig, panel, area_id)
    assert shown[-1] == ((closed(SQUARE),),)
    rig.window.docks["areas"].hide()
    assert shown[-1] == ()


def test_an_outline_that_crosses_itself_is_kept_and_says_what_to_do(rig: Rig, panel: Any) -> None:
    rig.action("area.draw").trigger()
    drawn(rig, "outline", (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]))
    assert "crosses itself" in panel.problem.text()
    assert not panel.save.isEnabled()
    rig.until(lambda: rig.ask_map("Kerbside.edit.problem"))
    rig.action("area.save").trigger()
    assert rig.engine.world.areas == {}
    rig.window.map.editor.edited.emit(((closed(SQUARE),),), "move")
    assert panel.problem.text() == ""
    rig.action("area.save").trigger()
    dialog = rig.dialog(AreaDialog)
    dialog.name.setText("Mended")
    dialog.act()
    assert on_disk(rig)["mended"].name == "Mended"


def test_what_was_drawn_is_not_lost_by_closing_the_question_for_its_name(rig: Rig, panel: Any) -> None:
    rig.action("area.draw").trigger()
    drawn(rig, "outline", SQUARE)
    rig.dialog(AreaDialog).reject()
    assert panel.save.isEnabled()
    rig.action("area.discard").trigger()
    rig.dialog(ConfirmDialog).accept()
    rig.until(lambda: rig.deeds.editors.areas.shapes.session is None)
    assert rig.engine.world.areas == {}


def test_a_line_splits_and_merging_makes_it_one_again(rig: Rig, panel: Any) -> None:
    choose(rig, panel, draw_area(rig, "Old town"))
    rig.action("area.split").trigger()
    drawn(rig, "line", (LatLon(44.98, 8.996), LatLon(45.02, 8.996)))
    assert set(on_disk(rig)) == {"old-town", "old-town-2"}
    assert rig.engine.world.merchants["M-1"].area_id == "old-town"
    choose(rig, panel, "old-town", "old-town-2")
    rig.action("area.merge").trigger()
    assert set(on_disk(rig)) == {"old-town"}
    rig.action("edit.undo").trigger()
    assert set(on_disk(rig)) == {"old-town", "old-town-2"}
    rig.action("edit.undo").trigger()
    assert on_disk(rig)["old-town"].polygons == ((closed(SQUARE),),)


def test_order_is_priority(rig: Rig, panel: Any) -> None:
    draw_area(rig, "Under")
    draw_area(rig, "Over")
    assert rig.engine.world.merchants["M-1"].area_id == "over"
    choose(rig, panel, "under")
    panel.view.step(-1)
    assert rig.engine.world.merchants["M-1"].area_id == "under"
    assert [row.id for row in panel.model.shown] == ["under", "over"]
    disk = on_disk(rig)
    assert disk["under"].priority > disk["over"].priority


def test_details_and_versions_tell_who_changed_what_and_lead_back(rig: Rig, panel: Any) -> None:
    choose(rig, panel, draw_area(rig, "Market"))
    rig.action("area.details").trigger()
    dialog = rig.dialog(AreaDialog)
    dialog.name.setText("Citadel")
    dialog.vehicles[Vehicle.CAR].setChecked(False)
    dialog.act()
    assert on_disk(rig)["market"].vehicles == {Vehicle.WALK, Vehicle.BIKE, Vehicle.SCOOTER}
    choose(rig, panel, "market")
    rig.action("area.versions").trigger()
    versions = rig.dialog(VersionsDialog)
    rig.until(lambda: len(versions.model.shown) == 2)
    newest, oldest = versions.model.shown
    assert (newest.version, newest.who) == (2, "dispatcher")
    assert "name: Market → Citadel" in newest.what
    assert "vehicles: none → bike, scooter, walk" in newest.what
    versions.view.select_ids([oldest.id])
    versions.act()
    back = on_disk(rig)["market"]
    assert (back.name, back.version) == ("Market", 3)


def test_areas_go_out_as_geojson_and_come_in_again(rig: Rig, panel: Any, tmp_path: Path) -> None:
    choose(rig, panel, draw_area(rig, "Old town"), draw_area(rig, "East", BESIDE))
    editor = rig.deeds.editors.areas
    path = tmp_path / "areas.geojson"
    editor.write_file(path, editor.chosen())
    rig.until(lambda: "2 areas saved" in rig.said())
    assert {f["properties"]["name"] for f in json.loads(path.read_text())["features"]} == {"Old town", "East"}
    before = on_disk(rig)
    panel.select(["old-town", "east"])
    rig.action("area.remove").trigger()
    rig.dialog(ConfirmDialog).accept()
    rig.until(lambda: rig.engine.world.areas == {})
    editor.read_file(path)
    rig.until(lambda: len(rig.engine.world.areas) == 2)
    after = on_disk(rig)
    assert {i: a.polygons for i, a in after.items()} == {i: a.polygons for i, a in before.items()}
    editor.read_file(tmp_path / "none.geojson")
    rig.until(lambda: "no GeoJSON" in rig.said())


def test_corners_are_typed_and_what_is_no_place_is_said(rig: Rig, panel: Any) -> None:
    rig.action("area.draw").trigger()
    rig.until(lambda: rig.ask_map("Kerbside.draw.kind") == "outline")
    panel.corner_typed.emit("nowhere")
    rig.until(lambda: "not on the map" in rig.said())
    for corner in SQUARE:
        panel.corner_typed.emit(f"{corner.lat}, {corner.lon}")
    panel.corner_typed.emit("")
    dialog = rig.dialog(AreaDialog)
    dialog.name.setText("Typed")
    dialog.act()
    assert on_disk(rig)["typed"].polygons == ((closed(SQUARE),),)


def test_a_merge_is_not_done_by_half_where_a_rule_names_one(rig: Rig, panel: Any) -> None:
    draw_area(rig, "Old town")
    draw_area(rig, "East", BESIDE)
    rig.engine.execute(SaveRules(rules=(Rule("r", {"area": ["old-town"]}, {"provider": INTERNAL}, name="Own"),)))
    choose(rig, panel, "old-town", "east")
    rig.until(lambda: next(row for row in panel.model.shown if row.id == "old-town").rules == ("Own",))
    rig.action("area.merge").trigger()
    rig.until(lambda: "named by rule Own" in rig.said())
    assert set(on_disk(rig)) == {"old-town", "east"}
    choose(rig, panel, "old-town")
    rig.action("area.split").trigger()
    drawn(rig, "line", (LatLon(44.98, 9.005), LatLon(45.02, 9.005)))
    rig.until(lambda: "Its rules name Old town alone" in rig.said())
    rig.engine.execute(SaveRules(rules=()))
