"""From the customer's click to the door, by what phones really send."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain.driver import App
from core.domain.errors import BadInput, KerbsideError
from core.domain.events import (
    CycleFinished,
    Delivered,
    EtasUpdated,
    FenceCrossed,
    MessageRefused,
    OfferAccepted,
    OfferExpired,
    OfferMade,
    OfferRejected,
    OfferWithdrawn,
)
from core.domain.order import Status
from core.messaging import topics
from core.messaging.codecs.kerbside import ConfigMessage, ConfirmMessage, OfferMessage, RevokeMessage, RouteMessage
from tests.rigs import DOOR, FAR, MERCHANT, NEAR, Rig, state_of


def asked(rig):
    """The driver who has been made an offer, and the offer."""
    [(driver_id, offer)] = [(d, m) for d, m in rig.told_to() if isinstance(m, OfferMessage)]
    return driver_id, offer


def test_an_order_is_offered_accepted_fetched_and_delivered(rig: Rig) -> None:
    rig.place(customer="Ida", address="Main Street 1")
    rig.tick(10)
    driver, offer = asked(rig)
    assert rig.status_of() is Status.OFFERED
    assert [(s.kind, s.order) for s in offer.stops] == [("pickup", "O-1"), ("dropoff", "O-1")]
    assert offer.stops[1].name == "Ida, Main Street 1"
    assert offer.expires_at == rig.clock.now() + rig.settings.number("offers.limit_s")

    word = rig.say(driver, "accept", offer=offer.id)
    rig.tick()
    assert rig.status_of() is Status.ASSIGNED
    confirm, route, config = rig.told(driver)
    assert confirm == ConfirmMessage(offer.id)
    assert isinstance(route, RouteMessage)
    assert [s.kind for s in route.stops] == ["pickup", "dropoff"]
    assert route.seen[-1] == word
    assert isinstance(config, ConfigMessage)
    assert config.mode == "active"

    steps = [
        ("arrived_pickup", Status.AT_PICKUP, ["pickup", "dropoff"]),
        ("picked_up", Status.CARRYING, ["dropoff"]),
        ("arrived_dropoff", Status.AT_DROPOFF, ["dropoff"]),
        ("delivered", Status.DELIVERED, []),
    ]
    for event, status, stops in steps:
        rig.tick(60)
        rig.say(driver, event, order="O-1")
        rig.tick()
        assert rig.status_of() is status
        route, *rest = rig.told(driver)
        assert [s.kind for s in route.stops] == stops
        assert [m.mode for m in rest] == ([] if stops else ["passive"])
    order = rig.order()
    assert order.assigned_at < order.arrived_pickup_at < order.picked_up_at < order.arrived_dropoff_at < order.delivered_at
    assert driver not in rig.world.routes
    kinds = [type(change).__name__ for change in rig.store.history("O-1")]
    assert kinds == [
        "OrderReceived",
        "OrderQueued",
        "OfferMade",
        "OfferAccepted",
        "ArrivedAtPickup",
        "PickedUp",
        "ArrivedAtDropoff",
        "Delivered",
    ]
    assert rig.store.rebuild_check() == []
    assert state_of(rig.store.load().world) == state_of(rig.world)


def test_a_step_that_a_phone_tells_late_has_its_own_time_and_one_without_a_clock_the_present(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    assigned = rig.clock.now()
    rig.tick(120)
    rig.say("D-1", "arrived_pickup", order="O-1", t=assigned + 70)
    rig.say("D-1", "picked_up", order="O-1", t=assigned + 10)  # before its own arrival: not possible
    rig.tick()
    order = rig.order()
    assert (order.arrived_pickup_at, order.picked_up_at) == (assigned + 70, assigned + 70)
    rig.say("D-1", "arrived_dropoff", order="O-1", t=0)
    rig.tick(30)
    assert rig.order().arrived_dropoff_at == rig.clock.now()
    rig.say("D-1", "delivered", order="O-1", t=rig.clock.now() + 9999)
    rig.tick()
    assert rig.order().delivered_at == rig.clock.now()


def test_a_driver_who_says_no_is_not_asked_again_soon_and_another_is(rig: Rig) -> None:
    rig.place()
    rig.tick(10)
    first, offer = asked(rig)
    rig.say(first, "reject", offer=offer.id, reason="too far")
    rig.tick()
    assert [e.reason for e in rig.events(OfferRejected)] == ["too far"]
    rig.tick(10)
    second, again = asked(rig)
    assert second != first
    assert again.id != offer.id
    rig.say(second, "accept", offer=again.id)
    rig.tick()
    assert (rig.order().driver_id, rig.order().offers) == (second, 2)


def test_an_offer_that_runs_out_is_withdrawn_and_goes_to_another(rig: Rig) -> None:
    rig.place()
    rig.tick(10)
    first, offer = asked(rig)
    rig.tick(46)
    assert len(rig.events(OfferExpired)) == 1
    revoked = [m for m in rig.told(first) if isinstance(m, RevokeMessage)]
    assert [m.id for m in revoked] == [offer.id]
    for _ in range(3):
        rig.fix("D-1", NEAR)
        rig.fix("D-2", NEAR)
        rig.tick(10)
    assert [e.offers[0].driver_id for e in rig.events(OfferMade)] == [first, "D-2" if first == "D-1" else "D-1"]
    # The first finds the button after all.
    rig.phones.drain()
    rig.say(first, "accept", offer=offer.id)
    rig.tick()
    assert rig.order().driver_id != first
    assert [m.id for m in rig.told(first) if isinstance(m, RevokeMessage)] == [offer.id]


def test_a_driver_already_asked_is_left_alone_until_they_have_answered(rig: Rig) -> None:
    for n in range(1, 4):
        rig.place(f"O-{n}")
    for n in (1, 2):
        rig.do(c.OfferOrder(order_id=f"O-{n}", driver_id=f"D-{n}"))
    rig.tick(10, times=3)
    assert rig.status_of("O-3") is Status.WAITING
    rig.say("D-1", "reject", offer=rig.order("O-1").offer_id)
    rig.tick(10)
    assert (rig.status_of("O-3"), rig.order("O-3").driver_id) == (Status.OFFERED, "D-1")


def test_an_owntracks_driver_has_the_order_at_once_and_is_sent_waypoints(rig: Rig) -> None:
    for other in ("D-1", "D-2"):
        rig.do(c.RemoveDriver(driver_id=other))
    rig.driver("OT", App.OWNTRACKS, place=None)
    rig.send("owntracks/OT/phone", {"_type": "location", "lat": NEAR.lat, "lon": NEAR.lon, "tst": rig.clock.now(), "vel": 36})
    rig.tick()
    row = rig.engine.positions.row("OT")
    assert rig.engine.positions.spd[row] == pytest.approx(10.0)
    rig.place()
    rig.tick(10)
    assert rig.status_of() is Status.ASSIGNED
    assert rig.events(OfferAccepted)
    commands = [m for m in rig.phones.drain() if m.topic == "owntracks/OT/phone/cmd"]
    waypoints, mode, locate = (m.payload for m in commands[-3:])
    assert b"setWaypoints" in waypoints
    assert b'"monitoring":2' in mode
    assert b"reportLocation" in locate  # so that the mode is confirmed though the phone lies still


def test_a_word_said_twice_is_acted_on_once_and_confirmed_twice(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    word = rig.say("D-1", "delivered", order="O-1")  # not possible yet
    rig.tick()
    refused = rig.engine.refused_count
    assert refused == 1
    picked = rig.say("D-1", "picked_up", order="O-1")
    rig.tick()
    rig.phones.drain()
    for again in (picked, word, picked):
        rig.say("D-1", "picked_up" if again == picked else "delivered", again, order="O-1")
    rig.tick()
    assert rig.engine.refused_count == refused
    assert rig.status_of() is Status.CARRYING
    route = [m for m in rig.told("D-1") if isinstance(m, RouteMessage)][-1]
    assert {picked, word} <= set(route.seen)


def test_a_word_repeated_long_after_is_still_confirmed(rig: Rig) -> None:
    """The list of confirmed words is short; a phone whose word has dropped out of it must not repeat it for ever."""
    first = rig.say("D-1", "accept", offer="F-none")
    rig.tick()
    for _ in range(40):
        rig.say("D-1", "accept", offer="F-none")
    rig.tick()
    assert first not in [m for m in rig.told("D-1") if isinstance(m, RouteMessage)][-1].seen
    rig.say("D-1", "accept", first, offer="F-none")
    rig.tick()
    assert first in [m for m in rig.told("D-1") if isinstance(m, RouteMessage)][-1].seen


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        (topics.fixes("D-1"), b"{", "can't be read"),
        (topics.fixes("D-1"), b"\xff\xfe", "can't be read"),
        (topics.fixes("D-1"), {"fixes": [{"t": 1.7e9, "lat": 91, "lon": 0}]}, "not on the globe"),
        (topics.fixes("D-1"), {"fixes": [{"t": 1.7e9, "lat": "45", "lon": 0}]}, "can't be read"),
        (topics.fixes("D-1"), {"fixes": [{"t": -5, "lat": 45, "lon": 9}]}, "1970"),
        (topics.fixes("ghost"), {"fixes": [{"t": 1.7e9, "lat": 45, "lon": 9}]}, "there is no driver ghost"),
        (topics.fixes("D-1"), {"driver": "D-2", "fixes": []}, "D-2"),
        (topics.orders("ghost"), {"id": "w", "event": "accept", "offer": "F"}, "there is no driver ghost"),
        (topics.orders("D-1"), {"id": "w", "event": "dance", "order": "O-1"}, "unknown event"),
        (topics.orders("D-1"), {"id": "", "event": "accept", "offer": "F"}, "id"),
        (topics.orders("D-1"), {"id": "w", "event": "picked_up", "order": "O-9"}, "there is no order O-9"),
        (topics.status("D-1"), {"state": "asleep"}, "can't be read"),
        ("owntracks/D-1/phone", {"_type": "location", "lat": 1}, "lat, lon and tst"),
        ("owntracks/D-1/phone", {"_type": "encrypted", "data": "x"}, "encrypted"),
        ("owntracks/ghost/phone", {"_type": "location", "lat": 1, "lon": 1, "tst": 1.7e9}, "there is no driver ghost"),
        ("owntracks/D-1/phone", b"[" * 100_000, "can't be read"),
    ],
)
def test_a_message_that_makes_no_sense_is_counted_told_in_one_line_and_disturbs_nothing(
    rig: Rig, topic: str, payload: object, why: str
) -> None:
    before, seen = state_of(rig.world), rig.store.load().last_seq
    rig.send(topic, payload)
    rig.fix("D-2", FAR)
    rig.tick()
    [refused] = rig.events(MessageRefused)
    assert isinstance(refused, MessageRefused)
    assert why in refused.reason
    assert "\n" not in refused.reason
    assert rig.engine.refused_count == 1
    assert state_of(rig.world) == before
    assert rig.store.load().last_seq == seen
    assert rig.engine.positions.lat[rig.engine.positions.row("D-2")] == FAR.lat


def test_a_driver_s_word_on_somebody_else_s_order_is_refused(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    rig.phones.drain()
    rig.say("D-2", "picked_up", order="O-1")
    rig.tick()
    assert rig.status_of() is Status.ASSIGNED
    assert [m.order for m in rig.told("D-2") if isinstance(m, RevokeMessage)] == ["O-1"]
    assert "not theirs" in rig.events(MessageRefused)[-1].reason


def test_a_refused_command_changes_nothing_and_promises_nothing(rig: Rig) -> None:
    rig.place()
    before, seen = state_of(rig.world), rig.store.flush()
    for command in (
        c.PlaceOrder(order_id="O-1", merchant_id="M-1", dropoff=DOOR),
        c.PlaceOrder(order_id="O-2", merchant_id="M-9", dropoff=DOOR),
        c.PlaceOrder(order_id="O-2", merchant_id="M-1", dropoff=DOOR, customer="\ud800"),
        c.AssignOrder(order_id="O-1", driver_id="ghost"),
        c.UnassignOrder(order_id="O-1"),
        c.RecordProgress(order_id="O-1", event="delivered"),
        c.RecordProgress(order_id="O-1", event="danced"),
    ):
        with pytest.raises(KerbsideError):
            rig.engine.execute(command)
    assert state_of(rig.world) == before
    assert rig.store.flush() == seen


@pytest.mark.parametrize(
    "values",
    [
        {"fence_m": -5.0},
        {"fence_m": 0.0},
        {"fence_m": float("nan")},
        {"prep_min": -1.0},
        {"prep_min": float("nan")},
        {"id": " "},
    ],
)
def test_a_merchant_that_would_trip_the_program_later_is_refused_at_once(rig: Rig, values: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="merchant"):
        rig.merchant(**values)


def test_a_driver_s_presence_is_their_own_whoever_changes_their_name(rig: Rig) -> None:
    before = rig.world.drivers["D-1"]
    rig.do(c.SaveDriver(driver=type(before)("D-1", "Ada", before.vehicle)))
    after = rig.world.drivers["D-1"]
    assert (after.name, after.presence, after.presence_at) == ("Ada", before.presence, before.presence_at)


def test_a_driver_whose_limits_are_no_numbers_is_refused(rig: Rig) -> None:
    plain = rig.world.drivers["D-1"]
    for wrong in ({"weight_kg": float("nan")}, {"volume_l": -1.0}, {"shift_end": float("inf")}):
        with pytest.raises(BadInput, match="driver D-9"):
            rig.do(c.SaveDriver(driver=type(plain)("D-9", "Eve", plain.vehicle, **wrong)))


@pytest.mark.parametrize("taken", ["kerbside-console", "kerbside-simulator", "our-console"])
def test_a_driver_can_t_have_the_program_s_own_name_at_the_broker(rig: Rig, taken: str) -> None:
    rig.settings.set("mqtt.user", "our-console")
    with pytest.raises(BadInput, match="another id"):
        rig.driver(taken)


def test_who_is_removed_while_being_asked_loses_the_offer(rig: Rig) -> None:
    rig.place()
    rig.tick(10)
    driver, _ = asked(rig)
    rig.do(c.RemoveDriver(driver_id=driver))
    assert rig.status_of() is Status.WAITING
    assert rig.events(OfferWithdrawn)
    rig.tick(10)
    assert rig.order().driver_id not in {None, driver}


def test_expected_arrivals_are_told_with_each_cycle_and_end_with_the_order(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick(10)
    pickup, dropoff = rig.world.etas["O-1"]
    assert rig.clock.now() < pickup < dropoff
    assert rig.events(EtasUpdated)[-1].etas == rig.world.etas
    finished = rig.events(CycleFinished)[-1]
    assert (finished.waiting, finished.offers) == (0, 0)
    assert finished.drivers == 2
    rig.say("D-1", "picked_up", order="O-1")
    rig.say("D-1", "delivered", order="O-1")
    rig.tick(10)
    assert rig.events(Delivered)
    assert rig.world.etas == {}


def test_a_paused_matcher_asks_nobody(rig: Rig) -> None:
    rig.engine.matching_paused = True
    rig.place()
    rig.tick(10, times=3)
    assert rig.status_of() is Status.WAITING
    rig.engine.matching_paused = False
    rig.engine.match_soon()
    rig.tick()
    assert rig.status_of() is Status.OFFERED


def test_old_orders_leave_the_memory_and_stay_on_the_disk(rig: Rig) -> None:
    rig.place()
    rig.do(c.CancelOrder(order_id="O-1"))
    rig.tick(5 * 3600)
    assert "O-1" in rig.world.orders
    rig.tick(2 * 3600)
    assert "O-1" not in rig.world.orders
    assert [type(e).__name__ for e in rig.store.history("O-1")][-1] == "OrderCancelled"


def test_fences_are_told_once_each_way(rig: Rig) -> None:
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    for place in (NEAR, MERCHANT, MERCHANT, NEAR, NEAR, DOOR, DOOR):
        rig.tick(5)
        rig.fix("D-1", place)
    rig.tick(5)
    crossed = [(e.stop, e.entered) for e in rig.events(FenceCrossed)]
    assert crossed == [("pickup", True), ("pickup", False), ("dropoff", True)]
    assert [type(e).__name__ for e in rig.store.history("O-1")].count("FenceCrossed") == 3
