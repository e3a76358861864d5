"""Alerts of a running core: raised, stored, acted on, taken back; over a restart; and none about a broker that was away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.domain import commands as c
from core.domain.alert import AlertKind, alert_id
from core.domain.errors import CommandRefused
from core.domain.events import AlertAcknowledged, AlertCleared, AlertRaised, OrderReceived
from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.domain.world import World
from core.engine.alarms import PORTIONS, Alarms
from core.settings import Settings
from core.tracking.positions import PositionStore
from tests.rigs import FAR, MERCHANT, NEAR, Rig

K = AlertKind


def standing(rig: Rig) -> set[str]:
    return set(rig.world.alerts)


def under_way(rig: Rig) -> str:
    """D-1 has an order and is on the way to its pick-up; the broker has been there for long."""
    rig.engine.matching_paused = True
    rig.tick(120)
    rig.fix("D-1", FAR)
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    return "D-1"


def test_an_order_past_its_promise_is_late_until_it_ends(rig: Rig) -> None:
    rig.engine.matching_paused = True
    order = rig.place()
    rig.tick(order.due_at - rig.clock.now())
    assert "late O-1" not in standing(rig)
    rig.tick(2)
    assert "late O-1" in standing(rig)
    alert = rig.world.alerts["late O-1"]
    assert (alert.since, alert.order_id, alert.driver_id) == (order.due_at, "O-1", None)
    rig.do(c.CancelOrder(order_id="O-1"))
    rig.tick()
    assert standing(rig) == set()
    assert [event.alerts[0].id for event in rig.events(AlertCleared)].count("late O-1") == 1
    assert [type(change) for change in rig.store.history("O-1")].count(AlertRaised) == 2  # without a driver, then late


def test_an_order_nobody_takes_is_told_and_over_once_somebody_has_it(rig: Rig) -> None:
    rig.engine.matching_paused = True
    rig.place()
    rig.tick(8 * 60 + 1)
    assert standing(rig) == {"no_driver O-1"}
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    assert "no_driver O-1" not in standing(rig)


def test_a_delay_that_is_foreseen_has_to_last(rig: Rig) -> None:
    under_way(rig)
    due = rig.order().due_at
    rig.world.etas["O-1"] = (None, due + 300)
    rig.fix("D-1", FAR)
    rig.tick(29)
    assert standing(rig) == set()
    rig.fix("D-1", NEAR)
    rig.tick(2)
    rig.tick(30)
    assert standing(rig) == {"will_be_late O-1"}
    rig.world.etas["O-1"] = (None, due)
    rig.tick(1)
    rig.fix("D-1", NEAR)
    rig.tick(61)
    assert standing(rig) == set()


def test_a_silent_driver_under_way(rig: Rig) -> None:
    under_way(rig)
    rig.tick(91)
    assert alert_id(K.SILENT, "D-1") in standing(rig)
    assert alert_id(K.SILENT, "D-2") not in standing(rig)  # has nothing to do
    rig.fix("D-1", NEAR)
    rig.tick(1)
    rig.fix("D-1", NEAR)
    rig.tick(61)
    assert alert_id(K.SILENT, "D-1") not in standing(rig)


def test_a_driver_who_has_not_moved_and_one_who_goes_away(rig: Rig) -> None:
    under_way(rig)
    for _ in range(11):
        rig.fix("D-1", FAR)
        rig.tick(32)
    assert standing(rig) == {"stopped D-1"}
    rig.fix("D-1", LatLon(45.015, 9.015))
    rig.tick(1)
    for _ in range(2):
        rig.fix("D-1", LatLon(45.015, 9.015))
        rig.tick(61)
    assert standing(rig) == set()
    for _ in range(2):
        rig.fix("D-1", LatLon(45.03, 9.03))
        rig.tick(31)
    assert standing(rig) == {"off_route D-1"}
    rig.fix("D-1", MERCHANT)
    rig.say("D-1", "picked_up")
    rig.tick(1)
    rig.tick(1)
    for _ in range(2):
        rig.fix("D-1", MERCHANT)
        rig.tick(61)
    assert standing(rig) == set()


def test_while_the_broker_is_away_nothing_is_concluded_about_drivers(rig: Rig) -> None:
    under_way(rig)
    rig.line.stats.state = "lost"
    for _ in range(20):
        rig.tick(30)
    rig.line.stats.state = "connected"
    rig.tick(1)
    rig.tick(30)
    assert not any(name.startswith("silent") for name in standing(rig))
    rig.fix("D-1", NEAR)
    for _ in range(40):
        rig.fix("D-1", NEAR)
        rig.tick(3)
    assert not any(name.startswith("silent") for name in standing(rig))
    rig.tick(91)
    assert "silent D-1" in standing(rig)


def test_what_is_done_about_an_alert_can_be_taken_back(rig: Rig) -> None:
    rig.engine.matching_paused = True
    rig.place()
    rig.tick(8 * 60 + 1)
    name = "no_driver O-1"
    for command, field, value in (
        (c.AcknowledgeAlert(alert_id=name, by="Ida"), "acknowledged_by", "Ida"),
        (c.SnoozeAlert(alert_id=name, until=rig.clock.now() + 600), "snoozed_until", rig.clock.now() + 600),
        (c.TakeAlert(alert_id=name, owner=" Bo "), "owner", "Bo"),
    ):
        before = getattr(rig.world.alerts[name], field)
        outcome = rig.do(command)
        assert getattr(rig.world.alerts[name], field) == value
        rig.do(outcome.undo[0])
        assert getattr(rig.world.alerts[name], field) == before
    assert len(rig.events(AlertAcknowledged)) == 2


def test_an_alert_that_is_over_can_t_be_acknowledged(rig: Rig) -> None:
    with pytest.raises(CommandRefused, match="over already"):
        rig.do(c.AcknowledgeAlert(alert_id="late O-1", by="Ida"))


def test_alerts_and_what_was_done_about_them_are_there_after_a_restart(rig: Rig) -> None:
    rig.engine.matching_paused = True
    rig.place()
    rig.place("O-2")
    rig.tick(8 * 60 + 1)
    rig.do(c.AcknowledgeAlert(alert_id="no_driver O-1", by="Ida"))
    rig.do(c.CancelOrder(order_id="O-2"))
    rig.tick()
    before = dict(rig.world.alerts)
    rig.restart()
    rig.engine.matching_paused = True
    assert rig.world.alerts == before
    assert set(before) == {"no_driver O-1"}
    rig.tick(5)
    assert rig.world.alerts == before
    assert rig.events(AlertRaised) == []
    assert rig.store.rebuild_check() == []


def test_snoozed_and_new(make_rig: Callable[..., Rig]) -> None:
    from core.domain.alert import Alert

    alert = Alert("late 1", K.LATE, "1", 0.0, 0.0, snoozed_until=100.0)
    assert [alert.is_new(at) for at in (50.0, 99.0, 100.0)] == [False, False, True]
    assert not Alert("late 1", K.LATE, "1", 0.0, 0.0, acknowledged_by="Ida").is_new(0.0)


def test_after_a_pause_of_our_own_nobody_counts_as_silent_until_they_could_be_heard() -> None:
    settings = Settings()
    alarms = Alarms(World(), PositionStore(), settings)
    learnt_s = 6 * settings.number("tracking.passive_send_s")
    assert not alarms.can_hear(0.0, True)
    for now in range(1, 100):
        alarms.can_hear(float(now), True)
    assert alarms.can_hear(100.0, True)
    assert not alarms.can_hear(3700.0, True)  # it slept, or its clock was set forward
    now = 3700.0
    while now < 3700.0 + learnt_s - 1:
        now += 1.0
        assert not alarms.can_hear(now, True)
    assert alarms.can_hear(now + 1.0, True)


def test_of_very_many_alerts_some_are_told_at_a_time_and_none_is_lost() -> None:
    orders = tuple(
        Order(str(n), "M", LatLon(45.0, 45.0), LatLon(45.01, 45.0), 0.0, 0.0, 60.0, status=Status.WAITING) for n in range(120)
    )
    world = World()
    world.apply(OrderReceived(at=0.0, orders=orders))
    alarms = Alarms(world, PositionStore(), Settings())
    for portion in range(PORTIONS):
        alarms.look_at_orders(portion, 100.0)
    told: list[int] = []
    while alarms.behind:
        news = alarms.news()
        told.append(len(news.changes))
        for change in news.changes:
            world.apply(change)
    assert max(told) <= 50
    assert {alert.subject for alert in world.alerts.values()} == {order.id for order in orders}
