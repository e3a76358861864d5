"""What was done, readable, with whether it stands; and undoing what a driver knows of asks for a recall."""

from __future__ import annotations

from typing import Any

from app.scene import record
from core.domain.events import SecretChanged
from core.domain.receipt import Receipt, Told
from core.domain.upkeep import secret_altered
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.line import LineDialog
from widgets.settings.dialog import SettingsDialog


def test_what_was_done_stands_in_its_panel_and_is_undone_there(rig: Any) -> None:
    order = rig.order()
    rig.press("Ctrl+Alt+Z")
    panel = rig.window.managed["done"]
    rig.until(panel.isVisible)
    rig.deeds.assign([order], "D-1")
    first = panel.model.shown[0]
    assert (first.text, first.actor, first.standing) == (f"Assign order {order} to Ada Lind", "dispatcher", "done")
    panel.view.select_ids([first.id])
    assert rig.deeds.selection.orders == (order,)
    panel.undo.click()
    assert rig.state(order) == ("waiting", None)
    assert panel.model.shown[0].standing == "undone"
    panel.redo.click()
    assert rig.state(order) == ("assigned", "D-1")
    panel.undo.click()


def test_a_recall_is_asked_for_where_the_phone_has_it(rig: Any) -> None:
    order = rig.order()
    rig.deeds.assign([order], "D-1")
    rig.engine._receipts.of[order] = Receipt("assign", "D-1", Told.SEEN, rig.engine.clock.now())
    rig.press("Ctrl+Z")
    dialog = rig.dialog(ConfirmDialog)
    assert dialog.windowTitle() == "Send a recall to Ada Lind?"
    assert rig.state(order) == ("assigned", "D-1")
    dialog.action.click()
    assert rig.state(order) == ("waiting", None)


def boards(rig: Any) -> list[tuple[str, bool]]:
    return [(panel.boards.view().name, panel is not rig.window.orders) for panel in rig.window.boards.panels()]


def test_boards_and_layouts_are_deeds_as_well(rig: Any) -> None:
    window, arranged = rig.window, rig.window.arrangement.kept()
    name = rig.window.orders.boards.view().name
    rig.action("board.beside").trigger()
    assert boards(rig) == [(name, False), ("Board 2", True)]
    rig.action("board.rename").trigger()
    asked = rig.dialog(LineDialog)
    asked.set_text("Lunch")
    asked.accept()
    assert rig.action("edit.undo").text() == "Undo: Call the board Lunch"
    rig.action("layout.planning").trigger()
    window.drivers.view.horizontalHeader().resizeSection(0, 222)  # by hand, since
    rig.press("Ctrl+Z")
    assert (window.layouts.name, window.drivers.view.columnWidth(0)) == ("dispatch", 222)
    rig.press("Ctrl+Z")
    assert boards(rig)[1] == ("Board 2", True)
    rig.press("Ctrl+Shift+Z")
    window.boards.docks()[0].close()
    assert boards(rig) == [("Lunch", False)]
    rig.press("Ctrl+Z")
    assert boards(rig) == [(name, False), ("Lunch", True)]
    assert window.boards.docks()[0].isVisible()
    window.boards.go_to(window.boards.docks()[0].panel)
    rig.action("board.remove").trigger()
    assert boards(rig) == [(name, False)]
    rig.press("Ctrl+Z")
    assert boards(rig) == [(name, False), ("Lunch", True)]
    while (rig.deeds.history.undo_text or "").startswith(("Call the", "Open the")):
        rig.press("Ctrl+Z")
    assert boards(rig) == [(name, False)]
    window.arrangement.take_up(arranged)


def test_a_profile_is_saved_taken_and_deleted_as_a_deed(rig: Any) -> None:
    own, settings, window = rig.console.own_settings, rig.deeds.settings, rig.window
    profiles = own._profiles
    settings.set("offers.limit_s", 44.0)
    own._try(lambda: profiles.save("Night"))
    assert rig.deeds.history.undo_text == "Save the profile Night"
    rig.press("Ctrl+Z")
    assert profiles.names() == []
    rig.press("Ctrl+Shift+Z")
    settings.set("offers.limit_s", 55.0)
    window.use_layout("planning")
    own._take_profile("Night")
    assert (settings.number("offers.limit_s"), window.layouts.name) == (44, "dispatch")
    rig.press("Ctrl+Z")
    assert (settings.number("offers.limit_s"), window.layouts.name) == (55, "planning")
    own._try(lambda: profiles.remove("Night"))
    assert profiles.names() == []
    rig.press("Ctrl+Z")
    assert profiles._profiles.read("Night").values["offers.limit_s"] == 44
    rig.press("Ctrl+Z")
    assert profiles.names() == []
    settings.set("offers.limit_s", 60.0)
    settings.save()
    window.use_layout("dispatch")


def test_what_has_no_way_back_stands_there_with_its_reason(rig: Any) -> None:
    record(rig.deeds.engine, SecretChanged, secret_altered("swift", "Swift", had=True))
    row = rig.window.managed["done"].model.shown[0]
    assert (row.text, row.standing) == ("The secret of Swift is another one", "final")
    assert row.note.startswith("the secret before it is kept nowhere")


def test_settings_and_the_matcher_s_pause_are_deeds_as_well(rig: Any) -> None:
    settings = rig.deeds.settings
    rig.action("match.pause").trigger()
    assert not rig.engine.matching_paused
    rig.action("match.fairness").trigger()
    assert rig.said() == "The matcher strives for: fairness"
    rig.action("view.dark").trigger()
    assert (settings.text("window.theme"), rig.window.theme.name) == ("dark", "dark")
    assert rig.action("edit.undo").text() == "Undo: Colours of the window: dark"
    rig.press("Ctrl+Z")
    assert (settings.text("window.theme"), rig.window.theme.name) == ("light", "light")
    rig.press("Ctrl+Z")
    assert settings.text("matching.profile") == "default"
    rig.press("Ctrl+Z")
    assert rig.engine.matching_paused
    rig.press("Ctrl+Shift+Z")
    rig.press("Ctrl+Shift+Z")
    assert (rig.engine.matching_paused, settings.text("matching.profile")) == (False, "fairness")
    assert 'profile = "fairness"' in (rig.folder / "settings.toml").read_text()
    rig.press("Ctrl+Z")
    rig.press("Ctrl+Z")
    assert "fairness" not in (rig.folder / "settings.toml").read_text()


def test_what_is_changed_in_the_settings_window_is_undone_and_what_came_after_stays(rig: Any) -> None:
    settings = rig.deeds.settings
    rig.press("Ctrl+,")
    dialog = rig.dialog(SettingsDialog)
    dialog.given.emit("offers.limit_s", "33")
    dialog.close()
    assert rig.deeds.doing.undo_text.endswith(": 33")
    settings.set("orders.promise_min", 51.0)  # by somebody else
    rig.press("Ctrl+Z")
    assert settings.number("offers.limit_s") != 33
    assert settings.number("orders.promise_min") == 51
    rig.press("Ctrl+Shift+Z")
    assert settings.number("offers.limit_s") == 33
    rig.press("Ctrl+Z")
    settings.set("orders.promise_min", 45.0)
    settings.save()
