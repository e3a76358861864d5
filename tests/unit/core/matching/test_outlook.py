"""Routes that somebody has in mind: timed, priced and judged as the matcher would."""

import math

import pytest

from core.domain.driver import StopKind
from core.domain.vehicle import Vehicle
from core.matching.eligibility import Reason
from core.matching.generators.into_route import IntoRoute
from core.matching.outlook import foresee
from core.matching.snapshot import StopView

P, D = StopKind.PICKUP, StopKind.DROPOFF


def seen(town, *drivers, **more):
    return foresee(town.snapshot((), drivers, **more), town)


def visit(*stops):
    return tuple(StopView(kind, order) for kind, order in stops)


def test_each_stop_is_timed_with_its_way_its_wait_and_its_lateness(street):
    order = street.order("1", "shop", "far", ready=5, due=10, pickup_stop_min=1.0, dropoff_stop_min=1.0)
    [found] = seen(street, street.driver("D", stops=visit((P, order), (D, order))), now=0)
    pickup, door = found.stops
    assert (pickup.leg_s, pickup.arrive, pickup.leave, pickup.late_min) == (120.0, 120.0, 360.0, None)
    assert (door.leg_s, door.arrive, door.leave) == (360.0, 720.0, 780.0)
    assert door.late_min == found.late_min("1") == 3.0
    assert found.late_orders == 1
    assert found.cost.of("pickup_early") == 3.0
    assert found.cost.of("dropoff_late") == 3.0
    assert found.cost.pdt_min == 2 + 6 + 1 + 1
    assert found.broken == ()


def test_the_change_is_what_the_matcher_reckons_for_the_same_insertion(street):
    first = street.order("1", "shop", "far", due=8)
    second = street.order("2", "second", "near", pickup_stop_min=3.0, dropoff_stop_min=2.0)
    before = street.driver("D", stops=visit((P, first), (D, first)))
    [chain] = street.run([second], [before], generators=(IntoRoute(places=1),)).assignments
    orders = {"1": first, "2": second}
    after = street.driver("D", stops=visit(*((StopKind(kind), orders[order]) for kind, order in chain.route)))
    then, now = seen(street, before, after)
    for name in ("pickup_leg", "pickup_stop", "dropoff_leg", "dropoff_stop", "pickup_early", "pickup_late", "dropoff_late"):
        assert now.cost.of(name) - then.cost.of(name) == chain.cost.of(name), name
    assert (now.stops[1].arrive, now.stops[2].arrive) == chain.arrivals


def test_one_driver_may_stand_there_with_several_routes(street):
    a, b = street.order("a", "shop", "far"), street.order("b", "second", "near")
    routes = [visit((P, a), (D, a), (P, b), (D, b)), visit((P, a), (P, b), (D, b), (D, a)), ()]
    found = seen(street, *(street.driver("D", stops=stops) for stops in routes))
    assert [o.driver_id for o in found] == ["D"] * 3
    assert [[(s.kind, s.order_id) for s in o.stops] for o in found] == [[(s.kind, s.order.id) for s in r] for r in routes]
    assert found[0].cost.total > found[1].cost.total > found[2].cost.total == 0


@pytest.mark.parametrize(
    ("order", "driver", "reason"),
    [
        ({"vehicles": frozenset({Vehicle.CAR})}, {}, Reason.VEHICLE),
        ({"cold_box": True}, {}, Reason.COLD_BOX),
        ({"declined_by": frozenset({"D"})}, {}, Reason.DECLINED),
        ({}, {"open": False}, Reason.CLOSED),
        ({"weight_kg": 30.0}, {"weight_kg": 20.0}, Reason.WEIGHT),
        ({"volume_l": 30.0}, {"volume_l": 20.0}, Reason.VOLUME),
        ({}, {"shift_end": 300.0}, Reason.SHIFT_END),
        ({"door_min": 5.0}, {}, Reason.COLD),
        ({"dropoff": "nowhere"}, {}, Reason.NO_WAY),
    ],
)
def test_a_rule_that_is_broken_is_named_with_its_order(street, order, driver, reason):
    wrong = street.order("1", **{"dropoff": "far", **order})
    [found] = seen(street, street.driver("D", stops=visit((P, wrong), (D, wrong)), **driver))
    assert found.broken == (("1", reason),)
    assert math.isinf(found.cost.total) == (reason is Reason.NO_WAY)


def test_a_load_counts_from_stop_to_stop(street):
    """Two that are too heavy together are not, one after the other."""
    a, b = street.order("a", "shop", "near", weight_kg=15.0), street.order("b", "second", "far", weight_kg=15.0)
    together, apart = visit((P, a), (P, b), (D, a), (D, b)), visit((P, a), (D, a), (P, b), (D, b))
    found = seen(street, *(street.driver("D", stops=stops, weight_kg=20.0) for stops in (together, apart)))
    assert [o.broken for o in found] == [(("b", Reason.WEIGHT),), ()]


def test_what_is_on_board_breaks_no_rule_of_being_given_it(street):
    order = street.order("1", "shop", "far", vehicles=frozenset({Vehicle.CAR}), weight_kg=15.0, door_min=1.0)
    more = street.order("2", "second", "near", weight_kg=15.0)
    stops = (*street.carrying(order), *visit((P, more), (D, more)))
    [found] = seen(street, street.driver("D", stops=stops, weight_kg=20.0, open=False))
    assert found.broken == (("2", Reason.CLOSED),)
