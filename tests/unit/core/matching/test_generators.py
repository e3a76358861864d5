from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.matching.generators as folder
from core.domain.driver import StopKind
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.engine.snapshots import params_from
from core.matching.cycle import run_cycle
from core.matching.generators import registry
from core.matching.generators.alone import Alone
from core.matching.generators.nearby_merchants import NearbyMerchants
from core.matching.generators.registry import GENERATORS, chosen
from core.matching.generators.same_merchant import SameMerchant
from core.matching.market import read_market
from core.matching.params import Params
from core.matching.snapshot import DriverView, OrderView, Snapshot
from core.routing.great_circle import GreatCircle
from core.settings import BY_KEY, Settings

P, D = StopKind.PICKUP, StopKind.DROPOFF
SHOP = LatLon(50.0, 8.0)


def order(order_id, north_km=1.0, east_km=0.0, ready_min=0.0, shop="shop", place=SHOP):
    door = LatLon(SHOP.lat + north_km / 111.2, SHOP.lon + east_km / 71.5)
    return OrderView(order_id, shop, place, door, 0.0, 60 * ready_min, 1e5)


def proposed(generator, *orders):
    market = read_market(Snapshot(0.0, Params(), orders))
    return [tuple((kind, market.orders.views[i].id) for kind, i in b.stops) for b in generator.propose(market)]


def together(generator, *orders):
    return sorted({tuple(sorted({o for _, o in stops})) for stops in proposed(generator, *orders)})


def test_alone_proposes_each_order_by_itself():
    assert proposed(Alone(), order("1"), order("2")) == [((P, "1"), (D, "1")), ((P, "2"), (D, "2"))]


def test_a_pair_is_proposed_with_either_door_first():
    assert proposed(SameMerchant(), order("1"), order("2", 1.2)) == [
        ((P, "1"), (P, "2"), (D, "1"), (D, "2")),
        ((P, "1"), (P, "2"), (D, "2"), (D, "1")),
    ]


def test_only_orders_of_one_merchant():
    assert together(SameMerchant(), order("1"), order("2", shop="other")) == []
    assert together(SameMerchant(), order("1"), order("2", place=LatLon(50.01, 8.0))) == []


def test_ready_times_have_to_align():
    assert together(SameMerchant(ready_gap_min=5), order("1"), order("2", ready_min=5)) == [("1", "2")]
    assert together(SameMerchant(ready_gap_min=5), order("1"), order("2", ready_min=5.1)) == []


def test_doors_have_to_lie_in_one_direction():
    assert together(SameMerchant(detour_km=0), order("1", 1.0), order("2", -1.0)) == []
    assert together(SameMerchant(detour_km=0), order("1", 1.0), order("2", 1.0, 0.9)) == [("1", "2")]


def test_an_order_has_so_many_partners_at_most_the_nearest():
    orders = [order("1", 1.0), order("2", 1.1), order("3", 1.3), order("4", 1.6)]
    assert together(SameMerchant(partners=1), *orders) == [("1", "2"), ("3", "4")]


def test_larger_sets_are_those_whose_orders_all_go_together():
    orders = [order("1", 1.0), order("2", 1.1), order("3", 1.3), order("4", 1.0, ready_min=30)]
    assert together(SameMerchant(most=3), *orders) == [("1", "2"), ("1", "2", "3"), ("1", "3"), ("2", "3")]
    assert together(SameMerchant(most=3, partners=1), *orders) == [("1", "2")]


def test_a_larger_set_goes_on_to_the_nearest_door_from_each_of_its_doors():
    """In a row north of the shop, ever farther apart: 1, 2, 3, 4."""
    orders = [order("1", 1.0), order("2", 1.1), order("3", 1.3), order("4", 1.6)]
    turns = {"".join(o for kind, o in stops if kind is D) for stops in proposed(SameMerchant(most=4), *orders)}
    assert {turn for turn in turns if len(turn) == 4} == {"1234", "2134", "3214", "4321"}


@given(
    st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.integers(0, 15), st.sampled_from("ab")), min_size=1, max_size=12),
    st.integers(1, 3),
)
def test_every_bundle_keeps_what_is_promised(facts, partners):
    generator = SameMerchant(partners=partners, most=2)
    orders = {f"{i:02}": order(f"{i:02}", n, e, r, s) for i, (n, e, r, s) in enumerate(facts)}
    found = proposed(generator, *orders.values())
    assert len(set(found)) == len(found)
    count = dict.fromkeys(orders, 0)
    for stops in found:
        ids = [o for _, o in stops]
        assert [kind for kind, _ in stops] == [P, P, D, D]
        assert sorted(ids[:2]) == sorted(ids[2:])
        one, two = (orders[i] for i in ids[:2])
        assert one.merchant_id == two.merchant_id
        assert abs(one.ready_at - two.ready_at) <= 60 * generator.ready_gap_min
        count[one.id] += 1
        count[two.id] += 1
    assert max(count.values()) <= 2 * partners


