"""Late kitchens, stopped drivers, orders handed back and cancelled: the next cycle plans with what has happened."""

from __future__ import annotations

import pytest

from core.domain import commands as c
from core.domain.driver import Driver
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import OrderHandedBack, OrderUnassigned, ReadyTold
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant, OwnDrivers
from core.domain.order import Status
from core.domain.vehicle import Vehicle
from core.estimation.model import Effects, Estimator
from core.messaging.codecs.kerbside import OfferMessage
from tests.rigs import DOOR, FAR, MERCHANT, NEAR, Rig


@pytest.fixture
def rig(rig: Rig) -> Rig:
    rig.settings.set("tracking.offline_after_s", 86400)
    rig.settings.set("tracking.offline_after_passive_s", 86400)
    return rig


def accepted(rig: Rig, order_id: str = "O-1") -> str:
    """Let the matcher offer the order and its driver accept; returns the driver."""
    for _ in range(30):
        rig.tick()
        order = rig.order(order_id)
        if order.status is Status.OFFERED:
            assert order.driver_id is not None
            rig.say(order.driver_id, "accept", offer=order.offer_id)
        elif order.status is Status.ASSIGNED:
            assert order.driver_id is not None
            return order.driver_id
    raise AssertionError(f"order {order_id} is {rig.order(order_id).status}")


def offered_to(rig: Rig, order_id: str = "O-1", seconds: int = 30) -> str | None:
    for _ in range(seconds):
        rig.tick()
        if rig.status_of(order_id) is Status.OFFERED:
            return rig.order(order_id).driver_id
    return None


def test_a_kitchen_that_is_late_moves_the_plan(rig: Rig) -> None:
    now = rig.clock.now()
    rig.place(ready_at=now + 300)
    rig.tick(times=12)
    before = rig.world.etas["O-1"]
    rig.do(c.TellReady(order_id="O-1", ready_at=now + 1500, actor="merchant"))
    rig.tick(times=12)
    after = rig.world.etas["O-1"]
    assert after[1] - before[1] == pytest.approx(1200, abs=60)
    [told] = rig.events(ReadyTold)
    assert told.reason == "20 min later"
    assert (rig.order().told_ready_at, rig.order().readied_at) == (now + 300, None)
    rig.tick(100)
    rig.do(c.TellReady(order_id="O-1", ready_at=0.0, actor="merchant"))
    assert rig.order().readied_at == rig.order().ready_at == 0.0


def test_nothing_is_said_of_what_was_picked_up_or_cancelled(rig: Rig) -> None:
    rig.place()
    rig.do(c.CancelOrder(order_id="O-1"))
    with pytest.raises(CommandRefused, match="nothing more to say"):
        rig.do(c.TellReady(order_id="O-1", ready_at=rig.clock.now()))
    rig.place("O-2")
    with pytest.raises(BadInput):
        rig.do(c.TellReady(order_id="O-2", ready_at=float("nan")))


def test_an_order_changes_hands_when_somebody_free_is_much_nearer(rig: Rig) -> None:
    rig.fix("D-1", FAR)
    rig.status("D-2", "offline")
    rig.place()
    assert accepted(rig) == "D-1"
    rig.status("D-2", "online")
    rig.fix("D-2", NEAR)
    rig.told()
    assert offered_to(rig) == "D-2"
    [back] = rig.events(OrderUnassigned)
    assert "nearer in time" in back.reason
    assert not rig.world.route("D-1").stops
    assert any(message.order == "O-1" for message in rig.told("D-1") if hasattr(message, "order"))
    assert rig.order().declined_by == {}


@pytest.mark.parametrize("margin", [0.0, 240.0])
def test_without_a_margin_or_below_it_nothing_changes_hands(rig: Rig, margin: float) -> None:
    rig.settings.set("matching.swap_margin_min", margin)
    rig.fix("D-1", FAR)
    rig.status("D-2", "offline")
    rig.place()
    accepted(rig)
    rig.status("D-2", "online")
    rig.fix("D-2", NEAR)
    assert offered_to(rig) is None
    assert rig.order().driver_id == "D-1"


def test_what_the_dispatcher_gave_stays_where_it_is(rig: Rig) -> None:
    rig.fix("D-1", FAR)
    rig.fix("D-2", NEAR)
    rig.tick()
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    assert offered_to(rig) is None
    assert rig.order().driver_id == "D-1"


def test_an_order_handed_back_goes_to_somebody_else(rig: Rig) -> None:
    rig.fix("D-1", NEAR)
    rig.fix("D-2", FAR)
    rig.place()
    assert accepted(rig) == "D-1"
    rig.say("D-1", "hand_back", order="O-1", reason="a flat tyre")
    assert offered_to(rig) == "D-2"
    [back] = rig.events(OrderHandedBack)
    assert back.reason == "a flat tyre"


def test_a_driver_who_does_not_get_on_loses_what_is_not_picked_up(rig: Rig) -> None:
    rig.settings.set("tracking.stuck_after_min", 5.0)
    rig.settings.set("matching.swap_margin_min", 0.0)
    rig.fix("D-1", FAR)
    rig.fix("D-2", LatLon(45.06, 9.06))
    rig.tick(1000.0)  # standing about before the order does not count
    rig.fix("D-1", FAR)
    rig.place()
    assert accepted(rig) == "D-1"
    for _ in range(29):
        rig.fix("D-1", FAR)
        rig.tick(10.0)
    assert rig.status_of() is Status.ASSIGNED
    for _ in range(6):
        rig.fix("D-1", FAR)
        rig.tick(10.0)
    assert rig.order().driver_id != "D-1"
    [back] = rig.events(OrderUnassigned)
    assert back.reason == "Name D-1 has not moved for 5 min"
    assert "D-1" in rig.order().declined_by


