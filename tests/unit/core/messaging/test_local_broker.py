"""The in-process broker behaves as one at the end of a network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import SteppedClock
from core.messaging import topics
from core.messaging.barrier import pass_through
from core.messaging.local import LocalBroker, LocalTransport


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(100.0)


@pytest.fixture
def broker(clock: SteppedClock) -> LocalBroker:
    return LocalBroker(clock)


def payloads(transport: LocalTransport) -> list[bytes]:
    return [message.payload for message in transport.drain()]


def test_messages_arrive_at_once_in_their_order_stamped_by_the_clock(broker: LocalBroker, clock: SteppedClock) -> None:
    console, sim = broker.endpoint("console", topics.FROM_DRIVERS), broker.endpoint("sim", [])
    sim.publish(topics.fixes("D-1"), b"1")
    clock.advance(5)
    sim.publish(topics.owntracks("D-2"), b"2")
    sim.publish(topics.route("D-1"), b"nobody's")
    got = console.drain()
    assert [(m.payload, m.received_at, m.retained) for m in got] == [(b"1", 100.0, False), (b"2", 105.0, False)]
    assert (console.stats.received, sim.stats.sent, console.stats.state) == (2, 3, "connected")
    assert console.drain() == []


def test_a_message_comes_once_however_many_filters_match(broker: LocalBroker) -> None:
    console = broker.endpoint("console", ["a/#", "a/+", "a/b", "a/b"])
    console.publish("a/b", b"x")
    assert payloads(console) == [b"x"]


def test_what_is_retained_is_there_for_who_subscribes_later_until_it_is_cleared(broker: LocalBroker) -> None:
    console = broker.endpoint("console", [])
    console.publish("a/1", b"old", retain=True)
    console.publish("a/1", b"new", retain=True)
    console.publish("a/2", b"x", retain=True)
    console.publish("a/2", b"", retain=True)
    console.publish("a/3", b"passing")
    late = broker.endpoint("late", ["a/+"])
    assert [(m.payload, m.retained) for m in late.drain()] == [(b"new", True)]
    assert late.stats.received == 1


def test_drain_takes_no_more_than_it_is_asked_for(broker: LocalBroker) -> None:
    console = broker.endpoint("console", ["#"])
    for n in range(5):
        console.publish("a", b"%d" % n)
    assert [m.payload for m in console.drain(2)] == [b"0", b"1"]
    assert payloads(console) == [b"2", b"3", b"4"]


def test_a_marker_is_neither_counted_nor_drained_and_nobody_waits_for_it(broker: LocalBroker) -> None:
    a, b = broker.endpoint("a", ["#"]), broker.endpoint("b", ["#"])
    a.publish(f"{topics.MARKER}/b", b"m")
    pass_through(a, b, 0.0)
    assert (a.stats.sent, b.stats.received, b.drain()) == (0, 0, [])


def test_a_closed_endpoint_neither_sends_nor_receives(broker: LocalBroker) -> None:
    a, b = broker.endpoint("a", ["#"]), broker.endpoint("b", ["#"])
    a.close()
    b.publish("x", b"1")
    a.publish("x", b"2")
    assert a.drain() == []
    assert payloads(b) == [b"1"]


@given(st.lists(st.tuples(st.sampled_from(["a", "a/b", "a/b/c", "b"]), st.binary(max_size=3)), max_size=30))
def test_every_message_that_matches_arrives_exactly_once_and_in_order(sent: list[tuple[str, bytes]]) -> None:
    broker = LocalBroker(SteppedClock())
    console, sim = broker.endpoint("console", ["a/+", "a/+/c"]), broker.endpoint("sim", [])
    for topic, payload in sent:
        sim.publish(topic, payload)
    wanted = [(topic, payload) for topic, payload in sent if topic in ("a/b", "a/b/c")]
    assert [(m.topic, m.payload) for m in console.drain()] == wanted
    assert (sim.stats.sent, console.stats.received) == (len(sent), len(wanted))
