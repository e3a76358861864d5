"""What holds for the embedded broker and for mosquitto alike."""

from __future__ import annotations

import os
import socket
import time

from core.messaging import topics
from core.messaging.barrier import pass_through
from core.messaging.credentials import CONSOLE, SIMULATOR
from tests.mosquitto import wait_for

from .conftest import Broker, collect, quiet

CONNECT = b"\x10\x13\x00\x04MQTT\x04\xc0\x00\x3c\x00\x01a\x00\x01a\x00\x01b"


def test_drivers_use_their_own_topics_and_no_others(broker: Broker) -> None:
    console = broker.console()
    one = broker.join("D-1", [topics.offers("D-1"), topics.route("D-1"), topics.CONFIG, "owntracks/+/+/cmd"])
    for topic in (topics.fixes("D-2"), topics.orders("D-2"), topics.CONFIG, topics.offers("D-1"), "owntracks/D-2/phone"):
        one.publish(topic, b"forged", retain=True)
    own = [topics.fixes("D-1"), topics.status("D-1"), topics.orders("D-1"), "owntracks/D-1/phone", "owntracks/D-1/phone/event"]
    for topic in own:
        one.publish(topic, b"mine")
    pass_own = [(m.topic, m.payload) for m in collect(console, len(own))]
    assert sorted(pass_own) == sorted((topic, b"mine") for topic in own)
    assert quiet(console)
    for driver in ("D-2", "D-1"):
        console.publish(topics.offers(driver), f"for {driver}".encode())
        console.publish(f"{topics.owntracks(driver)}/cmd", f"cmd {driver}".encode())
    console.publish(topics.CONFIG, b"all")
    assert {m.payload for m in collect(one, 3)} == {b"for D-1", b"cmd D-1", b"all"}
    assert quiet(one)
    assert one.stats.state == "connected"


def test_owntracks_own_wildcard_shows_a_driver_no_other(broker: Broker) -> None:
    two = broker.join("D-2")
    two.publish("owntracks/D-2/phone", b"where D-2 was", retain=True)
    assert wait_for(lambda: not two.stats.pending)
    one = broker.join("D-1", ["owntracks/+/+"])
    two.publish("owntracks/D-2/phone", b"where D-2 is", retain=True)
    one.publish("owntracks/D-1/phone", b"where D-1 is", retain=True)
    assert [m.payload for m in collect(one, 1)] == [b"where D-1 is"]
    assert quiet(one)
    assert one.stats.state == "connected"
    broker.forget("owntracks/D-1/phone", "owntracks/D-2/phone")


def test_who_asks_for_others_offers_gets_none(broker: Broker) -> None:
    console = broker.console()
    console.publish(topics.route("D-2"), b"retained for D-2", retain=True)
    pass_through(console, console, 5)
    one = broker.join("D-1", ["#", topics.offers("D-2"), topics.route("D-2")], ready=False)
    assert one.wait_ready(5)
    console.publish(topics.offers("D-2"), b"for D-2")
    pass_through(console, console, 5)
    assert quiet(one)
    broker.forget(topics.route("D-2"))


def test_a_stranger_gets_nothing_and_is_told_why(broker: Broker) -> None:
    client = "console-and-strangers"
    console = broker.console(client_id=client)
    for user, password in (("nobody", "x"), (CONSOLE, "guessed")):
        stranger = broker.join(user, ["#"], password=password, ready=False, client_id=client)
        assert wait_for(lambda s=stranger: "refuses" in s.stats.detail), stranger.stats
        assert stranger.stats.state == "lost"
        assert f"refuses {user}: check its name and password" in stranger.stats.detail
        stranger.close()
    broker.join("D-1").publish(topics.fixes("D-1"), b"x")
    assert [m.payload for m in collect(console, 1)] == [b"x"]  # its session was not touched


def test_everything_sent_before_the_barrier_has_arrived_in_order_and_only_that_is_counted(broker: Broker) -> None:
    console, sim = broker.console(), broker.join(SIMULATOR, [topics.offers("+")])
    for step in range(20):
        for n in range(25):
            sim.publish(topics.fixes("D-1") if n % 2 else topics.orders("D-2"), b"%d" % (step * 25 + n))
        pass_through(sim, console, 10)
        got = console.drain()
        numbers = [step * 25 + n for n in range(25)]
        assert [int(m.payload) for m in got] == sorted(numbers, key=lambda n: n % 25 % 2)  # words first, each kind in order
        console.acknowledge(got)
        console.publish(topics.offers("D-1"), b"o")
        pass_through(console, sim, 10)
        assert len(sim.drain()) == 1
    assert (sim.stats.sent, console.stats.received, console.stats.sent, sim.stats.received) == (500, 500, 20, 20)


def test_what_was_not_acknowledged_before_we_died_comes_again(broker: Broker) -> None:
    client = "console-that-dies"
    console = broker.console(client_id=client)
    driver = broker.join("D-1")
    for n in range(4):
        driver.publish(topics.orders("D-1"), b"word %d" % n)
    assert wait_for(lambda: console.stats.received == 4)
    stored = console.drain(2)
    console.acknowledge(stored)
    time.sleep(0.2)
    console.close()
    driver.publish(topics.orders("D-1"), b"while away")
    assert wait_for(lambda: not driver.stats.pending)
    again = broker.console(client_id=client)
    assert [m.payload for m in collect(again, 3)] == [b"word 2", b"word 3", b"while away"]
    assert quiet(again)
    again.close()
    assert quiet(broker.console(client_id=client))


def test_a_route_is_there_for_a_driver_who_comes_later(broker: Broker) -> None:
    console = broker.console()
    console.publish(topics.route("D-1"), b"v1", retain=True)
    console.publish(topics.route("D-1"), b"v2", retain=True)
    pass_through(console, console, 5)
    late = broker.join("D-1", [topics.route("D-1")])
    [message] = collect(late, 1)
    assert (message.payload, message.retained) == (b"v2", True)
    broker.forget(topics.route("D-1"))


def test_an_app_that_speaks_3_1_1_and_one_that_asks_for_5_both_get_through(broker: Broker) -> None:
    console = broker.console()
    for mqtt5 in (False, True):
        driver = broker.join("D-1", mqtt5=mqtt5)
        driver.publish(topics.fixes("D-1"), b"x")
        assert collect(console, 1)


def test_bytes_that_are_no_mqtt_disturb_nobody(broker: Broker) -> None:
    console = broker.console()
    driver = broker.join("D-1")
    junk = [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        os.urandom(300),
        b"\x10\xff\xff\xff\x7f",
        b"\x10\xff\xff\xff\xff\xff",
        b"\x10\x00",
        b"\x30\x03\x00\x01a",
        CONNECT[:10],
        b"\x10\x0c\x00\x04MQTT\x04\xc0\x00\x00\x00\x00",
    ]
    for raw in junk:
        with socket.create_connection(("127.0.0.1", broker.port), timeout=2) as rogue:
            rogue.sendall(raw)
            time.sleep(0.02)
    driver.publish(topics.fixes("D-1"), b"x")
    assert [m.payload for m in collect(console, 1)] == [b"x"]
    assert console.stats.state == driver.stats.state == "connected"
