"""Stops in another order, orders put between stops, whole routes given to another; and all of it taken back."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import commands as c
from core.domain.driver import Driver, Presence
from core.domain.errors import BadInput, CommandRefused, KerbsideError
from core.domain.events import OrderAssigned, OrderUnassigned, RouteReordered
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Order, Status
from core.domain.reports import Word
from core.domain.vehicle import Vehicle
from core.domain.world import World
from core.orders.desk import Desk
from core.orders.progress import Proposal, hear, make_offers
from core.orders.tells import Outcome, TellAssign, TellRevoke
from core.settings import Settings

DOOR = LatLon(45.01, 9.01)
Stops = list[tuple[str, str]]


class Town:
    def __init__(self, drivers: int = 3, orders: int = 4) -> None:
        self.world = World()
        self.world.merchants["M-1"] = Merchant("M-1", "Trattoria", LatLon(45.0, 9.0))
        for n in range(1, drivers + 1):
            name = f"Driver {n}"
            self.world.drivers[f"D-{n}"] = Driver(f"D-{n}", name, Vehicle.CAR, presence=Presence.ONLINE)
        self.desk = Desk(self.world, Settings())
        self.now = 1000.0
        self._words = itertools.count()
        for n in range(1, orders + 1):
            self.do(c.PlaceOrder(order_id=f"{n}", merchant_id="M-1", dropoff=DOOR))

    def apply(self, outcome: Outcome) -> Outcome:
        for change in outcome.changes:
            self.world.apply(change)
        return outcome

    def do(self, command: c.Command) -> Outcome:
        return self.apply(self.desk.handle(command, self.now))

    def give(self, driver: int, *orders: str) -> None:
        for order in orders:
            self.do(c.AssignOrder(order_id=order, driver_id=f"D-{driver}"))

    def say(self, driver: int, event: str, order: str) -> Outcome:
        word = Word(f"D-{driver}", f"w{next(self._words)}", event, None, order, "", self.now)
        return self.apply(hear(self.world, word, self.now))

    def stops(self, driver: int) -> Stops:
        return [(s.kind.value, s.order_id) for s in self.world.route(f"D-{driver}").stops]

    def order(self, order_id: str) -> Order:
        return self.world.orders[order_id]


def p(*orders: str) -> Stops:
    return [("pickup", order) for order in orders]


def d(*orders: str) -> Stops:
    return [("dropoff", order) for order in orders]


def plan(driver: int, stops: Stops, *orders: str) -> c.PlanRoute:
    return c.PlanRoute(driver_id=f"D-{driver}", orders=orders, stops=tuple(stops))


@pytest.fixture
def at() -> Town:
    return Town()


def test_stops_in_another_order(at: Town) -> None:
    at.give(1, "1", "2")
    outcome = at.do(plan(1, p("2", "1") + d("1", "2")))
    assert at.stops(1) == p("2", "1") + d("1", "2")
    [change] = outcome.changes
    assert isinstance(change, RouteReordered)
    assert {o.id for o in change.orders} == {"1", "2"}  # each finds it in its own history
    assert at.do(outcome.undo[0])
    assert at.stops(1) == p("1") + d("1") + p("2") + d("2")


def test_nothing_is_brought_before_it_is_fetched(at: Town) -> None:
    at.give(1, "1")
    with pytest.raises(BadInput, match="before it is picked up"):
        at.do(plan(1, d("1") + p("1")))


def test_the_order_that_there_is_changes_nothing(at: Town) -> None:
    at.give(1, "1")
    outcome = at.do(plan(1, p("1") + d("1")))
    assert not outcome.changes
    assert not outcome.undo


def test_a_waiting_order_is_put_between_two_stops(at: Town) -> None:
    at.give(1, "1")
    outcome = at.do(plan(1, p("1", "2") + d("1", "2"), "2"))
    assert at.stops(1) == p("1", "2") + d("1", "2")
    assert at.order("2").by_dispatcher
    assert at.order("2").chained
    assert outcome.tells == [TellAssign("D-1", "2")]
    for command in outcome.undo:
        at.do(command)
    assert at.stops(1) == p("1") + d("1")
    assert at.order("2").status is Status.WAITING


def test_a_whole_route_goes_to_another_driver_in_its_order(at: Town) -> None:
    at.give(1, "1", "2", "3")
    at.do(plan(1, p("3", "1", "2") + d("2", "1", "3")))
    at.give(2, "4")
    route = at.stops(1)
    outcome = at.do(plan(2, at.stops(2) + route, "3", "1", "2"))
    assert at.stops(1) == []
    assert at.stops(2) == p("4") + d("4") + route
    assert [t.driver_id for t in outcome.tells if isinstance(t, TellRevoke)] == ["D-1"] * 3
    assert sum(isinstance(change, OrderUnassigned) for change in outcome.changes) == 3
    assert sum(isinstance(change, OrderAssigned) for change in outcome.changes) == 1
    for command in outcome.undo:
        at.do(command)
    assert at.stops(1) == route
    assert at.stops(2) == p("4") + d("4")


def test_what_is_carried_stays_with_who_carries_it(at: Town) -> None:
    at.give(1, "1", "2")
    at.say(1, "picked_up", "1")
    before = at.stops(1)
    with pytest.raises(KerbsideError, match="carrying"):
        at.do(plan(2, p("2") + d("1", "2"), "1", "2"))
    assert (at.stops(1), at.stops(2)) == (before, [])  # all or nothing


def test_where_the_driver_is_stays_first(at: Town) -> None:
    at.give(1, "1", "2")
    at.say(1, "arrived_pickup", "1")
    at.do(plan(1, p("2") + d("2") + p("1") + d("1")))
    assert at.stops(1)[:2] == p("1", "2")


def test_stops_done_meanwhile_are_passed_over_and_new_ones_come_last(at: Town) -> None:
    at.give(1, "1", "2")
    wish = p("2", "1") + d("2", "1")
    at.say(1, "picked_up", "1")
    at.give(1, "3")
    at.do(plan(1, wish))
    assert at.stops(1) == p("2") + d("2", "1") + p("3") + d("3")


def test_who_can_t_carry_it_is_refused(at: Town) -> None:
    at.do(c.PlaceOrder(order_id="heavy", merchant_id="M-1", dropoff=DOOR, weight_kg=4000.0))
    with pytest.raises(CommandRefused, match="weighs"):
        at.do(plan(1, p("heavy") + d("heavy"), "heavy"))


def test_an_offer_of_several_is_withdrawn_once(at: Town) -> None:
    proposal = Proposal("D-2", ("1", "2"), tuple(p("1", "2") + d("1", "2")))
    at.apply(make_offers(at.world, [proposal], at.now, 45.0))
    at.do(plan(1, p("1", "2") + d("2", "1"), "1", "2"))
    assert at.stops(1) == p("1", "2") + d("2", "1")
    assert not at.world.offers


def test_an_offer_made_before_does_not_undo_the_dispatchers_order(at: Town) -> None:
    at.give(1, "1", "2")
    stops = tuple(p("1", "3") + d("1") + p("2") + d("2", "3"))
    at.apply(make_offers(at.world, [Proposal("D-1", ("3",), stops, chained=True)], at.now, 45.0))
    at.do(plan(1, p("2", "1") + d("1", "2")))
    offer = at.world.open_offer("D-1")
    assert offer is not None
    at.apply(hear(at.world, Word("D-1", "yes", "accept", offer.id, None, "", at.now), at.now))
    assert at.stops(1) == p("2", "1") + d("1", "2") + p("3") + d("3")


def test_undoing_an_assignment_finds_its_old_place_again(at: Town) -> None:
    at.give(1, "1", "2")
    at.do(plan(1, p("2", "1") + d("2", "1")))
    before = at.stops(1)
    outcomes = [at.do(c.AssignOrder(order_id="2", driver_id="D-2"))]
    for command in outcomes[0].undo:
        at.do(command)
    assert (at.stops(1), at.stops(2)) == (before, [])


MOVES = st.lists(
    st.tuples(st.integers(1, 3), st.sets(st.sampled_from("1234"), max_size=4), st.randoms(use_true_random=False)), max_size=8
)


@given(MOVES)
def test_whatever_is_moved_undoing_it_backwards_restores_every_route(moves: list[tuple[int, set[str], object]]) -> None:
    at = Town()
    undo: list[tuple[dict[int, Stops], dict[str, Status], tuple[c.Command, ...]]] = []
    for driver, orders, dice in moves:
        wish = list(dict.fromkeys([*at.stops(driver), *p(*sorted(orders)), *d(*sorted(orders))]))
        dice.shuffle(wish)  # type: ignore[attr-defined]
        before = {n: at.stops(n) for n in (1, 2, 3)}, {o.id: o.status for o in at.world.orders.values()}
        try:
            outcome = at.do(plan(driver, wish, *sorted(orders)))
        except BadInput:
            assert before[0] == {n: at.stops(n) for n in (1, 2, 3)}
            continue
        undo.append((*before, outcome.undo))
        for n in (1, 2, 3):
            held = {o.id for o in at.world.orders.values() if o.driver_id == f"D-{n}"}
            assert {order for _, order in at.stops(n)} == held
    for routes, statuses, back in reversed(undo):
        for command in back:
            at.do(command)
        assert routes == {n: at.stops(n) for n in (1, 2, 3)}
        assert statuses == {o.id: o.status for o in at.world.orders.values()}
