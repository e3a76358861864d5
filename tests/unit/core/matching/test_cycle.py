import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.driver import StopKind
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.matching.cycle import problem_of, run_cycle
from core.matching.eligibility import Reason
from core.matching.generators.alone import Alone
from core.matching.params import Params, Weights
from core.matching.pruning import great_circle_km
from core.matching.snapshot import DriverView, OrderView, Snapshot, StopView
from tests.examples import examples

SPEED_M_S = {Vehicle.WALK: 1.4, Vehicle.BIKE: 4.0, Vehicle.SCOOTER: 8.0, Vehicle.CAR: 7.0}


class Crow:
    """`TravelTimes` as the crow flies."""

    def matrix(self, origins, destinations, vehicle):
        return 1000 * great_circle_km(origins, destinations) / SPEED_M_S[vehicle]

    def pairs(self, origins, destinations, vehicle):
        return np.diagonal(self.matrix(origins, destinations, vehicle)).copy()


def market(seed, orders, drivers, merchants=5, now=10_000.0, **params):
    rng = np.random.default_rng(seed)

    def spot():
        return LatLon(50.0 + rng.normal() * 0.01, 8.0 + rng.normal() * 0.015)

    shops = [spot() for _ in range(merchants)]

    def order(order_id):
        shop = int(rng.integers(merchants))
        placed = now - float(rng.uniform(0, 900))
        return OrderView(
            order_id,
            f"M{shop}",
            shops[shop],
            spot(),
            placed,
            placed + float(rng.uniform(300, 1500)),
            placed + 2400,
            weight_kg=float(rng.uniform(0.5, 15)),
            vehicles=frozenset() if rng.random() < 0.8 else frozenset({Vehicle.CAR, Vehicle.SCOOTER}),
            declined_by=frozenset({f"D{int(rng.integers(drivers))}"}) if rng.random() < 0.2 else frozenset(),
        )

    def stops(driver):
        if rng.random() < 0.6:
            return ()
        mine = order(f"under way {driver}")
        both = (StopView(StopKind.PICKUP, mine), StopView(StopKind.DROPOFF, mine))
        return both if rng.random() < 0.5 else both[1:]

    vehicles = list(Vehicle)
    fleet = tuple(
        DriverView(
            f"D{i}",
            vehicles[int(rng.integers(4))],
            spot(),
            stops(i),
            open=bool(rng.random() < 0.9),
            shift_end=None if rng.random() < 0.7 else now + float(rng.uniform(0, 3600)),
        )
        for i in range(drivers)
    )
    return Snapshot(now, Params(**params), tuple(order(f"O{i}") for i in range(orders)), fleet, seed=seed)


def as_bytes(decisions):
    return pickle.dumps(replace(decisions, seconds={}))


def planned(decisions):
    return (*decisions.assignments, *decisions.postponed)


@settings(max_examples=examples(25))
@given(st.integers(0, 10_000), st.integers(0, 12), st.integers(1, 10))
def test_what_any_market_gets(seed, orders, drivers):
    snapshot = market(seed, orders, drivers, commit_before_ready_min=3.0, chain_within_min=15.0)
    found = run_cycle(snapshot, Crow())
    plans = planned(found)
    given_out = [o for a in plans for o in a.order_ids]
    assert len({a.driver_id for a in plans}) == len(plans)
    assert sorted([*given_out, *(u.order_id for u in found.unassigned)]) == sorted(o.id for o in snapshot.orders)
    fleet, by_id = {d.id: d for d in snapshot.drivers}, {o.id: o for o in snapshot.orders}
    for plan in plans:
        driver, mine = fleet[plan.driver_id], [by_id[o] for o in plan.order_ids]
        assert driver.open
        assert sum(o.weight_kg for o in mine) <= driver.weight_limit_kg
        assert sum(o.volume_l for o in mine) <= driver.volume_limit_l
        assert all(not o.vehicles or driver.vehicle in o.vehicles for o in mine)
        assert all(driver.id not in o.declined_by for o in mine)
        assert driver.shift_end is None or plan.arrivals[-1] + 120 <= driver.shift_end + 1e-6
        assert list(plan.arrivals) == sorted(plan.arrivals)
        assert plan.chained == bool(driver.stops)
        assert plan.cost.total == pytest.approx(sum(p.cost for p in plan.cost.parts))
        assert all(found.why_not(o, driver.id) is Reason.NONE for o in plan.order_ids)
        for o in plan.order_ids:
            chosen = [c for c in found.candidates[o] if c.chosen]
            assert [c.driver_id for c in chosen] == [driver.id]
            assert found.etas[o] == (chosen[0].pickup_at, chosen[0].dropoff_at)
    assert all(a.commit_at == snapshot.now for a in found.assignments)
    assert all(a.commit_at > snapshot.now for a in found.postponed)


