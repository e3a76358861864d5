"""Real brokers: the embedded one in its process, and mosquitto where it is installed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.clock import RealClock
from core.messaging import topics
from core.messaging.credentials import CONSOLE, Credentials
from core.messaging.embedded import EmbeddedBroker
from core.messaging.mqtt import MqttTransport
from core.ports import Inbound
from tests.mosquitto import MOSQUITTO, Mosquitto, wait_for

DRIVERS = ["D-1", "D-2"]


@dataclass
class Broker:
    """Either broker, as a client sees it."""

    port: int
    credentials: Credentials
    name: str
    transports: list[MqttTransport] = field(default_factory=list)

    def join(
        self, user: str, subscriptions: Iterable[str] = (), client_id: str = "", ready: bool = True, **more: Any
    ) -> MqttTransport:
        more.setdefault("mqtt5", self.name == "mosquitto")
        password = more.pop("password", None) or self.credentials.secret(user)
        client_id = client_id or f"{user}-{len(self.transports)}-{time.monotonic_ns()}"
        transport = MqttTransport("127.0.0.1", self.port, client_id, user, password, subscriptions, RealClock(), **more)
        self.transports.append(transport)
        if ready:
            assert transport.wait_ready(10), transport.stats
        return transport

    def console(self, *subscriptions: str, **more: Any) -> MqttTransport:
        return self.join(CONSOLE, subscriptions or topics.FROM_DRIVERS, **more)

    def forget(self, *retained: str) -> None:
        """Take retained messages away, since tests share a broker."""
        console = self.join(CONSOLE)
        for topic in retained:
            console.publish(topic, b"", retain=True)
        assert wait_for(lambda: not console.stats.pending)

    def close(self) -> None:
        for transport in self.transports:
            transport.close()
        self.transports.clear()


def collect(transport: MqttTransport, count: int, timeout_s: float = 5.0) -> list[Inbound]:
    """So many messages, acknowledged."""
    got: list[Inbound] = []

    def enough() -> bool:
        fresh = transport.drain()
        transport.acknowledge(fresh)
        got.extend(fresh)
        return len(got) >= count

    wait_for(enough, timeout_s)
    return got


def quiet(transport: MqttTransport, for_s: float = 0.3) -> bool:
    """Whether nothing comes for a while."""
    time.sleep(for_s)
    return not transport.drain()


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    credentials = Credentials(tmp_path_factory.mktemp("data") / "credentials.json")
    credentials.ensure(DRIVERS)
    return credentials


@pytest.fixture
def mosquitto(credentials: Credentials, tmp_path: Path) -> Iterator[Mosquitto]:
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")
    running = Mosquitto(credentials, tmp_path / "mosquitto")
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="module")
def embedded(credentials: Credentials) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(credentials)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(params=["embedded", "mosquitto"])
def broker(request: pytest.FixtureRequest, credentials: Credentials) -> Iterator[Broker]:
    """A test that takes this runs against both."""
    running = request.getfixturevalue(request.param)
    port = running.health.port if request.param == "embedded" else running.port
    facade = Broker(port, credentials, request.param)
    yield facade
    facade.close()
