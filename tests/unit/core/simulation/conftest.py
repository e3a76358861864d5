"""A small city, a console that does the least a console can, and the two brought together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from core.clock import SteppedClock
from core.domain.commands import CancelOrder, Command, PlaceOrder, TellReady
from core.domain.driver import Driver, Presence, Route, Stop, StopKind
from core.domain.errors import CommandRefused
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.offer import Offer
from core.domain.order import BEFORE_PICKUP, Order, Status, Step
from core.domain.reports import FixBatch, Word
from core.domain.vehicle import CAPACITY
from core.messaging import topics
from core.messaging.codecs import kerbside
from core.messaging.codecs.kerbside import ConfigMessage, Rates
from core.messaging.decode import decode
from core.messaging.local import LocalBroker, LocalTransport
from core.ports import TravelTimes
from core.routing.great_circle import GreatCircle
from core.simulation.faults import Fault
from core.simulation.params import CityFacts, SimulationParams
from core.simulation.simulator import SUBSCRIPTIONS, Simulator

START = 1_700_000_000.0 - 1_700_000_000.0 % 86_400 + 18 * 3600
"""Six in the evening."""

STEPS = {
    "arrived_pickup": (Step.ARRIVE_PICKUP, "arrived_pickup_at"),
    "picked_up": (Step.PICK_UP, "picked_up_at"),
    "arrived_dropoff": (Step.ARRIVE_DROPOFF, "arrived_dropoff_at"),
    "delivered": (Step.DELIVER, "delivered_at"),
}


def small_city(merchants: int = 120, half_km: float = 3.0) -> CityFacts:
    """Streets every 150 m in a square; merchants in five clusters."""
    middle = LatLon(41.0, 3.0)
    lat_m, lon_m = 1 / 111_195, 1 / (111_195 * math.cos(math.radians(middle.lat)))
    ticks = np.arange(-half_km * 1000, half_km * 1000 + 1, 150)
    nodes = np.array([(middle.lat + n * lat_m, middle.lon + e * lon_m) for n in ticks for e in ticks])
    rng = np.random.default_rng(7)
    hubs = rng.uniform(-0.6, 0.6, (5, 2)) * half_km * 1000
    spots = hubs[rng.integers(0, 5, merchants)] + rng.normal(0, 350, (merchants, 2))
    places = [LatLon(middle.lat + n * lat_m, middle.lon + e * lon_m) for n, e in spots.tolist()]
    shops = tuple(Merchant(f"M-{i}", f"Kitchen {i}", p, prep_min=12.0) for i, p in enumerate(places))
    south, west = nodes.min(axis=0).tolist()
    north, east = nodes.max(axis=0).tolist()
    return CityFacts((south, west, north, east), shops, nodes, lambda p: f"Street {p.lat:.4f} {p.lon:.4f}")


@dataclass
class NaiveConsole:
    """Knows drivers by what they say alone; gives each order to the nearest free driver, to be there when it is ready."""

    broker: LocalBroker
    clock: SteppedClock
    travel: TravelTimes
    simulator: Simulator | None = None
    orders: dict[str, Order] = field(default_factory=dict)
    routes: dict[str, tuple[Stop, ...]] = field(default_factory=lambda: defaultdict(tuple))
    offers: dict[str, Offer] = field(default_factory=dict)
    places: dict[str, LatLon] = field(default_factory=dict)
    presence: dict[str, Presence] = field(default_factory=dict)
    words: list[Word] = field(default_factory=list)
    fixes: list[FixBatch] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    seen: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    said_no: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    deaf: bool = False
    active_mode: bool = True
    speaks_config: bool = True

    def __post_init__(self) -> None:
        self.transport = self.broker.endpoint("console", topics.FROM_DRIVERS)
        self._versions: dict[str, int] = defaultdict(int)
        self._count = 0

    # commands of customers and merchants

    def execute(self, command: Command) -> None:
        now = self.clock.now()
        if isinstance(command, PlaceOrder):
            merchant = next(m for m in self.simulator.merchants() if m.id == command.merchant_id)
            order = Order(
                command.order_id,
                merchant.id,
                merchant.place,
                command.dropoff,
                now,
                command.ready_at,
                command.due_at,
                weight_kg=command.weight_kg,
            )
            self.orders[order.id] = order.take(Step.QUEUE, now)
        elif isinstance(command, CancelOrder):
            order = self.orders[command.order_id]
            self.take_back(order, "cancelled")
            self.orders[order.id] = self.orders[order.id].take(Step.CANCEL, now)
        elif isinstance(command, TellReady):
            self.orders[command.order_id] = replace(self.orders[command.order_id], ready_at=command.ready_at)
        else:
            raise CommandRefused("unknown")

    def take_back(self, order: Order, reason: str) -> None:
        if order.status is Status.OFFERED:
            self.close_offer(self.offers[order.offer_id], tell=True)
        elif order.status in BEFORE_PICKUP:
            driver_id = order.driver_id
            self.orders[order.id] = order.take(Step.UNASSIGN, self.clock.now(), driver_id=None)
            self.tell(driver_id, kerbside.encode_revoke(None, order.id, reason))
            self.set_route(driver_id, tuple(s for s in self.routes[driver_id] if s.order_id != order.id))

    # speaking

    def tell(self, driver_id: str, payload: bytes) -> None:
        self.transport.publish(topics.offers(driver_id), payload)

    def set_route(self, driver_id: str, stops: tuple[Stop, ...]) -> None:
        busy_before = bool(self.routes[driver_id])
        self.routes[driver_id] = stops
        self._versions[driver_id] += 1
        route = Route(driver_id, stops)
        payload = kerbside.encode_route(route, self.orders, {}, self.seen[driver_id], self._versions[driver_id])
        self.transport.publish(topics.route(driver_id), payload, retain=True)
        if self.speaks_config and bool(stops) != busy_before:
            mode = "active" if stops else "passive"
            config = ConfigMessage(mode, Rates(1.0, 8.0), Rates(4.0, 20.0))
            self.transport.publish(topics.config(driver_id), kerbside.encode_config(config), retain=True)

    def offer(self, order: Order, driver_id: str, limit_s: float = 45.0) -> Offer:
        self._count += 1
        now = self.clock.now()
        offer = Offer(f"F-{self._count}", driver_id, (order.id,), now, now + limit_s)
        self.offers[offer.id] = offer
        self.orders[order.id] = order.take(Step.OFFER, now, driver_id=driver_id, offer_id=offer.id)
        self.tell(driver_id, kerbside.encode_offer(offer, self.orders, {}))
        return offer

    def assign(self, order: Order, driver_id: str) -> None:
        assigned = order.take(Step.ASSIGN, self.clock.now(), driver_id=driver_id, assigned_at=self.clock.now())
        self.orders[order.id] = assigned
        self.tell(driver_id, kerbside.encode_assign(order, {}))
        self.set_route(driver_id, self.routes[driver_id] + _stops(order))

    def close_offer(self, offer: Offer, *, tell: bool) -> None:
        self.offers.pop(offer.id)
        for order_id in offer.order_ids:
            order = self.orders[order_id]
            self.said_no[order_id].add(offer.driver_id)
            self.orders[order_id] = order.take(Step.TAKE_BACK, self.clock.now(), driver_id=None, offer_id=None)
        if tell:
            self.tell(offer.driver_id, kerbside.encode_revoke(offer.id, None, "no longer open"))

    # hearing

    def listen(self) -> None:
        reports = decode(self.transport.drain())
        self.fixes.append(reports.fixes)
        self.refusals.extend(r.reason for r in reports.refused)
        for p in reports.presences:
            self.presence[p.driver_id] = p.presence
        fixes = reports.fixes
        for k, row in enumerate(fixes.driver.tolist()):
            self.places[fixes.drivers[row]] = LatLon(float(fixes.lat[k]), float(fixes.lon[k]))
        for word in reports.words:
            self.words.append(word)
            if not self.deaf:
                self.hear(word)

    def hear(self, word: Word) -> None:
        if word.id in self.seen[word.driver_id]:
            self.set_route(word.driver_id, self.routes[word.driver_id])
            return
        self.seen[word.driver_id].append(word.id)
        route = self.routes[word.driver_id]
        if word.event in ("accept", "reject"):
            offer = self.offers.get(word.offer_id)
            if offer is None:
                self.tell(word.driver_id, kerbside.encode_revoke(word.offer_id, None, "no longer stands"))
            elif word.event == "reject":
                self.close_offer(offer, tell=False)
            else:
                del self.offers[offer.id]
                order = self.orders[offer.order_ids[0]].take(Step.ACCEPT, self.clock.now(), assigned_at=self.clock.now())
                self.orders[order.id] = order
                self.tell(word.driver_id, kerbside.encode_confirm(offer.id))
                route += _stops(order)
        else:
            order = self.orders.get(word.order_id)
            if order is None or order.driver_id != word.driver_id:
                self.tell(word.driver_id, kerbside.encode_revoke(None, word.order_id, "not yours"))
            else:
                step, name = STEPS[word.event]
                self.orders[order.id] = order.take(step, self.clock.now(), **{name: self.clock.now()})
                gone = {"picked_up": {StopKind.PICKUP}, "delivered": set(StopKind)}.get(word.event, set())
                route = tuple(s for s in route if s.order_id != order.id or s.kind not in gone)
        self.set_route(word.driver_id, route)

    # dispatching

    def dispatch(self) -> None:
        now = self.clock.now()
        for offer in [o for o in self.offers.values() if o.expires_at <= now]:
            self.close_offer(offer, tell=True)
        asked = {o.driver_id for o in self.offers.values()}
        online = [d for d in self.simulator.fleet() if self.presence.get(d.id) is Presence.ONLINE]
        free = [d for d in online if not self.routes[d.id] and d.id not in asked and d.id in self.places]
        waiting = [o for o in self.orders.values() if o.status is Status.WAITING and o.ready_at < now + 600]
        waiting.sort(key=lambda o: (o.ready_at, o.id))
        if not free or not waiting:
            return
        pickups = np.array([o.pickup for o in waiting])
        to_go = np.array([self.travel.matrix(np.array([self.places[d.id]]), pickups, d.vehicle)[0] for d in free])
        for j, order in enumerate(waiting):
            for i in np.argsort(to_go[:, j], kind="stable").tolist():
                able = _can_carry(free[i], order) and free[i].id not in self.said_no[order.id]
                if able and math.isfinite(to_go[i, j]):
                    if now + to_go[i, j] + 20 >= order.ready_at:
                        self.offer(order, free[i].id)
                        to_go[i, :] = math.inf
                    break


def _can_carry(driver: Driver, order: Order) -> bool:
    return CAPACITY[driver.vehicle].weight_kg >= order.weight_kg


def _stops(order: Order) -> tuple[Stop, Stop]:
    return Stop(StopKind.PICKUP, order.id, order.pickup), Stop(StopKind.DROPOFF, order.id, order.dropoff)


@dataclass
class Town:
    """The simulated world and its console, in step."""

    simulator: Simulator
    console: NaiveConsole
    clock: SteppedClock
    tape: LocalTransport
    """Hears every message of both sides."""

    def run(self, seconds: int, dispatching: bool = True) -> None:
        for _ in range(seconds):
            now = self.clock.advance(1.0)
            self.simulator.step(now)
            self.console.listen()
            if dispatching and round(now) % 10 == 0:
                self.console.dispatch()


def make_town(
    params: SimulationParams, faults: Sequence[Fault] = (), city: CityFacts | None = None, travel: TravelTimes | None = None
) -> Town:
    clock = SteppedClock(START)
    broker = LocalBroker(clock)
    tape = broker.endpoint("tape", ["#"])
    travel = travel or GreatCircle(1.35)
    console = NaiveConsole(broker, clock, travel)
    transport = broker.endpoint("simulator", SUBSCRIPTIONS)
    simulator = Simulator(city or small_city(), travel, transport, console.execute, params, START, faults)
    console.simulator = simulator
    return Town(simulator, console, clock, tape)


@pytest.fixture
def town() -> Callable[..., Town]:
    """Build a town: ``town(drivers=3, orders_per_hour=0, faults=[...], city=…)``."""

    def build(
        faults: Sequence[Fault] = (), city: CityFacts | None = None, travel: TravelTimes | None = None, **params: object
    ) -> Town:
        # No habits and no words of merchants: what a test asks for is what it gets.
        plain = SimulationParams(habit_spread=0.0, rush=0.0, ready_told_rate=0.0)
        return make_town(replace(plain, **params), faults, city, travel)

    return build


@pytest.fixture(scope="session")
def city() -> CityFacts:
    return small_city()
