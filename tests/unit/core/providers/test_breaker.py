from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from core.providers.breaker import Breaker, BreakerState, RetryBudget, backoff_s
from core.providers.health import Health


def test_failures_in_a_row_open_it_and_one_call_goes_through_later() -> None:
    breaker = Breaker(after=3, open_s=10)
    for _ in range(2):
        breaker.record(False, 0.0, "down")
    assert breaker.allow(0.0)
    breaker.record(False, 0.0, "down")
    assert (breaker.state, breaker.reason) == (BreakerState.OPEN, "down")
    assert not breaker.allow(9.9)
    assert breaker.would_allow(10.0)
    assert breaker.allow(10.0)
    assert not breaker.allow(10.0), "one probe is enough"
    breaker.record(True, 10.5)
    assert breaker.state is BreakerState.CLOSED
    assert breaker.reason == ""


def test_each_probe_that_fails_doubles_the_rest_up_to_the_longest() -> None:
    breaker, now, rests = Breaker(after=1, open_s=10, longest_s=60), 0.0, []
    breaker.record(False, now)
    for _ in range(5):
        rests.append(breaker.until - now)
        now = breaker.until
        assert breaker.allow(now)
        breaker.record(False, now)
    assert rests == [10, 20, 40, 60, 60]


def test_half_of_the_last_calls_failing_opens_it_too() -> None:
    breaker = Breaker(after=5, window=20)
    for n in range(20):
        breaker.record(n % 2 == 0, 0.0)
    assert breaker.state is BreakerState.OPEN


def test_a_probe_whose_answer_never_comes_does_not_close_the_door_for_good() -> None:
    breaker = Breaker(after=1, open_s=10)
    breaker.record(False, 0.0)
    assert breaker.allow(10.0)
    assert not breaker.allow(15.0)
    assert breaker.allow(20.0)


@given(st.integers(0, 400))
def test_retries_stay_within_their_share(first: int) -> None:
    budget = RetryBudget(share=0.2, reserve=10)
    spent = 0
    for _ in range(first):
        budget.earn()
        left = budget.left
        now = budget.spend() + budget.spend()
        assert now == min(2, left)
        spent += now
    assert spent <= 10 + 0.2 * first


def test_waits_double_within_their_bounds() -> None:
    chance = random.Random(1)
    for attempt in range(40):
        span = min(60.0, 2.0**attempt)
        assert span / 2 <= backoff_s(attempt, chance) <= span


def test_latencies_by_rank() -> None:
    health = Health()
    assert health.latency_s(95) == 0.0
    for n in range(100):
        health.note(float(n), "no" if n == 3 else "")
        assert health.problem == ("no" if n == 3 else "")
    assert (health.latency_s(50), health.latency_s(95), health.failures) == (50.0, 95.0, 1)