@settings(max_examples=examples(10))
@given(st.integers(0, 10_000))
def test_the_same_snapshot_gives_the_same_decisions_byte_for_byte(seed):
    snapshot = market(seed, 10, 8, merchants=3)
    first = as_bytes(run_cycle(snapshot, Crow()))
    assert as_bytes(run_cycle(snapshot, Crow())) == first
    assert as_bytes(run_cycle(pickle.loads(pickle.dumps(snapshot)), Crow())) == first


def test_the_order_of_the_snapshot_does_not_matter():
    snapshot = market(4, 12, 9, merchants=3)
    turned = replace(snapshot, orders=snapshot.orders[::-1], drivers=snapshot.drivers[::-1])
    assert as_bytes(run_cycle(turned, Crow())) == as_bytes(run_cycle(snapshot, Crow()))


def test_an_empty_market(town):
    assert town.run([], []).assignments == ()
    assert town.run([], [town.driver("D")]).unassigned == ()
    [lonely] = town.run([town.order("1")], []).unassigned
    assert lonely.summary == "there are no drivers"
    assert town.calls == []


def test_travel_times_are_asked_in_bulk(town):
    town.unknown_min = 4.0
    orders = [town.order(f"{i}", f"shop {i}", f"door {i}") for i in range(9)]
    town.run(orders, [town.driver(f"D{i}", at=f"base {i}", vehicle=Vehicle.BIKE) for i in range(7)])
    assert town.calls == ["matrix", "pairs"]


def test_only_the_nearest_are_priced_and_the_others_know_why(town):
    town.unknown_min = 4.0
    town.place("shop")
    drivers = [town.driver(f"D{i}", at=f"base {i}") for i in range(5)]
    found = town.run([town.order("1")], drivers, nearest_drivers=2)
    assert found.counts.eligible == 5
    assert found.counts.priced == 2
    assert found.excluded("1") == tuple((f"D{i}", Reason.NOT_NEAREST) for i in (2, 3, 4))


def test_free_drivers_are_priced_however_many_busy_ones_are_nearer(town):
    town.unknown_min = 4.0
    town.place("shop")
    busy = [town.driver(f"B{i}", "shop", stops=town.carrying(town.order(f"old {i}", dropoff="next door"))) for i in range(3)]
    free = [town.driver(f"F{i}", f"base {i}") for i in range(3)]
    found = town.run([town.order("1")], [*busy, *free], nearest_drivers=3, nearest_free=2, generators=(Alone(),))
    assert found.counts.priced == 5
    assert found.excluded("1") == (("F2", Reason.NOT_NEAREST),)
    assert found.assignments[0].driver_id == "F0"


def test_an_order_nobody_can_reach_says_so(town):
    [none] = town.run([town.order("1")], [town.driver("D"), town.driver("E")]).unassigned
    assert none.reasons == ((Reason.NO_WAY, 2),)
    assert none.summary == "no driver: 2 no way there"


@pytest.mark.parametrize(("shift_min", "taken"), [(12.0, True), (11.9, False)])
def test_the_order_is_finished_before_the_shift_ends(town, shift_min, taken):
    town.minutes = {("base", "shop"): 4.0, ("shop", "door"): 6.0}
    order = town.order("1", dropoff_stop_min=2.0)
    found = town.run([order], [town.driver("D", shift_end=60 * shift_min)])
    assert bool(found.assignments) is taken
    assert found.why_not("1", "D") is (Reason.NONE if taken else Reason.SHIFT_END)


def test_more_orders_than_drivers_serves_as_many_as_it_can_and_says_why_the_rest_wait(town):
    town.unknown_min = 4.0
    orders = [town.order(f"{i}", f"shop {i}", f"door {i}") for i in range(3)]
    found = town.run(orders, [town.driver("D", at="here"), town.driver("E", at="there")])
    assert len(found.assignments) == 2
    [left] = found.unassigned
    assert left.summary == "the 2 drivers who could take it have another order"


def test_of_two_orders_the_older_one_goes_first_where_there_is_one_driver(town):
    town.unknown_min = 4.0
    old, new = town.order("old", "shop 1", "door 1", placed=-15), town.order("new", "shop 2", "door 2", placed=-5)
    [taken] = town.run([old, new], [town.driver("D")]).assignments
    assert taken.order_ids == ("old",)


