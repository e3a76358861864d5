"""Orders are given, taken back, held and cancelled by key, menu and hand, and each of it is undone."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.actions import order_deeds
from core.domain.commands import AssignOrder, OfferOrder, RecordProgress
from widgets.common.dragging import order_mime
from widgets.dialogs.assign import AssignDialog
from widgets.dialogs.confirm import ConfirmDialog

ENTER = Qt.Key.Key_Return


def test_a_key_a_number_and_enter_assign(rig: Any) -> None:
    order = rig.order()
    rig.choose(order)
    rig.press("A")
    dialog = rig.dialog(AssignDialog)
    assert dialog.windowTitle() == f"Who takes order {order}?"
    QTest.keyClicks(dialog.search, "17")
    assert dialog.action.text() == "Assign to D-17"
    QTest.keyClick(dialog.search, ENTER)
    assert rig.state(order) == ("assigned", "D-17")
    assert rig.said() == f"Assign order {order} to Cy Stone"

    rig.press("Ctrl+Z")
    assert rig.state(order) == ("waiting", None)
    assert "Undone" in rig.said()
    rig.press("Ctrl+Shift+Z")
    assert rig.state(order) == ("assigned", "D-17")


def test_an_offer_is_asked_for_as_one_and_can_be_taken_back(rig: Any) -> None:
    order = rig.order()
    rig.choose(order)
    rig.press("O")
    dialog = rig.dialog(AssignDialog)
    assert dialog.windowTitle() == f"Who is asked about order {order}?"
    QTest.keyClicks(dialog.search, "ada")
    assert dialog.action.text() == "Offer to D-1"
    QTest.keyClick(dialog.search, ENTER)
    assert rig.state(order) == ("offered", "D-1")
    rig.press("Ctrl+Z")
    assert rig.state(order) == ("waiting", None)


def test_an_offer_accepted_for_a_driver_is_taken_back_and_given_again(rig: Any) -> None:
    order = rig.order()
    rig.engine.execute(OfferOrder(order_id=order, driver_id="D-1"))
    rig.choose(order)
    rig.action("order.accept").trigger()
    assert rig.state(order) == ("assigned", "D-1")
    rig.press("Ctrl+Z")
    rig.dialog(ConfirmDialog).action.click()  # accepted is accepted: they are told that it is off
    assert rig.state(order) == ("waiting", None)
    rig.press("Ctrl+Shift+Z")
    assert rig.state(order) == ("assigned", "D-1")


def test_an_order_is_dragged_onto_a_driver_in_the_table(rig: Any) -> None:
    order = rig.order()
    view = rig.window.drivers.view
    rig.until(lambda: len(rig.window.drivers.model.shown) == 3)
    place = rig.window.drivers.model.place("D-2")
    at = view.visualRect(rig.window.drivers.model.index(place, 1)).center()
    assert rig.hover_and_drop(view.viewport(), at, order_mime([order]))
    assert rig.state(order) == ("assigned", "D-2")
    rig.press("Ctrl+Z")
    assert rig.state(order) == ("waiting", None)


def test_an_order_is_dragged_onto_a_driver_on_the_map(rig: Any) -> None:
    order = rig.order()
    rig.window.map.set_view(45.0, 9.0, 14)
    rig.until(lambda: rig.drivers_are_drawn() and rig.window.map.settled())
    x, y = rig.ask_map("(p => [p.x, p.y])(Kerbside.map.latLngToContainerPoint([45.004, 9.0]))")
    web = rig.window.map._web
    assert rig.hover_and_drop(web, QPoint(round(x), round(y)), order_mime([order]), settle_s=0.2)
    rig.until(lambda: rig.state(order) == ("assigned", "D-1"))


def test_reassigning_is_one_step(rig: Any) -> None:
    order = rig.order()
    rig.deeds.assign([order], "D-1")
    rig.deeds.assign([order], "D-2")
    assert rig.state(order) == ("assigned", "D-2")
    rig.press("Ctrl+Z")
    assert rig.state(order) == ("assigned", "D-1")
    rig.press("Ctrl+Z")
    assert rig.state(order) == ("waiting", None)


@pytest.mark.parametrize(
    ("name", "keys", "before", "after"),
    [
        ("order.hold", "H", ("waiting", None), ("held", None)),
        ("order.unassign", "U", ("assigned", "D-1"), ("waiting", None)),
        ("order.hold", "H", ("assigned", "D-1"), ("held", None)),
    ],
)
@pytest.mark.parametrize("by", ["menu", "key"])
def test_deeds_by_menu_and_key_and_back(rig: Any, name: str, keys: str, before: Any, after: Any, by: str) -> None:
    order = rig.order()
    if before[1]:
        rig.deeds.assign([order], before[1])
    rig.choose(order)
    assert rig.action(name).isEnabled()
    rig.action(name).trigger() if by == "menu" else rig.press(keys)
    assert rig.state(order) == after
    rig.press("Ctrl+Z")
    assert rig.state(order) == before
    rig.press("Ctrl+Shift+Z")
    assert rig.state(order) == after


def test_a_held_order_is_released(rig: Any) -> None:
    order = rig.order()
    rig.choose(order)
    assert not rig.action("order.release").isEnabled()
    rig.press("H")
    rig.press("R")
    assert rig.state(order) == ("waiting", None)
    rig.press("Ctrl+Z")
    assert rig.state(order) == ("held", None)


def test_cancelling_asks_first_and_is_undone(rig: Any) -> None:
    order = rig.order()
    rig.deeds.assign([order], "D-1")
    rig.choose(order)
    rig.press("Del")
    dialog = rig.dialog(ConfirmDialog)
    assert dialog.windowTitle() == f"Cancel order {order}?"
    QTest.keyClick(dialog, ENTER)
    assert rig.state(order) == ("assigned", "D-1")  # a stray Enter leaves it
    rig.press("Del")
    rig.dialog(ConfirmDialog).action.click()
    assert rig.state(order)[0] == "cancelled"
    rig.press("Ctrl+Z")
    assert rig.state(order)[0] == "assigned"


def test_cancelling_says_which_of_the_chosen_stay_and_why(rig: Any) -> None:
    orders = [rig.order() for _ in range(4)]
    rig.deeds.assign(orders[2:], "D-1")
    rig.engine.execute(RecordProgress(order_id=orders[2], event="picked_up"))
    for event in ("picked_up", "delivered"):
        rig.engine.execute(RecordProgress(order_id=orders[3], event=event))
    rig.until(lambda: rig.state(orders[3])[0] == "delivered")
    rig.deeds.selection.set_orders(orders)
    rig.action("order.cancel").trigger()
    dialog = rig.dialog(ConfirmDialog)
    assert dialog.windowTitle() == "Cancel 2 orders?"
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "The others that are selected stay: 1 has been picked up, 1 has ended." in said
    dialog.reject()


def test_several_orders_at_once_and_what_was_refused_of_them(rig: Any) -> None:
    first, second = rig.order(), rig.order()
    rig.deeds.assign([first, second], "D-1")
    assert [rig.state(o)[1] for o in (first, second)] == ["D-1", "D-1"]
    rig.deeds.assign([first, "none such"], "D-2")
    assert rig.state(first)[1] == "D-2"
    assert "1 of 2 done" in rig.said()
    assert "There is no order none such" in rig.said()
    assert rig.window.toast.property("kind") == "toast-bad"


def test_what_is_refused_is_said_and_leaves_nothing_to_undo(rig: Any) -> None:
    order = rig.order()
    before = rig.deeds.history.undo_text
    rig.deeds.assign([order], "D-99")
    assert "There is no driver D-99" in rig.said()
    assert rig.window.toast.property("kind") == "toast-bad"
    assert rig.state(order) == ("waiting", None)
    assert rig.deeds.history.undo_text == before


def test_an_undo_that_has_become_impossible_says_why(rig: Any) -> None:
    order = rig.order()
    rig.deeds.assign([order], "D-1")
    rig.choose(order)
    rig.engine.execute(RecordProgress(order_id=order, event="picked_up"))  # the driver's own word
    rig.press("Ctrl+Z")
    assert rig.state(order)[0] == "carrying"
    assert rig.window.toast.property("kind") == "toast-bad"
    assert order in rig.said()


def test_a_mark_is_undone_by_keys_and_made_again(rig: Any) -> None:
    order = rig.order()
    rig.deeds.assign([order], "D-1")
    rig.choose(order)
    order_deeds.progress(rig.deeds, "picked_up")
    assert rig.state(order)[0] == "carrying"
    rig.press("Ctrl+Z")
    assert rig.state(order) == ("assigned", "D-1")
    rig.press("Ctrl+Shift+Z")
    assert rig.state(order)[0] == "carrying"


def test_the_menu_names_what_would_be_undone(rig: Any) -> None:
    order = rig.order()
    rig.engine.execute(AssignOrder(order_id=order, driver_id="D-1"))  # not by this dispatcher
    rig.choose(order)
    rig.press("U")
    assert rig.action("edit.undo").text() == f"Undo: Take back order {order}"
    rig.press("Ctrl+Z")
    assert rig.action("edit.redo").text() == f"Redo: Take back order {order}"
