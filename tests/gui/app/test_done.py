"""What was done, readable, with whether it stands; and undoing what a driver knows of asks for a recall."""

from __future__ import annotations

from typing import Any

from core.domain.receipt import Receipt, Told
from widgets.dialogs.confirm import ConfirmDialog


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
