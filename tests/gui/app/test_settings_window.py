"""The settings window over a running console: what is typed is in force, on disk, and can be taken back."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.domain.events import UpkeepChange
from core.settings import BY_KEY, DECLARED
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.line import LineDialog
from widgets.settings.dialog import SettingsDialog

SHOWN = [setting for setting in DECLARED if "*" not in setting.key]


@pytest.fixture
def window(rig: Any) -> Iterator[Any]:
    before = rig.deeds.settings.changed()
    rig.press("Ctrl+,")
    dialog = rig.dialog(SettingsDialog)
    rig.until(lambda: len(dialog.fields) == len(SHOWN))
    yield dialog
    dialog.close()
    rig.deeds.settings.replace(before)
    rig.deeds.settings.save()


def give(dialog: Any, key: str, text: str) -> None:
    editor = dialog.fields[key].editor
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)


def on_disk(rig: Any) -> dict[str, Any]:
    return tomllib.loads((rig.folder / "settings.toml").read_text())


def test_every_declared_setting_is_there_with_its_meaning_unit_and_range(window: Any) -> None:
    for setting in SHOWN:
        field = window.fields[setting.key]
        assert field.meaning.text() == setting.description
        assert setting.range in field.caption.text()
        assert ("next start" in field.caption.text()) is not setting.live


def test_what_is_typed_is_in_force_and_on_disk_at_once(rig: Any, window: Any) -> None:
    give(window, "matching.cycle_s", "12,5")
    assert rig.engine.settings.number("matching.cycle_s") == 12.5
    assert on_disk(rig)["matching"]["cycle_s"] == 12.5
    field = window.fields["matching.cycle_s"]
    assert "usually 10" in field.caption.text()
    assert field.editor.text() == "12.5"
    field.back.click()
    assert "matching" not in on_disk(rig)
    assert not window.restart.isVisible()


def test_what_does_not_fit_is_explained_and_not_taken(rig: Any, window: Any) -> None:
    give(window, "matching.cycle_s", "0")
    assert window.fields["matching.cycle_s"].wrong() == "Wants 1 to 300 s, not 0.0"
    give(window, "mqtt.broker", "ftp://x")
    assert "mqtt" in window.fields["mqtt.broker"].wrong()
    assert "cycle_s" not in on_disk(rig).get("matching", {})


def test_a_start_is_offered_for_what_needs_one(rig: Any, window: Any) -> None:
    give(window, "routing.detour_factor", "1.5")
    assert window.restart.isVisible()
    window.fields["routing.detour_factor"].back.click()
    assert not window.restart.isVisible()


def test_export_import_and_reset(rig: Any, window: Any, tmp_path: Path) -> None:
    own = rig.console.own_settings
    give(window, "offers.limit_s", "33")
    own.write_file(tmp_path / "mine.toml")
    assert window.told.text() == f"Saved as {tmp_path / 'mine.toml'}"
    window.all_back.click()
    rig.dialog(ConfirmDialog).action.click()
    assert rig.deeds.settings.changed() == {}
    assert rig.window.theme.mode == "system"
    own.take_file(tmp_path / "mine.toml")
    assert rig.deeds.settings.number("offers.limit_s") == 33
    assert rig.window.theme.mode == "light"
    assert window.told.text().endswith("settings taken")
    (tmp_path / "odd.toml").write_text("[offers]\nlimit_s = 1\n[orders]\npromise_min = 50\n")
    own.take_file(tmp_path / "odd.toml")
    assert rig.deeds.settings.number("orders.promise_min") == 50
    assert window.problem.text().startswith("1 taken, 1 not: setting offers.limit_s wants 5 to 600 s")
    own.take_file(tmp_path / "gone.toml")
    assert "can't be read" in window.problem.text()
    own.write_file(tmp_path / "no" / "such.toml")
    assert window.problem.text().startswith(f"The settings could not be saved in {tmp_path / 'no' / 'such.toml'}")
    assert not window.told.isVisible()


def test_profiles_are_saved_worn_and_deleted(rig: Any, window: Any) -> None:
    give(window, "offers.limit_s", "20")
    window.save_profile.emit()
    asked = rig.dialog(LineDialog)
    asked.set_text("Friday night")
    asked.accept()
    assert window.profiles.text() == "Profile: Friday night"
    give(window, "offers.limit_s", "90")
    assert window.profiles.text() == "Profiles"
    window.save_profile.emit()
    asked = rig.dialog(LineDialog)
    asked.set_text("Friday night")
    asked.accept()
    rig.dialog(ConfirmDialog).reject()  # it would be another one from now on
    window.profile_wanted.emit("Friday night")
    assert rig.deeds.settings.number("offers.limit_s") == 20
    window.profile_removed.emit("Friday night")
    rig.dialog(ConfirmDialog).action.click()
    rig.engine.store.flush()
    assert not list((rig.folder / "profiles").glob("*"))
    told = [one.change for one in rig.engine.store.recent(8) if isinstance(one.change, UpkeepChange)]
    profile = told[0].altered[0].before
    assert isinstance(profile, str)
    assert "offers.limit_s 20.0" in profile
    assert [(type(change).__name__, [(one.id, one.before, one.after) for one in change.altered]) for change in told[:4]] == [
        ("ProfileRemoved", [("Friday night", profile, None)]),
        ("SettingsChanged", [("offers.limit_s", 90.0, 20.0)]),
        ("SettingsChanged", [("offers.limit_s", 20.0, 90.0)]),
        ("ProfileSaved", [("Friday night", None, profile)]),
    ]
    window.profile_wanted.emit("Friday night")
    assert "can't be read" in window.problem.text()
    assert BY_KEY["offers.limit_s"].default != 20
