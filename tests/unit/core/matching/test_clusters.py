"""A large market is taken apart and put together again: nothing is lost, nothing is there twice."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.matching.clusters import Parted, join, split
from core.matching.cycle import run_cycle
from core.matching.decisions import Decisions
from core.matching.eligibility import Reason
from core.matching.params import Params
from core.matching.snapshot import DriverView, Fixed, OrderView, Snapshot
from core.worker import load_travel
from tests.examples import examples

PARAMS = Params(nearest_drivers=5, commit_before_ready_min=60.0)


def market(seed: int, orders: int, drivers: int, towns: int = 1, spread: float = 0.03, shops: int = 12) -> Snapshot:
    """Towns of 100 km from each other, none of whose drivers reach the next."""
    chance = random.Random(seed)

    def near(town: int) -> LatLon:
        return LatLon(45 + town + chance.uniform(-spread, spread), 9 + chance.uniform(-spread, spread))

    places = [near(n % towns) for n in range(max(shops, towns))]
    made = []
    for n in range(orders):
        shop = chance.randrange(len(places))
        made.append(OrderView(f"O{n}", f"M{shop}", places[shop], near(shop % towns), 0.0, 600.0, 3600.0))
    people = [DriverView(f"D{n}", Vehicle.BIKE, near(n % towns), open=chance.random() < 0.9) for n in range(drivers)]
    return Snapshot(0.0, PARAMS, tuple(made), tuple(people))


def check_whole(whole: Snapshot, parts: tuple[Snapshot, ...]) -> None:
    for what in ("orders", "drivers"):
        assert Counter(x.id for part in parts for x in getattr(part, what)) == Counter(x.id for x in getattr(whole, what))


@given(
    seed=st.integers(0, 10_000),
    orders=st.integers(0, 120),
    drivers=st.integers(0, 60),
    towns=st.integers(1, 4),
    most=st.integers(1, 40),
    turn=st.integers(0, 5),
)
@settings(max_examples=examples(60))
def test_everyone_is_in_exactly_one_cluster(seed: int, orders: int, drivers: int, towns: int, most: int, turn: int) -> None:
    whole = market(seed, orders, drivers, towns)
    parts = split(whole, most, turn)
    check_whole(whole, parts)
    assert parts == split(whole, most, turn)
    assert all(len(part.orders) <= most + most // 4 for part in parts)


def test_a_small_market_stays_as_it_is() -> None:
    whole = market(1, 30, 10)
    assert split(whole, 30) == (whole,)


def test_towns_that_do_not_reach_each_other_are_taken_apart_without_loss() -> None:
    """One cluster a town: together they serve as many, at the same cost but for what solvers leave open."""
    whole, travel = market(2, 60, 40, towns=3), load_travel(None, 1.35, 64)
    parts = split(whole, 25)
    check_whole(whole, parts)
    assert len(parts) == 3
    together = join([run_cycle(part, travel) for part in parts])
    alone = run_cycle(whole, travel)

    def cost(decisions: Decisions) -> tuple[int, float]:
        made = [*decisions.assignments, *decisions.postponed]
        return sum(len(a.order_ids) for a in made), sum(a.cost.total for a in made)

    print(cost(together), cost(alone), together.gap, alone.gap)
    assert cost(together)[0] == cost(alone)[0] > 20
    assert cost(together)[1] <= 1.01 * cost(alone)[1]


def test_a_dense_market_is_cut_between_pickups_and_elsewhere_the_next_time() -> None:
    whole = market(3, 400, 150, shops=60)
    first, second = split(whole, 100, 0), split(whole, 100, 1)
    assert all(len(part.orders) <= 110 for part in first)
    for part in first:
        others = {o.merchant_id for other in first if other is not part for o in other.orders}
        assert len({o.merchant_id for o in part.orders} & others) <= 1  # at most an order that followed its driver
    borders = [{frozenset(o.id for o in part.orders) for part in parts} for parts in (first, second)]
    assert borders[0] != borders[1]


def test_what_a_cut_costs_is_little() -> None:
    travel, whole = load_travel(None, 1.35, 64), market(4, 240, 200, shops=80, spread=0.06)
    alone = run_cycle(whole, travel)
    together = join([run_cycle(part, travel) for part in split(whole, 80)])
    served = [sum(len(a.order_ids) for a in (*x.assignments, *x.postponed)) for x in (alone, together)]
    assert served[1] >= 0.95 * served[0]


def test_one_shop_with_more_orders_than_fit_is_cut_all_the_same() -> None:
    whole = market(5, 100, 30, shops=1)
    parts = split(whole, 30)
    check_whole(whole, parts)
    assert max(len(part.orders) for part in parts) <= 30
    assert all(sum(d.open for d in part.drivers) >= 3 for part in parts)


def test_who_holds_an_order_or_is_to_have_it_stays_with_it() -> None:
    whole = market(6, 120, 40, shops=30)
    held = replace(whole.orders[7], held_by="D3", hold_min=5.0)
    orders = (*whole.orders[:7], held, *whole.orders[8:])
    drivers = tuple(replace(d, open=True) for d in whole.drivers)
    whole = replace(whole, orders=orders, drivers=drivers, fixed=(Fixed("O50", "D9"),), planned=(("D9", ("O50",)),))
    for turn in range(6):
        parts = split(whole, 30, turn)
        for order_id, driver_id in (("O7", "D3"), ("O50", "D9")):
            part = next(p for p in parts if any(o.id == order_id for o in p.orders))
            assert any(d.id == driver_id for d in part.drivers)
        assert [p.fixed for p in parts if p.fixed] == [whole.fixed]
        assert [p.planned for p in parts if p.planned] == [whole.planned]


def test_a_merchants_own_drivers_are_with_its_orders_however_far_they_stand() -> None:
    whole = market(7, 80, 60, shops=8)
    shop = next(o.pickup for o in whole.orders if o.merchant_id == "M0")
    far = DriverView("own", Vehicle.BIKE, LatLon(shop.lat + 0.04, shop.lon), group="rosa")
    orders = tuple(replace(o, fleet="rosa", fleet_only=True) if o.merchant_id == "M0" else o for o in whole.orders)
    whole = replace(whole, orders=orders, drivers=(*whole.drivers, far))
    part = next(p for p in split(whole, 20) if any(d.id == "own" for d in p.drivers))
    assert any(o.fleet == "rosa" for o in part.orders)


def test_the_answers_of_all_clusters_are_one() -> None:
    travel, whole = load_travel(None, 1.35, 64), market(8, 60, 30, towns=2)
    parts = split(whole, 20)
    together = join([run_cycle(part, travel) for part in parts])
    assert isinstance(together, Parted)
    assert sorted(together.order_ids) == sorted(o.id for o in whole.orders)
    assert together.counts.orders == 60
    inside, outside = parts[0], parts[1]
    order = inside.orders[0].id
    assert together.why(order) == together.parts[0].why(order)
    assert together.why_not(order, outside.drivers[0].id) is Reason.NOT_NEAREST
    with pytest.raises(ValueError):
        together.why("gone")
    with pytest.raises(KeyError):
        together.why_not(order, "gone")


def test_clusters_without_a_driver_only_say_so() -> None:
    whole = market(9, 300, 0, shops=1)
    parts = split(whole, 100)
    together = join([run_cycle(part, load_travel(None, 1.35, 64)) for part in parts])
    assert len(together.unassigned) == 300
