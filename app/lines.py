"""The lines to the drivers: the broker of the settings, our own client at it, and the drivers' credentials."""

from __future__ import annotations

import logging
import socket
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.api.keyring import Keyring
from core.domain.errors import KerbsideError
from core.messaging import topics
from core.messaging.access import Account
from core.messaging.address import parse_address
from core.messaging.credentials import SIMULATOR, Credentials
from core.messaging.embedded import BrokerHealth, EmbeddedBroker
from core.settings import Settings
from core.storage.folder import DataFolder

if TYPE_CHECKING:
    from core.bus import Bus
    from core.clock import Clock
    from core.messaging.mqtt import MqttTransport

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """The broker of the settings, ready to be spoken to at ``at``, by MQTT 5 or 3.1.1; the others are those of `Lines`."""

    credentials: Credentials
    broker: EmbeddedBroker | None
    at: str
    host: str
    port: int
    tls: bool
    mqtt5: bool = False

    def stop(self) -> None:
        if self.broker is not None:
            self.broker.stop()


@dataclass(slots=True)
class Lines:
    """``broker`` is ``None`` where somebody else runs it. ``host`` is what a phone has to be told."""

    credentials: Credentials
    broker: EmbeddedBroker | None
    console: MqttTransport
    host: str
    port: int
    tls: bool

    @property
    def health(self) -> BrokerHealth | None:
        return None if self.broker is None else self.broker.health

    def simulator(self, clock: Clock) -> MqttTransport:
        """The one connection that serves all simulated drivers."""
        from core.messaging.mqtt import MqttTransport
        from core.simulation.simulator import SUBSCRIPTIONS

        assert self.broker is not None, "simulated drivers belong on the embedded broker"
        secret = self.credentials.secret(SIMULATOR)
        return MqttTransport("127.0.0.1", self.port, SIMULATOR, SIMULATOR, secret, SUBSCRIPTIONS, clock, mqtt5=False)

    def follow_drivers(self, bus: Bus) -> None:
        """Give each driver who is added a password, and take it from those who are removed."""
        from core.domain.events import DriverRegistered, DriverRemoved

        def added(event: DriverRegistered) -> None:
            # Simulated drivers share one account; hundreds of passwords would only slow the start.
            if event.actor != "simulator":
                self.credentials.ensure([driver.id for driver in event.drivers])

        def removed(event: DriverRemoved) -> None:
            for driver in event.drivers:
                self.credentials.remove(driver.id)

        bus.subscribe(DriverRegistered, added)
        bus.subscribe(DriverRemoved, removed)

    def stop(self) -> None:
        if self.broker is not None:
            self.broker.stop()


def open_lines(folder: DataFolder, settings: Settings, clock: Clock, *, private: bool = False) -> Lines:
    """`open_post` and `join` in one."""
    return join(open_post(folder, settings, private=private), clock)


def open_post(folder: DataFolder, settings: Settings, *, private: bool = False) -> Post:
    """Start the embedded broker, or point at the one of the settings. Takes a second or so: not for the main thread.

    ``private`` keeps the broker on this machine and on any free port, as the demo wants it. Raises BadInput for an address
    that can't be used, BrokerFailed where the broker can't be started.
    """
    credentials = Credentials(folder.credentials, settings.text("mqtt.user"))
    address = settings.text("mqtt.broker")
    if not private and address != "embedded":
        host, port, tls = parse_address(address)
        return Post(credentials, None, host, host, port, tls, settings.text("mqtt.version") == "5")
    broker = EmbeddedBroker(
        credentials,
        "127.0.0.1" if private else settings.text("mqtt.listen"),
        0 if private else int(settings.number("mqtt.port")),
        settings.number("mqtt.client_rate"),
        settings.number("mqtt.outgrown_at"),
        dict if private else partial(_listeners, folder.keys),
    )
    host = settings.text("mqtt.address") or own_address()
    return Post(credentials, broker, "127.0.0.1", host, broker.start(), False)


def _listeners(keys: Path) -> dict[str, Account]:
    """Other systems that may listen. Whatever is wrong with the file of keys is said where HTTP opens."""
    try:
        return Keyring(keys).listeners()
    except KerbsideError:
        return {}


def somebody_elses_post(folder: DataFolder, settings: Settings) -> Post:
    """Where the embedded broker can't be started: whoever has its port, waited for like any broker that is away."""
    credentials = Credentials(folder.credentials, settings.text("mqtt.user"))
    port = int(settings.number("mqtt.port")) or 1883
    return Post(credentials, None, "127.0.0.1", settings.text("mqtt.address") or own_address(), port, False)


def join(post: Post, clock: Clock) -> Lines:
    """Connect the console. A broker that is not there is waited for: `Lines.console` says so."""
    # Not above: what a broker's start has to wait for is kept small, and numpy comes with this.
    from core.messaging.mqtt import MqttTransport, Tls

    user, broker = post.credentials.console, post.broker
    console = MqttTransport(
        post.at,
        post.port,
        user,
        user,
        post.credentials.secret(user),
        topics.FROM_DRIVERS,
        clock,
        tls=Tls() if post.tls else None,
        mqtt5=post.mqtt5,  # the embedded broker speaks 3.1.1; asking first would cost a second
    )
    if broker is not None:
        broker.on_health(lambda health: console.note_broker(health.state == "outgrown", health.detail))
    return Lines(post.credentials, broker, console, post.host, post.port, post.tls)


def own_address() -> str:
    """This machine's address as phones in the same network see it; nothing is sent to find it."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737): only the routing table is asked
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"


def check_broker(address: str) -> None:
    """Raise BadInput for an address that `open_lines` could not use."""
    if address != "embedded":
        parse_address(address)
