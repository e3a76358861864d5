"""The broker that is not there: messages handed over within the process, with MQTT's semantics."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from core.clock import Clock
from core.domain.language import Message
from core.messaging import topics
from core.messaging.filters import Subscriptions
from core.ports import Acked, Inbound, TransportStats


class LocalBroker:
    """One thread; a message is in every subscriber's queue when `publish` returns. ``clock`` stamps arrivals."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._subscriptions: Subscriptions[LocalTransport, None] = Subscriptions()
        self._retained: dict[str, bytes] = {}

    def endpoint(self, name: str, subscriptions: Iterable[str]) -> LocalTransport:
        """A new client. What is retained under its subscriptions is in its queue at once."""
        transport = LocalTransport(self, name)
        for pattern in dict.fromkeys(subscriptions):
            self._subscriptions.add(pattern, transport, None)
        for topic, payload in self._retained.items():
            if transport in dict(self._subscriptions.of(topic)):
                transport._receive(Inbound(topic, payload, True, self._clock.now()))
        return transport

    def _publish(self, topic: str, payload: bytes, retain: bool) -> None:
        if retain and payload:
            self._retained[topic] = payload
        elif retain:
            self._retained.pop(topic, None)
        now = self._clock.now()
        for transport, _ in self._subscriptions.of(topic):
            transport._receive(Inbound(topic, payload, False, now))


class LocalTransport:
    """A `core.ports.Transport` without a network. Nothing can be lost on the way, so nothing needs acknowledging."""

    def __init__(self, broker: LocalBroker, name: str) -> None:
        self.client_id = name
        self.stats = TransportStats(state="connected")
        self._broker = broker
        self._inbox: deque[Inbound] = deque()
        self._closed = False

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = False,
        expiry_s: float | None = None,
        told: Acked | None = None,
    ) -> None:
        if self._closed:
            return
        if not topic.startswith(topics.MARKER):
            self.stats.sent += 1
        self._broker._publish(topic, payload, retain)
        if told is not None:
            told(True)

    def _receive(self, message: Inbound) -> None:
        if self._closed or message.topic.startswith(topics.MARKER):
            return
        self.stats.received += 1
        self._inbox.append(message)

    def drain(self, limit: int = 10_000) -> list[Inbound]:
        return [self._inbox.popleft() for _ in range(min(limit, len(self._inbox)))]

    def acknowledge(self, messages: Sequence[Inbound]) -> None:
        return None

    def close(self) -> None:
        self._closed = True
        self.stats.state = "lost"
        self.stats.detail = Message("closed")