def test_who_moves_or_stands_at_the_pick_up_is_not_stuck(rig: Rig) -> None:
    rig.settings.set("tracking.stuck_after_min", 5.0)
    rig.settings.set("matching.swap_margin_min", 0.0)
    rig.fix("D-1", FAR)
    rig.status("D-2", "offline")
    rig.place()
    accepted(rig)
    for step in range(40):
        rig.fix("D-1", LatLon(FAR.lat - 0.0008 * step, FAR.lon) if step < 30 else MERCHANT)
        rig.tick(10.0)
    for _ in range(40):
        rig.fix("D-1", MERCHANT)
        rig.tick(10.0)
    assert rig.order().driver_id == "D-1"
    assert not rig.events(OrderUnassigned)


def test_a_dispatcher_s_decision_that_can_t_be_is_refused_with_the_rule(rig: Rig) -> None:
    rig.settings.set("goods.ice.cold_box", True)
    d = 0.001
    ring = tuple(LatLon(DOOR.lat + a * d, DOOR.lon + b * d) for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1)))
    rig.do(c.SaveArea(area=Area("A", "Old town", ((ring,),), vehicles=frozenset({Vehicle.BIKE}))))
    rig.do(c.SaveMerchant(merchant=Merchant("M-2", "Blu", MERCHANT, fleet="blu", own_drivers=OwnDrivers.ONLY)))
    rig.do(c.SaveDriver(driver=Driver("D-9", "Late", Vehicle.SCOOTER, shift_end=rig.clock.now() - 1)))
    rig.place("O-1")
    rig.place("O-2", dropoff=NEAR, goods="ice")
    rig.place("O-3", merchant_id="M-2", dropoff=NEAR)
    rig.place("O-4", dropoff=NEAR, volume_l=500)
    rig.place("O-5", dropoff=NEAR)
    for order_id, driver_id, reason in (
        ("O-1", "D-1", "can't go by scooter: Old town admits bike"),
        ("O-2", "D-1", "needs a cold box, and Name D-1 has none"),
        ("O-3", "D-1", "Blu has its orders brought by its own drivers alone"),
        ("O-4", "D-1", "takes 500 l, Name D-1 has room for 90 l"),
        ("O-5", "D-9", "Late's shift is over"),
    ):
        with pytest.raises(CommandRefused, match=reason):
            rig.do(c.AssignOrder(order_id=order_id, driver_id=driver_id))
        with pytest.raises(CommandRefused, match=reason):
            rig.do(c.OfferOrder(order_id=order_id, driver_id=driver_id))
    rig.do(c.SaveDriver(driver=Driver("D-1", "Ann", Vehicle.BIKE, group="blu", cold_box=True)))
    for order_id in ("O-1", "O-2", "O-3"):
        rig.do(c.AssignOrder(order_id=order_id, driver_id="D-1"))
        assert rig.status_of(order_id) is Status.ASSIGNED


def test_the_matcher_keeps_the_same_rules(rig: Rig) -> None:
    rig.settings.set("goods.ice.cold_box", True)
    rig.place("O-1", goods="ice")
    assert offered_to(rig) is None
    rig.do(c.SaveDriver(driver=Driver("D-2", "Bob", Vehicle.SCOOTER, cold_box=True)))
    assert offered_to(rig) == "D-2"


def test_the_number_of_an_order_that_has_long_ended_is_not_given_again(rig: Rig) -> None:
    rig.settings.set("orders.in_memory_h", 0.5)
    rig.place()
    rig.do(c.CancelOrder(order_id="O-1"))
    rig.tick(1000.0)
    assert "O-1" in rig.world.orders
    rig.tick(1000.0)
    assert "O-1" not in rig.world.orders
    with pytest.raises(CommandRefused, match="there is an order O-1 already"):
        rig.place()


def test_estimates_are_planned_on_at_the_profile_s_quantile_until_the_merchant_says_more(rig: Rig) -> None:
    slow = Effects(mean=0.6931471805599453, tables={}, spread=1.0, spreads={}, scores=tuple(i / 49 - 1 for i in range(99)))
    stop = Effects(mean=0.0, tables={}, spread=0.0, spreads={}, scores=slow.scores)
    now = rig.clock.now()
    rig.place(ready_at=now + 600)
    rig.engine._planner.use(Estimator(now, 500, slow, stop, stop))
    order = rig.order()
    assert rig.engine._planner.plan(order, 0.5).ready_at == pytest.approx(now + 1200, abs=1)
    assert rig.engine._planner.plan(order, 0.8).ready_at > now + 1500
    assert rig.engine._planner.plan(order, 0.5).pickup_stop_min == pytest.approx(1.0)
    rig.tick(times=12)
    expected = rig.world.etas["O-1"][0]
    assert expected is not None
    rig.settings.set("matching.profile", "punctuality")
    rig.tick(times=12)
    later = rig.world.etas["O-1"][1]
    assert later > now + 1500
    rig.do(c.TellReady(order_id="O-1", ready_at=now + 700))
    assert rig.engine._planner.plan(rig.order(), 0.8).ready_at == now + 700


def test_offers_of_a_held_order_are_real_offers(rig: Rig) -> None:
    rig.fix("D-1", FAR)
    rig.status("D-2", "offline")
    rig.place()
    accepted(rig)
    rig.status("D-2", "online")
    rig.fix("D-2", NEAR)
    offered_to(rig)
    assert any(isinstance(message, OfferMessage) for message in rig.told("D-2"))
    assert accepted(rig) == "D-2"
    assert [s.order_id for s in rig.world.route("D-2").stops] == ["O-1", "O-1"]
