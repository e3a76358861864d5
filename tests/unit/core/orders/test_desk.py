"""Each command against a small town; outcomes are applied as the engine does."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import commands as c
from core.domain.driver import App, Driver, Presence
from core.domain.errors import BadInput, CommandRefused, KerbsideError, UnknownThing
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Order, Status
from core.domain.reports import Word
from core.domain.vehicle import Vehicle
from core.domain.world import World
from core.orders.desk import Desk
from core.orders.progress import Proposal, expire_offers, hear, make_offers
from core.orders.tells import Outcome, TellAssign, TellConfirm, TellOffer, TellRevoke
from core.settings import Settings

PLACE = LatLon(45.01, 9.01)


class Town:
    """A world, its desk and a clock that is moved by hand."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = Desk(world, Settings())
        self.now = 1000.0

    def apply(self, outcome: Outcome) -> Outcome:
        for change in outcome.changes:
            self.world.apply(change)
        return outcome

    def do(self, command: c.Command) -> Outcome:
        return self.apply(self.desk.handle(command, self.now))

    def place(self, order_id: str = "O-1", **more: object) -> Order:
        self.do(c.PlaceOrder(order_id=order_id, merchant_id="M-1", dropoff=PLACE, **more))  # type: ignore[arg-type]
        return self.world.orders[order_id]

    def offer(self, driver_id: str = "D-1", order_id: str = "O-1") -> Outcome:
        stops = (("pickup", order_id), ("dropoff", order_id))
        return self.apply(make_offers(self.world, [Proposal(driver_id, (order_id,), stops)], self.now, 45.0))

    def say(self, event: str, driver_id: str = "D-1", order_id: str = "O-1") -> Outcome:
        offer = self.world.open_offer(driver_id)
        offer_id = offer.id if offer else None
        word = Word(driver_id, f"{event}-{self.now}", event, offer_id, order_id, "", self.now)
        return self.apply(hear(self.world, word, self.now))

    def status(self, order_id: str = "O-1") -> Status:
        return self.world.orders[order_id].status


@pytest.fixture
def at(town: World) -> Town:
    return Town(town)


def test_a_placed_order_waits_with_the_merchants_time_and_the_usual_promise(at: Town) -> None:
    order = at.place()
    assert order.status is Status.WAITING
    assert order.ready_at == 1000 + 12 * 60
    assert order.due_at == 1000 + 40 * 60


def test_an_order_is_tagged_with_its_merchants_area(at: Town) -> None:
    at.world.merchants["M-1"] = Merchant("M-1", "Trattoria", LatLon(45.0, 9.0), area_id="A-1")
    assert at.place().area_id == "A-1"


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (c.PlaceOrder(order_id="O-1", merchant_id="M-9", dropoff=PLACE), UnknownThing),
        (c.PlaceOrder(order_id="O-1", merchant_id="M-1", dropoff=LatLon(95, 0)), BadInput),
        (c.PlaceOrder(order_id=" ", merchant_id="M-1", dropoff=PLACE), BadInput),
        (c.PlaceOrder(order_id="O-1", merchant_id="M-1", dropoff=PLACE, due_at=5.0), BadInput),
        (c.PlaceOrder(order_id="O-1", merchant_id="M-1", dropoff=PLACE, weight_kg=float("nan")), BadInput),
        (c.SaveDriver(driver=Driver("a/b", "x", Vehicle.BIKE)), BadInput),
        (c.HoldOrder(order_id="none"), UnknownThing),
    ],
)
def test_bad_input_changes_nothing(at: Town, command: c.Command, error: type[Exception]) -> None:
    with pytest.raises(error):
        at.do(command)
    assert not at.world.orders


def test_the_same_number_twice_is_refused(at: Town) -> None:
    at.place()
    with pytest.raises(CommandRefused, match="already"):
        at.place()