def test_a_generator_is_added_by_its_file_and_a_name_in_the_parameters(town):
    class Relay:
        """All orders of the market in one round, in their order."""

        name = "round"

        def propose(self, market):
            from core.matching.generators import Bundle

            n = range(len(market.orders))
            return [Bundle((*((P, i) for i in n), *((D, i) for i in n)), self.name)]

    town.unknown_min = 1.0
    orders = [town.order(i, shop, door) for i, shop, door in (("1", "s1", "d1"), ("2", "s2", "d2"), ("3", "s3", "d3"))]
    found = town.run(orders, [town.driver("D")], generators=(Alone(), Relay()))
    [one] = found.assignments
    assert one.generator == "round"
    assert one.order_ids == ("1", "2", "3")
    assert all(b - a == 60.0 for a, b in pairwise(one.arrivals))
    without = town.run(orders, [town.driver("D")], generators=(Alone(),))
    assert len(without.assignments) == 1
    assert len(without.unassigned) == 2


def test_a_set_is_left_out_where_one_would_be_late_even_with_a_driver_in_a_hurry():
    """Six kilometres there and on to the other door take nine minutes at 40 km/h, and the stops six."""
    orders = [replace(order(i, north), due_at=60.0 * due) for i, north, due in (("1", 6.0, 14.0), ("2", 6.2, 14.0))]
    assert together(SameMerchant(), *orders) == []
    assert together(SameMerchant(kmh=0.0), *orders) == [("1", "2")]
    assert together(SameMerchant(), *(replace(o, due_at=900.0 + 60.0) for o in orders)) == [("1", "2")]
    assert together(SameMerchant(), *(replace(o, due_at=60.0) for o in orders)) == [("1", "2")], "late alone as well"


def test_a_file_beside_the_others_is_a_generator_and_its_name_in_the_settings_switches_it_on(tmp_path, monkeypatch):
    (tmp_path / "backwards.py").write_text(
        "from core.domain.driver import StopKind\n"
        "from core.matching.generators import Bundle\n"
        "class Backwards:\n"
        "    name = 'backwards'\n"
        "    def propose(self, market):\n"
        "        n = range(len(market.orders))\n"
        "        stops = [*((StopKind.PICKUP, i) for i in n), *((StopKind.DROPOFF, i) for i in reversed(n))]\n"
        "        return [Bundle(tuple(stops), self.name)]\n"
    )
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(tmp_path)])
    monkeypatch.setattr(registry, "GENERATORS", registry.found())
    assert {g.name for g in registry.GENERATORS} - {g.name for g in GENERATORS} == {"backwards"}
    settings = Settings({"matching.generators": "alone, backwards"})
    params = params_from(settings)
    shop = (order("1", 1.0), order("2", 1.1))
    driver = DriverView("D", Vehicle.CAR, SHOP)
    told = run_cycle(Snapshot(0.0, params, shop, (driver,)), GreatCircle())
    assert [a.generator for a in told.assignments] == ["backwards"]
    settings.set("matching.generators", "alone")
    told = run_cycle(Snapshot(0.0, params_from(settings), shop, (driver,)), GreatCircle())
    assert [a.generator for a in told.assignments] == ["alone"]


@pytest.mark.parametrize("left_out", [g.name for g in GENERATORS])
def test_each_can_be_left_out(left_out):
    settings = Settings({"matching.generators": ", ".join(g.name for g in GENERATORS if g.name != left_out)})
    assert {g.name for g in params_from(settings).generators} == {g.name for g in GENERATORS} - {left_out}


def near(order_id, shop_east_km, north_km, ready_min=0.0, **more):
    shop = LatLon(SHOP.lat, SHOP.lon + shop_east_km / 71.5)
    return order(order_id, north_km, shop_east_km, ready_min, shop=f"shop {shop_east_km}", place=shop)


def test_merchants_nearby_are_visited_one_after_the_other_the_first_ready_first():
    stops = proposed(NearbyMerchants(), near("1", 0.0, 2.0, ready_min=3), near("2", 0.3, 2.0))
    assert stops
    assert all(route[:2] == ((P, "2"), (P, "1")) for route in stops)


def test_merchants_far_apart_doors_apart_or_windows_apart_are_not_combined():
    one = near("1", 0.0, 2.0)
    assert together(NearbyMerchants(apart_km=0.6), one, near("2", 0.7, 2.0)) == []
    assert together(NearbyMerchants(), one, near("2", 0.3, -2.0)) == []
    assert together(NearbyMerchants(ready_gap_min=6), one, near("2", 0.3, 2.0, ready_min=6.1)) == []
    assert together(NearbyMerchants(ready_gap_min=6), one, near("2", 0.3, 2.0, ready_min=5.9)) == [("1", "2")]


def test_of_many_neighbours_an_order_is_paired_with_the_best():
    orders = [near(str(i), 0.05 * i, 2.0 + 0.1 * i) for i in range(8)]
    pairs = together(NearbyMerchants(partners=2), *orders)
    assert pairs
    assert all(sum(str(i) in pair for pair in pairs) <= 2 for i in range(8))


def test_generators_are_chosen_by_name_in_the_order_given():
    assert [g.name for g in chosen(" into_route, alone,alone ")] == ["into_route", "alone"]
    assert chosen("") == ()
    with pytest.raises(BadInput, match=r"no bundle generator 'alnoe': choose among alone, into_route"):
        chosen("alnoe")


def test_every_generator_has_a_name_of_its_own():
    assert len({g.name for g in GENERATORS}) == len(GENERATORS)
    assert BY_KEY["matching.generators"].default == ", ".join(g.name for g in GENERATORS)
