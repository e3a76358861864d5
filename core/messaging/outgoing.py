"""What goes out by paho: it waits here until the broker is there, keeps its order, and may expire meanwhile.

A message is taken back and goes first again where the connection ends before the broker has said that it has it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt import properties as paho_properties
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes

from core.ports import Acked, TransportStats

log = logging.getLogger(__name__)

WINDOW = 1000
"""Most messages under way to the broker; a broker of MQTT 5 may ask for fewer."""


@dataclass(slots=True)
class Outbound:
    """``expires_at`` is by the machine's own clock; ``told`` hears whether the broker has taken it."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    expires_at: float | None
    told: Acked | None = None


class Outgoing:
    """From any thread. ``client`` gives the paho client of the moment, ``up`` says whether its broker is there."""

    def __init__(self, stats: TransportStats, client: Callable[[], paho.Client], up: Callable[[], bool]) -> None:
        self.window = WINDOW
        self._stats, self._client, self._up = stats, client, up
        self._queue: deque[Outbound] = deque()
        self._pumping = threading.Lock()
        self._counting = threading.Lock()
        self._handed, self._done = 0, 0
        self._waiting: dict[int, Acked | bool] = {}

    def put(self, message: Outbound) -> None:
        self._queue.append(message)
        self.pump()

    def pump(self) -> None:
        """Hand paho what may go, from whichever thread; a second one leaves it to the first, which looks again."""
        while self._may_go() and self._pumping.acquire(blocking=False):
            try:
                while self._may_go():
                    self._hand_over(self._queue.popleft())
            finally:
                self._pumping.release()
        with self._counting:
            self._stats.pending = len(self._queue) + self._handed - self._done

    def _may_go(self) -> bool:
        return self._up() and bool(self._queue) and self._handed - self._done < self.window

    def _hand_over(self, message: Outbound) -> None:
        properties = None
        if message.expires_at is not None:
            left_s = message.expires_at - time.monotonic()
            if left_s <= 0:
                _tell(message.told, False)
                return
            if self._client().protocol == MQTTProtocolVersion.MQTTv5:
                properties = properties_of(PacketTypes.PUBLISH, MessageExpiryInterval=max(1, round(left_s)))
        self._handed += 1
        try:
            info = self._client().publish(message.topic, message.payload, message.qos, message.retain, properties)
        except ValueError as error:
            # a topic or a payload that MQTT can't carry: one message, not the connection
            self._handed -= 1
            self._stats.dropped += 1
            _tell(message.told, False)
            log.error("a message to %s can't be sent: %s", message.topic, error)
        else:
            self._settle(info.mid, message.told or _nobody)

    def _settle(self, mid: int, known: Acked | bool) -> None:
        """Whoever comes second, the one who waits or the broker's answer, finds what the first has left."""
        other = self._waiting.setdefault(mid, known)
        if other is known:
            return
        del self._waiting[mid]
        told, taken = (known, other) if callable(known) else (other, known)
        if callable(told):
            told(bool(taken))

    def done(self, mid: int, taken: bool) -> None:
        """The broker has answered to the message of that packet id."""
        self._done += 1
        self._settle(mid, taken)
        if not taken:
            self._stats.dropped += 1
        self.pump()

    def take_back(self, client: paho.Client) -> None:
        """What was not acknowledged goes first again. paho would send it too, but only after what is sent from here."""
        with self._pumping:
            waiting, self._waiting = self._waiting, {}
            under_way = [
                Outbound(m.topic, bytes(m.payload), m.qos, m.retain, _expiry_of(m), _told_of(waiting.get(m.mid)))
                for m in client.drop_out_messages()
            ]
            self._queue.extendleft(reversed(under_way))
            self._handed, self._done = 0, 0


def _nobody(_: bool) -> None:
    """Nobody waits to hear of it."""


def _tell(told: Acked | None, taken: bool) -> None:
    if told is not None:
        told(taken)


def _told_of(waiting: Acked | bool | None) -> Acked | None:
    return waiting if callable(waiting) else None


def properties_of(packet: int, **values: int) -> Any:
    """MQTT 5's properties of a packet; paho's class for them is not typed."""
    make: Any = paho_properties.Properties
    properties = make(packet)
    for name, value in values.items():
        setattr(properties, name, value)
    return properties


def _expiry_of(message: paho.MQTTMessage) -> float | None:
    left_s = getattr(message.properties, "MessageExpiryInterval", None)
    return None if left_s is None else time.monotonic() + left_s
