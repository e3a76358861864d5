"""A profile brings a person's settings, boards, columns, docks and map; it goes from computer to computer as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog

from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.line import LineDialog
from widgets.settings.dialog import SettingsDialog

ANNA = "Anna, night shift"


@pytest.fixture
def own(rig: Any) -> Iterator[Any]:
    before, arranged = rig.deeds.settings.changed(), rig.window.arrangement.kept()
    own = rig.console.own_settings
    yield own
    own.close()
    for name in own._profiles.names():
        own._profiles.remove(name)
    rig.deeds.settings.replace(before)
    rig.deeds.settings.save()
    rig.window.arrangement.take_up(arranged)


@pytest.fixture
def window(rig: Any, own: Any) -> Any:
    rig.press("Ctrl+,")
    return rig.dialog(SettingsDialog)


def answer(rig: Any, text: str) -> None:
    asked = rig.dialog(LineDialog)
    asked.set_text(text)
    asked.accept()


def save(rig: Any, window: Any, name: str) -> None:
    window.save_profile.emit()
    answer(rig, name)


def arrange_for_anna(rig: Any) -> None:
    made = rig.window
    made.orders.boards.add_board("Lunch")
    made.orders.boards.chips.choose({"EXCEPTIONS"})
    made.orders.boards.set_sort((0, True))
    made.orders.boards.group.setCurrentIndex(made.orders.boards.group.findData("driver"))
    made.orders.view.columns_menu().actions()[1].trigger()
    rig.action("board.beside").trigger()
    made.use_layout("planning")
    made.docks["shifts"].hide()
    made.drivers.view.columns_menu().actions()[2].trigger()
    made.map.set_layers({"heat": True})
    made.map.set_view(45.25, 9.25, 15)
    rig.deeds.settings.set("offers.limit_s", 44.0)
    rig.deeds.settings.set("window.rows", "comfortable")


def is_anna_s(rig: Any) -> None:
    made = rig.window
    assert [view.name for view in made.orders.boards.views()] == ["All orders"]
    lunch = made.boards.docks()[0].panel
    view = lunch.boards.view()
    assert (view.name, view.sections, view.sort, view.group) == ("Lunch", ("EXCEPTIONS",), (0, True), "driver")
    assert view.columns == lunch.view.kept_columns().shown != ()
    assert made.layouts.name == "planning"
    assert not made.docks["shifts"].toggleViewAction().isChecked()
    assert made.drivers.view.isColumnHidden(2)
    assert made.map.layers()["heat"]
    assert made.map.view() == (45.25, 9.25, 15)
    assert rig.deeds.settings.number("offers.limit_s") == 44
    assert made.theme.row_px > 26


def test_a_profile_brings_the_desk_of_whoever_saved_it(rig: Any, window: Any) -> None:
    save(rig, window, "Ben")
    arrange_for_anna(rig)
    save(rig, window, ANNA)
    assert window.told.text() == f"Profile {ANNA} saved: settings, boards and layout"
    is_anna_s(rig)
    window.profile_wanted.emit("Ben")
    assert window.profiles.text() == "Profile: Ben"
    assert rig.window.layouts.name == "dispatch"
    assert [view.name for view in rig.window.orders.boards.views()] == ["All orders"]
    assert rig.window.boards.docks() == []
    assert rig.window.drivers.view.kept_columns().shown == ()
    assert not rig.window.map.layers()["heat"]
    window.profile_wanted.emit(ANNA)
    is_anna_s(rig)
    assert window.profiles.text() == f"Profile: {ANNA}"


def test_a_profile_goes_to_another_computer_as_a_file(rig: Any, own: Any, window: Any, tmp_path: Path) -> None:
    file = tmp_path / f"{ANNA}.toml"
    save(rig, window, "Ben")
    arrange_for_anna(rig)
    save(rig, window, ANNA)
    own.write_profile(ANNA, file)
    assert window.told.text() == f"Saved as {file}"
    window.profile_wanted.emit("Ben")
    window.profile_removed.emit(ANNA)
    rig.dialog(ConfirmDialog).action.click()
    own.bring_profile(file)
    is_anna_s(rig)
    own.bring_profile(file)  # there is one of that name now
    rig.dialog(ConfirmDialog).action.click()
    assert window.told.text().startswith(f"Profile {ANNA}: settings, boards and layout")
    # Taken as a file of settings it brings these alone.
    window.profile_wanted.emit("Ben")
    own.take_file(file)
    assert rig.deeds.settings.number("offers.limit_s") == 44
    assert window.problem.text() == ""
    assert rig.window.layouts.name == "dispatch"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("what is this", "This is no file of settings"),
        ("[desk]\nboards = 'x'\n", "The profile odd was not taken: what stands for desk.boards can't be understood"),
        ('[desk]\nboards = \'[{"name": "A"}, 4]\'\n', "desk.boards can't"),
        ("[desk]\n'layouts/dispatch' = 'not base 64'\n", "desk.layouts/dispatch can't"),
        ("[desk]\n'layouts/dispatch' = 'YWJj'\n", "desk.layouts/dispatch can't"),
        ("[desk]\nlayout = 'cellar'\n", "desk.layout can't"),
        ("[desk]\nmap = '95;0;3'\n", "desk.map can't"),
        ("[desk]\nlayers = '[]'\n", "desk.layers can't"),
        ("[desk]\ncolumns = '{\"drivers.0\": 4}'\n", "desk.columns can't"),
        ("[desk]\nwings = ''\n", "desk.wings can't"),
        ("[offers]\nlimit_s = 1\n[desk]\nlayout = 'planning'\n", "setting offers.limit_s wants 5 to 600 s"),
        ("", ""),
    ],
)
def test_a_bad_file_is_refused_with_its_reason_and_changes_nothing(
    rig: Any, window: Any, tmp_path: Path, text: str, problem: str
) -> None:
    file = tmp_path / "odd.toml"
    file.write_text(text)
    before = rig.window.arrangement.kept()
    settings = rig.deeds.settings.changed()
    rig.console.own_settings.bring_profile(file)
    if problem:
        assert problem in window.problem.text()
        assert rig.deeds.settings.changed() == settings
        assert rig.console.own_settings._profiles.names() == []
    assert {**rig.window.arrangement.kept(), "profile": ""} == before


def test_what_belongs_to_the_computer_is_no_profile_s(rig: Any, window: Any, tmp_path: Path) -> None:
    port = rig.deeds.settings.number("mqtt.port")
    rig.deeds.settings.set("routing.detour_factor", 1.5)
    save(rig, window, "Ben")
    rig.deeds.settings.set("routing.detour_factor", 1.7)
    window.profile_wanted.emit("Ben")
    assert rig.deeds.settings.number("routing.detour_factor") == 1.7
    (tmp_path / "Cleo.toml").write_text("[mqtt]\nport = 1999\n[offers]\nlimit_s = 21\n")
    rig.console.own_settings.bring_profile(tmp_path / "Cleo.toml")
    assert rig.deeds.settings.number("offers.limit_s") == 21
    assert rig.deeds.settings.number("mqtt.port") == port


def test_a_profile_is_changed_from_the_menu_and_remembered(rig: Any, window: Any) -> None:
    save(rig, window, "Ben")
    rig.window.use_layout("planning")
    save(rig, window, ANNA)
    window.close()
    rig.action("file.profile").trigger()
    asked = rig.dialog(LineDialog)
    assert asked.text() == ANNA
    assert [asked.field.itemText(i) for i in range(asked.field.count())] == [ANNA, "Ben"]
    asked.set_text("Ben")
    asked.accept()
    assert rig.window.layouts.name == "dispatch"
    assert rig.said().startswith("Profile Ben: settings, boards and layout")
    assert rig.window.arrangement.kept()["profile"] == "Ben"


def test_without_a_profile_it_is_said_how_to_make_one(rig: Any, own: Any) -> None:
    rig.action("file.profile").trigger()
    assert "save one under Settings, Profiles" in rig.said()
    assert not any(dialog.isVisible() for dialog in rig.window.findChildren(QDialog))


def test_the_recorder_s_bar_stays_where_it_is_whatever_is_taken_up(rig: Any, own: Any) -> None:
    rig.window.use_layout("planning")
    rig.action("replay.open").trigger()
    rig.until(rig.window.recorder_strip.isVisible)
    rig.window.use_layout("dispatch")
    assert rig.window.recorder_strip.isVisible()
    rig.action("replay.live").trigger()
    rig.until(lambda: not rig.window.recorder_strip.isVisible())
    rig.window.use_layout("planning")
    assert not rig.window.recorder_strip.isVisible()
