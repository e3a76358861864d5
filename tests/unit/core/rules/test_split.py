from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from core.rules.split import deviation, most_behind_first, next_in_turn
from tests.examples import examples

WEIGHTS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 100), min_size=1, max_size=7)


@settings(max_examples=examples(200))
@given(WEIGHTS, st.integers(1, 400))
def test_nobody_is_ever_off_by_more_than_tijdemans_bound(weights: dict[str, int], orders: int) -> None:
    counts: Counter[str] = Counter()
    most = 1 - 1 / (2 * len(weights) - 2) if len(weights) > 1 else 0.0
    for _ in range(orders):
        counts[next_in_turn(weights, counts)] += 1
        assert max(abs(off) for off in deviation(weights, counts).values()) <= most + 1e-9


@settings(max_examples=examples(60))
@given(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 20), min_size=2, max_size=4))
def test_after_a_whole_round_everyone_has_what_was_asked(weights: dict[str, int]) -> None:
    counts: Counter[str] = Counter()
    for _ in range(sum(weights.values())):
        counts[next_in_turn(weights, counts)] += 1
    assert dict(counts) == weights


@settings(max_examples=examples(60))
@given(st.integers(1, 50), st.integers(1, 50))
def test_of_two_any_run_of_orders_whatsoever_is_off_by_one_at_most(a: int, b: int) -> None:
    counts: Counter[str] = Counter()
    offs = [0.0]
    for _ in range(200):
        counts[next_in_turn({"a": a, "b": b}, counts)] += 1
        offs.append(deviation({"a": a, "b": b}, counts)["a"])
    assert max(offs) - min(offs) <= 1 + 1e-9


def test_a_weight_of_nought_is_never_chosen_and_stands_in_last() -> None:
    counts: Counter[str] = Counter()
    for _ in range(50):
        counts[next_in_turn({"a": 1, "b": 0, "c": 3}, counts)] += 1
    assert counts["b"] == 0
    assert most_behind_first({"a": 1, "b": 0, "c": 3}, counts)[-1] == "b"
