from __future__ import annotations

import pytest

from app.presenters import history_text
from app.presenters.history_text import actor_name, actor_word, log_row, order_text
from core.domain import events as e
from core.domain.alert import Alert, AlertKind
from core.domain.driver import Presence
from core.domain.offer import Offer
from core.domain.order import Status
from core.domain.world import World
from core.storage.codec import KINDS
from widgets.log.rows import LogKind

OFFER = Offer("F-1", "D-1", ("O-1",), 0.0, 45.0)
ABSTRACT = {"Change", "DispatchChange", "NoteChange", "UpkeepChange"}


def test_every_kind_of_change_has_its_words() -> None:
    """A new event without a text would be shown by the name of its class."""
    fences = {e.FenceCrossed, e.FenceDwelled, e.AreaCrossed, e.ExperimentSaved, e.NoteTaken, e.NoteStruck}
    t = history_text
    texts = (t._ORDER_TEXTS, t._DRIVER_TEXTS, t._SETUP_TEXTS, t._ALERT_TEXTS, t._UPKEEP_TEXTS)
    known = {kind for table in texts for kind in table} | fences | set(history_text.QUIET)
    assert {kind for name, kind in KINDS.items() if name not in ABSTRACT} == known


def test_actors_are_called_by_their_names(town: World) -> None:
    assert actor_name("driver:D-1", town) == "Driver 1"
    assert actor_name("driver:D-9", town) == "D-9"
    assert actor_name("dispatcher", town) == "dispatcher"
    # Where there is no world to ask, as in the audit.
    assert [actor_word(who) for who in ("driver:D-1", "provider:swift", "system")] == ["D-1", "swift", "system"]


@pytest.mark.parametrize(
    ("kind", "values", "text"),
    [
        (e.OrderReceived, {}, "Received"),
        (e.OfferMade, {"offers": (OFFER,)}, "Offered to Driver 1"),
        (
            e.OfferRejected,
            {"offers": (OFFER,), "reason": "too far", "actor": "driver:D-1"},
            "Turned down by Driver 1: too far",
        ),
        (e.OfferExpired, {"offers": (OFFER,), "reason": "no answer in time"}, "Driver 1 did not answer in time"),
        (e.OrderHandedBack, {"actor": "driver:D-2", "reason": "puncture"}, "Handed back by Driver 2: puncture"),
        (e.OrderCancelled, {"reason": "closed"}, "Cancelled: closed"),
        (e.DeliveryFailed, {"reason": "nobody there"}, "Delivery failed: nobody there"),
    ],
)
def test_an_order_s_history_in_words(town: World, make_order, kind, values, text) -> None:
    assert order_text(kind(at=1.0, orders=(make_order(driver_id=None),), **values), town) == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (e.OrderAssigned, "Given to Driver 2 by the dispatcher"),
        (e.ArrivedAtPickup, "Driver 2 is at the pick-up"),
        (e.PickedUp, "Picked up by Driver 2"),
        (e.ArrivedAtDropoff, "Driver 2 is at the door"),
        (e.Delivered, "Delivered by Driver 2"),
    ],
)
def test_the_driver_of_a_step_is_the_order_s(town: World, make_order, kind, text) -> None:
    assert order_text(kind(at=1.0, orders=(make_order(driver_id="D-2"),)), town) == text


@pytest.mark.parametrize(
    ("stop", "entered", "text"),
    [
        ("pickup", True, "Driver 1 came within 100 m of the pick-up"),
        ("dropoff", True, "Driver 1 came within 100 m of the drop-off"),
        ("pickup", False, "Driver 1 left the pick-up"),
    ],
)
def test_fences_in_words(town: World, stop: str, entered: bool, text: str) -> None:
    crossed = e.FenceCrossed(at=1.0, driver_id="D-1", order_id="O-1", stop=stop, entered=entered, radius_m=100.0)
    assert order_text(crossed, town) == text
    row = log_row(7, crossed, town)
    assert row is not None
    assert (row.id, row.text, row.order_id, row.alarm) == ("7", f"O-1: {text}", "O-1", False)


def test_the_log_names_orders_and_links_to_order_and_driver(town: World, make_order) -> None:
    made = e.OfferMade(at=5.0, actor="matcher", orders=(make_order(), make_order(id="O-2")), offers=(OFFER,))
    row = log_row(1, made, town)
    assert row is not None
    assert (row.at, row.kind, row.text, row.actor) == (5.0, LogKind.OFFER, "O-1, O-2: Offered to Driver 1", "matcher")
    assert (row.order_id, row.driver_id, row.alarm) == ("O-1", "D-1", False)
    done = log_row(2, e.Delivered(at=6.0, orders=(make_order(driver_id="D-2", status=Status.DELIVERED),)), town)
    assert done is not None
    assert (done.kind, done.driver_id) == (LogKind.ORDER, "D-2")


