"""An MQTT 3.1.1 broker on asyncio: amqtt's packets on the wire, `core.messaging.exchange` behind it.

amqtt 0.12's own broker is not used. It hands every client that connects what is retained under anybody's subscriptions,
past its topic rules; it lets a stranger with a wrong password throw a session away by its client id; and it forgets what
was not acknowledged when a connection breaks.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field

from amqtt.adapters import BufferReader
from amqtt.errors import AMQTTError, MQTTError, NoDataError
from amqtt.mqtt import packet as kind
from amqtt.mqtt.connack import (
    CONNECTION_ACCEPTED,
    IDENTIFIER_REJECTED,
    NOT_AUTHORIZED,
    UNACCEPTABLE_PROTOCOL_VERSION,
    ConnackPacket,
)
from amqtt.mqtt.connect import ConnectPacket
from amqtt.mqtt.packet import MQTTFixedHeader
from amqtt.mqtt.pingresp import PingRespPacket
from amqtt.mqtt.puback import PubackPacket
from amqtt.mqtt.pubcomp import PubcompPacket
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.pubrec import PubrecPacket
from amqtt.mqtt.suback import SubackPacket
from amqtt.mqtt.subscribe import SubscribePacket
from amqtt.mqtt.unsuback import UnsubackPacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket

from core.messaging.access import MAX_ID, Access, Account, Role
from core.messaging.exchange import BACKLOG_BYTES, REFUSED, Exchange, Message, Session

log = logging.getLogger(__name__)

MAX_PACKET_BYTES = 300 * 1024
CONNECT_WITHIN_S = 10.0
FLUSH_WITHIN_S = 5.0
STOP_WITHIN_S = 1.0
REFUSAL_DELAY_S = 0.5
"""A stranger waits this long for the answer, so that guessing is slow."""
BURST_S = 4.0
"""A client may send so many seconds' worth of its rate at once: phones send what they kept while out of reach."""
MAX_TOPIC_BYTES = 1024


class _Closed(Exception):
    """The connection is to be ended; the text says why, empty where the client left in good order."""


@dataclass(slots=True)
class Meter:
    """A token bucket: how long a client has to wait before its next message is read."""

    rate: float
    tokens: float = 0.0
    at: float = 0.0
    slowed_at: float = field(default=-1e9)

    def delay_s(self, now: float) -> float:
        self.tokens = min(self.rate * BURST_S, self.tokens + (now - self.at) * self.rate) - 1.0
        self.at = now
        if self.tokens >= 0.0:
            return 0.0
        self.slowed_at = now
        return -self.tokens / self.rate


class Broker:
    """``client_rate`` is the most messages a second that one driver may send; console and simulator are not bounded."""

    def __init__(self, accounts: Mapping[str, Account], client_rate: float) -> None:
        self.exchange = Exchange(Access(accounts), time.monotonic)
        self.client_rate = client_rate
        self.connections: set[_Connection] = set()
        self.strangers = 0
        self.refused_packets = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port. Raise OSError where that can't be done."""
        self._server = await asyncio.start_server(self._serve, host, port, backlog=1024)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in tuple(self.connections):
            connection.end()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_WITHIN_S)

    def set_accounts(self, accounts: Mapping[str, Account]) -> None:
        """Known from now on. Whoever is connected and can't enter any more is put out."""
        self.exchange.access.accounts = dict(accounts)
        for connection in tuple(self.connections):
            if not connection.still_admitted():
                connection.end()

    def slowed(self) -> list[str]:
        """Users held back within the last seconds because they send too much."""
        since = time.monotonic() - 5.0
        return sorted({c.account.name for c in self.connections if c.account and c.meter.slowed_at > since})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, reader, writer)
        self.connections.add(connection)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await connection.run()
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError) as error:
            log.debug("a client is gone: %r", error)
        finally:
            self.connections.discard(connection)
            connection.end()
            try:
                async with asyncio.timeout(FLUSH_WITHIN_S):
                    await writer.wait_closed()
            except (OSError, TimeoutError):
                writer.transport.abort()


