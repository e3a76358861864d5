"""What is claimed of rules is true: every claim is tried on orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.geo import LatLon
from core.domain.language import said, speaking
from core.domain.merchant import Area, Merchant
from core.domain.provider import Provider, ProviderKind
from core.domain.rules import Rule
from core.matching.eligibility import Reason
from core.rules.analysis import Known, Level, check
from core.rules.facts import Facts
from core.rules.ruleset import Rules
from tests.unit.core.rules.test_condition import CONDITIONS, ORDERS, QUICK

RING = (LatLon(0, 0), LatLon(0, 1), LatLon(1, 1), LatLon(0, 0))
AREAS = {i: Area(i, i.upper(), ((RING,),)) for i in "abcd"}
PROVIDERS = {
    "internal": Provider("internal", "Own fleet", ProviderKind.INTERNAL),
    "swift": Provider("swift", "Swift"),
    "asleep": Provider("asleep", "Asleep", enabled=False),
}
KNOWN = Known(AREAS, {"M-1": Merchant("M-1", "Rosa", LatLon(0, 0), area_id="a")}, PROVIDERS)


def rule(rule_id: str, when: dict[str, Any], then: dict[str, Any] | None = None, priority: int = 0) -> Rule:
    return Rule(rule_id, when, then or {"provider": "swift"}, priority=priority)


def kinds(*rules: Rule) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in check(rules, KNOWN):
        found.setdefault(finding.kind, []).append(finding.text)
    return found


def test_a_rule_behind_one_that_takes_all_it_could_have_never_fires() -> None:
    found = kinds(
        rule("all", {"area": ["a", "b"]}),
        rule("some", {"area": ["a"], "weight_kg": {"above": 5}}, {"provider": "internal"}),
        rule("more", {"area": ["b", "c"]}),
    )
    assert found["never"] == ["rule some can never fire: what stands before it takes every order it could have (all)"]


def test_several_rules_together_may_leave_nothing() -> None:
    found = kinds(
        rule("light", {"weight_kg": {"at_most": 5}}),
        rule("heavy", {"weight_kg": {"above": 5}}),
        rule("rest", {"area": "a"}),
    )
    assert found["never"] == ["rule rest can never fire: what stands before it takes every order it could have (light, heavy)"]
    assert "gap" not in found


def test_a_priority_comes_before_the_place_in_the_list() -> None:
    found = kinds(rule("narrow", {"area": "a"}), rule("wide", {}, {"refuse": True}, priority=5))
    assert found["never"] == ["rule narrow can never fire: what stands before it takes every order it could have (wide)"]
    assert "contradiction" not in found


def test_a_condition_that_nothing_meets_is_named_with_its_words() -> None:
    found = kinds(rule("none", {"all": [{"weight_kg": {"above": 5}}, {"weight_kg": {"below": 3}}]}))
    assert found["never"] == ["rule none can never fire: nothing meets its condition (Weight against Weight)"]
    assert "never" in kinds(rule("negative", {"weight_kg": {"below": 0}}))


def test_equals_that_want_different_things_are_pointed_out_with_an_example() -> None:
    found = kinds(rule("one", {"area": ["a", "b"]}), rule("two", {"weight_kg": {"above": 5}}, {"refuse": True}))
    assert found["contradiction"] == [
        "rules one and two have the same priority and want different things for the same orders "
        "(such as Area A, Weight 6): one wins, since it stands first"
    ]
    assert "contradiction" not in kinds(rule("one", {"area": "a"}), rule("two", {"weight_kg": {"above": 5}}))
    assert "contradiction" not in kinds(rule("one", {"area": "a"}), rule("two", {"area": "b"}, {"refuse": True}))


def test_no_contradiction_is_claimed_for_orders_that_cannot_be() -> None:
    """M-1 lies in area a: no order of it comes from b."""
    assert "contradiction" not in kinds(rule("one", {"area": "b"}), rule("two", {"merchant": "M-1"}, {"refuse": True}))
    assert "contradiction" in kinds(rule("one", {"area": "a"}), rule("two", {"merchant": "M-1"}, {"refuse": True}))


def test_areas_without_a_rule_and_with_gaps_are_told_apart() -> None:
    found = check([rule("one", {"area": "a"}), rule("two", {"area": "b", "time": {"from": "8:00", "to": "20:00"}})], KNOWN)
    gaps = {f.area_id: (f.level, f.text) for f in found if f.kind == "gap"}
    assert gaps["c"] == (Level.WARNING, "area C has no rule: its orders go to our own fleet")
    assert gaps["b"][0] is Level.NOTE
    assert "(such as Mo 00:00)" in gaps["b"][1]
    assert "a" not in gaps


def test_names_of_what_does_not_exist_are_errors() -> None:
    found = check([rule("r", {"area": ["a", "z"], "merchant": "M-9"}, {"chain": ["nobody", "asleep"]})], KNOWN)
    errors = {f.text for f in found if f.level is Level.ERROR}
    assert errors == {
        "rule r: there is no area z",
        "rule r: there is no merchant M-9",
        "rule r: there is no provider nobody",
    }
    assert [f.text for f in found if f.kind == "disabled"] == ["rule r: Asleep is switched off"]


@pytest.mark.parametrize(
    ("then", "says"),
    [
        ({}, "an action is one of chain, provider, refuse, split"),
        ({"provider": "a", "refuse": True}, "an action is one of"),
        ({"split": {"swift": 0}}, "split wants one weight above 0 at least"),
        ({"split": {"swift": 1.5}}, "whole numbers as weights"),
        ({"split": {"swift": -1}}, "weights of 0 to 10000"),
        ({"chain": ["swift", "swift"]}, "chain wants each provider once"),
        ({"chain": []}, "a list of providers' ids"),
        ({"provider": ""}, "the id of a provider"),
        ({"refuse": False}, "refuse wants true"),
    ],
)
def test_an_action_that_cannot_be_read_is_an_error_with_the_rules_name(then: dict[str, Any], says: str) -> None:
    (finding,) = check([Rule("r", {}, then, "Rainy days")], KNOWN)
    assert finding.level is Level.ERROR
    assert finding.text.startswith("rule Rainy days: ")
    assert says in finding.text


def test_every_rule_that_cannot_be_read_is_named_and_two_of_one_id() -> None:
    found = check([rule("one", {"x": 1}), rule("two", {"y": 1})], KNOWN)
    assert [f.rule_id for f in found] == ["one", "two"]
    assert [f.text for f in check([rule("one", {}), rule("one", {})], KNOWN)] == [
        "there are two rules one: give each an id of its own"
    ]


RULES = st.lists(
    st.tuples(CONDITIONS, st.sampled_from([{"provider": "swift"}, {"refuse": True}]), st.integers(0, 1)),
    min_size=1,
    max_size=4,
).map(lambda parts: [Rule(f"r{n}", *part[:2], priority=part[2]) for n, part in enumerate(parts)])


@QUICK
@given(rules=RULES, orders=st.lists(ORDERS, min_size=5, max_size=25))
def test_what_is_said_never_to_fire_never_does_and_a_bare_area_has_no_rule(
    facts: Callable[..., Facts], rules: list[Rule], orders: list[dict[str, Any]]
) -> None:
    found = check(rules, KNOWN)
    never = {f.rule_id for f in found if f.kind == "never"}
    bare = {f.area_id for f in found if f.kind == "gap" and f.level is Level.WARNING}
    partly = {f.area_id for f in found if f.kind == "gap"}
    compiled = Rules(rules)
    for order in orders:
        fired = compiled.first(facts(**order))
        assert fired is None or fired.rule.id not in never
        assert fired is None or order["area_id"] not in bare
        assert fired is not None or order["area_id"] is None or order["area_id"] in partly


@QUICK
@given(rules=RULES, order=ORDERS)
def test_the_rule_that_fires_is_the_first_by_priority(
    facts: Callable[..., Facts], rules: list[Rule], order: dict[str, Any]
) -> None:
    about = facts(**order)
    holding = [one for one in Rules(rules).all if one.when.holds(about)]
    fired = Rules(rules).first(about)
    best = max((one.rule.priority for one in holding), default=None)
    assert fired == next((one for one in holding if one.rule.priority == best), None)


def test_every_finding_is_said_in_the_language_of_the_window() -> None:
    found = check(
        [
            rule("rest", {"area": "a", "weather": "rain"}),
            rule("other", {"weather": "rain", "time": {"from": "8:00", "to": "20:00"}}, {"refuse": True}),
            rule("behind", {"area": "a", "weather": "rain", "weight_kg": {"above": 3}}),
            rule("none", {"all": [{"weight_kg": {"above": 5}}, {"weight_kg": {"below": 3}}]}),
            rule("off", {"area": "c"}, {"provider": "asleep"}),
        ],
        KNOWN,
    )
    assert {f.kind for f in found} == {"never", "contradiction", "gap", "disabled"}
    with speaking("de"):
        told = [said(f.text) for f in found]
    assert "Regel none kann nie greifen: nichts erfüllt ihre Bedingung (Gewicht gegen Gewicht)" in told
    for words in told:
        assert words.startswith(("Regel", "Gebiet")), words
    some = next(words for words in told if "Priorität" in words)
    assert "(etwa Gebiet A, Mo 08:00, Wetter Regen)" in some


def test_what_keeps_a_driver_from_an_order_is_said_in_the_language_of_the_window() -> None:
    with speaking("de"):
        same = [reason.name for reason in Reason if said(reason.text) == reason.text]
    assert same == []
