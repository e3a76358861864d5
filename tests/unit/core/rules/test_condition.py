"""Conditions against a brute-force reading, and what boxes claim against evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.errors import BadInput
from core.rules.condition import boxes_of, meet, read_condition, uncovered
from core.rules.facts import Facts
from core.rules.operators.time import DAYS
from tests.examples import examples

Make = Callable[..., Facts]
WEATHERS = ["dry", "rain", "snow"]
BOUNDS = st.dictionaries(
    st.sampled_from(["above", "at_least", "below", "at_most"]), st.integers(0, 4).map(float), min_size=1, max_size=2
)
TIMES = st.fixed_dictionaries(
    {
        "from": st.integers(0, 23).map(lambda h: f"{h}:00"),
        "to": st.integers(0, 23).map(lambda h: f"{h:02d}:30"),
        "days": st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True),
    }
)
NAMES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=2, unique=True)
LEAVES = st.one_of(
    st.fixed_dictionaries({"weight_kg": BOUNDS}),
    st.fixed_dictionaries({"value": BOUNDS}),
    st.fixed_dictionaries({"waiting": BOUNDS}),
    st.fixed_dictionaries({"time": TIMES}),
    st.fixed_dictionaries({"area": NAMES}),
    st.fixed_dictionaries({"weather": st.lists(st.sampled_from(WEATHERS), min_size=1, max_size=2)}),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=0, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=6,
)
ORDERS = st.fixed_dictionaries(
    {
        "minute": st.integers(0, 7 * 24 * 60 - 1),
        "weight_kg": st.sampled_from([0.5, 1.0, 2.0, 2.5, 3.0, 4.0, 5.0]),
        "value": st.sampled_from([None, 0.0, 1.0, 2.0, 2.5, 4.0, 5.0]),
        "waiting": st.integers(0, 5),
        "weather": st.sampled_from([None, *WEATHERS]),
        "area_id": st.sampled_from([None, "a", "b", "c", "d"]),
    }
)
QUICK = settings(max_examples=examples(50), suppress_health_check=list(HealthCheck))


def brute(data: dict[str, Any], order: dict[str, Any]) -> bool:
    """The same, read off the words as a person would."""
    return all(_brute_word(word, argument, order) for word, argument in data.items())


def _brute_word(word: str, argument: Any, order: dict[str, Any]) -> bool:
    if word == "all":
        return all(brute(part, order) for part in argument)
    if word == "any":
        return any(brute(part, order) for part in argument)
    if word == "not":
        return not brute(argument, order)
    if word == "time":
        return _brute_time(argument, order["minute"])
    if word == "area":
        return order["area_id"] in argument
    if word == "weather":
        return order["minute"] < 24 * 60 and order["weather"] in argument
    value = order[word]
    if value is None:
        return False
    tests = {
        "above": lambda bound: value > bound,
        "at_least": lambda bound: value >= bound,
        "below": lambda bound: value < bound,
        "at_most": lambda bound: value <= bound,
    }
    return all(tests[bound](number) for bound, number in argument.items())


def _brute_time(argument: dict[str, Any], minute: int) -> bool:
    begin, end = (int(h) * 60 + int(m) for h, m in (argument[k].split(":") for k in ("from", "to")))
    for day in argument["days"]:
        at = DAYS.index(day) * 1440 + begin
        while True:
            if at % (7 * 1440) == minute:
                return True
            at += 1
            if at % 1440 == end:
                break
    return False


@QUICK
@given(data=CONDITIONS, order=ORDERS)
def test_a_condition_holds_where_its_words_say_so(facts: Make, data: dict[str, Any], order: dict[str, Any]) -> None:
    assert read_condition(data).holds(facts(**order)) is brute(data, order)


@QUICK
@given(data=CONDITIONS, order=ORDERS)
def test_boxes_hold_the_very_orders_the_condition_does(facts: Make, data: dict[str, Any], order: dict[str, Any]) -> None:
    condition, about = read_condition(data), facts(**order)
    for want in (True, False):
        inside = any(all(values.holds(about[d]) for d, values in box.items()) for box in boxes_of(condition, want))
        assert inside is (condition.holds(about) is want)


@QUICK
@given(first=CONDITIONS, second=CONDITIONS, order=ORDERS)
def test_what_is_left_of_boxes_is_in_the_one_and_not_in_the_other(
    facts: Make, first: dict[str, Any], second: dict[str, Any], order: dict[str, Any]
) -> None:
    one, other, about = read_condition(first), read_condition(second), facts(**order)
    left = uncovered(boxes_of(one), boxes_of(other))
    inside = any(all(values.holds(about[d]) for d, values in box.items()) for box in left)
    assert inside is (one.holds(about) and not other.holds(about))
    assert all(meet(a, b) is None for a in left for b in boxes_of(other))


@QUICK
@given(data=CONDITIONS)
def test_an_example_of_a_box_is_in_it(data: dict[str, Any]) -> None:
    for box in boxes_of(read_condition(data)):
        assert all(values.holds(values.example()) for values in box.values())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"colour": "red"}, "there is no operator colour: use one of all, any, not, area"),
        ({"weight_kg": 5}, "weight_kg wants bounds such as {above = 2, at_most = 5}"),
        ({"weight_kg": {"above": "5"}}, "above wants a number, not '5'"),
        ({"weight_kg": {"above": True}}, "wants a number"),
        ({"weight_kg": {"above": float("nan")}}, "wants a number"),
        ({"time": {"from": "25:00", "to": "3:00"}}, "time wants times such as 18:30, not '25:00'"),
        ({"time": {"from": "8:00", "to": "08:00"}}, "two different times"),
        ({"time": {"to": "0:00"}}, "two different times"),
        ({"time": {"days": ["someday"]}}, "one of mon, tue"),
        ({"time": {}}, "time wants from, to and days"),
        ({"weather": "nice"}, "weather wants one of dry, rain"),
        ({"area": []}, "area wants a name or a list of names"),
        ({"any": []}, "any wants one condition at least"),
        ({"all": {"area": "a"}}, "all wants a list"),
        ({"not": []}, "not wants one condition"),
        ({"not": {}}, "not wants one condition"),
        ({"all": ["area"]}, "a condition is a table, not 'area'"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(data: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput) as error:
        read_condition(data)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_conditions_nested_without_end_are_refused() -> None:
    data: dict[str, Any] = {"area": "a"}
    for _ in range(30):
        data = {"not": data}
    with pytest.raises(BadInput, match="nested more than"):
        read_condition(data)


def test_a_span_over_midnight_belongs_to_the_day_it_begins_on(facts: Make) -> None:
    late = read_condition({"time": {"from": "22:00", "to": "02:00", "days": ["sun"]}})
    assert late.holds(facts(minute=6 * 1440 + 23 * 60))
    assert late.holds(facts(minute=60))
    assert not late.holds(facts(minute=1440 + 60))
    assert not late.holds(facts(minute=6 * 1440 + 60))


def test_further_words_ask_what_they_say(facts: Make) -> None:
    assert read_condition({"kind": "pharmacy"}).holds(facts(kind="pharmacy"))
    assert read_condition({"merchant": ["M-1"]}).holds(facts())
    assert read_condition({"load": {"at_least": 2.5}}).holds(facts(waiting=5, online=2))
    assert read_condition({"distance_km": {"above": 1.3, "below": 1.4}}).holds(facts())
    assert read_condition({"promise_min": {"below": 0}}).holds(facts())
    assert read_condition({"area": "none"}).holds(facts())
    assert read_condition({}).holds(facts())
