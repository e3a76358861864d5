"""Which events a rule wants."""

from __future__ import annotations

from typing import Any

import pytest

from core.api import views
from core.domain.errors import BadInput
from core.domain.events import AreaCrossed
from core.domain.forward import Condition, Forward
from core.forwarding.choose import OPERATORS, checked, wants
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


def rule(*conditions: Condition, to: str = "https://example.org/x", kinds: frozenset[str] = frozenset()) -> Forward:
    return Forward("R-1", "name", to, kinds, conditions)


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        (Condition("reason", "is", "too late"), True),
        (Condition("reason", "is", "late"), False),
        (Condition("reason", "contains", "late"), True),
        (Condition("reason", "begins_with", "too"), True),
        (Condition("orders.id", "is", "O-2"), True),
        (Condition("orders.id", "is", "O-3"), False),
        (Condition("orders.id", "is_not", "O-2"), False),
        (Condition("orders.id", "is_not", "O-3"), True),
        (Condition("orders.area_id", "one_of", ("south", "north")), True),
        (Condition("orders.area_id", "one_of", ("south",)), False),
        (Condition("orders.weight_kg", "above", 5), True),
        (Condition("orders.weight_kg", "above", 9), False),
        (Condition("orders.dropoff.lat", "below", 45.5), True),
        (Condition("driver_id", "present", False), True),
        (Condition("driver_id", "present", True), False),
        (Condition("drivers.id", "present", False), True),
        (Condition("orders.area_id", "above", 1), False),
        (Condition("nothing.at.all", "is", "x"), False),
        (Condition("orders.dropoff", "is", "x"), False),
        (Condition("orders.dropoff", "is_not", "x"), True),
        (Condition("orders.dropoff", "present", True), True),
        (Condition("orders.dropoff", "present", False), False),
        (Condition("orders.area_id", "one_of", ("south", 3.0, True)), False),
    ],
)
def test_conditions(condition: Condition, wanted: bool) -> None:
    assert wants(rule(condition), EVENT) is wanted


def test_all_conditions_and_one_of_the_kinds_have_to_hold() -> None:
    yes, no = Condition("orders.id", "is", "O-1"), Condition("orders.id", "is", "O-9")
    assert wants(rule(), EVENT)
    assert wants(rule(yes, kinds=frozenset({"OrderCancelled", "Delivered"})), EVENT)
    assert not wants(rule(yes, kinds=frozenset({"Delivered"})), EVENT)
    assert not wants(rule(yes, no), EVENT)


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
    "condition",
    [
        Condition("a", "like", "x"),
        Condition("", "is", "x"),
        Condition("a", "above", "x"),
        Condition("a", "above", True),
        Condition("a", "above", float("nan")),
        Condition("a", "one_of", "x"),
        Condition("a", "is", ("x",)),
        Condition("a", "contains", 1),
        Condition("a", "present", "x"),
    ],
)
def test_conditions_that_can_t_be(condition: Condition) -> None:
    with pytest.raises(BadInput):
        checked(rule(condition))


def test_every_operator_is_offered_by_the_interface() -> None:
    from typing import get_args

    from core.api.forward_models import Condition as Offered

    assert set(get_args(Offered.model_fields["op"].annotation)) == set(OPERATORS)


def test_a_driver_who_enters_the_depot_or_leaves_the_zone_is_chosen() -> None:
    def crossed(area_id: str, entered: bool) -> dict[str, Any]:
        change = AreaCrossed(at=5.0, actor="driver:D-1", driver_id="D-1", area_id=area_id, entered=entered)
        return views.event(LogRow(1, 5.0, "AreaCrossed", change.actor, "", None, "D-1", encode(change)))

    kinds = frozenset({"AreaCrossed"})
    enters_depot = rule(Condition("area_id", "is", "depot"), Condition("entered", "is", True), kinds=kinds)
    leaves_zone = rule(Condition("area_id", "is", "zone"), Condition("entered", "is", False), kinds=kinds)
    cases = [("depot", True), ("depot", False), ("zone", True), ("zone", False)]
    assert [wants(enters_depot, crossed(*case)) for case in cases] == [True, False, False, False]
    assert [wants(leaves_zone, crossed(*case)) for case in cases] == [False, False, False, True]
