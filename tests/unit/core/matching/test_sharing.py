"""Orders that share a driver keep something in hand."""

import pytest

from core.domain.driver import StopKind
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
    assert batched(street, due=25, margin=2.0)
    assert batched(street, due=16, margin=4.0), "of seven minutes it has by itself, less than two have to be kept"
    assert batched(street, due=13, margin=4.0), "and of four, one"
    assert not batched(street, due=12.5, margin=4.0)
    assert batched(street, due=12.5, margin=0.4)
    assert batched(street, due=12.5, margin=None)


def test_who_is_late_alone_as_well_may_share(street):
    assert batched(street, due=8.5, margin=2.0, drivers=1)
    assert not batched(street, due=10, margin=2.0, drivers=1)


@pytest.mark.parametrize(("due", "taken"), [(18.0, True), (12.5, False)])
def test_nobody_on_board_is_pushed_into_the_margin(street, due, taken):
    first = street.order("1", "shop", "far", due=due)
    driver = street.driver("D", stops=(StopView(StopKind.PICKUP, first), StopView(StopKind.DROPOFF, first)))
    second = street.order("2", "second", "near", pickup_stop_min=4.0)
    into = tuple(g for g in street.params.generators if g.name == "into_route")
    found = street.run([second], [driver], share_margin_min=4.0, generators=into)
    assert bool(found.assignments) is taken
