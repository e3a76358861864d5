from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.matching.formulations import Problem, Solution, solve
from core.matching.formulations.assignment import Assignment
from core.matching.formulations.exchange import Exchange
from core.matching.formulations.flow import Flow
from core.matching.formulations.greedy import in_turn
from core.matching.formulations.relaxation import Relaxation
from core.matching.formulations.set_packing import SetPacking
from tests.examples import examples


@st.composite
def problems(draw, largest_group=1, most_orders=4):
    drivers, orders = draw(st.integers(1, 4)), draw(st.integers(1, most_orders))
    groups = [(i,) for i in range(orders)]
    if largest_group > 1:
        more = st.sets(st.integers(0, orders - 1), min_size=2, max_size=largest_group).map(lambda s: tuple(sorted(s)))
        groups += sorted(set(draw(st.lists(more, max_size=4)))) if orders > 1 else []
    every = list(product(range(drivers), range(len(groups))))
    taken = draw(st.lists(st.sampled_from(every), unique=True, min_size=1, max_size=len(every)))
    cost = draw(st.lists(st.integers(0, 60), min_size=len(taken), max_size=len(taken)))
    unserved = draw(st.lists(st.integers(0, 40), min_size=orders, max_size=orders))
    driver, group = np.array(taken).T
    return Problem(drivers, orders, driver, group, np.array(cost, float), tuple(groups), np.array(unserved, float))


def total(problem, chosen):
    """What the choice costs with what it leaves unserved; it must not use anything twice."""
    drivers = [int(problem.driver[c]) for c in chosen]
    orders = [o for c in chosen for o in problem.groups[problem.group[c]]]
    assert len(set(drivers)) == len(drivers)
    assert len(set(orders)) == len(orders)
    return problem.cost[list(chosen)].sum() + sum(u for o, u in enumerate(problem.unserved) if o not in orders)


def least(problem):
    """By trying everything: a column or none for each driver."""
    options = [[None, *np.flatnonzero(problem.driver == d).tolist()] for d in range(problem.drivers)]
    best = problem.unserved.sum()
    for choice in product(*options):
        chosen = [c for c in choice if c is not None]
        orders = [o for c in chosen for o in problem.groups[problem.group[c]]]
        if len(set(orders)) == len(orders):
            best = min(best, total(problem, chosen))
    return best


@settings(max_examples=examples(80))
@given(problems())
def test_the_assignment_is_optimal(problem):
    assert Assignment().fits(problem)
    assert total(problem, Assignment().solve(problem).chosen) == pytest.approx(least(problem))


@settings(max_examples=examples(50))
@given(problems())
def test_where_all_formulations_apply_they_find_the_same_optimum(problem):
    best = least(problem)
    for formulation in (Flow(), Assignment(), SetPacking(), Exchange(limit_s=120.0, moves=500)):
        answer = formulation.solve(problem)
        assert total(problem, answer.chosen) == pytest.approx(best)
        assert answer.gap <= 1e-6


def sparse(drivers=1000, orders=900, near=20):
    """Single orders, each with its nearest drivers."""
    rng = np.random.default_rng(4)
    km = np.hypot(*(rng.uniform(0, 10, (orders, 1, 2)) - rng.uniform(0, 10, (1, drivers, 2))).transpose(2, 0, 1))
    driver = np.argsort(km, axis=1)[:, :near].ravel()
    group = np.repeat(np.arange(orders), near)
    groups = tuple((i,) for i in range(orders))
    return Problem(drivers, orders, driver, group, 5 + 3 * km[group, driver], groups, np.full(orders, 40.0))


def test_many_single_orders_with_few_drivers_each_flow():
    problem = sparse()
    formulations = (Flow(), Assignment(), SetPacking())
    answer = solve(problem, formulations)
    assert answer.formulation == "flow"
    assert total(problem, answer.chosen) == pytest.approx(total(problem, Assignment().solve(problem).chosen))
    assert solve(sparse(drivers=100, orders=90), formulations).formulation == "assignment"
    assert not Flow().fits(replace(problem, groups=((0, 1), *problem.groups[1:])))


def test_numbers_too_large_to_flow_are_assigned():
    problem = sparse(drivers=20, orders=15)
    huge = replace(problem, cost=problem.cost * 1e12, unserved=problem.unserved * 1e12)
    assert Flow().solve(huge).chosen == Assignment().solve(huge).chosen


