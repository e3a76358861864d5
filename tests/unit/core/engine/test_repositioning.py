"""Idle drivers are sent towards expected demand, through the whole core: told, obeyed, ended, remembered."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain import commands as c
from core.domain.driver import Activity, App, Break, Driver, Presence
from core.domain.events import OrderReceived, RepositioningBegan, RepositioningEnded
from core.domain.geo import LatLon
from core.domain.merchant import OwnDrivers
from core.domain.order import Order, Status
from core.domain.vehicle import Vehicle
from core.messaging.codecs.kerbside import RouteMessage, Towards
from core.routing.great_circle import GreatCircle
from core.simulation.params import SimulationParams
from core.simulation.simulator import SUBSCRIPTIONS, Simulator
from tests.examples import examples
from tests.rigs import FAR, MERCHANT, NEAR, START, Rig
from tests.unit.core.engine.test_any_course_of_events import live, steps
from tests.unit.core.simulation.conftest import small_city

AWAY = LatLon(45.012, 9.0)


def remember(rig: Rig, a_quarter: int = 4, place: LatLon = MERCHANT, merchant: str = "M-1", days: int = 7) -> None:
    """The orders of the days before: so many each quarter of an hour, all day long."""
    past = []
    for n in range(days * 96 * a_quarter):
        at = START - days * 86_400.0 + n * 900.0 / a_quarter
        order = Order(f"past-{merchant}-{n}", merchant, place, place, at, at, at + 1800, status=Status.DELIVERED, status_at=at)
        past.append(OrderReceived(at=at, orders=(order,)))
    rig.store.write(past).result(30)


@pytest.fixture
def rig(make_rig) -> Rig:
    rig: Rig = make_rig()
    rig.settings.set("repositioning.on", True)
    remember(rig)
    rig.merchant()
    return rig


def wait(rig: Rig, seconds: float) -> None:
    """Time goes by; whoever is on the road says where they are."""
    for _ in range(int(seconds // 60)):
        rig.tick(60.0)
        stay(rig)
    rig.tick(seconds % 60)


def stay(rig: Rig) -> None:
    for driver in rig.world.drivers.values():
        row = rig.engine.positions.find(driver.id)
        if row is not None and driver.presence is not Presence.OFFLINE:
            rig.fix(driver.id, LatLon(float(rig.engine.positions.lat[row]), float(rig.engine.positions.lon[row])))


def test_an_idle_driver_is_told_where_to_wait_and_why_it_stands_in_the_log(rig: Rig) -> None:
    rig.driver("D-1", place=AWAY)
    wait(rig, 240)
    assert rig.events(RepositioningBegan) == []  # not idle for long enough
    rig.phones.drain()
    wait(rig, 120)
    [began] = rig.events(RepositioningBegan)
    sent = rig.world.drivers["D-1"].towards
    assert sent is not None
    assert (sent.place, sent.near, sent.expected, sent.supply) == (MERCHANT, "Rosa", 4.0, 0)
    assert began.reason == "near Rosa 4.0 orders are expected within 15 min, 0 free there"
    route = next(m for m in reversed(rig.told("D-1")) if isinstance(m, RouteMessage))
    assert route.towards == Towards(*MERCHANT, "Rosa", sent.until)
    assert (route.stops, rig.world.activity("D-1")) == ([], Activity.FREE)


def test_off_by_default(make_rig) -> None:
    rig = make_rig()
    remember(rig)
    rig.merchant()
    rig.driver("D-1", place=AWAY)
    wait(rig, 900)
    assert rig.events(RepositioningBegan) == []


def test_without_a_history_nothing_is_proposed(make_rig) -> None:
    rig = make_rig()
    rig.settings.set("repositioning.on", True)
    rig.merchant()
    rig.driver("D-1", place=AWAY)
    wait(rig, 900)
    assert rig.events(RepositioningBegan) == []


def test_no_more_are_sent_than_are_lacking_and_those_who_are_there_count(rig: Rig) -> None:
    for n in range(1, 8):
        rig.driver(f"D-{n}", place=AWAY if n > 2 else NEAR)
    wait(rig, 420)
    assert len(rig.events(RepositioningBegan)) == 2  # four are expected, two are there
    wait(rig, 180)
    assert len(rig.events(RepositioningBegan)) == 2


def test_on_the_way_an_order_may_come_and_ends_it(rig: Rig) -> None:
    rig.driver("D-1", place=AWAY)
    wait(rig, 360)
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    route = next(m for m in reversed(rig.told("D-1")) if isinstance(m, RouteMessage))
    assert (len(route.stops), isinstance(route.towards, Towards)) == (2, False)
    assert [e.reason for e in rig.events(RepositioningEnded)] == ["has an order"]
    assert rig.world.drivers["D-1"].towards is None


@pytest.mark.parametrize(
    ("what", "reason"),
    [("arrive", "has got there"), ("dawdle", "is not there in time"), ("offline", "went offline"), ("off", "switched off")],
)
def test_how_it_ends(rig: Rig, what: str, reason: str) -> None:
    rig.driver("D-1", place=AWAY)
    wait(rig, 360)
    rig.tick()
    if what == "arrive":
        rig.fix("D-1", LatLon(MERCHANT.lat + 0.001, MERCHANT.lon))
    elif what == "offline":
        rig.status("D-1", "offline")
    elif what == "off":
        rig.settings.set("repositioning.on", False)
    else:
        wait(rig, 900)
    rig.tick()
    rig.tick()
    assert [e.reason for e in rig.events(RepositioningEnded)] == [reason]
    route = next(m for m in reversed(rig.told("D-1")) if isinstance(m, RouteMessage))
    assert not isinstance(route.towards, Towards)


def test_who_was_sent_is_left_alone_for_a_while_even_after_a_restart(rig: Rig) -> None:
    rig.driver("D-1", place=AWAY)
    wait(rig, 360)
    wait(rig, 840)  # never goes; given up
    assert len(rig.events(RepositioningEnded)) == 1
    rig.restart()
    wait(rig, 300)
    assert rig.events(RepositioningBegan) == []
    wait(rig, 120)
    assert len(rig.events(RepositioningBegan)) == 1


def test_a_restart_tells_it_again(rig: Rig) -> None:
    rig.driver("D-1", place=AWAY)
    wait(rig, 360)
    before = rig.world.drivers["D-1"]
    assert before.towards is not None
    rig.restart()
    assert rig.world.drivers["D-1"] == before
    assert rig.store.rebuild_check() == []
    rig.phones.drain()
    rig.tick()
    assert any(isinstance(m, RouteMessage) and isinstance(m.towards, Towards) for m in rig.told("D-1"))
    rig.fix("D-1", MERCHANT)
    rig.tick()
    rig.tick()
    assert [e.reason for e in rig.events(RepositioningEnded)] == ["has got there"]


@pytest.mark.parametrize("what", ["shift ends soon", "break soon", "has a route", "is asked", "a merchant's own", "on a break"])
def test_who_is_not_sent(rig: Rig, what: str) -> None:
    now = rig.clock.now()
    driver = Driver("D-1", "Ada", Vehicle.SCOOTER)
    if what == "shift ends soon":
        driver = replace(driver, shift_end=now + 1500.0)
    elif what == "break soon":
        driver = replace(driver, breaks=(Break(now + 900.0, now + 1200.0),))
    elif what == "a merchant's own":
        rig.merchant(id="M-2", name="Luna", fleet="luna", own_drivers=OwnDrivers.ONLY)
        driver = replace(driver, group="luna")
    rig.driver("D-1", place=AWAY)
    rig.tick()
    rig.do(c.SaveDriver(driver=driver))
    if what in {"has a route", "is asked"}:
        rig.settings.set("offers.limit_s", 600.0)
        rig.place()
        kind = c.AssignOrder if what == "has a route" else c.OfferOrder
        rig.do(kind(order_id="O-1", driver_id="D-1"))
    elif what == "on a break":
        rig.do(c.SetPresence(driver_id="D-1", presence=Presence.BREAK))
    wait(rig, 480)
    assert rig.events(RepositioningBegan) == []


def test_orders_that_other_drivers_bring_are_no_reason_to_wait_for_them(make_rig) -> None:
    rig = make_rig()
    rig.settings.set("repositioning.on", True)
    remember(rig, merchant="M-2")
    rig.merchant(id="M-2", name="Luna", fleet="luna", own_drivers=OwnDrivers.ONLY)
    rig.driver("D-1", place=AWAY)
    wait(rig, 600)
    assert rig.events(RepositioningBegan) == []


class Watched(Rig):
    """Notes what whoever is sent was doing at that moment."""

    def open(self) -> None:
        super().open()
        self.sent: list[tuple[Activity, bool, float]] = getattr(self, "sent", [])
        self.bus.subscribe(RepositioningBegan, self._look)

    def _look(self, began: RepositioningBegan) -> None:
        [driver] = began.drivers
        busy = driver.id in self.world.routes or self.world.open_offer(driver.id) is not None
        assert driver.sent is not None
        self.sent.append((self.world.activity(driver.id), busy, driver.sent.expected - driver.sent.supply))


def test_whatever_happens_nobody_who_is_busy_is_ever_sent() -> None:
    sent = []

    @settings(max_examples=examples(25), suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(steps, min_size=5, max_size=30))
    def play(course: list[object]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            rig = Watched(Path(folder, "kerbside.db"))
            try:
                for key, value in {"on": True, "idle_min": 0.0, "again_min": 0.0, "longest_min": 60.0}.items():
                    rig.settings.set(f"repositioning.{key}", value)
                remember(rig, 1, FAR, days=1)
                rig.merchant()
                for driver_id in ("D-1", "D-2", "D-3"):
                    rig.driver(driver_id)
                for step in course:
                    live(rig, [step, ("tick", 30.0)])
                loaded = rig.store.load()
                assert loaded.world.drivers == rig.world.drivers
                assert rig.store.rebuild_check() == []
                assert all(activity is Activity.FREE and not busy and gap >= 1 for activity, busy, gap in rig.sent)
                sent.extend(rig.sent)
            finally:
                rig.close()

    play()
    assert sent  # else nothing was tried


def test_owntracks_gets_a_waypoint_and_is_rid_of_it(rig: Rig) -> None:
    rig.driver("D-1", App.OWNTRACKS, place=None)
    rig.send("owntracks/D-1/phone", {"_type": "location", "lat": AWAY.lat, "lon": AWAY.lon, "tst": int(rig.clock.now())})
    rig.settings.set("tracking.offline_after_passive_s", 7200.0)

    def commands() -> list[dict[str, object]]:
        said = [json.loads(m.payload) for m in rig.phones.drain() if m.topic.endswith("/cmd")]
        return [one for one in said if "aypoints" in one["action"]]

    rig.tick(60.0, times=6)
    [waypoint] = commands()[-1]["waypoints"]["waypoints"]
    assert (waypoint["desc"], waypoint["lat"]) == ("Wait for orders near Rosa", MERCHANT.lat)
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick()
    told = commands()
    cleared = max(i for i, one in enumerate(told) if one["action"] == "clearWaypoints")
    assert [w["desc"][:9] for w in told[-1]["waypoints"]["waypoints"]] == ["1. Pick u", "2. Delive"]
    assert cleared < len(told) - 1


def test_simulated_drivers_obey_and_get_there(make_rig) -> None:
    rig = make_rig()
    rig.settings.set("repositioning.on", True)
    city = small_city()
    params = SimulationParams(drivers=6, orders_per_hour=0.0, seed=3)
    line = rig.broker.endpoint("simulator", SUBSCRIPTIONS)
    simulator = Simulator(city, GreatCircle(1.35), line, rig.do, params, rig.clock.now())
    shop = simulator.merchants()[0]
    remember(rig, 6, shop.place, shop.id)
    for merchant in simulator.merchants():
        rig.do(c.SaveMerchant(merchant=merchant, actor="simulator"))
    for driver in simulator.fleet():
        rig.do(c.SaveDriver(driver=driver, actor="simulator"))
    for _ in range(1800):
        simulator.step(rig.clock.now())
        rig.tick()
    began = [e.drivers[0].id for e in rig.events(RepositioningBegan) if e.at < rig.clock.now() - 900]
    there = [e.drivers[0].id for e in rig.events(RepositioningEnded) if e.reason == "has got there"]
    assert began
    assert set(there) >= set(began)
