"""Orders that go between the stops of a route under way."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.driver import StopKind
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.matching.cycle import run_cycle
from core.matching.eligibility import Reason
from core.matching.generators.alone import Alone
from core.matching.generators.into_route import IntoRoute
from core.matching.market import read_market
from core.matching.params import Params
from core.matching.snapshot import DriverView, OrderView, Snapshot, StopView
from core.routing.great_circle import GreatCircle
from tests.examples import examples

P, D = StopKind.PICKUP, StopKind.DROPOFF
INTO = (Alone(), IntoRoute())


def test_an_order_on_the_way_is_put_between_and_costs_only_what_it_adds(street):
    first = street.order("1", "shop", "far", due=60)
    driver = street.driver("D", stops=(StopView(P, first), StopView(D, first)))
    [chain] = street.run([street.order("2", "second", "near")], [driver], generators=INTO).assignments
    assert chain.route == (("pickup", "1"), ("pickup", "2"), ("dropoff", "2"), ("dropoff", "1"))
    assert chain.arrivals == (4 * 60.0, 6 * 60.0)
    assert chain.cost.of("pickup_leg") + chain.cost.of("dropoff_leg") == 0.0
    assert chain.cost.pdt_min == 0.0
    assert chain.chained
    assert chain.generator == "into_route"


def test_the_cost_is_the_change_of_the_whole_route(street):
    """A stop of five minutes on the way makes the first customer five minutes late."""
    first = street.order("1", "shop", "far", due=8)
    driver = street.driver("D", stops=(StopView(P, first), StopView(D, first)))
    second = street.order("2", "second", "near", pickup_stop_min=3.0, dropoff_stop_min=2.0)
    [chain] = street.run([second], [driver], generators=(IntoRoute(places=1),)).assignments
    assert chain.cost.of("dropoff_late") == 5.0
    assert chain.cost.of("pickup_stop") == 3.0
    assert chain.cost.of("dropoff_stop") == 2.0


def test_into_a_batch_at_the_same_merchant_the_visit_is_shared(street):
    first = street.order("1", "shop", "far", pickup_stop_min=4.0)
    driver = street.driver("D", stops=(StopView(P, first), StopView(D, first)))
    [chain] = street.run([street.order("2", "shop", "near", pickup_stop_min=4.0)], [driver], generators=INTO).assignments
    assert chain.cost.of("pickup_stop") == 0.0
    assert chain.cost.of("dropoff_leg") == 0.0


def test_nothing_is_put_before_the_stop_where_the_driver_stands(street):
    first = street.order("1", "second", "far")
    driver = street.driver("D", "second", stops=(StopView(P, first, 0.0), StopView(D, first)))
    market = read_market(street.snapshot([street.order("2", "shop", "near")], [driver]))
    proposed = list(IntoRoute(near_km=9, detour_km=9, places=9).propose(market))
    assert proposed
    assert all(b.into.before[0] > 0 for b in proposed)


def test_the_load_has_to_fit_at_every_stop(street):
    heavy = street.order("1", "shop", "near", weight_kg=8.0)
    driver = street.driver("D", stops=(StopView(P, heavy), StopView(D, heavy)), weight_kg=10.0)
    market = read_market(street.snapshot([street.order("2", "second", "far", weight_kg=3.0)], [driver]))
    proposed = IntoRoute(near_km=9, detour_km=9, places=9).propose(market)
    assert {b.into.before for b in proposed} == {(0, 0)}, "only before the heavy one is on board"


def test_who_may_not_be_chained_gets_nothing_in_between(street):
    first = street.order("1", "shop", "far")
    driver = street.driver("D", stops=(StopView(P, first), StopView(D, first)))
    found = street.run([street.order("2", "second", "near")], [driver], generators=INTO, chain_within_min=0.0)
    assert found.assignments == ()


def test_a_way_in_between_that_does_not_exist_is_not_taken(make_town):
    town = make_town({("base", "shop"): 2.0, ("shop", "far"): 2.0})
    first = town.order("1", "shop", "far")
    driver = town.driver("D", stops=(StopView(P, first), StopView(D, first)))
    assert town.run([town.order("2", "second", "near")], [driver], generators=INTO).assignments == ()


def test_others_are_not_made_useless_by_a_detour(street):
    first = street.order("1", "shop", "far", latest_at=8 * 60.0)
    driver = street.driver("D", stops=(StopView(P, first), StopView(D, first)))
    second = street.order("2", "second", "near", pickup_stop_min=1.0)
    found = street.run([second], [driver], generators=(IntoRoute(),))
    assert found.assignments == ()


def place(rng):
    return LatLon(50.0 + rng.uniform(0, 0.03), 8.0 + rng.uniform(0, 0.05))


@settings(max_examples=examples(30))
@given(st.integers(0, 10_000))
def test_a_change_is_what_the_two_routes_differ_by(seed):
    """Whatever is put in, wherever: the arrivals are those of the whole new route, ridden stop by stop."""
    rng = np.random.default_rng(seed)
    travel, params = GreatCircle(), Params(generators=(IntoRoute(near_km=9.0, detour_km=9.0),), commit_before_ready_min=500.0)
    had = [OrderView(f"had-{i}", f"m{i}", place(rng), place(rng), 0.0, rng.uniform(0, 900), 1800.0) for i in range(2)]
    stops = tuple(StopView(kind, o) for o in had for kind in (P, D))
    driver = DriverView("D", Vehicle.BIKE, place(rng), stops)
    new = OrderView("new", "m", place(rng), place(rng), 0.0, rng.uniform(0, 900), 1800.0)
    found = run_cycle(Snapshot(0.0, params, (new,), (driver,)), travel)
    assert found.assignments
    for plan in found.assignments:
        known = {o.id: o for o in (*had, new)}
        spots = [known[o].pickup if kind == "pickup" else known[o].dropoff for kind, o in plan.route]
        at, arrivals, late = 0.0, {}, 0.0
        for (a, b), (kind, o) in zip(pairwise([driver.place, *spots]), plan.route, strict=True):
            at += float(travel.pairs(np.array([a]), np.array([b]), Vehicle.BIKE)[0])
            arrivals[kind, o] = at
            at = (max(at, known[o].ready_at) if kind == "pickup" else at) + 120.0
            late += max(0.0, at - 1800.0) / 60.0 if kind == "dropoff" else 0.0
        assert plan.arrivals == pytest.approx([arrivals["pickup", "new"], arrivals["dropoff", "new"]])
        before = run_cycle(Snapshot(0.0, params, (), (driver,)), travel).etas
        old_late = sum(max(0.0, eta[1] + 120.0 - 1800.0) / 60.0 for eta in before.values())
        assert plan.cost.of("dropoff_late") == pytest.approx(late - old_late)
        assert plan.cost.of("pickup_stop") == pytest.approx(2.0)
        assert math.isfinite(plan.cost.total)


def test_the_reason_of_one_who_takes_it_in_between_is_none(street):
    first = street.order("1", "shop", "far", due=60)
    long = street.order("3", "second", "far", ready=30)
    driver = street.driver("D", stops=(StopView(P, first), StopView(D, first), StopView(P, long), StopView(D, long)))
    found = street.run([street.order("2", "second", "near")], [driver], generators=INTO, chain_within_min=5.0)
    assert found.why_not("2", "D") is Reason.NONE