@settings(max_examples=examples(80))
@given(problems(largest_group=3), st.data())
def test_without_time_the_answer_is_sound_and_no_worse_than_the_plan_before(problem, data):
    plan = data.draw(st.permutations(range(len(problem.driver))))[:2]
    apart = problem.only(np.array(plan)) if plan else problem
    kept = [plan[c] for c in in_turn(replace(apart, planned=None))]
    problem = replace(problem, planned=np.isin(np.arange(len(problem.driver)), kept))
    for formulation in (SetPacking(limit_s=0.0), Relaxation(limit_s=0.0), Exchange(limit_s=0.0)):
        answer = formulation.solve(problem)
        assert least(problem) - 1e-6 <= total(problem, answer.chosen) <= total(problem, kept) + 1e-6


@settings(max_examples=examples(60))
@given(problems(largest_group=3))
def test_set_packing_is_optimal_with_bundles(problem):
    answer = SetPacking().solve(problem)
    assert total(problem, answer.chosen) == pytest.approx(least(problem))
    assert answer.gap <= 1e-6


@settings(max_examples=examples(60))
@given(problems(largest_group=3))
def test_the_rounded_relaxation_is_sound_and_knows_how_far_off_it_may_be(problem):
    answer = Relaxation().solve(problem)
    value, best = total(problem, answer.chosen), least(problem)
    assert best - 1e-6 <= value
    assert value * (1 - answer.gap) <= best + 1e-6


@settings(max_examples=examples(60))
@given(problems())
def test_the_relaxation_of_an_assignment_is_exact(problem):
    assert total(problem, Relaxation().solve(problem).chosen) == pytest.approx(least(problem))


@settings(max_examples=examples(40))
@given(problems(largest_group=2))
def test_the_same_problem_has_the_same_answer(problem):
    for formulation in (SetPacking(), Relaxation()):
        assert formulation.solve(problem) == formulation.solve(problem)


def test_assignment_does_not_fit_where_sets_share_an_order():
    groups = ((0,), (1,), (0, 1))
    problem = Problem(1, 2, np.zeros(3, int), np.arange(3), np.ones(3), groups, np.full(2, 9.0))
    assert not Assignment().fits(problem)
    assert solve(problem, (Assignment(), SetPacking())) == Solution((2,), "set_packing", 0.0)


def test_a_large_problem_goes_to_the_relaxation():
    groups = ((0,), (1,), (0, 1))
    problem = Problem(1, 2, np.zeros(3, int), np.arange(3), np.ones(3), groups, np.full(2, 9.0))
    assert solve(problem, (Assignment(), SetPacking(most_columns=2), Relaxation())).formulation == "relaxation"


def test_a_search_cut_short_still_answers_with_its_gap():
    rng = np.random.default_rng(3)
    orders, drivers = 40, 12
    threes = {tuple(sorted(rng.choice(orders, 3, replace=False).tolist())) for _ in range(80)}
    groups = (*((i,) for i in range(orders)), *sorted(threes))
    pairs = list(product(range(drivers), range(len(groups))))
    driver, group = np.array(pairs).T
    problem = Problem(drivers, orders, driver, group, rng.uniform(5, 60, len(pairs)), groups, np.full(orders, 30.0))
    short, full = SetPacking(nodes=0).solve(problem), SetPacking(nodes=10_000).solve(problem)
    assert total(problem, short.chosen) >= total(problem, full.chosen) - 1e-9
    assert total(problem, full.chosen) >= total(problem, short.chosen) * (1 - short.gap) - 1e-6


def test_nothing_to_choose_from_needs_no_solver():
    none = np.zeros(0, int)
    assert solve(Problem(2, 1, none, none, np.zeros(0), ((0,),), np.ones(1)), ()) == Solution((), "none")


def test_nothing_worth_choosing_is_left():
    problem = Problem(1, 1, np.zeros(1, int), np.zeros(1, int), np.full(1, 50.0), ((0,),), np.full(1, 40.0))
    for formulation in (Assignment(), SetPacking(), Relaxation()):
        assert formulation.solve(problem).chosen == ()


