"""Which events a rule wants."""

from __future__ import annotations

from typing import Any

import pytest

from core.api import views
from core.domain.errors import BadInput
from core.domain.events import AreaCrossed
from core.domain.forward import Forward
from core.forwarding.choose import checked, chooser
from core.storage.codec import encode
from core.storage.store import LogRow

EVENT: dict[str, Any] = {
    "kind": "OrderCancelled",
    "reason": "too late",
    "driver_id": None,
    "orders": [
        {"id": "O-1", "area_id": "north", "weight_kg": 3.0, "dropoff": {"lat": 45.0}},
        {"id": "O-2", "area_id": None, "weight_kg": 9.0, "dropoff": {"lat": 46.0}},
    ],
}


def rule(when: dict[str, Any] | None = None, to: str = "https://example.org/x", kinds: frozenset[str] = frozenset()) -> Forward:
    return Forward("R-1", "name", to, kinds, when or {})


def wants(rule: Forward, event: dict[str, Any]) -> bool:
    return chooser(rule)(event)


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ({"reason": "too late"}, True),
        ({"reason": "late"}, False),
        ({"reason": {"contains": "late"}}, True),
        ({"reason": {"begins_with": "too"}}, True),
        ({"reason": {"begins_with": "late"}}, False),
        ({"orders.id": "O-2"}, True),
        ({"orders.id": "O-3"}, False),
        ({"not": {"orders.id": "O-2"}}, False),
        ({"not": {"orders.id": "O-3"}}, True),
        ({"orders.area_id": ["south", "north"]}, True),
        ({"orders.area_id": ["south"]}, False),
        ({"orders.weight_kg": {"above": 5}}, True),
        ({"orders.weight_kg": {"above": 9}}, False),
        ({"orders.weight_kg": {"at_least": 9}}, True),
        ({"orders.weight_kg": {"above": 3, "below": 9}}, False),
        ({"orders.weight_kg": {"at_least": 3, "below": 9}}, True),
        ({"orders.dropoff.lat": {"below": 45.5}}, True),
        ({"driver_id": {"present": False}}, True),
        ({"driver_id": {"present": True}}, False),
        ({"drivers.id": {"present": False}}, True),
        ({"orders.area_id": {"above": 1}}, False),
        ({"nothing.at.all": "x"}, False),
        ({"not": {"nothing.at.all": "x"}}, True),
        ({"orders.dropoff": "x"}, False),
        ({"not": {"orders.dropoff": "x"}}, True),
        ({"orders.dropoff": {"present": True}}, True),
        ({"orders.dropoff": {"present": False}}, False),
        ({"orders.area_id": ["south", 3.0, True]}, False),
        ({"any": [{"reason": "late"}, {"orders.id": "O-1"}]}, True),
        ({"any": [{"reason": "late"}, {"orders.id": "O-9"}]}, False),
        ({"all": [{"reason": "too late"}, {"any": [{"orders.id": "O-9"}, {"orders.weight_kg": {"above": 5}}]}]}, True),
        ({"not": {"any": [{"reason": "late"}, {"orders.id": "O-1"}]}}, False),
        ({"reason": "too late", "orders.id": "O-9"}, False),
    ],
)
def test_conditions(when: dict[str, Any], wanted: bool) -> None:
    assert wants(rule(when), EVENT) is wanted


def test_the_condition_and_one_of_the_kinds_have_to_hold() -> None:
    yes, no = {"orders.id": "O-1"}, {"orders.id": "O-9"}
    assert wants(rule(), EVENT)
    assert wants(rule(yes, kinds=frozenset({"OrderCancelled", "Delivered"})), EVENT)
    assert not wants(rule(yes, kinds=frozenset({"Delivered"})), EVENT)
    assert not wants(rule(no, kinds=frozenset({"OrderCancelled"})), EVENT)


@pytest.mark.parametrize(
    "to", ["https://example.org", "http://10.0.0.1:8080/a/b?c=d", "mqtt:shop/{kind}", "mqtt:kerbside/v1/events/{order}"]
)
def test_ways_out(to: str) -> None:
    assert checked(rule(to=to)).to == to


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("", "no address"),
        ("ftp://example.org", "no address"),
        ("https://", "no address"),
        ("https://user:pw@example.org", "no address"),
        ("https://exa mple.org", "no address"),
        ("https://example.org:99999", "no address"),
        ("mqtt:", "can't be published to"),
        ("mqtt:a/#", "can't be published to"),
        ("mqtt:$SYS/a", "can't be published to"),
        ("mqtt:{order.x}", "braces"),
        ("mqtt:{}", "braces"),
        ("mqtt:owntracks/x/y", "drivers' own"),
        ("mqtt:kerbside/v1/drivers/D-1/fixes", "drivers' own"),
    ],
)
def test_no_ways_out(to: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        checked(rule(to=to))


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"a": {"like": "x"}}, "condition on a wants"),
        ({"": "x"}, "names what it looks at"),
        ({"a" * 101: "x"}, "names what it looks at"),
        ({"a": {"above": "x"}}, "wants a number"),
        ({"a": {"above": True}}, "wants a number"),
        ({"a": {"above": float("nan")}}, "wants a number"),
        ({"a": float("inf")}, "texts, numbers"),
        ({"a": []}, "texts, numbers"),
        ({"a": [["x"]]}, "texts, numbers"),
        ({"a": None}, "texts, numbers"),
        ({"a": {}}, "a value, a list"),
        ({"a": {"contains": "x", "begins_with": "y"}}, "a value, a list"),
        ({"a": {"contains": 1}}, "wants a text"),
        ({"a": {"contains": ""}}, "wants a text"),
        ({"a": {"present": "x"}}, "true or false"),
        ({"any": []}, "any wants one"),
        ({"not": "x"}, "not wants one"),
        ({"any": [{"a": str(n)} for n in range(101)]}, "100 conditions at most"),
    ],
)
def test_conditions_that_can_t_be(when: dict[str, Any], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        checked(rule(when))


def test_a_driver_who_enters_the_depot_or_leaves_the_zone_is_chosen() -> None:
    def crossed(area_id: str, entered: bool) -> dict[str, Any]:
        change = AreaCrossed(at=5.0, actor="driver:D-1", driver_id="D-1", area_id=area_id, entered=entered)
        return views.event(LogRow(1, 5.0, "AreaCrossed", change.actor, "", None, "D-1", encode(change)))

    kinds = frozenset({"AreaCrossed"})
    enters_depot = rule({"area_id": "depot", "entered": True}, kinds=kinds)
    leaves_zone = rule({"area_id": "zone", "entered": False}, kinds=kinds)
    cases = [("depot", True), ("depot", False), ("zone", True), ("zone", False)]
    assert [wants(enters_depot, crossed(*case)) for case in cases] == [True, False, False, False]
    assert [wants(leaves_zone, crossed(*case)) for case in cases] == [False, False, False, True]
