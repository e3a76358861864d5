from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.driver import Activity, Presence, Route, Stop, StopKind
from core.domain.errors import UnknownThing
from core.domain.events import Change, DriverRemoved
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.domain.offer import Offer, OfferState
from core.domain.order import ENDED, Status
from core.domain.world import World

PLACE = LatLon(45.0, 9.0)


def stops(order_id: str, *kinds: StopKind) -> tuple[Stop, ...]:
    return tuple(Stop(kind, order_id, PLACE) for kind in kinds)


def test_the_last_entity_per_id_is_the_state(town: World, make_order) -> None:
    first, second = make_order(), make_order(status=Status.WAITING)
    town.apply(Change(at=1.0, orders=(first,), areas=(Area("A", "Centre", ()),)))
    town.apply(Change(at=2.0, orders=(second,), merchants=(Merchant("M-1", "Renamed", PLACE),), areas=(Area("A", "Core", ()),)))
    assert town.orders == {"O-1": second}
    assert town.merchant("M-1").name == "Renamed"
    assert town.areas["A"].name == "Core"


def test_a_driver_has_one_open_offer_at_most(town: World) -> None:
    offer = Offer("F-1", "D-1", ("O-1",), 0.0, 45.0)
    town.apply(Change(at=0.0, offers=(offer,)))
    assert (town.open_offer("D-1"), town.open_offer("D-2")) == (offer, None)
    town.apply(Change(at=1.0, offers=(Offer("F-2", "D-1", ("O-2",), 1.0, 46.0),)))
    town.apply(Change(at=2.0, offers=(replace(offer, state=OfferState.EXPIRED),)))
    open_offer = town.open_offer("D-1")
    assert open_offer is not None
    assert open_offer.id == "F-2"
    town.apply(Change(at=3.0, offers=(replace(open_offer, state=OfferState.ACCEPTED),)))
    assert (town.open_offer("D-1"), town.offers) == (None, {})


def test_an_empty_route_is_none_and_a_removed_driver_is_gone(town: World) -> None:
    town.apply(Change(at=0.0, routes=(Route("D-1", stops("O-1", StopKind.PICKUP)),)))
    assert town.route("D-1").orders() == ("O-1",)
    town.apply(Change(at=1.0, routes=(Route("D-1"),)))
    assert ("D-1" in town.routes, town.route("D-1")) == (False, Route("D-1"))
    town.apply(DriverRemoved(at=2.0, drivers=(replace(town.driver("D-1"), removed=True),)))
    assert list(town.drivers) == ["D-2"]
    town.apply(DriverRemoved(at=3.0, drivers=(replace(town.driver("D-2"), id="D-1", removed=True),)))


@pytest.mark.parametrize("kind", ["order", "driver", "merchant"])
def test_what_does_not_exist_is_named(town: World, kind: str) -> None:
    with pytest.raises(UnknownThing, match=f"there is no {kind} X-9"):
        getattr(town, kind)("X-9")


def test_ended_orders_are_forgotten_after_a_while_and_open_ones_never(town: World, make_order) -> None:
    for n, status in enumerate(Status):
        town.apply(Change(at=0.0, orders=(make_order(id=f"O-{n}", status=status, status_at=100.0),)))
    assert {o.status for o in town.open_orders()} == set(Status) - ENDED
    town.forget_before(100.0)
    assert len(town.orders) == len(Status)
    town.forget_before(100.1)
    assert {o.status for o in town.orders.values()} == set(Status) - ENDED


def test_an_expected_arrival_ends_with_its_order(town: World, make_order) -> None:
    town.etas = {"O-1": (None, 5.0), "O-2": (1.0, 6.0)}
    town.apply(Change(at=0.0, orders=(make_order(status=Status.DELIVERED),)))
    assert town.etas == {"O-2": (1.0, 6.0)}


P, D = StopKind.PICKUP, StopKind.DROPOFF


@pytest.mark.parametrize(
    ("presence", "route", "status", "offered", "activity"),
    [
        (Presence.OFFLINE, (P, D), Status.ASSIGNED, False, Activity.OFFLINE),
        (Presence.ONLINE, (P, D), Status.ASSIGNED, True, Activity.TO_PICKUP),
        (Presence.ONLINE, (P, D), Status.AT_PICKUP, False, Activity.WAITING),
        (Presence.ONLINE, (D,), Status.CARRYING, False, Activity.CARRYING),
        (Presence.BREAK, (D,), Status.CARRYING, False, Activity.CARRYING),
        (Presence.BREAK, (), Status.WAITING, False, Activity.BREAK),
        (Presence.ONLINE, (), Status.WAITING, True, Activity.OFFERED),
        (Presence.ONLINE, (), Status.WAITING, False, Activity.FREE),
        (Presence.OFFLINE, (), Status.WAITING, True, Activity.OFFLINE),
    ],
)
def test_what_a_driver_is_doing(town: World, make_order, make_driver, presence, route, status, offered, activity) -> None:
    town.apply(Change(at=0.0, drivers=(make_driver(presence=presence),), orders=(make_order(status=status, driver_id="D-1"),)))
    town.apply(Change(at=0.0, routes=(Route("D-1", stops("O-1", *route)),)))
    if offered:
        town.apply(Change(at=0.0, offers=(Offer("F-1", "D-1", ("O-2",), 0.0, 45.0),)))
    assert town.activity("D-1") is activity


def test_a_route_loses_the_stops_of_an_order_and_keeps_the_others_in_place() -> None:
    route = Route("D-1", stops("O-1", P) + stops("O-2", P) + stops("O-1", D) + stops("O-2", D))
    assert route.orders() == ("O-1", "O-2")
    assert route.without("O-1").stops == stops("O-2", P, D)
    assert route.without("O-9") == route
