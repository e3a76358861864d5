"""Shares are read from the very counts the splits keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.rules import Rule, RuleSet, Tally
from core.rules.actions.split import tally_id
from core.rules.shares import shares
from core.rules.split import next_in_turn

RULES = RuleSet(1, (Rule("peak", {}, {"split": {"swift": 30, "internal": 70}}), Rule("old", {}, {"refuse": "closed"})))


def test_held_and_wanted_are_summed_over_areas() -> None:
    weights = {"swift": 30, "internal": 70}
    tallies = [
        Tally(tally_id("peak in old-town", weights), {"swift": 4, "internal": 6}, 0.0),
        Tally(tally_id("peak in none", weights), {"swift": 2, "internal": 8}, 0.0),
        # While swift could not be had, the others shared by themselves.
        Tally(tally_id("peak in none", {"internal": 70}), {"internal": 5}, 0.0),
    ]
    found = {s.provider_id: s for s in shares(RULES, tallies)}
    assert (found["swift"].held, found["internal"].held) == (6, 19)
    assert found["swift"].wanted == pytest.approx(6)
    assert found["internal"].wanted == pytest.approx(19)
    assert found["swift"].held_pct == pytest.approx(24)


def test_counts_of_caps_and_of_rules_that_are_gone_have_no_share() -> None:
    tallies = [Tally("cap swift", {"swift": 3}, 0.0), Tally(tally_id("gone in none", {"swift": 1}), {"swift": 9}, 0.0)]
    assert shares(RULES, tallies) == []
    assert shares(RuleSet(0), tallies) == []


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 50), min_size=2), st.integers(1, 200))
def test_a_split_holds_what_is_wanted_to_within_an_order(weights: dict[str, int], orders: int) -> None:
    counts: dict[str, int] = {}
    for _ in range(orders):
        first = next_in_turn(weights, counts)
        counts[first] = counts.get(first, 0) + 1
    rules = RuleSet(1, (Rule("r", {}, {"split": weights}),))
    found = shares(rules, [Tally(tally_id("r in none", weights), counts, 0.0)])
    assert sum(s.held for s in found) == orders
    assert sum(s.wanted for s in found) == pytest.approx(orders)
    assert all(abs(s.held - s.wanted) < 1 for s in found)
