"""Buckets of tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.api import limits
from core.api.limits import Buckets


def test_a_burst_then_the_rate() -> None:
    buckets = Buckets(rate=2.0, burst=3.0)
    assert [buckets.take("a", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert buckets.take("a", 0.0) == pytest.approx(0.5)
    assert buckets.take("b", 0.0) == 0.0
    assert buckets.take("a", 0.5) == 0.0
    assert buckets.take("a", 0.75) == pytest.approx(0.25)


@given(st.lists(st.floats(0, 3), max_size=200), st.floats(0.5, 20), st.floats(1, 10))
def test_never_more_than_the_burst_and_the_rate(gaps: list[float], rate: float, burst: float) -> None:
    buckets, now, taken = Buckets(rate, burst), 0.0, 0
    for gap in gaps:
        now += gap
        taken += buckets.take("a", now) == 0.0
    assert taken <= burst + rate * now + 1e-6


@given(st.floats(0.5, 20), st.floats(1, 5))
def test_whoever_waits_as_told_is_let_in(rate: float, burst: float) -> None:
    buckets, now = Buckets(rate, burst), 0.0
    for _ in range(30):
        wait = buckets.take("a", now)
        if wait:
            now += wait * 1.0001
            assert buckets.take("a", now) == 0.0
    assert now > 0.0


def test_callers_without_end_take_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CALLERS", 100)
    buckets = Buckets(1.0, 1.0)
    for number in range(1000):
        buckets.take(str(number), float(number))
    assert len(buckets._left) == 100
