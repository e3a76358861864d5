"""A fleet on mosquitto: phones with OwnTracks and their own credentials, and a broker that goes and comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.lines import Lines, open_lines
from core.bus import Bus
from core.clock import RealClock
from core.domain import commands as c
from core.domain.driver import App, Driver, Presence
from core.domain.events import BrokerChanged, Event
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Status
from core.domain.reports import Word
from core.domain.vehicle import Vehicle
from core.engine.engine import Engine
from core.messaging import topics
from core.messaging.codecs.kerbside import AssignMessage, RouteMessage, decode_to_driver, encode_word
from core.messaging.credentials import Credentials
from core.messaging.mqtt import MqttTransport
from core.routing.great_circle import GreatCircle
from core.settings import Settings
from core.storage.folder import DataFolder
from core.storage.store import Store
from core.worker import InlineExecutor
from tests.mosquitto import MOSQUITTO, MOSQUITTO_PUB, Mosquitto, wait_for

pytestmark = pytest.mark.skipif(MOSQUITTO is None or MOSQUITTO_PUB is None, reason="mosquitto is not installed")

PLACE = LatLon(45.01, 9.01)


class Fleet:
    """A core whose broker is mosquitto, with one OwnTracks driver, OT, and one with our app, D-1."""

    def __init__(self, path: Path) -> None:
        self.folder = DataFolder(path)
        self.settings = Settings()
        self.clock = RealClock()
        credentials = Credentials(self.folder.credentials, self.settings.text("mqtt.user"))
        credentials.ensure(["OT", "D-1", "D-2"])
        self.broker = Mosquitto(credentials, path / "mosquitto")
        self.broker.start()
        self.settings.set("mqtt.broker", f"mqtt://127.0.0.1:{self.broker.port}")
        self.lines: Lines = open_lines(self.folder, self.settings, self.clock)
        self.store = Store.open(self.folder.database)
        self.bus = Bus()
        self.heard: list[Event] = []
        self.bus.subscribe(BrokerChanged, self.heard.append)
        self.engine = Engine(
            clock=self.clock,
            bus=self.bus,
            settings=self.settings,
            store=self.store,
            transport=self.lines.console,
            executor=InlineExecutor(GreatCircle()),
        )
        self.engine.matching_paused = True
        self.phones: list[MqttTransport] = []
        assert self.lines.console.wait_ready(10)
        self.engine.execute(c.SaveMerchant(merchant=Merchant("M-1", "Rosa", LatLon(45.0, 9.0))))
        for driver in (
            Driver("OT", "Olga", Vehicle.BIKE, App.OWNTRACKS),
            Driver("D-1", "Ada", Vehicle.BIKE),
            Driver("D-2", "Bob", Vehicle.BIKE),
        ):
            self.engine.execute(c.SaveDriver(driver=driver))
            self.engine.execute(c.SetPresence(driver_id=driver.id, presence=Presence.ONLINE))

    def phone(self, driver_id: str) -> MqttTransport:
        secret = self.broker.credentials.secret(driver_id)
        listen = [topics.offers(driver_id), topics.route(driver_id)]
        phone = MqttTransport("127.0.0.1", self.broker.port, f"{driver_id}-app", driver_id, secret, listen, self.clock)
        self.phones.append(phone)
        assert phone.wait_ready(10)
        return phone

    def until(self, true: Callable[[], Any], timeout_s: float = 10.0) -> bool:
        def beat() -> Any:
            self.engine.tick()
            return true()

        return wait_for(beat, timeout_s)

    def place_of(self, driver_id: str) -> tuple[float, float]:
        row = self.engine.positions.row(driver_id)
        return float(self.engine.positions.lat[row]), float(self.engine.positions.lon[row])

    def close(self) -> None:
        for phone in self.phones:
            phone.close()
        self.engine.close()
        self.lines.console.close()
        self.store.close()
        self.lines.stop()
        self.broker.kill()
        self.folder.close()


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    fleet = Fleet(tmp_path)
    yield fleet
    fleet.close()


def location(place: LatLon) -> dict[str, object]:
    return {"_type": "location", "lat": place.lat, "lon": place.lon, "tst": int(time.time()), "acc": 8, "vel": 18, "t": "u"}


def test_a_location_moves_the_driver_whose_credentials_it_came_with_within_a_second(fleet: Fleet) -> None:
    assert fleet.until(lambda: fleet.heard)
    fleet.broker.publish("OT", "owntracks/OT/phone", location(PLACE))
    began = time.monotonic()
    assert fleet.until(lambda: fleet.place_of("OT") == PLACE, 1.0)
    assert time.monotonic() - began < 1.0

    elsewhere = location(LatLon(46.0, 10.0))
    for user, password in (("D-1", None), ("OT", "guessed"), ("nobody", "x")):
        fleet.broker.publish(user, "owntracks/OT/phone", elsewhere, password=password)
    fleet.broker.publish("D-1", "owntracks/D-1/phone", location(LatLon(45.5, 9.5)))  # what D-1 may say is heard
    assert fleet.until(lambda: fleet.place_of("D-1") == (45.5, 9.5))
    assert fleet.place_of("OT") == PLACE
    assert fleet.engine.refused_count == 0


def test_nothing_is_lost_while_the_broker_is_away(fleet: Fleet) -> None:
    phone = fleet.phone("D-1")
    assert fleet.until(lambda: fleet.lines.console.stats.state == "connected")
    fleet.engine.execute(c.PlaceOrder(order_id="O-1", merchant_id="M-1", dropoff=PLACE))
    fleet.engine.execute(c.PlaceOrder(order_id="O-2", merchant_id="M-1", dropoff=PLACE))
    fleet.engine.execute(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    assert fleet.until(lambda: phone.stats.received >= 3)
    phone.acknowledge(phone.drain())
    time.sleep(0.1)
    fleet.broker.save()

    fleet.broker.kill()
    assert fleet.until(lambda: fleet.heard[-1].state == "lost")
    said = fleet.heard[-1].detail  # of whichever of the two connections noticed it last
    assert any(words in said for words in ("messages wait", "no broker answers", "nobody listens there"))
    _, promised = fleet.engine.execute(c.AssignOrder(order_id="O-2", driver_id="D-1"))
    word = Word("D-1", "w-1", "picked_up", None, "O-1", "", time.time())
    phone.publish(topics.orders("D-1"), encode_word(word))
    assert fleet.until(promised.done)  # it is stored, whatever the broker does
    assert fleet.lines.console.stats.pending > 0

    fleet.broker.start()
    told: list[object] = []

    def hear() -> bool:
        messages = phone.drain()
        phone.acknowledge(messages)
        told.extend(decode_to_driver(m.topic, m.payload) for m in messages)
        return any(isinstance(m, RouteMessage) and "w-1" in m.seen for m in told)

    assert fleet.until(hear, 20), told
    assert fleet.heard[-1].state == "connected"
    assert [m.order for m in told if isinstance(m, AssignMessage)] == ["O-2"]
    last = [m for m in told if isinstance(m, RouteMessage)][-1]
    assert [(s.kind, s.order) for s in last.stops] == [("dropoff", "O-1"), ("pickup", "O-2"), ("dropoff", "O-2")]
    assert fleet.engine.world.orders["O-1"].status is Status.CARRYING
    assert fleet.until(lambda: fleet.lines.console.stats.pending == 0)
    assert fleet.store.rebuild_check() == []
