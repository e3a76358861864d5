from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.presenters.differences import difference
from app.presenters.event_words import event_forms, event_text
from app.presenters.things import Things
from core.domain.forward import Forward
from core.domain.geo import LatLon
from core.domain.language import use_language
from core.domain.merchant import Merchant
from core.domain.world import World
from core.forwarding.choose import checked

WORLD = World()
WORLD.merchants["M-1"] = Merchant("M-1", "Rosa", LatLon(45.0, 9.0))
THINGS = Things(WORLD, dict)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ({}, ""),
        ({"orders.merchant_id": ["M-1", "M-9"]}, "order's merchant Rosa, M-9 (gone)"),
        ({"orders.status": ["at_pickup"]}, "order's state At pick-up"),
        ({"orders.weight_kg": {"above": 2, "at_most": 5.5}}, "order's weight > 2, ≤ 5.5 kg"),
        ({"Basket.Size": {"at_least": 3}}, "Basket.Size ≥ 3"),
        ({"entered": True}, "the driver: yes"),
        ({"reason": {"contains": "late"}}, "reason contains late"),
        ({"driver_id": {"present": False}}, "driver is not there"),
        (
            {"any": [{"actor": "x"}, {"not": {"actor": {"begins_with": "key:"}}}]},
            "who did it x or not (who did it begins with key:)",
        ),
    ],
)
def test_conditions_are_said_in_words(when: dict[str, Any], text: str) -> None:
    rule = checked(Forward("r", "r", "mqtt:x", when=when))
    assert event_text(rule.when, THINGS.named) == text


def test_german_keeps_the_capitals_of_its_nouns() -> None:
    use_language("de")
    try:
        assert event_text({"orders.weight_kg": {"above": 2}}, THINGS.named) == "Gewicht des Auftrags > 2 kg"
    finally:
        use_language("en")


def test_what_there_is_none_of_can_be_typed() -> None:
    forms = {form.word: form for form in event_forms(THINGS)}
    assert (forms["orders.merchant_id"].form, forms["orders.merchant_id"].choices) == ("pick", (("M-1", "Rosa"),))
    assert forms["orders.area_id"].form == "match"
    assert forms["entered"].form == "yes"


def test_the_audit_tells_a_changed_condition_in_words() -> None:
    rule = Forward("r", "r", "mqtt:x")
    assert difference(rule, replace(rule, when={"reason": ["late"]})) == ["condition: always → reason late"]
