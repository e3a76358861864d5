"""`serve` as a user runs it: it answers on its broker, lives through nonsense, stops cleanly, and is alone in its folder."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from core.clock import RealClock
from core.domain.driver import Presence
from core.domain.order import Status
from core.messaging import topics
from core.messaging.codecs.kerbside import OfferMessage, decode_to_driver
from core.messaging.credentials import Credentials
from core.messaging.mqtt import MqttTransport
from core.storage.store import Store
from tests.mosquitto import free_port, wait_for

from .conftest import finish, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to catch there")

FILES = {
    "shops.csv": "id,name,lat,lon,prep_min\nM-1,Rosa,45.0,9.0,0\n",
    "people.csv": "id,name,vehicle\nD-1,Ada,scooter\nD-2,Bob,bike\n",
    "orders.csv": "id,merchant,lat,lon\nO-1,M-1,45.01,9.01\n",
}


@dataclass
class Served:
    """A running `serve` on its embedded broker."""

    process: subprocess.Popen[str]
    data: Path
    port: int
    lines: queue.Queue[str]
    said: list[str]

    def says(self, part: str, timeout_s: float = 30.0) -> str:
        """Wait for a line with this in it."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                self.said.append(self.lines.get(timeout=max(0.01, deadline - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"no line with {part!r}: {self.said}") from None
            if part in self.said[-1]:
                return self.said[-1]

    def phone(self, driver_id: str) -> MqttTransport:
        secret = Credentials(self.data / "credentials.json").secret(driver_id)
        listen = [topics.offers(driver_id), topics.route(driver_id)]
        return MqttTransport("127.0.0.1", self.port, f"{driver_id}-app", driver_id, secret, listen, RealClock(), mqtt5=False)


def begin(folder: Path, **settings: object) -> Served:
    data, port = folder / "data", free_port()
    data.mkdir(exist_ok=True)
    for name, content in FILES.items():
        (folder / name).write_text(content)
    if not (data / "kerbside.db").exists():
        assert finish(start("--data", data, "import", *(folder / name for name in FILES)))[0] == 0
    (data / "settings.toml").write_text(f'[mqtt]\nport = {port}\nlisten = "127.0.0.1"\n[matching]\ncycle_s = 1\n')
    lines: queue.Queue[str] = queue.Queue()
    process = start("--data", data, "serve")

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line.strip())

    threading.Thread(target=read, daemon=True).start()
    return Served(process, data, port, lines, [])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = begin(tmp_path)
    yield served
    if served.process.poll() is None:
        served.process.kill()
    served.process.wait()
    for stream in (served.process.stdout, served.process.stderr):
        assert stream is not None
        stream.close()


def test_it_serves_until_it_is_told_to_stop(served: Served) -> None:
    served.says("serving from")
    served.says("broker connected")

    second = finish(start("--data", served.data, "serve"))
    assert second[0] == 2
    assert second[1] == ""
    assert len(second[2].splitlines()) == 1
    assert f"in use by another Kerbside (process {served.process.pid})" in second[2]

    phone = served.phone("D-1")
    try:
        assert phone.wait_ready(10), phone.stats
        for nonsense in (b"{", b"\xff\x00", b'{"fixes": [{"t": 1, "lat": 400, "lon": 9}]}', b"null", b""):
            phone.publish(topics.fixes("D-1"), nonsense)
        for _ in range(5):
            assert "message refused on kerbside/v1/drivers/D-1/fixes" in served.says("message refused")
        now = time.time()
        phone.publish(topics.status("D-1"), b'{"state": "online", "t": %.3f}' % now)
        phone.publish(topics.fixes("D-1"), b'{"fixes": [{"t": %.3f, "lat": 45.001, "lon": 9.001}], "mode": "active"}' % now)
        offers: list[OfferMessage] = []

        def asked() -> list[OfferMessage]:
            messages = phone.drain()
            phone.acknowledge(messages)
            offers.extend(m for m in (decode_to_driver(i.topic, i.payload) for i in messages) if isinstance(m, OfferMessage))
            return offers

        assert wait_for(asked, 30)
        accept = b'{"id": "w-1", "event": "accept", "offer": "%s", "t": %.3f}' % (offers[0].id.encode(), time.time())
        phone.publish(topics.orders("D-1"), accept)
        assert wait_for(lambda: phone.stats.pending == 0)
        time.sleep(0.5)
    finally:
        phone.close()

    served.process.send_signal(signal.SIGTERM)
    served.says("stopped; everything is stored")
    assert served.process.wait(20) == 0
    assert served.process.stderr is not None
    assert served.process.stderr.read() == ""
    with closing(Store.open(served.data / "kerbside.db")) as store:
        world = store.load().world
        assert (world.orders["O-1"].status, world.orders["O-1"].driver_id) == (Status.ASSIGNED, "D-1")
        assert world.drivers["D-1"].presence is Presence.ONLINE
        assert [p.driver_id for p in store.load().positions] == ["D-1"]
        assert store.rebuild_check() == []
    assert finish(start("--data", served.data, "import", served.data.parent / "people.csv"))[0] == 0  # the folder is free


def test_a_broker_that_dies_is_started_again_and_said_so(served: Served) -> None:
    served.says("broker connected")
    children = psutil.Process(served.process.pid).children(recursive=True)
    [broker] = [child for child in children if served.port in {at.laddr.port for at in child.net_connections() if not at.raddr}]
    broker.kill()
    served.says("broker lost")
    served.says("broker connected")
    served.process.send_signal(signal.SIGTERM)
    served.says("stopped")
    assert served.process.wait(20) == 0


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("settings.toml", b"[map]\ncity = 'gone.city'\n", "there is no city file gone.city"),
        ("credentials.json", b"garbage", "credentials.json is damaged"),
        ("kerbside.db", b"garbage" * 1000, "is no database"),
    ],
)
def test_a_folder_that_can_t_be_served_is_refused_in_one_line(
    tmp_path: Path, running: Callable[..., subprocess.Popen[str]], name: str, content: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(content)
    if name != "settings.toml":
        (tmp_path / "settings.toml").write_text(f'[mqtt]\nport = {free_port()}\nlisten = "127.0.0.1"\n')
    code, out, err = finish(running("--data", tmp_path, "serve"))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert why in err


def test_wrong_settings_are_said_and_the_program_goes_on(tmp_path: Path, running: Callable[..., subprocess.Popen[str]]) -> None:
    settings = tmp_path / "settings.toml"
    text = f'[mqtt]\nport = {free_port()}\nlisten = "127.0.0.1"\n[strange]\nkey = "kept"\n[offers]\nlimit_s = "soon"\n'
    settings.write_text(text)
    process = running("--data", tmp_path, "serve")
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(3)]
    process.send_signal(signal.SIGTERM)
    assert finish(process)[0] == 0
    assert said[0] == "kerbside: there is no setting strange.key; the default is used\n"
    assert said[1] == "kerbside: setting offers.limit_s wants a number, not 'soon'; the default is used\n"
    assert "serving from" in said[2]
    assert settings.read_text() == text
