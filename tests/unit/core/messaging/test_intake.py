"""The reader of positions: MQTT's packets in whole buffers, however the network cuts them."""

from __future__ import annotations

import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import RealClock
from core.messaging.intake import BadPacket, PositionReader, connect_packet, packets, subscribe_packet
from core.ports import Inbound

SUBACK = b"\x90\x03\x00\x01\x01"
PINGRESP = b"\xd0\x00"


def publish(topic: str, payload: bytes, packet_id: int, qos: int = 1, retain: bool = False) -> bytes:
    raw = topic.encode()
    body = len(raw).to_bytes(2) + raw + (packet_id.to_bytes(2) if qos else b"") + payload
    head, length = bytearray([0x30 | qos << 1 | retain]), len(body)
    while length > 127:
        head.append(length % 128 | 128)
        length //= 128
    return bytes(head) + bytes([length]) + body


Message = tuple[str, bytes, int, int, bool]
MESSAGES = st.lists(
    st.tuples(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
        st.one_of(st.binary(max_size=200), st.integers(100, 20_000).map(bytes)),
        st.integers(1, 65_535),
        st.integers(0, 1),
        st.booleans(),
    ),
    max_size=8,
)


@given(MESSAGES, st.lists(st.integers(1, 3000), min_size=1, max_size=5), st.booleans())
def test_whatever_way_the_network_cuts_them_messages_come_whole_in_order_and_are_acknowledged(
    sent: list[Message], cuts: list[int], chatter: bool
) -> None:
    stream = b"".join((PINGRESP if chatter else b"") + publish(*message) for message in sent)
    buffer, got, acks, needed, place, turn = b"", list[Inbound](), b"", 2, 0, 0
    while place < len(stream):
        step = cuts[turn % len(cuts)]
        buffer, place, turn = buffer + stream[place : place + step], place + step, turn + 1
        if len(buffer) < needed:
            continue
        read = packets(buffer, 5.0)
        buffer, needed = buffer[read.used :], read.needed
        assert needed > len(buffer)
        got += read.messages
        acks += read.acks
    assert buffer == b""
    assert [(m.topic, m.payload, m.retained, m.received_at) for m in got] == [(t, p, r, 5.0) for t, p, _, _, r in sent]
    assert acks == b"".join(b"\x40\x02" + i.to_bytes(2) for _, _, i, qos, _ in sent if qos)


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_or_refused(data: bytes) -> None:
    try:
        read = packets(data, 0.0)
    except BadPacket:
        return
    assert 0 <= read.used <= len(data)
    assert read.needed > len(data) - read.used


@pytest.mark.parametrize(
    "bad",
    [
        b"\x30\x00",
        b"\x30\x01a",
        b"\x30\x03\x00\x05a",
        b"\x32\x03\x00\x01a",
        b"\x34\x05\x00\x01a\x00\x01",
        b"\x10\x00",
        b"HTTP/1.1 400 Bad Request",
        b"\x30\xff\xff\xff\xff\x01",
    ],
)
def test_what_no_broker_sends_ends_the_connection(bad: bytes) -> None:
    with pytest.raises(BadPacket):
        packets(bad + bytes(200), 0.0)


def test_a_topic_that_is_no_text_is_handed_on_to_be_refused() -> None:
    read = packets(b"\x32\x07\x00\x01\xff\x00\x09hi", 0.0)
    assert [(m.topic, m.payload) for m in read.messages] == [("\ufffd", b"hi")]
    assert read.acks == b"\x40\x02\x00\x09"


def test_the_answer_to_the_subscriptions_is_told() -> None:
    assert packets(b"\x90\x04\x00\x01\x01\x80", 0.0).granted == b"\x01\x80"


def test_it_asks_for_a_session_that_lasts_with_its_name_and_password() -> None:
    assert connect_packet("c", "u", "pw") == b"\x10\x14\x00\x04MQTT\x04\xc0\x00\x1e\x00\x01c\x00\x01u\x00\x02pw"
    assert connect_packet("c", "", "") == b"\x10\x0d\x00\x04MQTT\x04\x00\x00\x1e\x00\x01c"
    assert subscribe_packet(["a/+", "b"]) == b"\x82\x0c\x00\x01\x00\x03a/+\x01\x00\x01b\x01"


class Broker:
    """One that answers what it is told to, once per connection."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.seen: list[bytes] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        for answer in self.answers:
            try:
                link, _ = self.server.accept()
            except OSError:
                return
            with link:
                self.seen.append(link.recv(1000))
                link.sendall(answer)
                link.settimeout(0.3)
                try:
                    while more := link.recv(1000):
                        self.seen[-1] += more
                except TimeoutError:
                    pass


def test_it_comes_back_after_a_break_and_says_what_is_wrong_meanwhile() -> None:
    told: list[tuple[bool, str]] = []
    got: list[bytes] = []
    done = threading.Event()

    def heard(up: bool, why: str) -> None:
        told.append((up, why))
        reader.hurry()

    def take(messages: list[Inbound]) -> None:
        got.extend(m.payload for m in messages)
        if got == [b"one", b"two"]:
            done.set()

    connected = b"\x20\x02\x00\x00" + SUBACK
    broker = Broker(b"\x20\x02\x00\x05", connected + publish("t", b"one", 1), b"HTTP/1.1", connected + publish("t", b"two", 2))
    reader = PositionReader("127.0.0.1", broker.port, "c", "u", "p", ["t"], RealClock(), take, heard)
    reader.start()
    assert done.wait(10)
    reader.close()
    broker.server.close()
    assert told[:5] == [
        (False, "check the console's name and password"),
        (True, ""),
        (False, ""),
        (False, "it does not answer as a broker of MQTT does"),
        (True, ""),
    ]
    assert b"\x40\x02\x00\x01" in broker.seen[1]
