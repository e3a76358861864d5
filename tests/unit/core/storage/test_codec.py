"""Everything that happens comes back from its text as it was, and what would not is refused."""

import math
import types
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.driver import Driver, Presence, Route, Stop, StopKind
from core.domain.errors import BadInput, KerbsideError
from core.domain.events import DriverCameOnline, FenceCrossed, OfferMade, OrderReceived, PickedUp
from core.domain.geo import LatLon
from core.domain.offer import Offer
from core.domain.order import Order
from core.domain.vehicle import Vehicle
from core.storage import codec
from tests.examples import examples

FINITE = st.floats(allow_nan=False, allow_infinity=False)
BASIC: dict[Any, st.SearchStrategy[Any]] = {
    float: FINITE,
    str: st.text(max_size=8),
    bool: st.booleans(),
    int: st.integers(0, 99),
    Any: st.recursive(st.none() | st.text(max_size=4) | st.integers(-9, 9), lambda inner: st.lists(inner, max_size=2)),
}


@cache
def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of an annotated type, as the domain uses them."""
    if kind in BASIC:
        return BASIC[kind]
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, Union):
        return st.one_of(st.none() if part is type(None) else anything(part) for part in inside)
    if origin is frozenset:
        return st.frozensets(anything(inside[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(anything(inside[0]), anything(inside[1]), max_size=3)
    if origin is tuple and inside[-1] is Ellipsis:
        return st.lists(anything(inside[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(anything, inside))
    if issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    if kind is LatLon:
        return st.builds(LatLon, FINITE, FINITE)
    assert is_dataclass(kind), kind
    hints = get_type_hints(kind)
    return st.builds(kind, **{f.name: anything(hints[f.name]) for f in fields(kind)})


ORDER = Order("O-1", "M-1", LatLon(1, 2), LatLon(3, 4), placed_at=1.0, ready_at=2.0, due_at=3.0)


@pytest.mark.parametrize("name", sorted(codec.KINDS))
def test_every_kind_of_change_comes_back_as_it_was(name):
    kind = codec.KINDS[name]

    @settings(max_examples=examples(6), suppress_health_check=list(HealthCheck))
    @given(anything(kind))
    def comes_back(change):
        again = codec.decode(name, codec.encode(change))
        assert again == change
        assert type(again) is kind

    comes_back()


@pytest.mark.parametrize("table", codec.STATE_TABLES, ids=lambda table: table.name)
def test_every_entity_comes_back_from_its_row(table):
    @settings(max_examples=examples(30), suppress_health_check=list(HealthCheck))
    @given(anything(table.kind))
    def comes_back(entity):
        row = table.row(entity)
        assert table.decode(row[-1]) == entity
        assert row[:-1] == tuple(getattr(entity, name) for name in table.columns)
        assert all(type(cell) in (str, int, float, bool, type(None)) for cell in row)

    comes_back()


def test_the_same_entity_is_always_the_same_text():
    forwards = OrderReceived(at=1.0, orders=(Order(**{**_fields(ORDER), "vehicles": frozenset(list(Vehicle))}),))
    backwards = OrderReceived(at=1.0, orders=(Order(**{**_fields(ORDER), "vehicles": frozenset(list(Vehicle)[::-1])}),))
    assert codec.encode(forwards) == codec.encode(backwards)
    assert '"vehicles":["bike","car","scooter","walk"]' in codec.encode(forwards)


def _fields(order):
    return {f.name: getattr(order, f.name) for f in fields(order)}


@pytest.mark.parametrize("change", [
    PickedUp(at=math.nan),
    OrderReceived(at=1.0, orders=(Order("O-1", "M-1", LatLon(1, 2), LatLon(3, 4), 1.0, 2.0, math.inf),)),
    PickedUp(at=1.0, reason="half a pair \ud83d"),
])  # fmt: skip
def test_what_would_not_come_back_is_refused(change):
    with pytest.raises(BadInput, match="can't be stored"):
        codec.encode(change)


def test_an_event_of_a_newer_program_is_named():
    with pytest.raises(KerbsideError, match=r"'OrderTeleported'.*newer"):
        codec.decode("OrderTeleported", "{}")
    with pytest.raises(KerbsideError, match=r"'PickedUp'.*backup"):
        codec.decode("PickedUp", '{"at": "soon"}')


def test_a_change_concerns_its_orders_and_those_it_offers():
    offer = Offer("F-1", "D-1", ("O-1", "O-2"), 1.0, 2.0)
    assert codec.orders_of(OfferMade(at=1.0, orders=(ORDER,), offers=(offer,))) == ("O-1", "O-2")
    crossed = FenceCrossed(at=1.0, driver_id="D-1", order_id="O-9", stop="pickup", entered=True, radius_m=100.0)
    assert codec.orders_of(crossed) == ("O-9",)
    others = Route("D-1", (Stop(StopKind.PICKUP, "O-7", LatLon(1, 2)),))
    assert codec.orders_of(PickedUp(at=1.0, orders=(ORDER,), routes=(others,))) == ("O-1",)


def test_the_driver_of_a_change():
    assert codec.driver_of(OrderReceived(at=1.0, orders=(ORDER,))) is None
    assert codec.driver_of(OfferMade(at=1.0, orders=(ORDER,), offers=(Offer("F-1", "D-1", ("O-1",), 1.0, 2.0),))) == "D-1"
    ann = Driver("D-2", "Ann", Vehicle.BIKE, presence=Presence.ONLINE)
    assert codec.driver_of(DriverCameOnline(at=1.0, drivers=(ann,))) == "D-2"
