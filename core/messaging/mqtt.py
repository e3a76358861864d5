"""A broker at the other end of a network, through paho.

paho's thread receives and reconnects; positions come by a connection of their own (`core.messaging.intake`). Outbound
messages wait here, not in paho, until the broker is there: so they keep their order, may expire, and are never more under
way than the broker allows.
"""

from __future__ import annotations

import logging
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from core.clock import Clock
from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message
from core.messaging import topics
from core.messaging.inbox import LIMIT, Inbox
from core.messaging.intake import PositionReader
from core.messaging.outgoing import WINDOW, Outbound, Outgoing, properties_of
from core.ports import Acked, Inbound, TransportStats

log = logging.getLogger(__name__)

SESSION_EXPIRY_S = 7 * 86_400
KEEPALIVE_S = 30
RETRY_S = (1, 30)
_LINGER_S = 2.0


@dataclass(frozen=True, slots=True)
class Tls:
    """``ca_file`` is needed where the broker's certificate is not signed by an authority that the machine trusts."""

    ca_file: Path | None = None


class MqttTransport:
    """A `core.ports.Transport`. Everything drained has to be acknowledged in the end, or the broker stops sending.

    QoS 0 goes out as QoS 1: what waits for a broker that is away should arrive when it is back.

    ``clock`` stamps arrivals; expiry runs on the machine's own time. ``client_id`` names the session that the broker keeps
    while we are away. ``mqtt5`` False spares a broker of 3.1.1 the question. Nothing here raises for a broker that is not
    there: `stats` says what to do.
    """

    def __init__(
        self,
        host: str,
        port: int,
        client_id: str,
        user: str,
        password: str,
        subscriptions: Iterable[str],
        clock: Clock,
        *,
        tls: Tls | None = None,
        mqtt5: bool = True,
        inbox_limit: int = LIMIT,
        will: tuple[str, bytes] | None = None,
    ) -> None:
        if not host or not 0 < port < 65536:
            raise BadInput(
                Message(
                    "the broker's address {host}:{port} is not usable: give a host and a port from 1 to 65535",
                    host=host,
                    port=port,
                )
            )
        self.client_id = client_id
        self.stats = TransportStats(
            state="connecting", detail=Message("looking for the broker at {host}:{port}", host=host, port=port)
        )
        self._where = f"{host}:{port}"
        self._gone = Message("the connection to the broker at {where} is lost; trying again, messages wait", where=self._where)
        self._host, self._port = host, port
        self._user, self._password = user, password
        self._tls = None if tls is None else _context(tls)
        self._will = will
        self._clock = clock
        self._inbox = Inbox(self.stats, inbox_limit)
        marker = f"{topics.MARKER}/{client_id}"
        wanted = dict.fromkeys(subscriptions)
        positions = [pattern for pattern in wanted if pattern in topics.POSITIONS]
        self._patterns = [*(pattern for pattern in wanted if pattern not in topics.POSITIONS), marker]
        self._reader: PositionReader | None = None
        self._reading, self._unread = not positions, ""
        if positions:
            self._reader = PositionReader(
                host, port, f"{client_id}-positions", user, password, [*positions, marker], clock,
                self._take_positions, self._hear_reader, self._tls,
            )  # fmt: skip
        self._out = Outgoing(self.stats, lambda: self._client, lambda: self._up)
        self._generation = 0
        self._up = False
        self._subscribed = threading.Event()
        self._ready = threading.Event()
        self._turning = threading.Lock()
        self._markers: dict[bytes, int] = {}
        self._marked = threading.Condition()
        self._closing = False
        self._noted = (False, "")
        self._refused_subscriptions: list[str] = []
        self._client = self._new_client(5 if mqtt5 else 4)
        self._client.loop_start()
        if self._reader is not None:
            self._reader.start()

    # --- Transport

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
        expires_at = None if expiry_s is None else time.monotonic() + expiry_s
        if not topic.startswith(topics.MARKER):
            self.stats.sent += 1
        self._out.put(Outbound(topic, payload, max(1, qos), retain, expires_at, told))

    def drain(self, limit: int = 10_000) -> list[Inbound]:
        return self._inbox.drain(limit)

    def acknowledge(self, messages: Sequence[Inbound]) -> None:
        """Words; positions were acknowledged as they came."""
        for message in messages:
            if message.token is not None:
                self._acknowledge(message)

    def close(self) -> None:
        """Give what is on its way a moment, then leave. The broker keeps the session."""
        deadline = time.monotonic() + _LINGER_S
        while self._up and self.stats.pending and time.monotonic() < deadline:
            time.sleep(0.01)
        self._closing = True
        if self._reader is not None:
            self._reader.close()
        self._stop(self._client)
        self._up = False
        self.stats.state, self.stats.detail = "lost", Message("closed")

    # --- besides

    def wait_ready(self, timeout_s: float) -> bool:
        """Whether within that time the broker was reached and every subscription stands."""
        return self._ready.wait(timeout_s)

    def wait_marker(self, marker: bytes, timeout_s: float) -> bool:
        """Whether that marker (see `core.messaging.barrier`) has come within the time. It is forgotten then."""
        ways = 1 if self._reader is None else 2
        with self._marked:
            came = self._marked.wait_for(lambda: self._markers.get(marker) == ways, timeout_s)
            self._markers.pop(marker, None)
            return came

    def note_broker(self, outgrown: bool, detail: str) -> None:
        """What the embedded broker says of itself, shown with the connection. From any thread."""
        if (outgrown, detail) == self._noted:
            return
        self._noted = (outgrown, detail)
        if self._up and self._reading:
            self.stats.state = "outgrown" if outgrown else "connected"
            self.stats.detail = detail
        elif detail:
            self._away(detail)

    # --- the client

    def _new_client(self, version: int) -> paho.Client:
        """To be started once it is in its place: its callbacks ask for it."""
        five = version == 5
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            self.client_id,
            clean_session=None if five else False,
            protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        client.max_inflight_messages = 0  # bounded here instead
        client.username_pw_set(self._user, self._password)
        client.reconnect_delay_set(*RETRY_S)
        if self._tls is not None:
            client.tls_set_context(self._tls)
        if self._will is not None:
            client.will_set(*self._will, qos=1)
        client.on_socket_open = _send_at_once
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        lasting = properties_of(PacketTypes.CONNECT, SessionExpiryInterval=SESSION_EXPIRY_S) if five else None
        first: Any = False if five else paho.MQTT_CLEAN_START_FIRST_ONLY
        client.connect_async(self._host, self._port, KEEPALIVE_S, clean_start=first, properties=lasting)
        return client

    @staticmethod
    def _stop(client: paho.Client) -> None:
        """paho joins its thread, which may be waiting for an unreachable host: not longer than a moment here."""
        client.disconnect()
        stopper = threading.Thread(target=client.loop_stop, daemon=True)
        stopper.start()
        stopper.join(2.0)

    def _on_connect(
        self, client: paho.Client, _: object, flags: paho.ConnectFlags, reason: ReasonCode, properties: object
    ) -> None:
        if self._closing or client is not self._client:
            return
        if reason.is_failure:
            self._refused(client, reason)
            return
        self._out.take_back(client)
        self._out.window = min(WINDOW, getattr(properties, "ReceiveMaximum", WINDOW))
        if flags.session_present and self._subscribed.is_set():
            self._now_up()
        else:
            self._subscribed.clear()
            if self._reader is not None:
                client.unsubscribe(list(topics.POSITIONS))  # a session of an earlier version's may still have them
            client.subscribe([(pattern, 1) for pattern in self._patterns])

    def _now_up(self) -> None:
        with self._turning:
            self._up = True
            self._subscribed.set()
            if self._reader is not None and not self._reading:
                self._reader.hurry()
            self._show_up()
        self._out.pump()

    def _show_up(self) -> None:
        if not (self._up and self._reading):
            return
        outgrown, self.stats.detail = self._noted
        self.stats.state = "outgrown" if outgrown else "connected"
        unread = [*self._refused_subscriptions, self._unread]
        if unread[0]:
            self.stats.detail = Message(
                "{user} may not read {topic}: give it the console's rights at the broker", user=self._user, topic=unread[0]
            )
        self._ready.set()

    def _refused(self, client: paho.Client, reason: ReasonCode) -> None:
        text = str(reason)
        if text == "Unsupported protocol version" and client.protocol == MQTTProtocolVersion.MQTTv5:
            log.info("the broker at %s does not speak MQTT 5; going on with 3.1.1", self._where)
            # paho's thread can't replace its own client
            threading.Thread(target=self._fall_back, args=(client,), daemon=True).start()
        elif text in ("Not authorized", "Bad user name or password", "Bad authentication method"):
            self._away(
                Message("the broker at {where} refuses {user}: check its name and password", where=self._where, user=self._user)
            )
        else:
            self._away(
                Message("the broker at {where} refuses the connection ({text}); trying again", where=self._where, text=text)
            )

    def _fall_back(self, old: paho.Client) -> None:
        self._stop(old)
        if self._closing:
            return
        self._out.take_back(old)
        self._client = self._new_client(4)
        self._client.loop_start()

    def _on_connect_fail(self, client: paho.Client, _: object) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, ssl.SSLCertVerificationError):
            self._away(
                Message(
                    "the certificate of {where} is not trusted ({why}): give its CA file",
                    where=self._where,
                    why=error.verify_message,
                )
            )
        elif isinstance(error, ssl.SSLError):
            self._away(
                Message(
                    "{where} does not answer with TLS: check the port, or use mqtt:// instead of mqtts://", where=self._where
                )
            )
        elif isinstance(error, socket.gaierror):
            self._away(Message("no computer is known as {host}: check the broker's address", host=self._host))
        else:
            self._away(
                Message(
                    "no broker answers at {where}: check that it runs and that the address is right; trying again",
                    where=self._where,
                )
            )

    def _on_disconnect(self, client: paho.Client, _: object, flags: object, reason: ReasonCode, properties: object) -> None:
        if client is not self._client or self._closing:
            return
        was_up, self._up = self._up, False
        self._generation += 1
        if was_up:
            self._away(self._gone)

    def _away(self, detail: str) -> None:
        if not self._closing:
            self.stats.state = "lost"
            self.stats.detail = detail

    # --- what the broker says

    def _on_publish(self, client: paho.Client, _: object, mid: int, reason: ReasonCode, properties: object) -> None:
        if client is not self._client:
            return
        if reason.is_failure:
            self.stats.detail = Message(
                "the broker refused a message of {user} ({reason}): check its rights there", user=self._user, reason=reason
            )
        self._out.done(mid, not reason.is_failure)

    def _on_subscribe(self, client: paho.Client, _: object, mid: int, reasons: list[ReasonCode], properties: object) -> None:
        if client is not self._client:
            return
        refused = [p for p, reason in zip(self._patterns, reasons, strict=False) if reason.is_failure]
        self._refused_subscriptions = [p for p in refused if not p.startswith(topics.MARKER)]
        self._now_up()

    def _on_message(self, client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "\ufffd"
        token = (self._generation, message.mid, message.qos)
        inbound = Inbound(topic, bytes(message.payload), message.retain, self._clock.now(), token)
        if topic.startswith(topics.MARKER):
            self._acknowledge(inbound)
            self._mark(inbound.payload)
        else:
            self._inbox.put_word(inbound)

    def _take_positions(self, messages: list[Inbound]) -> None:
        markers = [m.payload for m in messages if m.topic.startswith(topics.MARKER)]
        self._inbox.put_positions([m for m in messages if not m.topic.startswith(topics.MARKER)] if markers else messages)
        for marker in markers:
            self._mark(marker)

    def _mark(self, marker: bytes) -> None:
        with self._marked:
            self._markers[marker] = self._markers.get(marker, 0) + 1
            self._marked.notify_all()

    def _hear_reader(self, up: bool, why: str) -> None:
        with self._turning:
            self._reading = up
            if up:
                self._unread = "" if why.startswith(topics.MARKER) else why
                self._show_up()
            elif self._up:
                self._away(
                    Message(
                        "positions don't come from the broker at {where}: {reason}; trying again", where=self._where, reason=why
                    )
                    if why
                    else self._gone
                )

    def _acknowledge(self, message: Inbound) -> None:
        """Only on the connection it came by: on the next one the broker sends it again, under an id of its own choice."""
        match message.token:
            case (int(generation), int(mid), int(qos)) if qos and generation == self._generation:
                self._client.ack(mid, qos)


def _context(tls: Tls) -> ssl.SSLContext:
    """Raises BadInput for a certificate file that can't be used."""
    try:
        return ssl.create_default_context(cafile=None if tls.ca_file is None else str(tls.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise BadInput(
            Message("the certificate file {file} can't be used ({reason})", file=tls.ca_file, reason=cause(error))
        ) from error


def _send_at_once(client: paho.Client, _: object, sock: Any) -> None:
    """Without this a small message waits some 40 ms for the acknowledgement of the one before."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
