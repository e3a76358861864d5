"""Rules of areas, goods and merchants' own drivers; each excluded pair keeps its reason."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from core.domain.geo import LatLon
from core.domain.merchant import Area
from core.domain.vehicle import Vehicle
from core.matching.cycle import run_cycle
from core.matching.eligibility import Reason
from core.matching.params import Weights
from core.matching.snapshot import Fleet


def given(decisions) -> dict[str, str]:
    found = {}
    for assignment in (*decisions.assignments, *decisions.postponed):
        found.update(dict.fromkeys(assignment.order_ids, assignment.driver_id))
    return found


def square(place: LatLon, admits: Vehicle) -> Area:
    d = 0.0001
    lat, lon = place
    ring = tuple(LatLon(lat + a * d, lon + b * d) for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1)))
    return Area("A", "Old town", ((ring,),), vehicles=frozenset({admits}))


@pytest.fixture
def lane(town):
    town.minutes = {("base", "shop"): 2, ("shop", "door"): 3, ("near", "shop"): 1, ("far", "shop"): 9}
    return town


@pytest.mark.parametrize("end", ["shop", "door"])
def test_an_area_admits_its_vehicles_alone_at_either_end(lane, end):
    snapshot = lane.snapshot([lane.order("O")], [lane.driver("D", vehicle=Vehicle.CAR), lane.driver("B", vehicle=Vehicle.BIKE)])
    found = run_cycle(replace(snapshot, areas=(square(lane.place(end), Vehicle.BIKE),)), lane)
    assert given(found) == {"O": "B"}
    assert found.why_not("O", "D") is Reason.RESTRICTED_AREA
    elsewhere = run_cycle(replace(snapshot, areas=(square(LatLon(51.0, 8.0), Vehicle.BIKE),)), lane)
    assert elsewhere.why_not("O", "D") is Reason.NONE


def test_no_travel_time_is_asked_for_what_a_rule_excludes(lane):
    snapshot = lane.snapshot([lane.order("O", cold_box=True)], [lane.driver("D")])
    found = run_cycle(snapshot, lane)
    assert lane.calls == []
    assert found.why_not("O", "D") is Reason.COLD_BOX


def test_goods_that_need_a_cold_box_go_with_who_has_one(lane):
    drivers = [lane.driver("near", "near"), lane.driver("boxed", "far", cold_box=True)]
    assert given(lane.run([lane.order("O", cold_box=True)], drivers)) == {"O": "boxed"}
    assert given(lane.run([lane.order("O")], drivers)) == {"O": "near"}


def with_fleet(town, orders, drivers, share_km=-1.0, **more):
    fleet = Fleet("ours", ("shop",), (town.place("shop"),), share_km)
    return run_cycle(replace(town.snapshot(orders, drivers, **more), fleets=(fleet,)), town)


def test_only_its_own_drivers(lane):
    drivers = [lane.driver("A", "near"), lane.driver("B", "far", group="ours")]
    found = with_fleet(lane, [lane.order("O", fleet="ours", fleet_only=True)], drivers)
    assert given(found) == {"O": "B"}
    assert found.why_not("O", "A") is Reason.OWN_DRIVERS_ONLY
    nobody = with_fleet(lane, [lane.order("O", fleet="ours", fleet_only=True)], drivers[:1])
    assert given(nobody) == {}
    assert nobody.unassigned[0].reasons == ((Reason.OWN_DRIVERS_ONLY, 1),)


def test_own_drivers_come_first_whatever_the_minutes_and_others_where_there_are_none(lane):
    drivers = [lane.driver("A", "near"), lane.driver("B", "far", group="ours")]
    orders = [lane.order("O", fleet="ours")]
    found = with_fleet(lane, orders, drivers)
    assert given(found) == {"O": "B"}
    other = next(c for c in found.candidates["O"] if c.driver_id == "A")
    assert (other.cost.of("own_first"), other.cost.medium) == (1.0, 1.0)
    assert other.cost.total < found.assignments[0].cost.total
    assert given(with_fleet(lane, orders, drivers[:1])) == {"O": "A"}
    two = [lane.order("O", fleet="ours"), lane.order("P", fleet="ours", ready=30)]
    assert set(given(with_fleet(lane, two, drivers, chain_within_min=0.0, generators=lane.params.generators[:1]))) == {"O", "P"}


def test_own_drivers_bring_nothing_else_unless_they_are_shared_with_shops_nearby(lane):
    lane.minutes |= {("base", "next"): 2, ("next", "door"): 3}
    lane.place("shop")
    orders = [lane.order("O", "next")]
    drivers = [lane.driver("B", group="ours")]
    apart = with_fleet(lane, orders, drivers)
    assert given(apart) == {}
    assert apart.why_not("O", "B") is Reason.OTHER_FLEET
    assert given(with_fleet(lane, orders, drivers, share_km=5.0)) == {"O": "B"}
    assert given(with_fleet(lane, orders, drivers, share_km=0.001)) == {}


def test_food_that_would_be_too_long_on_the_way_is_not_batched(town):
    town.minutes = {("base", "shop"): 0, ("shop", "a"): 10, ("a", "b"): 10, ("shop", "b"): 12, ("b", "a"): 10}
    orders = [town.order("A", dropoff="a", door_min=15.0), town.order("B", dropoff="b", door_min=15.0)]
    drivers = [town.driver("D"), town.driver("E")]
    dear = {"weights": Weights(dropoff_leg=5.0), "chain_within_min": 0.0}
    assert len(town.run(orders, drivers, **dear).assignments) == 2
    warm = [replace(order, door_min=math.inf) for order in orders]
    assert len(town.run(warm, drivers, **dear).assignments) == 1


def test_an_order_that_is_cold_already_is_brought_all_the_same(lane):
    late = lane.order("O", placed=-60, ready=-50, door_min=20.0)
    assert given(lane.run([late], [lane.driver("D")])) == {"O": "D"}
    drivers = [lane.driver("D", "near"), lane.driver("E", "far")]
    found = lane.run([lane.order("P", door_min=5.0)], drivers)
    assert given(found) == {"P": "D"}
    assert found.why_not("P", "E") is Reason.COLD


def test_an_order_changes_hands_only_for_more_than_its_margin(lane):
    lane.minutes[("middle", "shop")] = 3
    held = lane.order("O", held_by="far", hold_min=3.0)
    assert given(lane.run([held], [lane.driver("far", "far"), lane.driver("near", "near")])) == {"O": "near"}
    closer = lane.run([held], [lane.driver("far", "middle"), lane.driver("near", "base")])
    assert given(closer) == {"O": "far"}
    rival = next(c for c in closer.candidates["O"] if c.driver_id == "near")
    assert rival.cost.of("swap") == 3.0


def test_who_has_an_order_is_never_cut_off_from_it_nor_left_without(lane):
    held = lane.order("O", held_by="far", hold_min=3.0)
    waiting = lane.order("P")
    found = lane.run([held, waiting], [lane.driver("far", "far")], nearest_drivers=1, generators=lane.params.generators[:1])
    assert given(found) == {"O": "far"}


@pytest.mark.parametrize(("weights", "driver"), [({}, "near"), ({"rating": 20.0}, "far"), ({"fairness": 10.0}, "far")])
def test_ratings_and_fair_shares_count_as_far_as_they_are_weighed(lane, weights, driver):
    drivers = [lane.driver("near", "near", rating=4.0, done=6), lane.driver("far", "far", rating=5.0, done=0)]
    assert given(lane.run([lane.order("O")], drivers, weights=Weights(**weights))) == {"O": driver}


def test_every_term_and_goal_is_in_the_explained_cost(lane):
    weights = Weights(rating=2.0, cold=0.5, fairness=1.0)
    drivers = [lane.driver("D", rating=4.0, done=3, earned=0.5), lane.driver("E", "far", rating=4.5)]
    found = lane.run([lane.order("O", door_min=60.0)], drivers, weights=weights, spread_pay_min=2.0)
    parts = {part.name: part for part in found.assignments[0].cost.parts}
    assert (parts["rating"].minutes, parts["rating"].cost) == (1.0, 2.0)
    assert parts["fairness"].cost == 1.5
    assert (parts["cold"].minutes, parts["cold"].cost) == (5.0, 2.5)
    assert parts["spread_pay"].cost == 1.0
    assert found.assignments[0].cost.total == pytest.approx(sum(part.cost for part in parts.values()))
