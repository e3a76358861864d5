"""The embedded broker's process: limits, crashes, and what becomes of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.api.keyring import Keyring, Scope
from core.messaging import topics
from core.messaging.barrier import pass_through
from core.messaging.credentials import CONSOLE, SIMULATOR, Credentials
from core.messaging.embedded import BrokerFailed, EmbeddedBroker
from tests.mosquitto import wait_for

from .conftest import Broker, collect, quiet


@pytest.fixture
def broker(embedded: EmbeddedBroker) -> Iterator[Broker]:
    facade = Broker(embedded.health.port, embedded._credentials, "embedded")
    yield facade
    facade.close()


def test_a_busy_fleet_loses_nothing_and_one_too_busy_is_reported(
    credentials: Credentials, capfd: pytest.CaptureFixture[str]
) -> None:
    small = EmbeddedBroker(credentials, outgrown_at=700)
    broker = Broker(small.start(), credentials, "embedded")
    console, sim = broker.console(), broker.join(SIMULATOR)
    small.on_health(lambda health: console.note_broker(health.state == "outgrown", health.detail))
    payload = b'{"fixes":[{"t":1,"lat":1,"lon":1}]}'
    started = time.monotonic()
    for n in range(6500):
        sim.publish(topics.fixes(f"D-{n % 60}"), payload)
        time.sleep(max(0.0, started + n / 1000 - time.monotonic()))
        if n % 100 == 0:
            console.acknowledge(console.drain())
    pass_through(sim, console, 10)
    assert console.stats.received == 6500
    assert wait_for(lambda: console.stats.state == "outgrown")
    assert "outgrown the embedded broker" in console.stats.detail
    assert "mosquitto" in small.health.detail
    small.stop()  # while clients are connected
    assert small.health.state == "stopped"
    assert capfd.readouterr().err == ""
    broker.close()


def test_a_console_that_is_busy_for_a_while_gets_megabytes_at_once_and_in_order(broker: Broker) -> None:
    console, sim = broker.console(), broker.join(SIMULATOR)
    for n in range(2000):
        sim.publish(topics.fixes("D-1"), b"%08d" % n + b"x" * 10_000)
    pass_through(sim, console, 20)  # nothing is acknowledged yet
    got = console.drain()
    assert [int(m.payload[:8]) for m in got] == list(range(2000))
    console.acknowledge(got)


def test_a_client_that_floods_is_slowed_down_and_reported_and_disturbs_nobody(embedded: EmbeddedBroker, broker: Broker) -> None:
    console = broker.console()
    flood, calm = broker.join("D-1"), broker.join("D-2")
    for n in range(20_000):
        flood.publish(topics.fixes("D-1"), b"%d" % n)
    late = []
    for n in range(30):
        calm.publish(topics.orders("D-2"), b"word %d" % n)
        sent = time.monotonic()
        seen: set[bytes] = set()

        def came(wanted: bytes = b"word %d" % n, seen: set[bytes] = seen) -> bool:
            fresh = console.drain()
            console.acknowledge(fresh)
            seen.update(m.payload for m in fresh)
            return wanted in seen

        assert wait_for(came, 2.0)
        late.append(time.monotonic() - sent)
        time.sleep(0.05)
    assert sorted(late)[15] < 0.1
    assert console.stats.received < 30 + 200 + 50 * 10
    assert wait_for(lambda: "D-1" in embedded.health.slowed)
    assert "D-2" not in embedded.health.slowed
    assert "more than 50 messages a second: D-1" in embedded.health.detail
    assert calm.stats.state == console.stats.state == "connected"
    flood._client.socket().close()  # leave without a word, thousands unsent


def test_a_driver_added_or_removed_while_it_runs_counts_at_once(credentials: Credentials, broker: Broker) -> None:
    console = broker.console()
    credentials.ensure(["D-9"])
    late = broker.join("D-9")
    late.publish(topics.fixes("D-9"), b"hello")
    assert [m.payload for m in collect(console, 1)] == [b"hello"]
    credentials.remove("D-9")
    assert wait_for(lambda: "refuses D-9" in late.stats.detail)
    assert console.stats.state == "connected"


def test_a_crash_is_mended_and_what_was_sent_meanwhile_arrives(embedded: EmbeddedBroker, broker: Broker) -> None:
    console, sim = broker.console(client_id="console-in-crash"), broker.join(SIMULATOR, client_id="sim-in-crash")
    port, pid, before = embedded.health.port, embedded.pid, embedded.health.restarts
    assert pid is not None
    os.kill(pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    assert wait_for(lambda: embedded.health.restarts == before + 1)
    assert "ended unexpectedly" in embedded.health.detail
    assert wait_for(lambda: sim.stats.state == console.stats.state == "lost")
    assert wait_for(lambda: embedded.health.state == "running")
    assert (embedded.health.port, embedded.pid != pid) == (port, True)
    assert console.wait_ready(10)
    assert wait_for(lambda: console.stats.state == "connected", 10)
    for n in range(10):
        sim.publish(topics.orders("D-1"), b"%d" % n)
    assert [m.payload for m in collect(console, 10, 10)] == [b"%d" % n for n in range(10)]


def test_a_last_will_is_told_when_the_connection_breaks_and_before_the_next_birth(broker: Broker) -> None:
    console = broker.console()
    phone = broker.join("D-1", client_id="phone", will=(topics.status("D-1"), b"offline"))
    phone.publish(topics.status("D-1"), b"online")
    assert [m.payload for m in collect(console, 1)] == [b"online"]
    again = broker.join("D-1", client_id="phone", will=(topics.status("D-1"), b"offline"))
    again.publish(topics.status("D-1"), b"online again")
    got = [m.payload for m in collect(console, 2)]
    assert got[:2] == [b"offline", b"online again"]


def test_leaving_in_good_order_tells_no_will(broker: Broker) -> None:
    console = broker.console()
    broker.join("D-1", will=(topics.status("D-1"), b"offline")).close()
    assert quiet(console)


def test_a_silent_connection_is_ended_after_its_keepalive(broker: Broker, credentials: Credentials) -> None:
    console = broker.console()
    secret, topic = credentials.secret("D-1").encode(), topics.status("D-1").encode()
    parts = [b"silent", topic, b"gone", b"D-1", secret]
    body = b"\x00\x04MQTT\x04\xc6\x00\x01" + b"".join(len(p).to_bytes(2) + p for p in parts)
    with socket.create_connection(("127.0.0.1", broker.port)) as phone:
        phone.sendall(bytes([0x10, len(body)]) + body)
        phone.settimeout(5)
        assert phone.recv(4) == b"\x20\x02\x00\x00"
        assert [m.payload for m in collect(console, 1)] == [b"gone"]
        assert phone.recv(1) == b""


def test_qos_2_is_taken_once_however_often_it_is_sent(broker: Broker, credentials: Credentials) -> None:
    console = broker.console()
    secret, topic = credentials.secret("D-1").encode(), topics.orders("D-1").encode()
    body = b"\x00\x04MQTT\x04\xc2\x00\x3c" + b"".join(len(p).to_bytes(2) + p for p in (b"x", b"D-1", secret))
    publish = len(topic).to_bytes(2) + topic + b"\x00\x07once"
    with socket.create_connection(("127.0.0.1", broker.port), timeout=5) as phone:
        phone.sendall(bytes([0x10, len(body)]) + body)
        assert phone.recv(4) == b"\x20\x02\x00\x00"
        for flags in (0x34, 0x3C):
            phone.sendall(bytes([flags, len(publish)]) + publish)
            assert phone.recv(4) == b"\x50\x02\x00\x07"
        phone.sendall(b"\x62\x02\x00\x07")
        assert phone.recv(4) == b"\x70\x02\x00\x07"
    assert [m.payload for m in collect(console, 1)] == [b"once"]
    assert quiet(console)


def test_a_taken_port_is_named_with_what_to_do(credentials: Credentials) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        blocked = EmbeddedBroker(credentials, port=port)
        with pytest.raises(BrokerFailed, match=f"can't listen at 127.0.0.1:{port} .*: set mqtt.port to a free port, or to 0"):
            blocked.start()
        blocked.stop()


def test_it_has_no_qt_in_it_and_ends_with_the_console_however_that_dies(tmp_path: Path) -> None:
    script = tmp_path / "console.py"
    script.write_text(
        "import sys, time, pathlib\n"
        "from core.messaging.credentials import Credentials\n"
        "from core.messaging.embedded import EmbeddedBroker\n"
        "if __name__ == '__main__':\n"
        "    import PySide6.QtCore\n"
        "    broker = EmbeddedBroker(Credentials(pathlib.Path(sys.argv[1])))\n"
        "    broker.start()\n"
        "    print(broker.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    root = Path(__file__).parents[3]
    command = [sys.executable, str(script), str(tmp_path / "c.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(root)}, text=True) as console:
        assert console.stdout is not None
        child = psutil.Process(int(console.stdout.readline()))
        if sys.platform == "linux":
            assert not any("Qt" in part.path for part in child.memory_maps())
        console.kill()
    assert wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_the_console_user_can_be_given_another_name(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path / "c.json", console="boss")
    running = EmbeddedBroker(credentials)
    broker = Broker(running.start(), credentials, "embedded")
    boss = broker.join("boss", ["#"])
    boss.publish("anything", b"x")
    assert collect(boss, 1)
    assert CONSOLE not in credentials.names()
    broker.close()
    running.stop()


def test_a_key_made_while_it_runs_lets_another_system_listen(credentials: Credentials, tmp_path: Path) -> None:
    import paho.mqtt.client as mqtt

    keyring = Keyring(tmp_path / "keys.json")
    broker = EmbeddedBroker(credentials, listeners=keyring.listeners)
    facade = Broker(broker.start(), credentials, "embedded")
    key, text = keyring.make("Shop", [Scope.EVENTS_READ])
    heard: list[str] = []
    codes: list[object] = []
    shop = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="shop")
    shop.username_pw_set(key.id, text)
    shop.on_message = lambda _client, _data, message: heard.append(message.topic)
    shop.on_connect = lambda client, _data, _flags, code, _more: codes.append(code) or client.subscribe("#", 1)
    shop.on_disconnect = lambda *_: codes.append("put out")
    shop.connect("127.0.0.1", broker.health.port)
    shop.loop_start()
    console = facade.console()

    def told() -> bool:
        console.publish(topics.offers("D-1"), b"secret")
        console.publish("shop/Delivered/O-1", b"{}")
        time.sleep(0.1)
        return bool(heard)

    assert wait_for(told, 20), codes
    keyring.revoke(key.id)
    assert wait_for(lambda: "put out" in codes, 20)
    assert set(heard) == {"shop/Delivered/O-1"}
    shop.loop_stop()
    facade.close()
    broker.stop()
