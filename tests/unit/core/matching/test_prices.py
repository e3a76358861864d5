import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp

from core.matching.formulations import Problem
from core.matching.formulations.prices import assignment_prices, worth_offering
from core.matching.formulations.set_packing import SetPacking
from tests.examples import examples

gains = st.integers(1, 6).flatmap(
    lambda rows: st.integers(1, 6).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(-60, 0), min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
    )
)


def problem(columns, groups, unserved, drivers=2):
    """Columns are (driver, group, cost)."""
    driver, group, cost = zip(*columns, strict=True)
    return Problem(
        drivers, len(unserved), np.array(driver), np.array(group), np.array(cost, float), groups, np.array(unserved, float)
    )


@given(gains)
def test_prices_prove_the_assignment_best(rows):
    gain = np.array(rows, dtype=np.float64)
    u, v = assignment_prices(gain)
    best = gain[linear_sum_assignment(gain)].sum()
    assert (u <= 0).all()
    assert (v <= 0).all()
    assert (u[:, None] + v[None, :] <= gain + 1e-9).all()
    assert abs(u.sum() + v.sum() - best) < 1e-6


def test_a_set_that_saves_a_driver_nobody_needs_is_not_offered():
    """Two drivers for two orders at 10 each; together they would cost 25."""
    groups = ((0,), (1,), (0, 1))
    columns = [(0, 0, 10), (0, 1, 12), (1, 0, 12), (1, 1, 10), (0, 2, 25)]
    assert worth_offering(problem(columns, groups, [100, 100])).tolist() == [True] * 4 + [False]


def test_a_set_is_offered_where_drivers_are_short():
    groups = ((0,), (1,), (0, 1))
    assert worth_offering(problem([(0, 0, 10), (0, 1, 12), (0, 2, 25)], groups, [100, 100], drivers=1))[2]


@settings(max_examples=examples(60))
@given(st.randoms(use_true_random=False))
def test_set_packing_finds_what_a_search_over_all_columns_finds(random):
    drivers, orders = random.randint(1, 5), random.randint(2, 5)
    pairs = [(i, j) for i in range(orders) for j in range(i + 1, orders) if random.random() < 0.6]
    groups = (*((i,) for i in range(orders)), *pairs)
    columns = [
        (d, g, random.randint(1, 60) * len(group) ** 0.7)
        for g, group in enumerate(groups)
        for d in range(drivers)
        if random.random() < 0.8
    ]
    if not columns:
        return
    whole = problem(columns, groups, [random.randint(10, 60) for _ in range(orders)], drivers)
    best = milp(
        whole.gain,
        integrality=np.ones(len(columns)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(whole.usage(np.arange(len(columns))), ub=1),
    )
    found = list(SetPacking().solve(whole).chosen)
    assert abs(whole.gain[found].sum() - best.fun) < 1e-6
