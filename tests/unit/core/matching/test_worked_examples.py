"""The published examples, through the whole matcher."""

import pytest

from core.domain.driver import StopKind
from core.domain.vehicle import Vehicle
from core.matching.params import Weights
from core.matching.snapshot import StopView

# Postmates, figures 6, 7 and 9. Legs and stops are of our choosing so that they add up to the published 55 and 35.
BATCH_MINUTES = {
    ("base 1", "shop"): 7.0,
    ("base 2", "shop"): 7.0,
    ("shop", "door 1"): 10.0,
    ("shop", "door 2"): 15.0,
    ("door 1", "door 2"): 7.0,
    ("door 2", "door 1"): 7.0,
}


@pytest.fixture
def batch_town(make_town):
    town = make_town(BATCH_MINUTES)
    town.stops = {"pickup_stop_min": 5.0, "dropoff_stop_min": 3.0}
    town.two = [town.order("1", "shop", "door 1", ready=7), town.order("2", "shop", "door 2", ready=7)]
    return town


def test_postmates_two_solo_deliveries_take_55_minutes(batch_town):
    alone = tuple(g for g in batch_town.params.generators if g.name == "alone")
    drivers = [batch_town.driver("D1", "base 1"), batch_town.driver("D2", "base 2")]
    found = batch_town.run(batch_town.two, drivers, generators=alone, **batch_town.stops)
    assert sum(a.cost.total for a in found.assignments) == 55.0
    assert sum(a.cost.pdt_min for a in found.assignments) / 2 == 27.5


def test_postmates_the_batch_takes_35_minutes_and_is_chosen(batch_town):
    drivers = [batch_town.driver("D1", "base 1"), batch_town.driver("D2", "base 2")]
    found = batch_town.run(batch_town.two, drivers, **batch_town.stops)
    [batch] = found.assignments
    assert batch.order_ids == ("1", "2")
    assert batch.stops == (("pickup", "1"), ("pickup", "2"), ("dropoff", "1"), ("dropoff", "2"))
    assert batch.cost.total == 35.0
    assert batch.cost.per_delivery == batch.cost.pdt_min == 17.5
    assert batch.batched
    assert not batch.chained


def test_postmates_figure_8_a_delivery_chained_to_the_batch_makes_54_minutes_for_three(make_town):
    minutes = {**BATCH_MINUTES, ("door 2", "shop 3"): 4.0, ("shop 3", "door 3"): 7.0, ("base 1", "shop"): 7.0}
    town = make_town(minutes)
    stops = {"pickup_stop_min": 5.0, "dropoff_stop_min": 3.0}
    first = town.run(
        [town.order("1", "shop", "door 1", ready=7), town.order("2", "shop", "door 2", ready=7)],
        [town.driver("D1", "base 1")],
        **stops,
    ).assignments[0]
    orders = {o: town.order(o, "shop", f"door {o}", ready=7) for o in "12"}
    under_way = tuple(StopView(StopKind(kind), orders[o]) for kind, o in first.stops)
    found = town.run(
        [town.order("3", "shop 3", "door 3", ready=39)],
        [town.driver("D1", "base 1", stops=under_way)],
        chain_within_min=60.0,
        commit_before_ready_min=60.0,
        **stops,
    )
    [chain] = found.assignments
    assert chain.chained
    assert chain.cost.total == 19.0
    assert first.cost.total + chain.cost.total == 54.0
    assert (first.cost.total + chain.cost.total) / 3 == 18.0
    assert chain.route == (*first.stops, ("pickup", "3"), ("dropoff", "3"))
    assert chain.arrivals == (39 * 60.0, 51 * 60.0)


def test_postmates_figure_4_lateness_at_both_ends(make_town):
    town = make_town({("base", "shop"): 12.0, ("shop", "door"): 10.0})
    order = town.order("1", ready=10, due=26, pickup_stop_min=4.0, dropoff_stop_min=3.0)
    [late] = town.run([order], [town.driver("D1")]).assignments
    assert late.cost.of("pickup_late") == 2.0
    assert late.cost.of("dropoff_late") == 3.0


@pytest.fixture
def glovo(make_town):
    """Figures A to C: a scooter still has a pizza to deliver, a bike is free and near the taco."""
    town = make_town(
        {
            ("bike", "taco"): 2.0,
            ("bike", "sushi"): 3.0,
            ("scooter", "pizza door"): 4.0,
            ("pizza door", "taco"): 7.0,
            ("pizza door", "sushi"): 5.0,
            ("bike", "taco", "taco door"): 15.0,
            ("scooter", "taco", "taco door"): 8.0,
            ("bike", "sushi", "sushi door"): 10.0,
            ("scooter", "sushi", "sushi door"): 7.0,
        }
    )
    town.orders = [town.order("taco", "taco", "taco door", ready=10), town.order("sushi", "sushi", "sushi door", ready=3)]
    pizza = town.order("pizza", "pizza", "pizza door")
    town.drivers = [
        town.driver("courier 1", "scooter", Vehicle.SCOOTER, stops=town.carrying(pizza)),
        town.driver("courier 2", "bike", Vehicle.BIKE),
    ]
    return town


NEAREST = Weights(pickup_leg=1, pickup_stop=0, dropoff_leg=0, dropoff_stop=0, pickup_early=0, pickup_late=0, dropoff_late=0)


def by_order(decisions):
    return {a.order_ids[0]: a for a in decisions.assignments}


def test_glovo_figure_b_nearest_first_waits_and_takes_25_and_16_minutes(glovo):
    found = by_order(glovo.run(glovo.orders, glovo.drivers, weights=NEAREST))
    assert {o: a.driver_id for o, a in found.items()} == {"taco": "courier 2", "sushi": "courier 1"}
    assert {o: a.arrivals[-1] / 60 for o, a in found.items()} == {"taco": 25.0, "sushi": 16.0}
    assert found["taco"].cost.of("pickup_early") == 8.0


@pytest.mark.parametrize("weights", [Weights(), Weights(1, 0, 0, 0, 1, 0, 0, 0)])
def test_glovo_figure_c_weighing_the_wait_swaps_the_two(glovo, weights):
    found = by_order(glovo.run(glovo.orders, glovo.drivers, weights=weights))
    assert {o: a.driver_id for o, a in found.items()} == {"taco": "courier 1", "sushi": "courier 2"}
    assert [a.cost.of("pickup_early") for a in found.values()] == [0.0, 0.0]
    assert found["taco"].cost.of("pickup_late") == 1.0
    assert found["sushi"].cost.of("pickup_late") == 0.0
    assert found["taco"].arrivals[-1] < 25 * 60
    assert found["sushi"].arrivals[-1] < 16 * 60