def test_gap_without_a_bound_is_unknown():
    none = np.zeros(0, int)
    problem = Problem(1, 1, none, none, np.zeros(0), ((0,),), np.full(1, 200.0))
    assert problem.gap(-90.0, -100.0) == pytest.approx(10 / 110)
    assert problem.gap(-90.0, None) == np.inf


@settings(max_examples=examples(40))
@given(problems(largest_group=3), st.booleans())
def test_exchange_is_sound_and_its_bound_is_one(problem, planned):
    if planned:
        best = list(SetPacking().solve(problem).chosen)
        problem = replace(problem, planned=np.isin(np.arange(len(problem.driver)), best))
    answer = Exchange(limit_s=120.0, moves=2000).solve(problem)
    used = [problem.driver[c] for c in answer.chosen]
    orders = [o for c in answer.chosen for o in problem.groups[problem.group[c]]]
    assert len(set(used)) == len(used)
    assert len(set(orders)) == len(orders)
    value, best_value = total(problem, answer.chosen), least(problem)
    assert best_value - 1e-6 <= value
    assert value * (1 - answer.gap) <= best_value + 1e-6
    if planned:
        assert value == pytest.approx(best_value)


def test_exchange_comes_near_the_best_and_answers_the_same_twice():
    problem = crowded(np.random.default_rng(5), drivers=40, orders=90)
    exact = SetPacking(nodes=5000, most_columns=10**6, limit_s=20.0).solve(problem)
    first, again = Exchange(limit_s=120.0).solve(problem), Exchange(limit_s=120.0).solve(problem)
    assert first == again
    assert total(problem, first.chosen) <= 1.0005 * total(problem, exact.chosen)


def test_what_the_searches_do_not_agree_on_is_repaired():
    repaired, hasty = 0.0, 0.0
    for seed in range(4):
        problem = crowded(np.random.default_rng(seed), drivers=40, orders=90)
        hasty += total(problem, Exchange(limit_s=120.0, moves=500, repair=False).solve(problem).chosen)
        repaired += total(problem, Exchange(limit_s=120.0, moves=500).solve(problem).chosen)
    assert repaired < 0.999 * hasty


def test_where_drivers_are_plenty_the_answer_is_the_best_and_near_its_bound():
    problem = crowded(np.random.default_rng(9), drivers=120, orders=60)
    answer = Exchange(limit_s=120.0).solve(problem)
    exact = SetPacking(most_columns=10**6, limit_s=120.0).solve(problem)
    assert total(problem, answer.chosen) == pytest.approx(total(problem, exact.chosen), rel=1e-6)
    assert answer.gap < 0.01


def test_where_the_programme_takes_too_many_steps_the_search_alone_answers():
    problem = crowded(np.random.default_rng(8), drivers=40, orders=90)
    assert (
        Exchange(limit_s=120.0, moves=2000, steps=0).solve(problem).chosen
        == Exchange(limit_s=120.0, moves=2000, repair=False).solve(problem).chosen
    )


def test_exchange_stops_at_its_limit_with_an_answer():
    problem = crowded(np.random.default_rng(6), drivers=40, orders=90)
    hasty = Exchange(limit_s=0.0).solve(problem)
    assert hasty.chosen
    assert hasty.gap >= Exchange(limit_s=120.0).solve(problem).gap


def crowded(rng, drivers, orders):
    """Twice as many orders as drivers, and bundles of neighbours."""
    at = rng.uniform(0, 10, (orders, 2))
    groups = [(i,) for i in range(orders)]
    for i in range(orders):
        near = np.argsort(np.hypot(*(at - at[i]).T))[1:5].tolist()
        groups += [tuple(sorted((i, j))) for j in near]
    groups = list(dict.fromkeys(groups))
    home = rng.uniform(0, 10, (drivers, 2))
    driver, group, cost = [], [], []
    for d in range(drivers):
        for g, members in enumerate(groups):
            way = float(np.hypot(*(home[d] - at[list(members)].mean(axis=0))))
            if way < 3.0:
                driver.append(d)
                group.append(g)
                cost.append(5.0 + 2.0 * way + 3.0 * len(members) + rng.uniform(0, 1))
    return Problem(drivers, orders, np.array(driver), np.array(group), np.array(cost), tuple(groups), np.full(orders, 40.0))