def test_an_order_is_not_passed_over_for_being_late_already(town):
    town.unknown_min = 4.0
    late = town.order("late", "shop 1", "door 1", placed=-100, ready=-90, due=-60)
    fresh = town.order("fresh", "shop 2", "door 2")
    [taken] = town.run([late, fresh], [town.driver("D")]).assignments
    assert taken.order_ids == ("late",)


def test_an_order_that_has_to_go_now_comes_before_one_that_can_wait(town):
    town.minutes = {("base", "soon"): 9.0, ("base", "later"): 1.0, ("soon", "door 1"): 9.0, ("later", "door 2"): 1.0}
    orders = [
        town.order("soon", "soon", "door 1", ready=5),
        town.order("later", "later", "door 2", ready=60, placed=-100),
    ]
    found = town.run(orders, [town.driver("D")], commit_before_ready_min=2.0)
    assert [a.order_ids for a in found.assignments] == [("soon",)]


class TestPostponing:
    """Ready in 20 minutes, 5 minutes away: a driver sets off at minute 15."""

    @pytest.fixture
    def found(self, town):
        town.minutes = {("base", "shop"): 5.0, ("shop", "door"): 6.0}

        def run(now, commit):
            return town.run([town.order("1", ready=20)], [town.driver("D")], now=now, commit_before_ready_min=commit)

        return run

    def test_planned_but_not_offered_before_it_has_to_be(self, found):
        decisions = found(now=10, commit=3.0)
        assert decisions.assignments == ()
        [plan] = decisions.postponed
        assert plan.commit_at == 12 * 60.0
        assert decisions.etas == {"1": (17 * 60.0, 26 * 60.0)}

    def test_offered_when_the_time_has_come(self, found):
        [offer] = found(now=12, commit=3.0).assignments
        assert offer.arrivals == (17 * 60.0, 26 * 60.0)
        assert offer.cost.of("pickup_early") == 3.0

    def test_only_the_wait_after_the_offer_is_the_order_s(self, found):
        assert found(now=0, commit=3.0).postponed[0].cost.of("pickup_early") == 3.0
        assert found(now=0, commit=30.0).assignments[0].cost.of("pickup_early") == 15.0

    def test_in_time_to_arrive_when_it_is_ready(self, found):
        [offer] = found(now=15, commit=0.0).assignments
        assert offer.arrivals[0] == 20 * 60.0


class TestChaining:
    @pytest.fixture
    def chain(self, town):
        town.minutes = {
            ("base", "door 0"): 4.0,
            ("door 0", "shop"): 1.0,
            ("shop", "door"): 6.0,
            ("base", "shop"): 5.0,
            ("far", "shop"): 9.0,
        }
        town.busy = town.driver("B", stops=town.carrying(town.order("0", "shop 0", "door 0")))
        return town

    def test_a_driver_who_is_nearly_done_goes_on_from_there(self, chain):
        [plan] = chain.run([chain.order("1")], [chain.busy, chain.driver("F", "far")]).assignments
        assert plan.driver_id == "B"
        assert plan.chained
        assert plan.stops == (("pickup", "1"), ("dropoff", "1"))
        assert plan.route == (("dropoff", "0"), ("pickup", "1"), ("dropoff", "1"))
        assert plan.arrivals == (5 * 60.0, 11 * 60.0)
        assert plan.cost.of("pickup_leg") == 1.0

    def test_not_if_the_route_ends_too_late(self, chain):
        [plan] = chain.run([chain.order("1")], [chain.busy, chain.driver("F", "far")], chain_within_min=3.9).assignments
        assert plan.driver_id == "F"
        assert not plan.chained

    @pytest.mark.parametrize("free_id", ["A", "Z"])
    def test_at_equal_cost_a_free_driver_comes_first(self, chain, free_id):
        legs_alone = Weights(1, 1, 1, 1, 0, 0, 0, 0)
        chain.minutes["base", "shop"] = 1.0
        drivers = [chain.busy, chain.driver(free_id, "base")]
        [plan] = chain.run([chain.order("1")], drivers, weights=legs_alone).assignments
        assert plan.driver_id == free_id

    def test_the_etas_of_the_route_under_way_are_told_with_those_proposed(self, chain):
        found = chain.run([chain.order("1")], [chain.busy])
        assert found.etas == {"0": (None, 240.0), "1": (300.0, 660.0)}


