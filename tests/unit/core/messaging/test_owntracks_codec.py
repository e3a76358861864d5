"""Commands that the OwnTracks app obeys."""

from __future__ import annotations

import json
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from core.domain.driver import Route, Stop, StopKind
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Order
from core.messaging.codecs import owntracks


def test_the_tracking_mode_is_a_configuration_command() -> None:
    active, passive = (json.loads(owntracks.encode_cmd_mode(mode)) for mode in (True, False))
    assert (active["_type"], active["action"]) == ("cmd", "setConfiguration")
    assert active["configuration"]["_type"] == "configuration"
    assert (active["configuration"]["monitoring"], active["configuration"]["moveModeLocatorInterval"]) == (2, 8)
    assert (passive["configuration"]["monitoring"], passive["configuration"]["locatorDisplacement"]) == (1, 500)


def test_a_location_can_be_asked_for() -> None:
    assert json.loads(owntracks.report_location()) == {"_type": "cmd", "action": "reportLocation"}


def test_stops_become_waypoints_in_their_order(make_order: Callable[..., Order]) -> None:
    order = make_order(customer="Eve")
    stops = (Stop(StopKind.PICKUP, "O-1", order.pickup), Stop(StopKind.DROPOFF, "O-1", order.dropoff))
    merchants = {"M-1": Merchant("M-1", "Trattoria", LatLon(45.0, 9.0))}
    raw = json.loads(owntracks.encode_waypoints(Route("D-1", stops), {"O-1": order}, merchants, 80))
    assert (raw["action"], raw["waypoints"]["_type"]) == ("setWaypoints", "waypoints")
    first, second = raw["waypoints"]["waypoints"]
    assert (first["_type"], first["desc"], first["rad"]) == ("waypoint", "1. Pick up O-1: Trattoria", 80)
    assert (second["desc"], second["lat"]) == ("2. Deliver O-1: Eve", 45.01)
    assert first["tst"] == owntracks.waypoint_t("O-1", "pickup") != second["tst"]


def test_a_route_that_is_done_takes_the_waypoints_away() -> None:
    assert json.loads(owntracks.encode_waypoints(Route("D-1"), {}, {}))["action"] == "clearWaypoints"


@given(st.text(), st.sampled_from(list(StopKind)))
def test_the_key_of_a_waypoint_is_a_plausible_time_and_always_the_same(order_id: str, kind: StopKind) -> None:
    t = owntracks.waypoint_t(order_id, kind)
    assert t == owntracks.waypoint_t(order_id, kind.value)
    assert 1_000_000_000 <= t < 2_000_000_000