def test_an_offer_accepted_and_delivered(at: Town) -> None:
    at.place()
    assert any(isinstance(t, TellOffer) for t in at.offer().tells)
    assert at.status() is Status.OFFERED
    assert any(isinstance(t, TellConfirm) for t in at.say("accept").tells)
    assert [s.kind for s in at.world.route("D-1").stops] == ["pickup", "dropoff"]
    for event, status in [
        ("arrived_pickup", Status.AT_PICKUP),
        ("picked_up", Status.CARRYING),
        ("arrived_dropoff", Status.AT_DROPOFF),
        ("delivered", Status.DELIVERED),
    ]:
        at.now += 60
        at.say(event)
        assert at.status() is status
    assert not at.world.route("D-1").stops
    assert at.world.orders["O-1"].delivered_at == at.now


def test_a_rejected_or_expired_offer_goes_back_and_is_kept_from_that_driver(at: Town) -> None:
    at.place()
    at.offer("D-1")
    at.say("reject", "D-1")
    assert at.status() is Status.WAITING
    at.offer("D-2")
    at.now += 46
    told = at.apply(expire_offers(at.world, at.now)).tells
    assert told == [TellRevoke("D-2", "F-O-1-2", None, "the offer has run out")]
    assert at.status() is Status.WAITING
    assert at.world.orders["O-1"].declined_by.keys() == {"D-1", "D-2"}


def test_of_many_offers_that_have_run_out_some_are_closed_at_a_time(at: Town) -> None:
    for driver_id, order_id in (("D-1", "O-1"), ("D-2", "O-2")):
        at.place(order_id)
        at.offer(driver_id, order_id)
    at.now += 46
    assert [len(at.apply(expire_offers(at.world, at.now, 1)).changes) for _ in range(3)] == [1, 1, 0]


def test_accepting_an_offer_that_is_gone_is_answered_by_a_revoke(at: Town) -> None:
    at.place()
    at.offer()
    at.apply(expire_offers(at.world, at.now + 60))
    told = at.say("accept").tells
    assert [type(t) for t in told] == [TellRevoke]


def test_an_owntracks_driver_accepts_by_the_dispatchers_word(at: Town, make_driver: Callable[..., Driver]) -> None:
    at.world.drivers["D-1"] = make_driver(app=App.OWNTRACKS)
    at.place()
    assert at.offer().tells == []
    assert at.status() is Status.ASSIGNED


def test_assigning_an_offered_order_to_another_withdraws_the_offer(at: Town) -> None:
    at.place()
    at.offer("D-1")
    outcome = at.do(c.AssignOrder(order_id="O-1", driver_id="D-2"))
    assert [type(t) for t in outcome.tells] == [TellRevoke, TellAssign]
    assert at.world.orders["O-1"].driver_id == "D-2"
    assert at.world.open_offer("D-1") is None


def test_what_a_driver_carries_cannot_be_taken_away(at: Town) -> None:
    at.place()
    at.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    at.say("picked_up")
    for command in (
        c.AssignOrder(order_id="O-1", driver_id="D-2"),
        c.UnassignOrder(order_id="O-1"),
        c.CancelOrder(order_id="O-1"),
        c.RemoveDriver(driver_id="D-1"),
    ):
        with pytest.raises(KerbsideError):
            at.do(command)
    assert at.status() is Status.CARRYING


def test_a_vehicle_that_is_not_admitted_and_a_load_too_heavy_are_refused_with_the_reason(at: Town) -> None:
    at.place(vehicles=frozenset({Vehicle.CAR}))
    with pytest.raises(CommandRefused, match="it admits car"):
        at.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    at.place("O-2", weight_kg=80.0)
    with pytest.raises(CommandRefused, match="can carry 25 kg"):
        at.do(c.AssignOrder(order_id="O-2", driver_id="D-1"))


def test_a_driver_speaking_of_anothers_order_changes_nothing(at: Town) -> None:
    at.place()
    at.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    outcome = at.say("picked_up", driver_id="D-2")
    assert outcome.changes == []
    assert outcome.refused
    assert at.status() is Status.ASSIGNED


def test_a_late_report_keeps_the_phones_time(at: Town) -> None:
    at.place()
    at.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    word = Word("D-1", "w", "picked_up", None, "O-1", "", 1100.0)
    at.apply(hear(at.world, word, 1900.0))
    assert at.world.orders["O-1"].picked_up_at == 1100.0


