"""Bundles of any number of orders, with the real solver."""

import numpy as np
import pytest

from core.domain.driver import StopKind
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.matching.cycle import run_cycle
from core.matching.generators.alone import Alone
from core.matching.generators.multibundle import Multibundle
from core.matching.market import read_market
from core.matching.multibundle import multibundles
from core.matching.params import Params
from core.matching.snapshot import DriverView, OrderView, Snapshot
from core.matching.vehicle_routing import Task, routes
from core.routing.great_circle import GreatCircle

P, D = StopKind.PICKUP, StopKind.DROPOFF


def place(north_km: float, east_km: float) -> LatLon:
    return LatLon(50.0 + north_km / 111.2, 8.0 + east_km / 71.5)


def order(order_id: str, shop: LatLon, door: LatLon, due_min: float = 60.0, **more) -> OrderView:
    return OrderView(order_id, str(shop), shop, door, 0.0, 0.0, 60 * due_min, **more)


def street(count: int = 5, due_min: float = 60.0, **more) -> tuple[OrderView, ...]:
    """Merchants in a row, 300 m apart, and their customers in a row three kilometres north of them."""
    return tuple(order(str(i), place(0, 0.3 * i), place(3, 0.3 * i), due_min, **more) for i in range(count))


def snapshot(orders, drivers=3, proposed=(), **params) -> Snapshot:
    generators = (Alone(), Multibundle())
    fleet = tuple(DriverView(f"D{i}", Vehicle.CAR, place(-0.5, 0.2 * i)) for i in range(drivers))
    return Snapshot(0.0, Params(generators=generators, **params), tuple(orders), fleet, proposed=proposed)


def found(orders, drivers=3, **params):
    return multibundles(snapshot(orders, drivers, **params), GreatCircle(), 20.0)


def test_orders_of_a_row_of_merchants_go_together_and_the_cycle_takes_the_route():
    bundles = found(street())
    assert max(len(route) for route in bundles) == 2 * 5
    told = run_cycle(snapshot(street(), proposed=bundles), GreatCircle())
    [one] = told.assignments
    assert (one.generator, one.batched, one.order_ids) == ("multibundle", True, one.order_ids)
    assert sorted(one.order_ids) == ["0", "1", "2", "3", "4"]
    assert one.stops == max(bundles, key=len)
    assert told.why("3").candidates[0].order_ids == tuple(sorted(one.order_ids)), "why says what it is delivered with"
    alone = run_cycle(snapshot(street()), GreatCircle())
    assert all(len(a.order_ids) == 1 for a in alone.assignments)


def test_the_same_market_has_the_same_bundles():
    orders = [
        order(f"{i:02}", place(0.1 * (i % 7), 0.2 * (i % 5)), place(1.5 + 0.1 * (i % 3), 0.3 * (i % 8))) for i in range(20)
    ]
    assert found(orders, 6) == found(orders[::-1], 6) != ()


def test_what_is_too_much_for_one_driver_is_not_proposed_together():
    bundles = found(street(4, weight_kg=90.0))
    assert bundles
    assert {len(route) for route in bundles} == {4}, "a car carries 200 kg"


def test_promises_are_kept_with_something_in_hand():
    """One by itself is there after twelve minutes; those with ten more can't wait for a round of five merchants."""
    assert max((len(r) for r in found(street(due_min=22.0), share_margin_min=3.0)), default=0) < max(map(len, found(street())))


def test_nobody_to_share_with_or_to_drive_means_no_bundle():
    assert found(street(1)) == ()
    assert found(street(), drivers=0) == ()
    assert multibundles(snapshot(street()), GreatCircle(), 0.0) == (), "no time"


def test_a_large_market_is_parted_and_every_bundle_is_whole():
    rng = np.random.default_rng(3)
    shops, doors = rng.uniform(0, 3, (60, 2)), rng.uniform(0, 3, (60, 2))
    orders = [order(f"{i:02}", place(*shops[i]), place(*doors[i])) for i in range(60)]
    bundles = found(orders, 20)
    assert bundles
    together = [ref for route in bundles for ref in route]
    assert len(set(together)) == len(together), "no order twice"
    market = read_market(snapshot(orders, proposed=bundles))
    assert len(Multibundle().propose(market)) == len(bundles)


ROUTE = (("pickup", "0"), ("pickup", "1"), ("pickup", "2"), ("dropoff", "1"), ("dropoff", "0"), ("dropoff", "2"))


def proposed(route, orders):
    return [b.stops for b in Multibundle().propose(read_market(snapshot(orders, proposed=(route,))))]


def test_orders_that_went_meanwhile_are_taken_out_of_a_route():
    left = [o for o in street(3) if o.id != "1"]
    assert proposed(ROUTE, left) == [((P, 0), (P, 1), (D, 0), (D, 1))]
    assert proposed(ROUTE, left[:1]) == []


@pytest.mark.parametrize(
    "route",
    [
        ROUTE[:-1],
        (*ROUTE, ("dropoff", "2")),
        (("dropoff", "0"), ("pickup", "0"), ("pickup", "1"), ("dropoff", "1")),
        (("pickup", "0"), ("pickup", "0"), ("dropoff", "0"), ("pickup", "1"), ("dropoff", "1")),
    ],
)
def test_a_route_that_does_not_bring_each_order_once_is_none(route):
    assert proposed(route, street(3)) == []


def test_the_solver_leaves_out_what_does_not_fit_and_fetches_at_one_place_once():
    """Two orders of one shop and one that can't be brought in time, on a line: shop at 100 s, doors at 200 and 300."""
    at = np.array([100, 100, 100, 200, 300, 300, 0])
    seconds = np.abs(at[:, None] - at[None])
    task = Task(
        seconds,
        free=np.array([0]),
        ready=np.array([0, 0, 500]),
        latest=np.array([400, 530, 600]),
        service=np.array([60, 60, 60, 60, 60, 60]),
        load=np.ones((3, 1), dtype=np.int64),
        room=np.array([[2]]),
    )
    assert routes(task, 30, 10.0) in ([[0, 1, 3, 4]], [[1, 0, 3, 4]])
    task.latest[1] = (
        439  # 100 on the way, 60 at the shop once, 100 to the first door, 60 there, 100 to the second, 60 there: 480
    )
    assert sorted(len(stops) for stops in routes(task, 30, 10.0)) == [2]
