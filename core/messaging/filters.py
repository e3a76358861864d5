"""Topic filters with ``+`` and ``#``, and who subscribed to them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from paho.mqtt import matcher

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def is_filter(pattern: str) -> bool:
    """Whether the wildcards stand where MQTT allows them: alone in their level, ``#`` only in the last (4.7.1)."""
    levels = pattern.split("/")
    return bool(pattern) and all(
        (level in ("+", "#") or not set(level) & {"+", "#"}) and (level != "#" or i == len(levels) - 1)
        for i, level in enumerate(levels)
    )


class Subscriptions(Generic[K, V]):
    """Subscribers by filter, found by topic. A subscriber is named once, however many of its filters match."""

    def __init__(self) -> None:
        # paho's trie of filters is not typed
        self._filters: Any = getattr(matcher, "MQTTMatcher")()  # noqa: B009

    def add(self, pattern: str, subscriber: K, value: V) -> None:
        try:
            self._filters[pattern][subscriber] = value
        except KeyError:
            self._filters[pattern] = {subscriber: value}

    def remove(self, pattern: str, subscriber: K) -> None:
        try:
            subscribers = self._filters[pattern]
        except KeyError:
            return
        subscribers.pop(subscriber, None)
        if not subscribers:
            del self._filters[pattern]

    def of(self, topic: str) -> list[tuple[K, V]]:
        """Subscribers and the value of the first of their filters that matches."""
        found: dict[K, V] = {}
        for subscribers in self._filters.iter_match(topic):
            for subscriber, value in subscribers.items():
                found.setdefault(subscriber, value)
        return list(found.items())