class TestFixed:
    @pytest.fixture
    def pair(self, town):
        town.minutes = {("near", "shop"): 1.0, ("far", "shop"): 9.0, ("shop", "door"): 5.0, ("shop", "door 2"): 5.0}
        return town, [town.driver("F", "far"), town.driver("N", "near")]

    def test_the_dispatcher_s_choice_binds(self, pair):
        town, drivers = pair
        [plan] = town.run([town.order("1")], drivers, fixed={"1": "F"}).assignments
        assert plan.driver_id == "F"

    def test_it_is_offered_at_once_and_whatever_the_rank(self, pair):
        town, drivers = pair
        order = town.order("1", ready=60)
        found = town.run([order], drivers, fixed={"1": "F"}, commit_before_ready_min=1.0, nearest_drivers=1)
        assert [a.driver_id for a in found.assignments] == ["F"]
        assert found.assignments[0].arrivals[0] == 9 * 60.0

    def test_what_can_t_be_is_refused_with_its_reason(self, pair):
        town, drivers = pair
        found = town.run([town.order("1", weight_kg=90.0)], drivers, fixed={"1": "F"})
        assert [u.summary for u in found.unassigned] == ["the dispatcher chose F: too heavy for the vehicle"]


class TestWhy:
    @pytest.fixture
    def found(self, town):
        town.minutes = {(f"base {i}", "shop"): float(2 + i) for i in range(9)} | {("shop", "door"): 5.0}
        drivers = [town.driver(f"D{i}", f"base {i}") for i in range(9)] + [town.driver("X", open=False)]
        return town.run([town.order("1")], drivers, nearest_drivers=30)

    def test_the_best_six_with_their_cost_taken_apart(self, found):
        best = found.candidates["1"]
        assert [c.driver_id for c in best] == [f"D{i}" for i in range(6)]
        assert [c.chosen for c in best] == [True] + [False] * 5
        assert [c.cost.of("pickup_leg") for c in best] == [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
        assert best[0].cost == found.assignments[0].cost

    def test_the_rule_that_excluded_each_of_the_others(self, found):
        assert found.excluded("1") == (("X", Reason.CLOSED),)
        assert found.why_not("1", "D3") is Reason.NONE

    def test_a_stranger_is_named(self, found):
        with pytest.raises(KeyError, match="nobody"):
            found.why_not("1", "nobody")

    def test_the_chosen_driver_is_shown_even_where_many_others_would_cost_less(self, town):
        town.minutes = {(f"base {i}", f"shop {j}"): 1.0 + i for i in range(4) for j in range(4)}
        town.minutes |= {(f"shop {j}", f"door {j}"): 1.0 for j in range(4)}
        drivers = [town.driver(f"D{i}", f"base {i}") for i in range(4)]
        found = town.run([town.order(f"{j}", f"shop {j}", f"door {j}") for j in range(4)], drivers, explain_best=2)
        assert len(found.candidates) == 4
        for options in found.candidates.values():
            assert len(options) == 2
            assert sum(c.chosen for c in options) == 1


def test_counts_and_seconds_are_told():
    found = run_cycle(market(1, 10, 8), Crow())
    counts = found.counts
    assert (counts.orders, counts.drivers) == (10, 8)
    assert counts.considered == counts.drivers * counts.bundles
    assert counts.considered >= counts.eligible >= counts.priced >= counts.columns > 0
    assert set(found.seconds) == {"snapshot", "generate", "prune", "estimate", "price", "solve", "publish"}


def test_bundles_serve_more_with_few_drivers():
    snapshot = market(2, 14, 4, merchants=2, chain_within_min=0.0)
    alone = replace(snapshot, params=replace(snapshot.params, generators=(Alone(),)))
    with_bundles, without = run_cycle(snapshot, Crow()), run_cycle(alone, Crow())
    assert len(with_bundles.unassigned) < len(without.unassigned)
    assert with_bundles.gap == without.gap == 0.0


@pytest.mark.parametrize(
    ("build", "line"),
    [
        (lambda: Params(nearest_drivers=0), "number of nearest drivers"),
        (lambda: Params(max_pickup_km=-1.0), "max_pickup_km"),
        (lambda: Params(chain_within_min=float("nan")), "chain_within_min"),
        (lambda: Weights(dropoff_late=-0.1), "weight dropoff_late"),
    ],
)
def test_parameters_out_of_range_are_refused(build, line):
    with pytest.raises(BadInput, match=line):
        build()


def test_the_plan_before_is_where_a_search_may_start():
    snapshot = market(1, 10, 8, commit_before_ready_min=0.0)
    plan = tuple((a.driver_id, a.order_ids) for a in planned(run_cycle(snapshot, Crow())))
    gone = ("D-gone", ("O-gone",))
    problem = problem_of(replace(snapshot, planned=(*plan, gone)), Crow())
    start = np.flatnonzero(problem.planned)
    assert len(start) == len(plan)
    assert len(set(problem.driver[start].tolist())) == len(plan)
    assert run_cycle(replace(snapshot, planned=plan), Crow()) == run_cycle(snapshot, Crow())
