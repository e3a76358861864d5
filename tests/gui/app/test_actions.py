"""One declaration makes the menus, the keys and the sheet of keys."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from app.actions.declared import ACTIONS, MENUS, OTHER_KEYS
from core.matching.profiles import PROFILES
from widgets.dialogs.keys import KeysDialog


def entries(menu: QMenu) -> list[QAction]:
    return [action for action in menu.actions() if not action.isSeparator()]


def test_every_action_stands_in_its_menu(rig: Any) -> None:
    menus = {action.text(): action.menu() for action in rig.window.menuBar().actions()}
    assert tuple(menus) == MENUS
    for declared in ACTIONS:
        menu = menus[declared.menu]
        if declared.under:
            menu = next(entry.menu() for entry in entries(menu) if entry.text() == declared.under)
        found = [entry for entry in entries(menu) if entry.objectName() == declared.id]
        assert len(found) == 1, declared.id
        assert found[0].shortcut() == QKeySequence(declared.keys)


def test_every_menu_fits_a_low_screen_with_large_letters(rig: Any) -> None:
    """At 150 % a screen of 768 pixels has 512 of the window's."""
    menus = [menu for menu in rig.window.findChildren(QMenu) if menu.actions() and menu.title()]
    assert len(menus) > len(MENUS)
    assert {menu.title(): menu.sizeHint().height() for menu in menus if menu.sizeHint().height() > 512} == {}


def test_no_key_means_two_things(rig: Any) -> None:
    keys = [QKeySequence(declared.keys).toString() for declared in ACTIONS if declared.keys]
    assert len(keys) == len(set(keys))
    assert "" not in keys  # all of them are keys that Qt knows


def test_the_sheet_lists_every_key(rig: Any) -> None:
    rig.press("F1")
    sheet = rig.dialog(KeysDialog)
    shown = {(row.group, row.text, QKeySequence(row.keys).toString()) for row in sheet.model.shown}
    keys = {(a.menu.replace("&", ""), a.text.rstrip("…"), QKeySequence(a.keys).toString()) for a in ACTIONS if a.keys}
    assert shown >= keys
    assert len(sheet.model.shown) == len(keys) + len(OTHER_KEYS)


def test_nothing_can_be_done_to_nothing(rig: Any) -> None:
    assert not any(rig.action(a.id).isEnabled() for a in ACTIONS if a.id.startswith("order.") and a.scope.name == "ORDERS")
    rig.press("A")  # and its key does nothing
    assert rig.said() == ""


def test_letters_typed_into_a_field_are_letters(rig: Any) -> None:
    order = rig.order()
    rig.choose(order)
    rig.press("Ctrl+F")
    field = rig.window.orders.search
    rig.until(field.hasFocus)
    for letter in "ha":
        rig.press(letter, on=field)
    assert field.text() == "ha"
    assert rig.state(order) == ("waiting", None)
    field.clear()


def test_themes_and_rows_are_worn_and_remembered(rig: Any) -> None:
    rig.action("view.dark").trigger()
    assert rig.window.theme.name == "dark"
    rig.until(lambda: rig.ask_map("Kerbside.config.theme") == "dark")
    assert rig.action("view.dark").isChecked()
    assert not rig.action("view.light").isChecked()
    rig.action("view.rows").trigger()
    assert rig.window.theme.row_px == 32
    assert rig.window.orders.view.verticalHeader().defaultSectionSize() == 32
    saved = (rig.folder / "settings.toml").read_text()
    assert 'theme = "dark"' in saved
    assert 'rows = "comfortable"' in saved
    rig.action("view.rows").trigger()
    rig.action("view.light").trigger()
    assert rig.window.theme.name == "light"


def test_layers_are_one_on_the_map_and_in_the_menu(rig: Any) -> None:
    rig.action("layer.areas").setChecked(False)
    rig.until(lambda: rig.ask_map("Kerbside.config.layers.areas") is False)
    rig.window.map.set_layers({"areas": True})
    rig.window.map.layers_changed.emit(rig.window.map.layers())
    assert rig.action("layer.areas").isChecked()


def test_pausing_the_matcher_is_shown(rig: Any) -> None:
    assert rig.action("match.pause").isChecked()
    assert not rig.action("match.now").isEnabled()
    rig.action("match.pause").trigger()
    assert not rig.engine.matching_paused
    assert rig.action("match.now").isEnabled()
    rig.action("match.pause").trigger()
    assert rig.engine.matching_paused


def test_a_dialog_shuts_the_single_keys_out(rig: Any) -> None:
    order = rig.order()
    rig.choose(order)
    rig.press("F1")
    sheet = rig.dialog(KeysDialog)
    assert sheet.windowModality() != Qt.WindowModality.NonModal


def test_a_profile_is_chosen_in_the_menu(rig: Any) -> None:
    rig.window.run_declared("match.fairness")
    assert rig.deeds.settings.text("matching.profile") == "fairness"
    checked = [name for name in PROFILES if rig.window._actions[f"match.{name}"].isChecked()]
    assert checked == ["fairness"]
    rig.window.run_declared("match.default")
    assert rig.deeds.settings.text("matching.profile") == "default"


def test_why_is_copied_and_kitchens_are_heard(rig: Any) -> None:
    order = rig.order()
    rig.choose(order)
    rig.window.run_declared("order.why")
    assert QGuiApplication.clipboard().text().startswith(f"Order {order}, ")
    before = rig.engine.world.orders[order].ready_at
    rig.window.run_declared("order.kitchen_late")
    after = rig.engine.world.orders[order]
    assert after.ready_at >= before + 600
    rig.window.run_declared("order.ready")
    assert rig.engine.world.orders[order].readied_at is not None
