"""The transport while brokers come and go."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from core.clock import RealClock
from core.domain.errors import BadInput
from core.messaging import topics
from core.messaging.barrier import BarrierTimeout, pass_through
from core.messaging.credentials import CONSOLE, SIMULATOR, Credentials
from core.messaging.decode import decode
from core.messaging.mqtt import MqttTransport, Tls
from core.ports import Inbound
from tests.mosquitto import MOSQUITTO, Mosquitto, free_port, wait_for

from .conftest import Broker, collect

OPENSSL = shutil.which("openssl")


def test_nothing_is_lost_either_way_when_the_broker_is_killed_and_comes_back(mosquitto: Mosquitto) -> None:
    broker = Broker(mosquitto.port, mosquitto.credentials, "mosquitto")
    console = broker.console(client_id="console")
    sim = broker.join(SIMULATOR, [topics.offers("+")], client_id="sim")
    mosquitto.save()
    heard: dict[bytes, None] = {}
    told: dict[bytes, None] = {}
    acknowledged: list[tuple[int, bool]] = []

    def take() -> None:
        for transport, got in ((console, heard), (sim, told)):
            fresh = transport.drain()
            got.update((message.payload, None) for message in fresh)
            transport.acknowledge(fresh)

    for n in range(300):
        sim.publish(topics.orders("D-1"), b"word %d" % n)
        console.publish(topics.offers("D-1"), b"offer %d" % n, told=lambda taken, n=n: acknowledged.append((n, taken)))
        if n == 100:
            mosquitto.kill()
            assert wait_for(lambda: console.stats.state == sim.stats.state == "lost")
            assert "is lost; trying again" in console.stats.detail
        if n == 200:
            mosquitto.start()
        take()
        time.sleep(0.002)

    def all_there() -> bool:
        take()
        return len(heard) == len(told) == 300

    assert wait_for(all_there, 15), (len(heard), len(told), console.stats, sim.stats)
    assert list(heard) == [b"word %d" % n for n in range(300)]
    assert list(told) == [b"offer %d" % n for n in range(300)]
    assert wait_for(lambda: console.stats.pending == sim.stats.pending == 0)
    # Each was acknowledged once, those of the time without a broker as well.
    assert wait_for(lambda: len(acknowledged) == 300)
    assert sorted(acknowledged) == [(n, True) for n in range(300)]
    assert (console.stats.state, console.stats.detail) == ("connected", "")
    broker.close()


def test_messages_wait_for_a_broker_that_is_not_there_yet_unless_they_expire(credentials: Credentials, tmp_path: Path) -> None:
    mosquitto = Mosquitto(credentials, tmp_path / "mosquitto")
    broker = Broker(mosquitto.port, credentials, "mosquitto")
    early = broker.join(SIMULATOR, [topics.offers("+")], ready=False)
    assert wait_for(lambda: "no broker answers at" in early.stats.detail)
    heard: list[tuple[str, bool]] = []
    early.publish(topics.offers("D-1"), b"stale", expiry_s=0.1, told=lambda taken: heard.append(("stale", taken)))
    early.publish(topics.offers("D-1"), b"fresh", expiry_s=600, told=lambda taken: heard.append(("fresh", taken)))
    early.publish(topics.offers("D-1"), b"lasting", qos=0)
    assert early.stats.pending == 3
    mosquitto.start()
    try:
        assert [m.payload for m in collect(early, 2, 10)] == [b"fresh", b"lasting"]
        assert wait_for(lambda: early.stats.pending == 0)
        assert early.stats.sent == 3
        assert wait_for(lambda: sorted(heard) == [("fresh", True), ("stale", False)])
    finally:
        broker.close()
        mosquitto.kill()


def test_a_message_published_with_mosquitto_pub_moves_its_driver_and_no_other(mosquitto: Mosquitto) -> None:
    broker = Broker(mosquitto.port, mosquitto.credentials, "mosquitto")
    console = broker.console()
    location = '{"_type":"location","lat":59.9,"lon":10.7,"tst":1700000000,"vel":18}'

    def publish(user: str, topic: str) -> None:
        secret = mosquitto.credentials.secret(user)
        command = ["mosquitto_pub", "-p", str(mosquitto.port), "-u", user, "-P", secret, "-q", "1", "-t", topic, "-m", location]
        subprocess.run(command, check=False, capture_output=True, timeout=10)

    publish("D-2", "owntracks/D-1/phone")
    publish("D-1", "owntracks/D-1/phone")
    fixes = decode(collect(console, 2, 1.0)).fixes
    assert (fixes.drivers, fixes.lat.tolist(), fixes.spd.tolist()) == (["D-1"], [59.9], [5.0])
    broker.close()


def test_ten_thousand_messages_at_once_stay_within_what_the_broker_allows(mosquitto: Mosquitto) -> None:
    conf = mosquitto.folder / "mosquitto.conf"
    mosquitto.kill()
    conf.write_text(conf.read_text().replace("max_inflight_messages 60000", "max_inflight_messages 20"))
    mosquitto.process = subprocess.Popen(["/usr/sbin/mosquitto", "-c", str(conf)], stderr=subprocess.DEVNULL)
    assert wait_for(mosquitto.answers)
    broker = Broker(mosquitto.port, mosquitto.credentials, "mosquitto")
    console, sim = broker.console(), broker.join(SIMULATOR)
    publishers = [
        threading.Thread(target=lambda: [sim.publish(topics.fixes("D-1"), b"x") for _ in range(5000)]) for _ in range(2)
    ]
    for publisher in publishers:
        publisher.start()
    assert len(collect(console, 10_000, 20)) == 10_000
    for publisher in publishers:
        publisher.join()
    assert wait_for(lambda: sim.stats.pending == 0)
    assert sim.stats.sent == console.stats.received == 10_000
    assert console.stats.state == sim.stats.state == "connected"
    broker.close()


def test_a_console_that_can_not_keep_up_gives_up_positions_and_never_words(mosquitto: Mosquitto) -> None:
    broker = Broker(mosquitto.port, mosquitto.credentials, "mosquitto")
    console = broker.console(inbox_limit=100)
    sim = broker.join(SIMULATOR)
    for n in range(400):
        sim.publish(topics.orders("D-1") if n % 10 == 0 else topics.fixes("D-1"), b"%d" % n)
    pass_through(sim, console, 10)
    got = [int(m.payload) for m in collect(console, 100)]
    words, positions = [n for n in got if n % 10 == 0], [n for n in got if n % 10]
    assert words == list(range(0, 400, 10))
    assert len(positions) <= 100
    assert positions == [n for n in range(400) if n % 10][-len(positions) :]
    assert (console.stats.received, console.stats.shed) == (400, 360 - len(positions))
    broker.close()


def test_a_topic_that_mqtt_can_not_carry_costs_that_message_alone(mosquitto: Mosquitto) -> None:
    broker = Broker(mosquitto.port, mosquitto.credentials, "mosquitto")
    console = broker.console()
    console.publish("kerbside/v1/drivers/+/fixes", b"bad")
    console.publish(topics.fixes("D-1"), b"good")
    assert [m.payload for m in collect(console, 1)] == [b"good"]
    assert console.stats.dropped == 1
    assert wait_for(lambda: console.stats.pending == 0)
    broker.close()


def test_an_offer_that_expired_while_the_driver_was_away_is_not_sent(mosquitto: Mosquitto) -> None:
    broker = Broker(mosquitto.port, mosquitto.credentials, "mosquitto")
    driver = broker.join("D-1", [topics.offers("D-1")], client_id="phone-away")
    driver.close()
    console = broker.console()
    console.publish(topics.offers("D-1"), b"stale", expiry_s=1.0)
    console.publish(topics.offers("D-1"), b"fresh", expiry_s=600.0)
    assert wait_for(lambda: not console.stats.pending)
    time.sleep(2.1)
    got = [m.payload for m in collect(broker.join("D-1", [topics.offers("D-1")], client_id="phone-away"), 2, 1.5)]
    assert got == [b"fresh"]
    broker.close()


def test_a_barrier_that_nothing_comes_through_says_so(mosquitto: Mosquitto) -> None:
    broker = Broker(mosquitto.port, mosquitto.credentials, "mosquitto")
    console, sim = broker.console(), broker.join(SIMULATOR)
    mosquitto.kill()
    with pytest.raises(BarrierTimeout, match="slow or away"):
        pass_through(sim, console, 0.2)
    broker.close()


@pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
def test_words_and_positions_both_come_through_tls(mosquitto: Mosquitto) -> None:
    folder = mosquitto.folder
    make = [str(OPENSSL), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=kerbside"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key"), "-out", str(folder / "crt")]
    subprocess.run([*make, *names], check=True, capture_output=True, timeout=30)
    mosquitto.kill()
    conf = folder / "mosquitto.conf"
    conf.write_text(conf.read_text() + f"certfile {folder / 'crt'}\nkeyfile {folder / 'key'}\n")
    mosquitto.process = subprocess.Popen([str(MOSQUITTO), "-c", str(conf)], stderr=subprocess.DEVNULL)
    assert wait_for(mosquitto.answers)
    broker = Broker(mosquitto.port, mosquitto.credentials, "mosquitto")
    console = broker.console(tls=Tls(folder / "crt"))
    driver = broker.join("D-1", tls=Tls(folder / "crt"))
    for n in range(200):
        driver.publish(topics.fixes("D-1"), b"%d" % n * 1000)
    driver.publish(topics.orders("D-1"), b"word")
    got = collect(console, 201)
    assert sorted(m.payload for m in got) == sorted([b"word", *(b"%d" % n * 1000 for n in range(200))])
    broker.close()


def test_a_session_that_an_earlier_version_left_does_not_bring_positions_twice(mosquitto: Mosquitto) -> None:
    broker = Broker(mosquitto.port, mosquitto.credentials, "mosquitto")
    earlier = paho.Client(paho.CallbackAPIVersion.VERSION2, "console", clean_session=False)
    earlier.username_pw_set(CONSOLE, mosquitto.credentials.secret(CONSOLE))
    there = threading.Event()
    earlier.on_subscribe = lambda *_: there.set()
    earlier.connect("127.0.0.1", mosquitto.port)
    earlier.loop_start()
    earlier.subscribe([(pattern, 1) for pattern in topics.FROM_DRIVERS])
    assert there.wait(5)
    earlier.disconnect()
    earlier.loop_stop()
    console = broker.console(client_id="console")
    broker.join("D-1").publish(topics.fixes("D-1"), b"x")
    assert [m.payload for m in collect(console, 2, 0.5)] == [b"x"]
    broker.close()


def test_the_reader_comes_back_with_the_broker_and_brings_what_was_kept_for_it(mosquitto: Mosquitto) -> None:
    broker = Broker(mosquitto.port, mosquitto.credentials, "mosquitto")
    console = broker.console(client_id="console")
    mosquitto.save()
    mosquitto.kill()
    assert wait_for(lambda: console.stats.state == "lost")
    mosquitto.start()
    driver = broker.join("D-1")
    driver.publish(topics.fixes("D-1"), b"while away")
    driver.publish(topics.orders("D-1"), b"word")
    assert sorted(m.payload for m in collect(console, 2, 10)) == [b"while away", b"word"]
    assert wait_for(lambda: console.stats.state == "connected")
    broker.close()


def transport(host: str, port: int, **more: Tls) -> MqttTransport:
    return MqttTransport(host, port, "c", CONSOLE, "x", [], RealClock(), **more)


def test_an_address_that_can_not_be_one_is_refused_at_once() -> None:
    for host, port in (("", 1883), ("h", 0), ("h", 70_000)):
        with pytest.raises(BadInput, match="the broker's address"):
            transport(host, port)


# paho leaves the socket of a failed TLS handshake to the garbage collector
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
def test_what_is_wrong_with_the_way_to_the_broker_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def hang_up() -> None:
            try:
                plain.accept()[0].close()
            except OSError:
                return

        threading.Thread(target=hang_up, daemon=True).start()
        cases = [
            (transport("127.0.0.1", free_port()), "no broker answers at 127.0.0.1"),
            (transport("127.0.0.1", plain.getsockname()[1], tls=Tls()), "127.0.0.1"),
            (transport("no-such-host.invalid", 1883), "no computer is known as no-such-host.invalid"),
        ]
        for tried, said in cases:
            assert wait_for(lambda t=tried: t.stats.state == "lost", 10), said
            assert said in tried.stats.detail
            assert "\n" not in tried.stats.detail
            tried.close()
    with pytest.raises(BadInput, match="certificate file"):
        transport("127.0.0.1", 1, tls=Tls(tmp_path / "missing.pem"))


def test_closing_while_nothing_answers_is_quick() -> None:
    lonely = transport("127.0.0.1", free_port())
    lonely.publish("a", b"x")
    started = time.monotonic()
    lonely.close()
    assert time.monotonic() - started < 3.0
    lonely.acknowledge([Inbound("a", b"")])
    assert (lonely.stats.state, lonely.drain()) == ("lost", [])
