from dataclasses import replace

import pytest

from core.domain.errors import BadInput
from core.domain.vehicle import Vehicle
from core.matching import eligibility as rules
from core.matching.eligibility import Reason, first_reason, judge, read_pairs
from core.matching.market import read_market
from core.matching.underway import follow


@pytest.fixture
def pairs_of(town):
    """Pairs of the given drivers and orders, with every order alone and what else ``bundles`` proposes."""

    def build(orders, drivers, generator="alone", **more):
        town.unknown_min = 3.0
        snapshot = town.snapshot(orders, drivers, **more)
        market = read_market(snapshot)
        bundles = [b for g in snapshot.params.generators if g.name == generator for b in g.propose(market)]
        return read_pairs(market, follow(market.now, market.drivers, snapshot.params, town), snapshot.params, bundles)

    return build


def test_nothing_excludes_an_able_driver(town, pairs_of):
    pairs = pairs_of([town.order("1")], [town.driver("D")])
    assert first_reason(pairs, 0, 0) is None


def test_a_driver_who_is_not_open(town, pairs_of):
    pairs = pairs_of([town.order("1")], [town.driver("D", open=False), town.driver("E")])
    assert rules.not_open(pairs)[:, 0].tolist() == [True, False]
    assert first_reason(pairs, 0, 0) is Reason.CLOSED


def test_a_vehicle_the_order_does_not_admit(town, pairs_of):
    order = town.order("1", vehicles=frozenset({Vehicle.CAR, Vehicle.BIKE}))
    drivers = [town.driver(v.value, vehicle=v) for v in sorted(Vehicle)]
    excluded = rules.vehicle_not_admitted(pairs_of([order], drivers))[:, 0]
    assert dict(zip([d.vehicle for d in drivers], excluded.tolist(), strict=True)) == {
        Vehicle.BIKE: False,
        Vehicle.CAR: False,
        Vehicle.SCOOTER: True,
        Vehicle.WALK: True,
    }


def test_a_bundle_admits_only_what_all_its_orders_do(town, pairs_of):
    orders = [
        town.order("1", dropoff="a", vehicles=frozenset({Vehicle.CAR, Vehicle.BIKE})),
        town.order("2", dropoff="b", vehicles=frozenset({Vehicle.BIKE, Vehicle.WALK})),
    ]
    drivers = [town.driver("a", vehicle=Vehicle.CAR), town.driver("b", vehicle=Vehicle.BIKE)]
    pairs = pairs_of(orders, drivers, generator="same_merchant")
    assert rules.vehicle_not_admitted(pairs).tolist() == [[True, True], [False, False]]


@pytest.mark.parametrize(("weight", "excluded"), [(25.0, False), (25.1, True)])
def test_weight_against_the_vehicle_s_limit(town, pairs_of, weight, excluded):
    pairs = pairs_of([town.order("1", weight_kg=weight)], [town.driver("D")])
    assert rules.too_heavy(pairs).tolist() == [[excluded]]


def test_a_driver_s_own_limit_comes_before_the_vehicle_s(town, pairs_of):
    orders = [town.order("1", weight_kg=4.0, volume_l=50.0)]
    pairs = pairs_of(orders, [town.driver("D", weight_kg=3.0), town.driver("E", volume_l=40.0)])
    assert judge(pairs)[:, 0].tolist() == [Reason.WEIGHT, Reason.VOLUME]


def test_loads_of_a_bundle_add_up(town, pairs_of):
    orders = [town.order(i, dropoff=i, weight_kg=13.0, volume_l=50.0) for i in "12"]
    pairs = pairs_of(orders, [town.driver("D")], generator="same_merchant")
    assert pairs.bundle_weight.tolist() == [26.0, 26.0]
    assert rules.too_heavy(pairs).all()
    assert rules.too_bulky(pairs).all()


