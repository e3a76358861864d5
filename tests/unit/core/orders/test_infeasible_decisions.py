"""What a dispatcher decides and can't be: refused with the reason in words, and everything stays as it was."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.domain import commands as c
from core.domain.driver import Driver, Presence
from core.domain.errors import KerbsideError
from core.domain.events import Change
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant, OwnDrivers
from core.domain.order import Order, Status
from core.domain.vehicle import Vehicle
from core.domain.world import World
from core.orders.desk import Desk
from core.settings import Settings

HOME, DOOR = LatLon(45.0, 9.0), LatLon(45.01, 9.01)
NOW = 1000.0
SQUARE = tuple(
    LatLon(lat, lon) for lat, lon in ((45.005, 9.005), (45.005, 9.02), (45.02, 9.02), (45.02, 9.005), (45.005, 9.005))
)


class Town:
    """Two drivers, a merchant, and one order that waits."""

    def __init__(self) -> None:
        self.world, self.settings = World(), Settings()
        self.world.merchants["M-1"] = Merchant("M-1", "Rosa", HOME)
        for n, name in ((1, "Ada"), (2, "Bo")):
            self.world.drivers[f"D-{n}"] = Driver(f"D-{n}", name, Vehicle.SCOOTER, presence=Presence.ONLINE)
        self.desk = Desk(self.world, self.settings)
        self.do(c.PlaceOrder(order_id="O-1", merchant_id="M-1", dropoff=DOOR))

    def do(self, command: c.Command) -> None:
        for change in self.desk.handle(command, NOW).changes:
            self.world.apply(change)

    def order(self, **more: object) -> None:
        order: Order = self.world.orders["O-1"]
        self.world.apply(Change(at=NOW, orders=(replace(order, **more),)))  # type: ignore[arg-type]

    def driver(self, **more: object) -> None:
        self.world.drivers["D-1"] = replace(self.world.drivers["D-1"], **more)  # type: ignore[arg-type]

    def carried_by_another(self) -> None:
        self.do(c.AssignOrder(order_id="O-1", driver_id="D-2"))
        self.do(c.RecordProgress(order_id="O-1", event="picked_up"))

    def restricted(self) -> None:
        self.world.areas["A-1"] = Area("A-1", "Old town", ((SQUARE,),), vehicles=frozenset({Vehicle.BIKE}))

    def closed_fleet(self) -> None:
        self.world.merchants["M-1"] = Merchant("M-1", "Rosa", HOME, fleet="rosa", own_drivers=OwnDrivers.ONLY)


UNFIT: dict[str, tuple[Callable[[Town], None], str]] = {
    "vehicle": (lambda t: t.order(vehicles=frozenset({Vehicle.CAR})), "can't go by scooter: it admits car"),
    "weight": (lambda t: t.order(weight_kg=80.0), "weighs 80 kg, Ada can carry 25 kg"),
    "volume": (lambda t: t.order(volume_l=900.0), "takes 900 l, Ada has room for"),
    "restricted area": (Town.restricted, "can't go by scooter: Old town admits bike"),
    "goods": (lambda t: t.settings.set("goods.food.cold_box", True), "needs a cold box, and Ada has none"),
    "others' merchant": (Town.closed_fleet, "by its own drivers alone, and Ada is not of rosa"),
    "shift over": (lambda t: t.driver(shift_end=NOW - 1), "Ada's shift is over"),
    "picked up by another": (Town.carried_by_another, "order O-1 is carrying"),
    "cancelled": (lambda t: t.do(c.CancelOrder(order_id="O-1")), "order O-1 is cancelled"),
    "driver unknown": (lambda t: t.world.drivers.pop("D-1"), "there is no driver D-1"),  # type: ignore[dict-item]
    "order unknown": (lambda t: t.world.orders.pop("O-1"), "there is no order O-1"),  # type: ignore[dict-item]
}
DECISIONS: dict[str, c.Command] = {
    "assign": c.AssignOrder(order_id="O-1", driver_id="D-1"),
    "offer": c.OfferOrder(order_id="O-1", driver_id="D-1"),
    "route": c.PlanRoute(driver_id="D-1", orders=("O-1",)),
}


def refused(town: Town, command: c.Command) -> str:
    """Its reason, having seen that nothing has changed."""
    kept = copy.deepcopy((town.world.orders, town.world.routes, town.world.offers, town.world.drivers))
    with pytest.raises(KerbsideError) as caught:
        town.do(command)
    assert (town.world.orders, town.world.routes, town.world.offers, town.world.drivers) == kept
    return str(caught.value)


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("why", UNFIT)
def test_who_can_t_carry_it_is_not_given_it(why: str, decision: str) -> None:
    town = Town()
    spoil, words = UNFIT[why]
    spoil(town)
    assert words in refused(town, DECISIONS[decision])


@pytest.mark.parametrize("decision", DECISIONS)
def test_nothing_else_stands_in_the_way(decision: str) -> None:
    town = Town()
    town.do(DECISIONS[decision])
    assert town.world.orders["O-1"].driver_id == "D-1"


def test_the_same_order_twice_and_to_two_at_once() -> None:
    town = Town()
    town.do(DECISIONS["assign"])
    assert "Ada has order O-1 already" in refused(town, DECISIONS["assign"])
    assert "order O-1 is assigned" in refused(town, DECISIONS["offer"])
    town.do(c.AssignOrder(order_id="O-1", driver_id="D-2"))  # the later decision counts, and the order is nowhere twice
    assert {d: r.orders() for d, r in town.world.routes.items()} == {"D-2": ("O-1",)}


def test_a_driver_who_is_being_asked_is_not_asked_again() -> None:
    town = Town()
    town.do(DECISIONS["offer"])
    town.do(c.PlaceOrder(order_id="O-2", merchant_id="M-1", dropoff=DOOR))
    assert "Ada is being asked about another order" in refused(town, c.OfferOrder(order_id="O-2", driver_id="D-1"))


def test_an_order_of_stops_that_can_t_be() -> None:
    town = Town()
    town.do(DECISIONS["assign"])
    wrong = c.PlanRoute(driver_id="D-1", stops=(("dropoff", "O-1"), ("pickup", "O-1")))
    assert "order O-1 can't be brought before it is picked up" in refused(town, wrong)


@pytest.mark.parametrize(
    "command", [c.HoldOrder(order_id="O-1"), c.UnassignOrder(order_id="O-1"), c.ReleaseOrder(order_id="O-1")]
)
def test_what_is_on_its_way_is_neither_held_nor_taken_back(command: c.Command) -> None:
    town = Town()
    town.carried_by_another()
    assert "order O-1 is carrying" in refused(town, command)
    assert town.world.orders["O-1"].status is Status.CARRYING


@pytest.mark.parametrize(("more", "why"), [({"weight_kg": 6.0}, "would carry 12 kg, and can carry 10 kg"),
                                           ({"volume_l": 30.0}, "would carry 60 l, and has room for 50 l")])  # fmt: skip
def test_more_at_once_than_the_driver_can_carry(more: dict[str, float], why: str) -> None:
    town = Town()
    town.driver(weight_kg=10.0, volume_l=50.0)
    town.order(**more)
    town.do(c.PlaceOrder(order_id="O-2", merchant_id="M-1", dropoff=DOOR, **more))
    town.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    before = copy.deepcopy(town.world)
    together = (("pickup", "O-1"), ("pickup", "O-2"), ("dropoff", "O-1"), ("dropoff", "O-2"))
    with pytest.raises(KerbsideError, match=f"with order O-2 Ada {why}"):
        town.do(c.PlanRoute(driver_id="D-1", orders=("O-2",), stops=together))
    assert town.world.orders == before.orders
    assert town.world.routes == before.routes
    one_by_one = (together[0], together[2], together[1], together[3])
    town.do(c.PlanRoute(driver_id="D-1", orders=("O-2",), stops=one_by_one))
    assert [(s.kind.value, s.order_id) for s in town.world.routes["D-1"].stops] == list(one_by_one)
    with pytest.raises(KerbsideError, match=why):
        town.do(c.PlanRoute(driver_id="D-1", stops=together))
    town.driver(weight_kg=5.0, volume_l=20.0)  # a smaller box since: what is too much already may be put in another order
    town.do(c.PlanRoute(driver_id="D-1", stops=(together[1], together[3], together[0], together[2])))
    assert town.world.routes["D-1"].stops[0].order_id == "O-2"
