"""Shifts, pay and scarce drivers: what the matcher weighs besides the minutes of a route."""

import pytest

from core.domain.errors import BadInput
from core.matching.eligibility import Reason
from core.matching.generators.alone import Alone
from core.matching.params import Params, Weights


def given(decisions):
    return {o: a.driver_id for a in decisions.assignments + decisions.postponed for o in a.order_ids}


def test_a_driver_is_planned_from_the_moment_they_are_free(town):
    town.minutes = {("base", "shop"): 5, ("shop", "door"): 5}
    found = town.run([town.order("O")], [town.driver("D", free_from=60 * 8.0)], commit_before_ready_min=0.0)
    assert found.assignments == ()
    [later] = found.postponed
    assert later.commit_at == 60 * 8.0
    assert later.arrivals == (60 * 13.0, 60 * 18.0)


def test_who_is_free_too_late_is_not_asked(town):
    town.unknown_min = 1.0
    found = town.run([town.order("O")], [town.driver("D", free_from=60 * 11.0)], chain_within_min=10.0)
    assert found.why_not("O", "D") is Reason.BUSY


def test_a_route_begins_when_its_driver_is_free(town):
    """Both hold: the stops still to be made, and the moment before which the driver can't set off."""
    town.unknown_min = 2.0
    has = town.order("had", "shop", "door")
    driver = town.driver("D", stops=town.carrying(has), free_from=60 * 3.0)
    [found] = town.run([town.order("O", "other", "there")], [driver], generators=(Alone(),)).assignments
    assert found.arrivals[0] == 60 * 7.0


@pytest.mark.parametrize(
    ("ready", "finish_in_shift", "taken"), [(5, True, True), (6, True, False), (10, False, True), (11, False, False)]
)
def test_what_the_end_of_a_shift_bounds(town, ready, finish_in_shift, taken):
    """On the way to the door for 5 minutes; the shift ends in 10."""
    town.minutes = {("base", "shop"): 1, ("shop", "door"): 5}
    driver = town.driver("D", shift_end=600.0)
    found = town.run([town.order("O", ready=ready)], [driver], finish_in_shift=finish_in_shift)
    assert bool(given(found)) == taken
    assert found.why_not("O", "D") is (Reason.NONE if taken else Reason.SHIFT_END)


def test_a_pickup_may_begin_at_the_very_end_of_the_shift(town):
    town.minutes = {("base", "shop"): 0, ("shop", "door"): 5}
    driver = town.driver("D", shift_end=0.0)
    assert given(town.run([town.order("O")], [driver], finish_in_shift=False)) == {"O": "D"}
    assert given(town.run([town.order("O")], [driver])) == {}


@pytest.mark.parametrize(("spread_pay_min", "driver"), [(0.0, "A"), (2.9, "A"), (3.1, "B")])
def test_work_goes_to_who_is_below_the_guaranteed_pay_if_it_is_not_too_far(town, spread_pay_min, driver):
    town.minutes = {("near", "shop"): 1, ("far", "shop"): 4, ("shop", "door"): 5}
    drivers = [town.driver("A", "near", earned=1.4), town.driver("B", "far")]
    order = town.order("O", ready=10)
    assert given(town.run([order], drivers, spread_pay_min=spread_pay_min, commit_before_ready_min=0.0)) == {"O": driver}


@pytest.mark.parametrize(("shortage_weight", "order"), [(0.0, "long"), (1.0, "short")])
def test_with_too_few_drivers_the_shorter_trip_goes_first(town, shortage_weight, order):
    """Two orders for one driver; the long trip costs no more, since minutes to the door are free here."""
    town.minutes = {("base", "a"): 3, ("base", "b"): 4, ("a", "far"): 20, ("b", "near"): 5}
    weights = Weights(dropoff_leg=0.0, pickup_late=0.0)
    orders = [town.order("long", "a", "far"), town.order("short", "b", "near")]
    found = town.run(orders, [town.driver("D")], weights=weights, shortage_weight=shortage_weight, generators=(Alone(),))
    assert given(found) == {order: "D"}


def test_with_enough_drivers_their_minutes_cost_no_more(town):
    town.minutes = {("base", "shop"): 3, ("shop", "door"): 5}
    plain, weighed = (
        town.run([town.order("O")], [town.driver("A"), town.driver("B")], shortage_weight=w).assignments for w in (0.0, 9.0)
    )
    assert [(a.driver_id, a.cost.total) for a in plain] == [(a.driver_id, a.cost.total) for a in weighed]


@pytest.mark.parametrize("name", ["spread_pay_min", "shortage_weight"])
def test_weights_below_zero_are_refused(name):
    with pytest.raises(BadInput, match=name):
        Params(**{name: -1.0})