def test_who_turned_it_down_is_not_asked_again(town, pairs_of):
    orders = [town.order("1", declined_by=frozenset({"D", "someone gone"})), town.order("2")]
    pairs = pairs_of(orders, [town.driver("D"), town.driver("E")])
    assert rules.declined_recently(pairs).tolist() == [[True, False], [False, False]]


def test_too_far_as_the_crow_flies(town, pairs_of):
    far = town.driver("D")
    far = replace(far, place=type(far.place)(far.place.lat + 0.05, far.place.lon))  # 5.6 km
    orders = [town.order("1")]
    assert not rules.too_far(pairs_of(orders, [far], max_pickup_km=6.0))[0, 0]
    town.names[far.place] = "far"
    assert rules.too_far(pairs_of(orders, [far], max_pickup_km=5.0))[0, 0]


@pytest.mark.parametrize(("within", "excluded"), [(0.0, True), (2.9, True), (3.0, False)])
def test_a_route_under_way_that_ends_too_late(town, pairs_of, within, excluded):
    drivers = [town.driver("D", stops=town.carrying(town.order("0"))), town.driver("E")]
    pairs = pairs_of([town.order("1")], drivers, chain_within_min=within)
    assert rules.busy_too_long(pairs)[:, 0].tolist() == [excluded, False]


def test_a_shift_that_is_over_by_the_time_the_driver_is_free(town, pairs_of):
    busy = town.carrying(town.order("0"))
    drivers = [town.driver("D", shift_end=180.0, stops=busy), town.driver("E", shift_end=181.0, stops=busy)]
    assert rules.shift_over(pairs_of([town.order("1")], drivers))[:, 0].tolist() == [True, False]


def test_a_fixed_order_is_for_its_driver_alone_whatever_else_is_soft(town, pairs_of):
    order = town.order("1", declined_by=frozenset({"D"}))
    drivers = [town.driver("D", open=False), town.driver("E")]
    pairs = pairs_of([order], drivers, fixed={"1": "D"}, max_pickup_km=0.0)
    assert judge(pairs)[:, 0].tolist() == [Reason.NONE, Reason.FIXED_ELSEWHERE]


def test_what_can_t_be_carried_is_not_carried_for_being_fixed(town, pairs_of):
    pairs = pairs_of([town.order("1", weight_kg=99.0)], [town.driver("D")], fixed={"1": "D"})
    assert first_reason(pairs, 0, 0) is Reason.WEIGHT


def test_orders_fixed_to_different_drivers_go_to_nobody_together(town, pairs_of):
    orders = [town.order(i, dropoff=i) for i in "12"]
    drivers = [town.driver("D"), town.driver("E")]
    pairs = pairs_of(orders, drivers, generator="same_merchant", fixed={"1": "D", "2": "E"})
    assert (judge(pairs) == Reason.FIXED_ELSEWHERE).all()


def test_the_first_rule_that_excludes_a_pair_is_kept(town, pairs_of):
    pairs = pairs_of([town.order("1", weight_kg=99.0)], [town.driver("D", open=False)])
    assert judge(pairs).tolist() == [[Reason.CLOSED]]
    assert judge(pairs, tuple(reversed(rules.RULES))).tolist() == [[Reason.WEIGHT]]


def test_every_reason_has_words():
    assert all(reason.text for reason in Reason)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"fixed": {"1": "nobody"}}, "driver nobody is not in the snapshot"),
        ({"fixed": {"9": "D"}}, "order 9 is not in the snapshot"),
    ],
)
def test_a_fixed_decision_about_a_stranger_is_refused(town, pairs_of, more, line):
    with pytest.raises(BadInput, match=line):
        pairs_of([town.order("1")], [town.driver("D")], **more)


def test_an_id_that_occurs_twice_is_refused(town, pairs_of):
    with pytest.raises(BadInput, match="order 1 is in the snapshot twice"):
        pairs_of([town.order("1"), town.order("1")], [])