class _Connection:
    def __init__(self, broker: Broker, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.account: Account | None = None
        self.meter = Meter(broker.client_rate)
        self._broker = broker
        self._exchange = broker.exchange
        self._reader = reader
        self._writer = writer
        self._secret = ""
        self._session: Session | None = None
        self._will: tuple[str, bytes, int, bool] | None = None
        self._silence_s: float | None = None
        self._relief: asyncio.Future[None] | None = None
        self._half_received: set[int] = set()
        self._handlers: dict[int, Callable[[MQTTFixedHeader, bytes], Coroutine[None, None, None]]] = {
            kind.PUBLISH: self._publish,
            kind.PUBACK: self._puback,
            kind.PUBREL: self._pubrel,
            kind.SUBSCRIBE: self._subscribe,
            kind.UNSUBSCRIBE: self._unsubscribe,
            kind.PINGREQ: self._ping,
            kind.DISCONNECT: self._disconnect,
        }

    def still_admitted(self) -> bool:
        return self.account is None or self._exchange.access.admit(self.account.name, self._secret) is not None

    def end(self) -> None:
        if self._session is not None:
            self._exchange.leave(self._session, self)
        self._writer.close()

    def give_way(self) -> None:
        """The same client has connected again; its last will is told before its new connection says anything."""
        self._tell_will()
        self.end()

    # --- a session's link

    def send(self, message: Message, packet_id: int | None, again: bool) -> None:
        packet = PublishPacket.build(message.topic, message.payload, packet_id, again, message.qos, message.retained)
        self._write(packet.to_bytes())
        if self._relief is None and self.backlog() > BACKLOG_BYTES:
            self._relief = asyncio.ensure_future(self._go_on_when_drained())

    async def _go_on_when_drained(self) -> None:
        try:
            await self._writer.drain()
        except OSError:
            return  # the reader notices as well, and ends the session's connection
        finally:
            self._relief = None
        if self._session is not None and self._session.link is self:
            self._session.pump()

    def backlog(self) -> int:
        return self._writer.transport.get_write_buffer_size()

    def _write(self, data: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(data)

    # --- reading

    async def run(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                await self._connect(*await self._read())
            while True:
                async with asyncio.timeout(self._silence_s):
                    header, body = await self._read()
                handler = self._handlers.get(header.packet_type)
                if handler is None:
                    raise _Closed(f"packet type {header.packet_type} is not expected")
                await self._hold_back(header.packet_type)
                await handler(header, body)
        except _Closed as closed:
            if str(closed):
                self._broker.refused_packets += 1
                log.warning("%s is disconnected: %s", self.account.name if self.account else "a stranger", closed)
        except (AMQTTError, MQTTError, NoDataError, ValueError, IndexError) as error:
            # amqtt's packets raise any of these for bytes that are no packet
            self._broker.refused_packets += 1
            log.warning("%s sent no MQTT (%s) and is disconnected", self.account.name if self.account else "a stranger", error)
        finally:
            self._tell_will()

    async def _hold_back(self, packet_type: int) -> None:
        """Whoever sends too much waits, with their socket unread; acknowledgements are always welcome."""
        if packet_type in (kind.PUBACK, kind.PUBREL, kind.DISCONNECT) or self.meter.rate == math.inf:
            return
        delay_s = self.meter.delay_s(time.monotonic())
        if delay_s:
            await asyncio.sleep(delay_s)

    async def _read(self) -> tuple[MQTTFixedHeader, bytes]:
        first = (await self._reader.readexactly(1))[0]
        length = shift = 0
        while True:
            byte = (await self._reader.readexactly(1))[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
            if shift > 21:
                raise _Closed("a packet's length can't be read")
        if length > MAX_PACKET_BYTES:
            raise _Closed(f"a packet of {length} bytes is refused; at most {MAX_PACKET_BYTES} are read")
        return MQTTFixedHeader(first >> 4, first & 0x0F, length), await self._reader.readexactly(length)

    async def _connect(self, header: MQTTFixedHeader, body: bytes) -> None:
        if header.packet_type != kind.CONNECT:
            raise _Closed("the first packet has to be CONNECT")
        if body[:6] != b"\x00\x04MQTT" or len(body) < 10:
            raise _Closed("the protocol is not MQTT 3.1.1")
        if body[6] != 4:
            self._write(ConnackPacket.build(0, UNACCEPTABLE_PROTOCOL_VERSION).to_bytes())
            raise _Closed("")  # a client of MQTT 5 comes again with 3.1.1
        connect = await ConnectPacket.from_stream(BufferReader(body), fixed_header=header)
        account = self._exchange.access.admit(connect.username, connect.password)
        if account is None:
            self._broker.strangers += 1
            await asyncio.sleep(REFUSAL_DELAY_S)
            self._write(ConnackPacket.build(0, NOT_AUTHORIZED).to_bytes())
            raise _Closed(f"wrong name or password (it called itself {(connect.username or '')[:MAX_ID]!r})")
        clean = connect.clean_session_flag
        if connect.payload is None or (connect.payload.client_id_is_random and not clean):
            self._write(ConnackPacket.build(0, IDENTIFIER_REJECTED).to_bytes())
            raise _Closed("a lasting session needs a client id")
        self.account = account
        self._secret = connect.password or ""
        if account.role not in {Role.DRIVER, Role.LISTENER}:
            self.meter.rate = math.inf
        self.meter = Meter(self.meter.rate, self.meter.rate * BURST_S, time.monotonic())
        self._silence_s = connect.keep_alive * 1.5 or None
        if connect.will_flag and connect.will_topic:
            will = (connect.will_topic, bytes(connect.will_message or b""), connect.will_qos or 0, connect.will_retain_flag)
            self._will = will
        self._take_session(account, str(connect.client_id), clean)

    def _take_session(self, account: Account, client_id: str, clean: bool) -> None:
        old = self._exchange.sessions.get((account.name, client_id))
        if old is not None and isinstance(old.link, _Connection):
            old.link.give_way()
        session, present = self._exchange.open(account, client_id, clean)
        self._session = session
        self._write(ConnackPacket.build(int(present), CONNECTION_ACCEPTED).to_bytes())
        session.attach(self)

    def _tell_will(self) -> None:
        if self._will is not None and self.account is not None:
            topic, payload, qos, retain = self._will
            self._will = None
            self._exchange.publish(self.account, topic, payload, qos, retain)

    # --- packets

    async def _publish(self, header: MQTTFixedHeader, body: bytes) -> None:
        assert self.account is not None
        packet = await PublishPacket.from_stream(BufferReader(body), fixed_header=header)
        topic, payload = packet.topic_name, packet.data
        if not topic or payload is None or len(topic) > MAX_TOPIC_BYTES or packet.qos == 3:
            raise _Closed("a message without a usable topic or QoS")
        if packet.qos == 2 and packet.packet_id in self._half_received:
            self._write(PubrecPacket.build(packet.packet_id).to_bytes())
            return
        if not self._exchange.publish(self.account, topic, payload, packet.qos or 0, packet.retain_flag):
            self._broker.refused_packets += 1
            log.info("%s may not publish to %s", self.account.name, topic)
        if packet.qos == 1:
            self._write(PubackPacket.build(packet.packet_id).to_bytes())
        elif packet.qos == 2 and packet.packet_id is not None:
            self._half_received.add(packet.packet_id)
            self._write(PubrecPacket.build(packet.packet_id).to_bytes())

    async def _pubrel(self, header: MQTTFixedHeader, body: bytes) -> None:
        packet_id = int.from_bytes(body[:2])
        self._half_received.discard(packet_id)
        self._write(PubcompPacket.build(packet_id).to_bytes())

    async def _puback(self, header: MQTTFixedHeader, body: bytes) -> None:
        if self._session is not None:
            self._session.acknowledged(int.from_bytes(body[:2]))

    async def _subscribe(self, header: MQTTFixedHeader, body: bytes) -> None:
        assert self._session is not None
        packet = await SubscribePacket.from_stream(BufferReader(body), fixed_header=header)
        if packet.variable_header is None or packet.payload is None or not packet.payload.topics:
            raise _Closed("a subscription to nothing")
        session = self._session
        codes = [self._exchange.subscribe(session, pattern, qos) for pattern, qos in packet.payload.topics]
        self._write(SubackPacket.build(packet.variable_header.packet_id, codes).to_bytes())
        for (pattern, _), code in zip(packet.payload.topics, codes, strict=True):
            if code != REFUSED:
                self._exchange.send_retained(session, pattern)
            elif self.account is not None:
                log.info("%s may not subscribe to %s", self.account.name, pattern)

    async def _unsubscribe(self, header: MQTTFixedHeader, body: bytes) -> None:
        assert self._session is not None
        packet = await UnsubscribePacket.from_stream(BufferReader(body), fixed_header=header)
        if packet.variable_header is None or packet.payload is None:
            raise _Closed("an unsubscription from nothing")
        for pattern in packet.payload.topics:
            self._exchange.unsubscribe(self._session, pattern)
        self._write(UnsubackPacket.build(packet.variable_header.packet_id).to_bytes())

    async def _ping(self, header: MQTTFixedHeader, body: bytes) -> None:
        self._write(PingRespPacket.build().to_bytes())

    async def _disconnect(self, header: MQTTFixedHeader, body: bytes) -> None:
        self._will = None
        raise _Closed("")
