"""Wait until what one transport sent has arrived at another, so that a stepped run does not depend on the network."""

from __future__ import annotations

import secrets

from core.domain.errors import KerbsideError
from core.messaging import topics
from core.messaging.local import LocalTransport
from core.messaging.mqtt import MqttTransport


class BarrierTimeout(KerbsideError):
    """The broker did not bring the marker through in time."""


def pass_through(
    sender: LocalTransport | MqttTransport, receiver: LocalTransport | MqttTransport, timeout_s: float = 10.0
) -> None:
    """Return once everything that ``sender`` published so far is in ``receiver``'s queue.

    A marker follows the messages along the same way: one publisher's messages of one QoS reach one subscriber in their
    order (MQTT 4.6). Markers are neither counted nor drained. Raise BarrierTimeout. A broker stops at so many messages that
    the receiver has not acknowledged: 60,000 the embedded one and mosquitto with Kerbside's files, 20 mosquitto by itself.
    """
    if isinstance(sender, LocalTransport) or isinstance(receiver, LocalTransport):
        return
    marker = secrets.token_bytes(8)
    sender.publish(f"{topics.MARKER}/{receiver.client_id}", marker)
    if not receiver.wait_marker(marker, timeout_s):
        raise BarrierTimeout(
            f"nothing came from {sender.client_id} to {receiver.client_id} within {timeout_s:g} s: the broker is slow or away"
        )