def test_what_needs_a_person_is_marked(town: World, make_order) -> None:
    for event in (
        e.DeliveryFailed(at=1.0, orders=(make_order(),)),
        e.OrderHandedBack(at=1.0, orders=(make_order(),)),
        e.OfferExpired(at=1.0, orders=(make_order(),), offers=(OFFER,)),
        e.MessageRefused(at=1.0, topic="t", reason="why"),
        e.BrokerChanged(at=1.0, state="lost"),
        e.BrokerChanged(at=1.0, state="outgrown", detail="set up mosquitto"),
        e.CycleFailed(at=1.0, reason="no memory"),
    ):
        row = log_row(1, event, town)
        assert row is not None
        assert row.alarm, event


def test_drivers_and_the_system_in_the_log(town: World, make_driver) -> None:
    driver = make_driver(presence=Presence.OFFLINE)
    texts = [
        (e.DriverWentOffline(at=1.0, drivers=(driver,), reason="silent"), "Ada went offline: silent", LogKind.DRIVER),
        (e.DriverRegistered(at=1.0, drivers=(driver,)), "Ada added", LogKind.DRIVER),
        (e.MessageRefused(at=1.0, topic="a/b", reason="no JSON"), "Message refused on a/b: no JSON", LogKind.MESSAGE),
        (e.BrokerChanged(at=1.0, state="connected"), "Broker connected", LogKind.SYSTEM),
        (
            e.AreaCrossed(at=1.0, actor="driver:D-1", driver_id="D-1", area_id="depot", entered=True),
            "Driver 1 came into depot",
            LogKind.DRIVER,
        ),
        (
            e.FenceDwelled(at=1.0, actor="driver:D-1", driver_id="D-1", order_id="O-1", stop="pickup", seconds=240.0),
            "O-1: Driver 1 has been at the pick-up for 4 min",
            LogKind.ORDER,
        ),
        (e.CycleFailed(at=1.0, reason="no memory"), "A matching cycle failed: no memory", LogKind.MATCHER),
    ]
    for event, text, kind in texts:
        row = log_row(1, event, town)
        assert row is not None
        assert (row.text, row.kind) == (text, kind)


def test_what_nobody_would_miss_is_left_out(town: World, make_order) -> None:
    for event in (
        e.OrderTagged(at=1.0, orders=(make_order(),)),
        e.OrderQueued(at=1.0, orders=(make_order(),)),
        e.MerchantRegistered(at=1.0),
        e.EtasUpdated(at=1.0, etas={}),
        e.CycleFinished(at=1.0, seconds=0.0, waiting=0, drivers=0, pairs=0, offers=0),
    ):
        assert log_row(1, event, town) is None


@pytest.mark.parametrize(
    ("kind", "changed", "text"),
    [
        (e.AlertRaised, {}, "O-1: Alert, late"),
        (e.AlertCleared, {"cleared_at": 9.0}, "O-1: Alert over, late"),
        (e.AlertAcknowledged, {"acknowledged_by": "Ida"}, "O-1: Alert seen by Ida, late"),
        (e.AlertAcknowledged, {}, "O-1: Alert new again, late"),
        (e.AlertSnoozed, {"snoozed_until": 9.0}, "O-1: Alert snoozed, late"),
        (e.AlertSnoozed, {}, "O-1: Alert woken, late"),
        (e.AlertTaken, {"owner": "Bo"}, "O-1: Alert taken on by Bo, late"),
        (e.AlertTaken, {}, "O-1: Nobody looks after the alert, late"),
    ],
)
def test_what_happens_to_an_alert_is_told(town: World, kind: type[e.Change], changed: dict, text: str) -> None:
    alert = Alert("late O-1", AlertKind.LATE, "O-1", 0.0, 0.0, **changed)
    row = log_row(1, kind(at=5.0, actor="dispatcher", alerts=(alert,)), town)
    assert row is not None
    assert (row.kind, row.text, row.order_id, row.driver_id, row.alarm) == (
        LogKind.ALERT,
        text,
        "O-1",
        "",
        kind is e.AlertRaised,
    )
