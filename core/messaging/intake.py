"""Positions off the broker by a reader of their own: whole buffers of MQTT 3.1.1 at once, acknowledged in one write.

They need none of MQTT 5's properties, and come by the thousand a second, at which paho's dozen calls a message are most of
the work. In a session of their own they also can't fill the broker's queue in front of a driver's words.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from core.clock import Clock
from core.domain.causes import cause
from core.domain.language import Message
from core.ports import Inbound

log = logging.getLogger(__name__)

CHUNK = 256 * 1024
CONNECT_S = 5.0
KEEPALIVE_S = 30
RETRY_S = (1.0, 30.0)

_CONNACK, _PUBLISH, _SUBACK, _PINGRESP = 0x20, 0x30, 0x90, 0xD0
_PUBACK, _PINGREQ = b"\x40\x02", b"\xc0\x00"
_REFUSED = {
    1: Message("it does not take MQTT 3.1.1, by which positions come: let it"),
    2: Message("it does not admit a second connection of the console's"),
    4: Message("check the console's name and password"),
    5: Message("check the console's name and password"),
}


class BadPacket(Exception):
    """The other side does not speak MQTT 3.1.1; the connection is of no use any more."""


class PositionReader:
    """Subscribes at QoS 1 in a lasting session, and connects again for as long as it is not closed.

    ``take`` gets the messages of a buffer at once, in the order in which they came; when it returns they are acknowledged.
    ``heard`` is told of each change: that the subscriptions stand, with the first one that was refused, or that they don't,
    and why in one line, which is empty where the connection broke. Both are called in the reader's thread.
    """

    def __init__(
        self,
        host: str,
        port: int,
        client_id: str,
        user: str,
        password: str,
        patterns: Sequence[str],
        clock: Clock,
        take: Callable[[list[Inbound]], None],
        heard: Callable[[bool, str], None],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._patterns = list(patterns)
        self._connect_packet = connect_packet(client_id, user, password)
        self._clock, self._take, self._heard = clock, take, heard
        self._closing, self._again = threading.Event(), threading.Event()
        self._sock: socket.socket | None = None
        self._sent_at = 0.0
        self._thread = threading.Thread(target=self._run, name="positions", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def hurry(self) -> None:
        """The broker is there again: no reason to wait longer for the next attempt."""
        self._again.set()

    def close(self) -> None:
        self._closing.set()
        self._again.set()
        sock = self._sock
        if sock is not None:
            with contextlib.suppress(OSError):  # it may be gone already
                # Not the wrapped one's own: it would take its state from under the reader.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _run(self) -> None:
        pause_s = RETRY_S[0]
        while not self._closing.is_set():
            try:
                with self._connect() as self._sock:
                    rest = self._begin(self._sock)
                    pause_s = RETRY_S[0]
                    self._read(self._sock, rest)
            except (BrokenPipeError, ConnectionResetError, TimeoutError):
                self._heard(False, "")
            except OSError as error:
                self._heard(False, cause(error))
            except BadPacket as error:
                self._heard(False, error.args[0])
            except Exception:  # whatever a message meets, positions must go on coming
                log.exception("the reader of positions failed; it begins anew")
                self._heard(False, Message("an error within the program, see the log"))
            finally:
                self._sock = None
            self._again.wait(pause_s)
            self._again.clear()
            pause_s = min(2 * pause_s, RETRY_S[1])

    def _connect(self) -> socket.socket:
        sock = socket.create_connection((self._host, self._port), CONNECT_S)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock if self._tls is None else self._tls.wrap_socket(sock, server_hostname=self._host)
        except BaseException:
            sock.close()
            raise

    def _begin(self, sock: socket.socket) -> bytes:
        """Connect and subscribe; gives what came behind the answers."""
        self._send(sock, self._connect_packet)
        data = _at_least(sock, b"", 4)
        if data[0] != _CONNACK:
            raise BadPacket(Message("it does not answer as a broker of MQTT does"))
        if data[3]:
            raise BadPacket(_REFUSED.get(data[3], Message("it refuses the connection ({code})", code=data[3])))
        self._send(sock, subscribe_packet(self._patterns))
        return data[4:]

    def _read(self, sock: socket.socket, rest: bytes) -> None:
        buffer, needed = bytearray(rest), 2
        sock.settimeout(KEEPALIVE_S / 3)
        silent_since = time.monotonic()
        while not self._closing.is_set():
            while len(buffer) >= needed:
                read = packets(bytes(buffer), self._clock.now())
                needed = read.needed
                del buffer[: read.used]
                if read.granted:
                    refused = [pattern for pattern, code in zip(self._patterns, read.granted, strict=False) if code > 2]
                    self._heard(True, refused[0] if refused else "")
                if read.messages:
                    self._take(read.messages)
                if read.acks:
                    self._send(sock, read.acks)
            try:
                chunk = sock.recv(CHUNK)
                silent_since = time.monotonic()
            except TimeoutError:
                chunk = b""
                if time.monotonic() - silent_since > 1.5 * KEEPALIVE_S:
                    raise ConnectionResetError from None
            else:
                if not chunk:
                    raise ConnectionResetError
            buffer += chunk
            if time.monotonic() - self._sent_at > KEEPALIVE_S / 2:
                self._send(sock, _PINGREQ)

    def _send(self, sock: socket.socket, data: bytes) -> None:
        sock.sendall(data)
        self._sent_at = time.monotonic()


class Read(NamedTuple):
    """What a buffer holds: messages and their acknowledgements, the answer to the subscriptions (a code each; empty where
    there is none), how many bytes are done with, and how many the rest needs to be read on."""

    messages: list[Inbound]
    acks: bytes
    granted: bytes
    used: int
    needed: int


def packets(data: bytes, now: float) -> Read:
    """Raise BadPacket for what no broker of MQTT 3.1.1 sends a subscriber of QoS 1."""
    messages: list[Inbound] = []
    acks: list[bytes] = []
    granted = b""
    at, size, needed = 0, len(data), 2
    while size - at >= 2:
        kind, length, body = data[at], data[at + 1], at + 2
        if length > 127:
            length &= 127
            for shift in (7, 14, 21):
                digit = data[body] if body < size else 0x80
                length |= (digit & 127) << shift
                body += 1
                if digit < 128:
                    break
            else:
                if body <= size:
                    raise BadPacket(Message("a packet's length can't be read"))
        end = body + length
        if end > size:
            needed = end - at
            break
        if kind & 0xF0 == _PUBLISH:
            start = body + 2
            stop = start + (data[body] << 8 | data[body + 1]) if length >= 2 else end + 1
            payload = stop
            if kind & 6:
                payload += 2
                if payload > end or kind & 4:
                    raise BadPacket(Message("a message can't be read"))
                acks.append(_PUBACK + data[stop:payload])
            elif stop > end:
                raise BadPacket(Message("a message can't be read"))
            try:
                topic = data[start:stop].decode()
            except UnicodeDecodeError:
                topic = "\ufffd"
            messages.append(Inbound(topic, data[payload:end], bool(kind & 1), now))
        elif kind == _SUBACK:
            granted = data[body + 2 : end]
        elif kind != _PINGRESP:
            raise BadPacket(Message("it does not answer as a broker of MQTT does"))
        at = end
    return Read(messages, b"".join(acks), granted, at, needed)


def connect_packet(client_id: str, user: str, password: str) -> bytes:
    """To a session that lasts (MQTT 3.1.1, 3.1)."""
    flags = 0x80 | 0x40 if user else 0
    texts = (client_id, user, password) if user else (client_id,)
    return _packet(0x10, b"\x00\x04MQTT\x04" + bytes([flags]) + KEEPALIVE_S.to_bytes(2) + b"".join(map(_text, texts)))


def subscribe_packet(patterns: Sequence[str]) -> bytes:
    return _packet(0x82, b"\x00\x01" + b"".join(_text(pattern) + b"\x01" for pattern in patterns))


def _packet(kind: int, body: bytes) -> bytes:
    head, length = bytearray([kind]), len(body)
    while length > 127:
        head.append(length & 127 | 128)
        length >>= 7
    head.append(length)
    return bytes(head) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2) + raw


def _at_least(sock: socket.socket, data: bytes, count: int) -> bytes:
    while len(data) < count:
        chunk = sock.recv(CHUNK)
        if not chunk:
            raise BadPacket(Message("it closed the connection"))
        data += chunk
    return data
