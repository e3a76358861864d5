"""Wildcards as MQTT 3.1.1, section 4.7, has them."""

from __future__ import annotations

import pytest

from core.messaging.filters import Subscriptions, is_filter


@pytest.mark.parametrize(
    ("pattern", "topic", "matches"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/#", "sport", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "$SYS/broker", False),
        ("+/broker", "$SYS/broker", False),
        ("$SYS/#", "$SYS/broker", True),
        ("a/b", "a/b", True),
        ("a/b", "A/b", False),
    ],
)
def test_the_examples_of_the_standard(pattern: str, topic: str, matches: bool) -> None:
    subscriptions: Subscriptions[str, int] = Subscriptions()
    subscriptions.add(pattern, "me", 1)
    assert subscriptions.of(topic) == ([("me", 1)] if matches else [])
    subscriptions.remove(pattern, "me")
    assert subscriptions.of(topic) == []


@pytest.mark.parametrize("pattern", ["#", "+", "a/+/b", "a/#", "+/+/#", "/"])
def test_filters_that_may_be_subscribed_to(pattern: str) -> None:
    assert is_filter(pattern)


@pytest.mark.parametrize("pattern", ["", "a#", "#/a", "a/b+", "a/#/b", "+a"])
def test_filters_that_may_not(pattern: str) -> None:
    assert not is_filter(pattern)


def test_removing_what_is_not_there_changes_nothing() -> None:
    subscriptions: Subscriptions[str, int] = Subscriptions()
    subscriptions.add("a/b", "me", 1)
    subscriptions.remove("a", "me")
    subscriptions.remove("a/b", "you")
    assert subscriptions.of("a/b") == [("me", 1)]
