from dataclasses import fields

import numpy as np
import pytest

from core.matching.cost import GOALS, TERMS, Cost, Timed, minutes, weights_of
from core.matching.params import Weights
from core.matching.timing import affine

INF = np.inf


def timed(*stops, first_leg=0.0, start=0.0):
    """Minutes in: (kind, leg, service, ready, due_from, due) a stop; the first stop's leg is ``first_leg``."""
    kinds, legs, service, ready, due_from, due = (list(part) for part in zip(*stops, strict=True))
    legs[0] = first_leg
    row = [60.0 * np.array([part], dtype=float) for part in (legs, service, ready, due_from, due)]
    legs_s, service_s, ready_s, due_from_s, due_s = row
    arrive = affine(legs_s[:, 1:], ready_s, service_s).arrivals(np.array([60.0 * (start + first_leg)]))
    return Timed(np.array([[k == "pickup" for k in kinds]]), legs_s, arrive, ready_s, service_s, due_from_s, due_s)


def pickup(leg, service, ready=-INF):
    return ("pickup", leg, service, ready, -INF, INF)


def dropoff(leg, service, due=INF, due_from=-INF):
    return ("dropoff", leg, service, -INF, due_from, due)


def parts(route):
    return dict(zip(TERMS, minutes(route)[0].tolist(), strict=True))


def test_every_term_has_its_weight_and_the_other_way_round():
    goals = ["fairness", "rating", "cold"]
    assert [*TERMS, *goals] == [f.name for f in fields(Weights)]
    assert set(goals) < set(GOALS)
    assert weights_of(Weights(pickup_leg=2.5, dropoff_late=7.0)).tolist() == [2.5, 1, 1, 1, 1, 1, 0, 7.0]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("pickup_leg", 4.0),
        ("pickup_stop", 2.0),
        ("dropoff_leg", 7.0),
        ("dropoff_stop", 3.0),
        ("pickup_early", 6.0),
        ("pickup_late", 0.0),
        ("dropoff_early", 8.0),
        ("dropoff_late", 0.0),
    ],
)
def test_each_term_of_a_driver_who_comes_early(term, expected):
    route = timed(pickup(0, 2, ready=10), dropoff(7, 3, due=40, due_from=30), first_leg=4)
    assert TERMS[term](route).tolist() == [expected]


def test_postmates_figure_3_nothing_is_early_or_late():
    found = parts(timed(pickup(0, 4, ready=10), dropoff(10, 3, due=27), first_leg=10))
    assert [found[t] for t in ("pickup_early", "pickup_late", "dropoff_early", "dropoff_late")] == [0.0, 0.0, 0.0, 0.0]


def test_postmates_figure_4_pickup_2_minutes_late_dropoff_3():
    found = parts(timed(pickup(0, 4, ready=10), dropoff(10, 3, due=26), first_leg=12))
    assert found["pickup_late"] == 2.0
    assert found["dropoff_late"] == 3.0
    assert found["pickup_early"] == found["dropoff_early"] == 0.0


def cost_of(route, deliveries, weights=None):
    weights = weights or Weights()
    return Cost(tuple(minutes(route)[0].tolist()), tuple(weights_of(weights).tolist()), deliveries)


def test_postmates_figures_6_7_9_solo_and_batched_cost_per_delivery():
    first = cost_of(timed(pickup(0, 5, ready=7), dropoff(10, 3), first_leg=7), 1)
    second = cost_of(timed(pickup(0, 5, ready=7), dropoff(15, 3), first_leg=7), 1)
    batch = cost_of(timed(pickup(0, 0, ready=7), pickup(0, 5, ready=7), dropoff(10, 3), dropoff(7, 3), first_leg=7), 2)
    assert (first.total, second.total) == (25.0, 30.0)
    assert (first.total + second.total) / 2 == 27.5
    assert batch.total == 35.0
    assert batch.per_delivery == batch.pdt_min == 17.5


def test_postmates_figure_8_three_deliveries_in_one_compound_route():
    route = timed(pickup(0, 0, 7), pickup(0, 5, 7), dropoff(10, 3), pickup(4, 5, 29), dropoff(6, 3), dropoff(8, 3), first_leg=7)
    found = cost_of(route, 3)
    assert found.total == 54.0
    assert found.per_delivery == found.pdt_min == 18.0


def test_a_cost_can_be_taken_apart():
    cost = cost_of(timed(pickup(0, 4, ready=10), dropoff(10, 3, due=26), first_leg=12), 1)
    assert cost.of("dropoff_late") == 3.0
    assert [(p.name, p.minutes, p.cost) for p in cost.parts if p.name == "dropoff_late"] == [("dropoff_late", 3.0, 9.0)]
    assert cost.total == 12 + 4 + 10 + 3 + 2 + 9
