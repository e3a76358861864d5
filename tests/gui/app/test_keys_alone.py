"""The whole console without a mouse: found, commanded, numbered, walked."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.actions.declared import ACTIONS, OTHER_KEYS


def find(rig: Any, text: str, enter: bool = True) -> None:
    rig.press("Ctrl+K")
    rig.until(rig.window.finder.field.hasFocus)
    QTest.keyClicks(rig.window.finder.field, text)
    if enter:
        QTest.keyClick(rig.window.finder.field, Qt.Key.Key_Return)


def titles(rig: Any) -> list[str]:
    return [row.title for row in rig.window.finder.model.shown]


def test_an_order_is_found_by_its_address_and_chosen(rig: Any) -> None:
    order = rig.order()
    find(rig, f"{order} mill lane")
    assert rig.deeds.selection.orders == (order,)
    assert rig.window.finder.isHidden()


def test_a_driver_is_found_by_name(rig: Any) -> None:
    find(rig, "stone")
    assert rig.deeds.selection.driver == "D-17"


def test_every_entry_of_the_menus_can_be_found(rig: Any) -> None:
    rig.press("Ctrl+K")
    there = {action.objectName() for _, action in rig.window.menu_actions()}
    assert there >= {declared.id for declared in ACTIONS}
    for declared in ACTIONS:
        rig.window.finder.field.setText(declared.text.rstrip("…"))
        assert any(row.id == f"action {declared.id}" for row in rig.window.finder.model.shown), declared.id
    for _, action in rig.window.menu_actions():
        rig.window.finder.field.setText(action.text().replace("&", ""))
        assert action.text().replace("&", "") in titles(rig)
    rig.window.finder.end()


def test_an_action_is_done_and_stands_first_the_next_time(rig: Any) -> None:
    find(rig, "match now" if not rig.engine.matching_paused else "dark")
    rig.until(lambda: rig.window.theme.name == "dark")
    find(rig, "", enter=False)
    assert titles(rig)[0] == "Dark"
    rig.window.finder.end()
    rig.action("view.light").trigger()


def test_what_can_t_be_done_now_says_so(rig: Any) -> None:
    find(rig, "take back from the driver")
    assert "not possible now" in rig.said()


def test_a_command_is_typed_carried_out_and_taken_back(rig: Any) -> None:
    order = rig.order()
    rig.press("/")
    field = rig.window.finder.field
    rig.until(field.hasFocus)
    QTest.keyClicks(field, f"assign {order} 17")
    assert titles(rig)[0] == f"Assign order {order} to Cy Stone"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert rig.state(order) == ("assigned", "D-17")
    rig.press("Ctrl+Z")
    assert rig.state(order) == ("waiting", None)
    find(rig, f"hold {order}")
    assert rig.state(order) == ("held", None)


def test_a_command_can_be_completed_word_by_word(rig: Any) -> None:
    order = rig.order()
    rig.press("/")
    field = rig.window.finder.field
    rig.until(field.hasFocus)
    QTest.keyClicks(field, "ass")
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert field.text() == "/assign "
    QTest.keyClicks(field, order)
    QTest.keyClicks(field, " cy")
    assert titles(rig) == ["D-17  Cy Stone"]
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert field.text() == f"/assign {order} D-17 "
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert rig.state(order) == ("assigned", "D-17")


def test_a_command_that_is_refused_says_why(rig: Any) -> None:
    order = rig.order()
    find(rig, f"/release {order}")
    assert "can't release" in rig.said()
    find(rig, "/assign 99999 1", enter=False)
    assert rig.window.finder.note.text() == "There is no order 99999"
    rig.window.finder.end()


def test_a_driver_s_number_and_plus(rig: Any) -> None:
    first, second = rig.order(), rig.order()
    rig.choose(first, second)
    rig.window.orders.view.setFocus()
    for key in "17":
        rig.press(key)
    assert "Cy Stone" in rig.said()
    assert "2 orders" in rig.said()
    rig.press("+")
    assert [rig.state(order) for order in (first, second)] == [("assigned", "D-17")] * 2
    rig.press("Ctrl+Z")
    assert rig.state(first) == ("waiting", None)


@pytest.mark.parametrize(("digits", "said"), [("99", "There is no driver 99"), ("1", "Select an order for Ada Lind first")])
def test_a_number_that_leads_nowhere_says_so(rig: Any, digits: str, said: str) -> None:
    rig.deeds.selection.clear()
    if digits == "99":
        rig.choose(rig.order())
    for key in digits:
        rig.press(key)
    rig.press("+")
    assert rig.said() == said


def test_a_number_is_shortened_and_forgotten(rig: Any) -> None:
    order = rig.order()
    rig.choose(order)
    for key in ("1", "7", "Backspace"):
        rig.press(key)
    assert "Ada Lind" in rig.said()
    rig.deeds.selection.clear()
    assert rig.said() == ""
    rig.press("+")
    assert rig.state(order) == ("waiting", None)


def test_f6_goes_round_all_panels_and_back(rig: Any) -> None:
    def where() -> str:
        focused = rig.window.focusWidget()
        names = {"map": rig.window.map, **rig.window.docks}
        return next((name for name, panel in names.items() if panel.isAncestorOf(focused)), "")

    rig.window.orders.view.setFocus()
    seen, shown = [], {name for name, dock in rig.window.docks.items() if dock.toggleViewAction().isChecked()}
    for _ in range(len(shown) + 1):
        seen.append(where())
        rig.press("F6")
    assert seen[0] == where() == "orders"
    assert set(seen) == {"map", *shown}
    rig.press("Shift+F6")
    assert where() == seen[-1]


def test_the_sheet_has_the_keys_that_belong_to_no_action_too(rig: Any) -> None:
    assert set(OTHER_KEYS) <= set(rig.window.keys())
