"""When a condition is told and taken back: properties that hold whatever the condition does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts.latch import MEMORY_S, MOST_DOUBLINGS, Latch, Rule, Turn

RULE = Rule(hold_s=30.0, clear_s=60.0)
COURSES = st.lists(st.tuples(st.floats(0.5, 120.0), st.sampled_from([True, None, False])), max_size=200)


def play(course: list[tuple[float, bool | None]], rule: Rule = RULE) -> list[tuple[float, bool | None, Turn | None]]:
    """Times, what was there, and what the latch made of it."""
    latch, now, told = Latch(), 0.0, []
    for gap, present in course:
        now += gap
        told.append((now, present, latch.step(now, present, rule)))
    return told


def steps(*spans: tuple[int, bool | None]) -> list[tuple[float, bool | None]]:
    """So many seconds of each, a look a second."""
    return [(1.0, present) for seconds, present in spans for _ in range(seconds)]


def turns(course: list[tuple[float, bool | None]], rule: Rule = RULE) -> list[tuple[float, Turn]]:
    return [(at, turn) for at, _, turn in play(course, rule) if turn is not None]


def test_it_is_told_after_it_has_lasted_and_taken_back_after_it_was_gone() -> None:
    assert turns(steps((100, True), (100, False))) == [(31.0, Turn.RAISED), (161.0, Turn.CLEARED)]


@pytest.mark.parametrize("course", [steps((29, True), (5, False), (29, True)), steps((29, True), (1, None), (29, True))])
def test_what_does_not_last_is_not_told(course: list[tuple[float, bool | None]]) -> None:
    assert turns(course) == []


def test_between_the_thresholds_an_alert_goes_on_and_none_begins() -> None:
    assert turns(steps((40, True), (500, None))) == [(31.0, Turn.RAISED)]
    assert turns(steps((40, True), (59, False), (1, None), (59, False))) == [(31.0, Turn.RAISED)]
    assert turns(steps((500, None))) == []


def test_without_patience_it_follows_the_condition() -> None:
    course = steps((2, True), (1, False), (1, True))
    assert [turn for _, turn in turns(course, Rule())] == [Turn.RAISED, Turn.CLEARED, Turn.RAISED]


def test_each_time_it_comes_back_it_stands_longer() -> None:
    # Gone for 61 s is enough the first time, not the second, for which it takes 120 s.
    course = steps((40, True), (61, False), (40, True), (61, False), (40, True), (121, False))
    assert [turn for _, turn in turns(course)] == [Turn.RAISED, Turn.CLEARED, Turn.RAISED, Turn.CLEARED]
    assert turns(course)[-1][0] > sum(gap for gap, _ in course) - 5


def test_where_nothing_could_be_seen_durations_begin_anew() -> None:
    latch = Latch()
    latch.step(0.0, True, RULE)
    latch.forget_duration()
    assert latch.step(40.0, True, RULE) is None
    assert latch.step(71.0, True, RULE) is Turn.RAISED
    latch.step(80.0, False, RULE)
    latch.forget_duration()
    assert latch.step(150.0, False, RULE) is None


@given(COURSES)
def test_turns_alternate_and_begin_with_being_told(course: list[tuple[float, bool | None]]) -> None:
    wanted = Turn.RAISED
    for _, turn in turns(course):
        assert turn is wanted
        wanted = Turn.CLEARED if turn is Turn.RAISED else Turn.RAISED


@given(COURSES)
def test_nothing_is_told_that_has_not_lasted_nor_taken_back_that_is_not_gone(course: list[tuple[float, bool | None]]) -> None:
    told = play(course)
    for i, (at, _, turn) in enumerate(told):
        if turn is Turn.RAISED:
            assert all(present is True for when, present, _ in told[: i + 1] if when >= at - RULE.hold_s)
            assert any(when <= at - RULE.hold_s for when, _, _ in told[: i + 1])
        if turn is Turn.CLEARED:
            assert all(present is False for when, present, _ in told[: i + 1] if when >= at - RULE.clear_s)


@given(COURSES)
def test_however_it_flaps_it_is_told_a_few_times_only(course: list[tuple[float, bool | None]]) -> None:
    """Between the k-th and the next telling it has to be gone for 2^(k-1) times the patience, up to a bound."""
    raised = [at for at, turn in turns(course) if turn is Turn.RAISED]
    most, needed = 1, 0.0
    while (needed := needed + RULE.clear_s * 2 ** min(most - 1, MOST_DOUBLINGS) + RULE.hold_s) < MEMORY_S:
        most += 1
    for at in raised:
        assert sum(at - MEMORY_S < before <= at for before in raised) <= most
    assert most <= 6
