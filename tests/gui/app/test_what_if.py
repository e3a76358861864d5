"""What if? in the whole program: tried, seen on timeline, board and map, compared, carried out as one deed or dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.actions import driver_deeds
from core.domain import commands as c
from widgets.dialogs.confirm import ConfirmDialog


@pytest.fixture
def trying(rig: Any) -> Iterator[Any]:
    rig.press("W")
    assert rig.deeds.sandbox is not None
    yield rig
    rig.deeds.sandbox = None
    rig.deeds.tell_tried()


def test_the_frame_says_so_and_the_panel_opens(trying: Any) -> None:
    assert trying.window.frame._token == "carrying"
    assert trying.window.frame.isVisible()
    assert trying.window.what_if.isVisible()
    assert trying.action("edit.what_if").isChecked()
    trying.press("W")  # nothing tried: nothing is asked
    assert trying.deeds.sandbox is None
    assert not trying.window.frame.isVisible()


def test_what_is_tried_reaches_nobody_and_shows_on_the_timeline(trying: Any) -> None:
    rig = trying
    order = rig.order()
    rig.window.open_dock("timeline")
    rig.deeds.assign([order], "D-1")
    assert rig.said() == f"Tried: Assign order {order} to Ada Lind"
    assert rig.state(order) == ("waiting", None)
    view = rig.window.timeline.view
    rig.until(lambda: any(row.id == "D-1" and row.tried and row.ahead() for row in view.rows))
    panel = rig.window.what_if
    assert [row.text for row in panel.steps.rows] == [f"Assign order {order} to Ada Lind"]
    rig.until(lambda: {row.id: row for row in panel.figures.rows}.get("pdt"))
    figures = {row.id: row for row in panel.figures.rows}
    assert int(figures["unassigned"].now) == int(figures["unassigned"].tried) + 1
    assert figures["unassigned"].better
    assert figures["pdt"].now == "0.0" != figures["pdt"].tried
    rig.press("Ctrl+Z")
    assert not panel.steps.rows
    rig.press("Ctrl+Shift+Z")
    assert len(panel.steps.rows) == 1
    rig.until(lambda: panel.figures.rows)


def test_the_board_and_the_map_show_what_is_tried_and_mark_it(trying: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = trying
    told: list[list[Any]] = []
    show = rig.window.map.set_orders

    def set_orders(marks: Any) -> None:
        told.append(list(marks))
        show(told[-1])

    monkeypatch.setattr(rig.window.map, "set_orders", set_orders)
    order, other = rig.order(), rig.order()
    rows = rig.window.orders.model

    def row(order_id: str) -> Any:
        return next((row for row in rows.rows if row.id == order_id), None)

    rig.deeds.assign([order], "D-1")
    rig.until(lambda: row(order) is not None and row(order).tried and row(other) is not None)
    assert (row(order).status.value, row(order).driver_id) == ("assigned", "D-1")
    assert (row(other).tried, row(other).status.value) == (False, "waiting")
    rig.until(lambda: {mark.id: mark.status.value for mark in told[-1]}.get(order) == "assigned" if told else False)
    late = rig.order()  # comes while something is tried
    rig.until(lambda: row(late) is not None)
    assert not row(late).tried
    rig.press("Ctrl+Z")
    rig.until(lambda: not row(order).tried and row(order).status.value == "waiting")
    rig.until(lambda: {mark.id: mark.status.value for mark in told[-1]}[order] == "waiting")


def test_carried_out_it_is_one_step_to_undo(trying: Any) -> None:
    rig = trying
    first, second = rig.order(), rig.order()
    rig.deeds.assign([first], "D-1")
    rig.deeds.assign([second], "D-1")
    rig.press("Ctrl+Return")
    assert rig.deeds.sandbox is None
    assert [rig.state(o) for o in (first, second)] == [("assigned", "D-1")] * 2
    rig.press("Ctrl+Z")
    assert [rig.state(o) for o in (first, second)] == [("waiting", None)] * 2


def test_dropping_asks_and_changes_nothing(trying: Any) -> None:
    rig = trying
    order = rig.order()
    rig.deeds.assign([order], "D-1")
    rig.action("edit.what_if_drop").trigger()
    rig.dialog(ConfirmDialog).action.click()
    assert rig.deeds.sandbox is None
    assert rig.state(order) == ("waiting", None)


def test_what_became_impossible_is_named_before_the_rest_is_carried_out(trying: Any) -> None:
    rig = trying
    lost, kept = rig.order(), rig.order()
    rig.deeds.assign([lost], "D-1")
    rig.deeds.assign([kept], "D-17")
    rig.engine.execute(c.AssignOrder(order_id=lost, driver_id="D-2"))
    rig.engine.execute(c.RecordProgress(order_id=lost, event="picked_up"))
    panel = rig.window.what_if
    rig.until(lambda: any(row.refused for row in panel.steps.rows))  # told while it is tried, too
    rig.action("edit.what_if_do").trigger()
    dialog = rig.dialog(ConfirmDialog)
    assert f"order {lost} is carrying" in dialog.text.text()
    assert dialog.action.text() == "Carry out the other 1"
    dialog.action.click()
    assert rig.state(kept) == ("assigned", "D-17")
    assert rig.state(lost) == ("carrying", "D-2")
    assert "1 of 2 done" in rig.said()
    rig.deeds.undo()
    rig.engine.execute(c.RecordProgress(order_id=lost, event="delivered"))


def test_what_can_t_be_tried_happens_at_once(trying: Any) -> None:
    rig = trying
    rig.deeds.selection.set_driver("D-17")
    driver_deeds.take_break(rig.deeds)
    assert rig.engine.world.drivers["D-17"].presence.value == "break"
    driver_deeds.end_break(rig.deeds)
