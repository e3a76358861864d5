"""Orders that share a driver keep something in hand."""

import numpy as np
import pytest

from core.domain.driver import StopKind
from core.matching.generators.alone import Alone
from core.matching.sharing import latest_shared, margin_s
from core.matching.snapshot import StopView

LINE = ("base", "shop", "second", "near", "far")


@pytest.fixture
def street(make_town):
    """Two minutes from each place to the next, on one line."""
    town = make_town({(a, b): 2.0 * abs(i - j) for i, a in enumerate(LINE) for j, b in enumerate(LINE) if a != b})
    for name in LINE:
        town.place(name)
    return town


def batched(town, due, margin, drivers=2):
    orders = [
        town.order("1", "shop", "near", due=11, dropoff_stop_min=3.0),
        town.order("2", "shop", "far", due=due, dropoff_stop_min=1.0),
    ]
    found = town.run(orders, [town.driver(f"D{i}") for i in range(drivers)], share_margin_min=margin)
    return any(a.batched for a in found.assignments)


def test_a_batch_keeps_the_margin_before_each_promise(street):
    """The far door can't come first, the near one would be too late. So the batch is done at the far one after twelve minutes,
    a driver who goes there alone after nine."""
    assert batched(street, due=13, margin=2.0)
    assert not batched(street, due=12.9, margin=2.0), "a quarter of the four minutes it has by itself is to be kept"
    assert batched(street, due=12.5, margin=0.5)
    assert not batched(street, due=12.4, margin=0.5)
    assert batched(street, due=12, margin=None)


def test_a_tight_order_keeps_a_part_of_its_own_slack_more_while_a_kitchen_is_at_work(street):
    alone = street.run([street.order("2", "shop", "far", due=11, dropoff_stop_min=1.0)], [street.driver("D")])
    [one] = alone.assignments
    assert one.arrivals[-1] + 60 == 60 * 9, "two minutes of slack"
    assert latest_shared(np.array([660.0]), np.array([540.0]), np.array([180.0])).tolist() == [600.0]
    assert latest_shared(np.array([660.0]), np.array([540.0]), np.array([90.0])).tolist() == [630.0]
    assert latest_shared(np.array([660.0]), np.array([700.0]), np.array([180.0])).tolist() == [np.inf]


def test_the_margin_grows_with_what_a_kitchen_has_still_to_do(street):
    """Both are ready in five minutes, and done three minutes later than before: two minutes more would be kept, if so many
    were wanted."""
    assert margin_s(np.array([-60.0, 0.0, 300.0, 3000.0]), 4.0).tolist() == [90.0, 90.0, 210.0, 240.0]
    for due, taken in ((17.5, True), (17.4, False)):
        orders = [
            street.order("1", "shop", "near", due=14, ready=5, dropoff_stop_min=3.0),
            street.order("2", "shop", "far", due=due, ready=5, dropoff_stop_min=1.0),
        ]
        found = street.run(orders, [street.driver(f"D{i}") for i in range(2)], share_margin_min=2.5)
        assert any(a.batched for a in found.assignments) is taken


def test_who_is_late_alone_as_well_may_share(street):
    assert batched(street, due=8.5, margin=2.0, drivers=1)
    assert not batched(street, due=10, margin=2.0, drivers=1)


def test_who_is_to_come_after_a_route_shares_the_driver_too(street):
    """Whoever is near by is done eleven minutes from now, one who sets off at once after eight, on a longer way."""
    first = street.order("1", "shop", "near", dropoff_stop_min=7.0)
    drivers = [street.driver("near by", "second", stops=street.carrying(first)), street.driver("free", "base")]

    def chosen(due, margin):
        order = street.order("2", "near", "far", due=due)
        [one] = street.run([order], drivers, share_margin_min=margin, generators=(Alone(),)).assignments
        return one.driver_id

    assert chosen(due=11.2, margin=None) == "near by"
    assert chosen(due=11.2, margin=4.0) == "free"
    assert chosen(due=12.5, margin=4.0) == "near by"
    assert chosen(due=7.9, margin=None) == chosen(due=7.9, margin=4.0), "late with either: the cost decides"


@pytest.mark.parametrize(("due", "taken"), [(18.0, True), (13.0, False)])
def test_nobody_on_board_is_pushed_into_the_margin(street, due, taken):
    first = street.order("1", "shop", "far", due=due)
    driver = street.driver("D", stops=(StopView(StopKind.PICKUP, first), StopView(StopKind.DROPOFF, first)))
    second = street.order("2", "second", "near", pickup_stop_min=4.0)
    into = tuple(g for g in street.params.generators if g.name == "into_route")
    found = street.run([second], [driver], share_margin_min=4.0, generators=into)
    assert bool(found.assignments) is taken


@pytest.mark.parametrize(("due", "taken"), [(9.4, True), (8.2, False)])
def test_nobody_on_board_is_made_late_by_little_either(street, due, taken):
    """Half a minute longer than the eight it would take: less than a minute is no delay, unless it costs the promise."""
    first = street.order("1", "shop", "far", due=due)
    driver = street.driver("D", stops=(StopView(StopKind.PICKUP, first), StopView(StopKind.DROPOFF, first)))
    second = street.order("2", "second", "near", pickup_stop_min=0.5)
    into = tuple(g for g in street.params.generators if g.name == "into_route")
    found = street.run([second], [driver], share_margin_min=4.0, generators=into)
    assert bool(found.assignments) is taken