def test_handing_back_puts_the_order_up_again_for_others(at: Town) -> None:
    at.place()
    at.offer()
    at.say("accept")
    at.say("hand_back")
    assert at.status() is Status.WAITING
    assert at.world.orders["O-1"].declined_by.keys() == {"D-1"}
    assert not at.world.route("D-1").stops


def _situation(at: Town, name: str) -> None:
    at.place()
    if name == "held":
        at.do(c.HoldOrder(order_id="O-1"))
    elif name == "offered":
        at.offer("D-1")
    elif name == "assigned":
        at.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))


@pytest.mark.parametrize("situation", ["waiting", "held", "offered", "assigned"])
@pytest.mark.parametrize(
    "command",
    [
        c.AssignOrder(order_id="O-1", driver_id="D-2"),
        c.UnassignOrder(order_id="O-1"),
        c.HoldOrder(order_id="O-1"),
        c.ReleaseOrder(order_id="O-1"),
        c.CancelOrder(order_id="O-1"),
        c.OfferOrder(order_id="O-1", driver_id="D-2"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_undo_brings_an_order_back(at: Town, situation: str, command: c.Command) -> None:
    _situation(at, situation)
    before = at.world.orders["O-1"]
    try:
        undo = at.do(command).undo
    except KerbsideError:
        assert at.world.orders["O-1"] == before
        return
    assert undo
    assert at.world.orders["O-1"].status is not before.status or at.world.orders["O-1"].driver_id != before.driver_id
    for step in undo:
        at.do(step)
    after = at.world.orders["O-1"]
    held_while_offered = situation == "offered" and isinstance(command, c.HoldOrder | c.CancelOrder)
    assert after.status is (Status.WAITING if held_while_offered else before.status)
    if not held_while_offered:
        assert after.driver_id == before.driver_id


ACTS = st.sampled_from(
    ["place", "offer1", "offer2", "assign1", "assign2", "unassign", "hold", "release", "cancel", "reinstate", "expire"]
    + [f"{event}{n}" for n in (1, 2) for event in ("accept", "reject", "arrived_pickup", "picked_up", "delivered", "failed")]
)


@given(st.lists(ACTS, max_size=40))
def test_world_stays_whole_whatever_is_done(acts: list[str]) -> None:
    world = World()
    world.merchants["M-1"] = Merchant("M-1", "Trattoria", LatLon(45.0, 9.0))
    for n in (1, 2):
        world.drivers[f"D-{n}"] = Driver(f"D-{n}", f"Driver {n}", Vehicle.CAR, presence=Presence.ONLINE)
    at = Town(world)
    plain: dict[str, c.Command] = {
        "unassign": c.UnassignOrder(order_id="O-1"),
        "hold": c.HoldOrder(order_id="O-1"),
        "release": c.ReleaseOrder(order_id="O-1"),
        "cancel": c.CancelOrder(order_id="O-1"),
        "reinstate": c.ReinstateOrder(order_id="O-1"),
    }
    for act in acts:
        before = copy.deepcopy((world.orders, world.routes, world.offers))
        driver_id = f"D-{act[-1]}"
        try:
            if act == "place":
                at.place()
            elif act == "expire":
                at.now += 60
                at.apply(expire_offers(world, at.now))
            elif act.startswith("offer"):
                at.offer(driver_id)
            elif act.startswith("assign"):
                at.do(c.AssignOrder(order_id="O-1", driver_id=driver_id))
            elif act in plain:
                at.do(plain[act])
            else:
                at.say(act[:-1], driver_id)
        except KerbsideError:
            assert (world.orders, world.routes, world.offers) == before
        for order in world.orders.values():
            routed = [d for d, route in world.routes.items() if order.id in route.orders()]
            active = order.status in {Status.ASSIGNED, Status.AT_PICKUP, Status.CARRYING, Status.AT_DROPOFF}
            assert routed == ([order.driver_id] if active else [])
            assert (order.status is Status.OFFERED) == any(order.id in o.order_ids for o in world.offers.values())
