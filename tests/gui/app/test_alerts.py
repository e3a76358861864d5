"""Alerts in the running console: counted, led to, acknowledged by key, sounded once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.actions import alert_deeds
from app.presenters.alerts import AlertsPresenter
from core.domain.alert import Severity
from core.domain.events import OrderQueued
from widgets.dialogs.line import LineDialog


@pytest.fixture(autouse=True)
def quiet(rig: Any) -> Iterator[None]:
    """The orders of tests before are out of the way, and so are these."""

    def end() -> None:
        now, world = rig.engine.clock.now(), rig.engine.world
        ended = [replace(o, status=type(o.status).CANCELLED, status_at=now) for o in world.open_orders()]
        rig.engine.world.apply(OrderQueued(at=now, orders=tuple(ended)))
        rig.engine.world.routes.clear()
        rig.until(lambda: not world.alerts)

    end()
    yield
    end()


def late(rig: Any, count: int = 1) -> list[str]:
    """Orders a minute past their promise, as the core itself finds out."""
    ids = [rig.order() for _ in range(count)]
    world, now = rig.engine.world, rig.engine.clock.now()
    world.apply(OrderQueued(at=now, orders=tuple(replace(world.orders[i], due_at=now - 60) for i in ids)))
    rig.until(lambda: all(f"late {i}" in world.alerts for i in ids))
    rig.until(lambda: {a for row in rig.window.alerts._rows for a in row.ids} >= {f"late {i}" for i in ids})
    return ids


def presenter(rig: Any) -> AlertsPresenter:
    [found] = [p for p in rig.window.alerts.findChildren(AlertsPresenter) if p._links._ends]
    return found


def test_an_alert_is_counted_stands_on_top_of_the_board_and_leads_there(rig: Any) -> None:
    [order] = late(rig)
    status = rig.window.status.alerts
    rig.until(lambda: status.text() == "1 alert, 1 new")
    rig.until(lambda: rig.window.orders.model.rows and next(iter(rig.window.orders.model.orders())).id == order)
    rig.window.activateWindow()
    rig.until(rig.window.isActiveWindow)
    status.click()
    view = rig.window.alerts.view
    rig.until(view.hasFocus)
    QTest.keyClick(view, Qt.Key.Key_Down)
    view.select_ids([f"late {order}"])
    assert rig.deeds.selection.orders == (order,)
    QTest.keyClick(view, Qt.Key.Key_Space)
    rig.until(lambda: status.text() == "1 alert")
    assert rig.engine.world.alerts[f"late {order}"].acknowledged_by == "dispatcher"
    rig.press("Ctrl+Z")
    assert rig.engine.world.alerts[f"late {order}"].acknowledged_by == ""


def test_keys_act_on_the_alerts_of_what_is_selected(rig: Any) -> None:
    [order] = late(rig)
    rig.deeds.settings.set("alerts.name", "Ida")
    rig.choose(order)
    rig.press("Shift+F9")
    alert = rig.engine.world.alerts[f"late {order}"]
    assert alert.is_snoozed(rig.engine.clock.now() + 590)
    rig.until(lambda: rig.window.alerts._rows[0].snoozed)
    rig.until(lambda: [row.exception for row in rig.window.orders._rows if row.id == order] == [""])
    rig.action("alert.take").trigger()
    assert rig.engine.world.alerts[f"late {order}"].owner == "Ida"
    rig.action("alert.hand_over").trigger()
    asked = rig.dialog(LineDialog)
    asked.set_text("Bo")
    asked.accept()
    assert rig.engine.world.alerts[f"late {order}"].owner == "Bo"
    rig.deeds.settings.set("alerts.name", "")


def test_without_an_alert_there_is_nothing_to_do(rig: Any) -> None:
    rig.choose(rig.order())
    assert not rig.action("alert.acknowledge").isEnabled()
    alert_deeds.acknowledge(rig.deeds)
    assert rig.said().startswith("Select an alert")


def test_many_at_once_are_one_row_and_one_sound(rig: Any) -> None:
    listening = presenter(rig)
    rig.deeds.settings.set("alerts.sound_critical", True)
    played: list[Severity] = []
    listening._sounds.play = played.append
    try:
        ids = late(rig, 6)
        rig.until(lambda: len(rig.window.alerts._rows) == 1)
        assert rig.window.alerts._rows[0].text == "6 orders late"
        rig.rest(0.7)
        assert played == [Severity.CRITICAL]
        rig.window.docks["alerts"].raise_()
        rig.until(lambda: rig.window.alerts.model.rowCount() == 1)
        rig.window.alerts.view.selectAll()
        assert set(rig.deeds.selection.orders) == set(ids)
        rig.press("F9")
        assert all(alert.acknowledged_by for alert in rig.engine.world.alerts.values())
    finally:
        rig.deeds.settings.set("alerts.sound_critical", False)
        del listening._sounds.play


def test_choosing_something_else_lets_go_of_the_alerts(rig: Any) -> None:
    [order] = late(rig)
    rig.window.docks["alerts"].raise_()
    rig.until(lambda: rig.window.alerts.model.rowCount() == 1)
    rig.window.alerts.view.selectAll()
    assert rig.deeds.alerts_at_hand == (f"late {order}",)
    rig.deeds.selection.set_driver("D-1")
    assert rig.deeds.alerts_at_hand == ()
    assert rig.window.alerts.selected() == []
