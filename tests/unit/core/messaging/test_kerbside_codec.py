"""The console's messages, read back as a driver's app reads them."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from core.domain.driver import Route, Stop, StopKind
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.offer import Offer
from core.domain.order import Order
from core.messaging import topics
from core.messaging.codecs import kerbside
from core.messaging.codecs.kerbside import (
    AssignMessage,
    ConfigMessage,
    ConfirmMessage,
    LoadItem,
    OfferMessage,
    Rates,
    RevokeMessage,
    RouteMessage,
    StopItem,
    decode_to_driver,
)

MERCHANTS = {"M-1": Merchant("M-1", "Trattoria", LatLon(45.0, 9.0))}
OFFERS, ROUTE = topics.offers("D-1"), topics.route("D-1")
PICKUP = StopItem("pickup", "O-1", 45.0, 9.0, "Trattoria", ready_at=1600.0)
DROPOFF = StopItem("dropoff", "O-1", 45.01, 9.01, "Eve, 5 High St", due_at=3400.0)


@pytest.fixture
def order(make_order: Callable[..., Order]) -> Order:
    return make_order(customer="Eve", address="5 High St", note="ring twice")


def test_an_offer_tells_its_stops_and_loads(order: Order) -> None:
    offer = Offer("F-1", "D-1", ("O-1",), 10.0, 55.0, stops=(("pickup", "O-1"), ("dropoff", "O-1")))
    told = decode_to_driver(OFFERS, kerbside.encode_offer(offer, {"O-1": order}, MERCHANTS))
    assert told == OfferMessage("F-1", 55.0, [PICKUP, DROPOFF], [LoadItem("O-1", 1.0, 5.0, "ring twice")])


def test_an_offer_without_an_order_of_stops_picks_up_first(order: Order) -> None:
    told = decode_to_driver(OFFERS, kerbside.encode_offer(Offer("F-1", "D-1", ("O-1",), 1, 2), {"O-1": order}, MERCHANTS))
    assert isinstance(told, OfferMessage)
    assert told.stops == [PICKUP, DROPOFF]


def test_a_stop_says_only_the_time_that_concerns_it(order: Order) -> None:
    raw = json.loads(kerbside.encode_assign(order, MERCHANTS))
    assert raw["type"] == "assign"
    assert [set(stop) & {"ready_at", "due_at"} for stop in raw["stops"]] == [{"ready_at"}, {"due_at"}]


def test_answers_and_assignments_are_told_apart_by_type(order: Order) -> None:
    assert decode_to_driver(OFFERS, kerbside.encode_confirm("w-1")) == ConfirmMessage("w-1")
    assert decode_to_driver(OFFERS, kerbside.encode_revoke(None, "O-1", "late")) == RevokeMessage(None, "O-1", "late")
    assert decode_to_driver(OFFERS, kerbside.encode_assign(order, MERCHANTS)) == AssignMessage("O-1", [PICKUP, DROPOFF])


def test_a_route_repeats_the_last_words_it_has_seen(order: Order) -> None:
    route = Route("D-1", (Stop(StopKind.DROPOFF, "O-1", order.dropoff),))
    seen = [f"w-{n}" for n in range(40)]
    told = decode_to_driver(ROUTE, kerbside.encode_route(route, {"O-1": order}, MERCHANTS, seen, 7))
    assert told == RouteMessage(7, [DROPOFF], seen[-32:])


def test_orders_and_merchants_nobody_knows_any_more_do_not_stop_a_message(order: Order) -> None:
    route = Route("D-1", (Stop(StopKind.PICKUP, "O-9", order.pickup), Stop(StopKind.PICKUP, "O-1", order.pickup)))
    told = decode_to_driver(ROUTE, kerbside.encode_route(route, {"O-1": order}, {}, [], 1))
    assert isinstance(told, RouteMessage)
    assert [(stop.order, stop.name) for stop in told.stops] == [("O-1", "M-1")]


@pytest.mark.parametrize("topic", [topics.CONFIG, topics.config("D-1")])
def test_the_tracking_mode_comes_with_its_rates(topic: str) -> None:
    config = ConfigMessage("active", Rates(1, 8), Rates(4, 20), "v1", {"sending": "slow"}, {"sound": True})
    assert decode_to_driver(topic, kerbside.encode_config(config)) == config
    assert decode_to_driver(topic, kerbside.encode_config(ConfigMessage("passive"))) == ConfigMessage("passive")


def test_a_version_stands_for_all_but_the_mode() -> None:
    config = ConfigMessage("active", Rates(1, 8), Rates(4, 20), variants={"a": "x", "b": "y"})
    version = kerbside.config_version(config)
    assert version == kerbside.config_version(ConfigMessage("", Rates(1, 8), Rates(4, 20), variants={"b": "y", "a": "x"}))
    others = (ConfigMessage("", Rates(1, 9), Rates(4, 20)), ConfigMessage("", Rates(1, 8), Rates(4, 20), app={"a": 1}))
    assert len({version, *map(kerbside.config_version, others)}) == 3


@pytest.mark.parametrize(("topic", "payload"), [(OFFERS, b"{"), (ROUTE, b"\xff"), (OFFERS, b'{"type":"sing"}'), ("x/y", b"{}")])
def test_a_message_that_can_not_be_read_is_refused_in_one_line(topic: str, payload: bytes) -> None:
    with pytest.raises(BadInput, match=r"message|topic"):
        decode_to_driver(topic, payload)


def test_what_a_phone_does_not_know_is_left_out_of_a_fix() -> None:
    raw = json.loads(kerbside.encode_fixes(np.array([1.0]), np.array([2.0]), np.array([3.0]), acc=np.array([np.nan])))
    assert raw == {"fixes": [{"t": 1.0, "lat": 2.0, "lon": 3.0}]}
