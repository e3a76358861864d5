from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from app.presenters.differences import difference
from core.domain.driver import App, Break, Driver
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.domain.order import Order
from core.domain.provider import Provider
from core.domain.rules import Rule, RuleSet
from core.domain.vehicle import Vehicle

RING = (LatLon(45.0, 9.0), LatLon(45.0, 9.1), LatLon(45.1, 9.1), LatLon(45.0, 9.0))
AREA = Area("a", "Old town", ((RING,),))


def test_what_was_not_there_is_new_and_what_is_the_same_is_not_told() -> None:
    assert difference(None, AREA) == ["new"]
    assert difference(AREA, replace(AREA, version=7)) == []


def test_each_field_is_told_as_it_was_and_is() -> None:
    after = replace(AREA, name="Citadel", watched=True, vehicles=frozenset({Vehicle.WALK, Vehicle.BIKE}))
    assert difference(AREA, after) == [
        "name: Old town → Citadel",
        "watched: no → yes",
        "vehicles: none → bike, walk",
    ]
    assert difference(AREA, replace(AREA, polygons=((RING, RING), (RING,)))) == [
        "shape: 3 corners → 9 corners, 2 parts, 1 hole",
    ]


def test_places_numbers_and_times_are_read_as_such() -> None:
    shop = Merchant("m", "Rosa", LatLon(45.0, 9.0))
    assert difference(shop, replace(shop, place=LatLon(45.1, 9.2), prep_min=8.5, fence_m=120.0)) == [
        "place: 45.00000, 9.00000 → 45.10000, 9.20000",
        "prep min: 12 → 8.5",
        "fence m: none → 120",
    ]
    order = Order("1", "m", LatLon(45.0, 9.0), LatLon(45.1, 9.1), placed_at=0.0, ready_at=60.0, due_at=3600.0)
    assert difference(order, replace(order, due_at=5400.0), UTC) == ["due: 1 Jan 01:00 → 1 Jan 01:30"]


def test_shifts_and_breaks_are_times() -> None:
    driver = Driver("D-1", "Ida", Vehicle.BIKE, App.KERBSIDE)
    after = replace(driver, shift_start=0.0, shift_end=28800.0, breaks=(Break(7200.0, 9000.0),))
    assert difference(driver, after, UTC) == [
        "shift start: none → 1 Jan 00:00",
        "shift end: none → 1 Jan 08:00",
        "breaks: none → 1 Jan 02:00–02:30",
    ]


def test_removed_and_brought_back() -> None:
    gone = replace(AREA, removed=True)
    assert difference(AREA, gone) == ["removed"]
    assert difference(gone, AREA) == ["brought back"]


def test_rules_are_told_one_by_one() -> None:
    a, b = Rule("a", name="Rain"), Rule("b", {"area": ["x"]}, {"provider": "swift"})
    before = RuleSet(1, (a, b))
    assert difference(before, RuleSet(2, (replace(a, enabled=False), Rule("c")))) == [
        "rule c added",
        "rule b removed",
        "rule Rain: in force: yes → no",
    ]
    assert difference(before, RuleSet(2, (b, a))) == ["rules put into another order"]
    assert difference(before, RuleSet(2, (a, replace(b, then={"refuse": True})))) == [
        "rule b: action: swift → refuse",
    ]


def test_things_of_two_kinds_have_no_difference() -> None:
    assert difference(AREA, Provider("p", "Swift")) == []


def test_things_are_called_by_the_names_they_had() -> None:
    def named(kind: str, thing_id: str) -> str:
        return {("area", "a"): "Old town", ("provider", "swift"): "Swift", ("merchant", "m"): "Rosa"}.get((kind, thing_id), "?")

    shop = Merchant("m", "Rosa", LatLon(45.0, 9.0))
    assert difference(shop, replace(shop, area_id="a"), UTC, named) == ["area: none → Old town"]
    order = Order("1", "m", LatLon(45.0, 9.0), LatLon(45.1, 9.1), placed_at=0.0, ready_at=60.0, due_at=3600.0)
    assert difference(order, replace(order, provider_id="swift"), UTC, named) == ["provider: none → Swift"]
    rule = Rule("r", {"area": ["a"], "merchant": "m"}, {"provider": "swift"}, name="Rain")
    before, after = RuleSet(1, (replace(rule, when={}),)), RuleSet(2, (rule,))
    assert difference(before, after, UTC, named) == ["rule Rain: condition: every order → area Old town and merchant Rosa"]
