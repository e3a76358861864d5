"""A market at its peak, made up from the training city, and a player that carries decisions out to the end.

Orders come from where the demo's come from (`core.simulation.customers`). Drivers ride exactly as the travel times say,
kitchens are ready when they said, nobody turns an offer down: what is compared is the choice and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.domain.driver import StopKind
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.matching.decisions import StopRef
from core.matching.params import Params
from core.matching.snapshot import DriverView, OrderView, Snapshot, StopView
from core.ports import TravelTimes
from core.routing.city import City
from core.simulation.customers import Customers, promise_s
from core.simulation.params import FLEET_MIX, CityFacts, SimulationParams

START = 1_772_820_000.0
STOP_S = 120.0
Given = tuple[str, tuple[StopRef, ...]]
"""A driver, and the whole route that the driver is to have."""
Chooser = Callable[[Snapshot], Iterable[Given]]


@dataclass(slots=True)
class Rider:
    """A driver with the stops still to be made; ``since`` is when the leg to the first one began, at ``origin``, and ``there``
    when it ends. ``tour`` counts the orders and the seconds on legs and at stops since the driver was last free; ``had`` the
    orders of a route that nobody here decided, whose own seconds are taken off beforehand."""

    id: str
    vehicle: Vehicle
    origin: LatLon
    since: float
    stops: list[StopView] = field(default_factory=list)
    there: float = np.nan
    tour: list[float] = field(default_factory=lambda: [0.0, 0.0])
    had: int = 0

    def place(self, now: float) -> LatLon:
        if not self.stops or self.there <= self.since:
            return self.origin
        part = min(1.0, max(0.0, (now - self.since) / (self.there - self.since)))
        (a, b), (c, d) = self.origin, self.stops[0].place
        return LatLon(a + part * (c - a), b + part * (d - b))

    def view(self, now: float) -> DriverView:
        return DriverView(self.id, self.vehicle, self.place(now), tuple(self.stops))


@dataclass(slots=True)
class Outcome:
    """``done`` are the orders delivered and when, ``waited`` the seconds that drivers stood at merchants who were not ready.

    ``tours`` are (when it ended, orders given out, those and the ones the driver had at the start, seconds on legs and at
    stops) of each tour from free to free. What the routes under way at the start would have taken by themselves is in no tour:
    it is the same whatever is chosen.
    """

    tours: list[tuple[float, int, int, float]] = field(default_factory=list)
    done: list[tuple[OrderView, float]] = field(default_factory=list)
    waited: float = 0.0

    def pdt_min(self, least: int = 1, most: int = 10**6, since: float = 0.0) -> float:
        """Minutes of drivers' time per delivery, in tours of so many orders; NaN where there are none."""
        tours = [t for t in self.tours if least <= t[2] <= most and t[0] >= since]
        orders = sum(t[1] for t in tours)
        return sum(t[3] for t in tours) / 60.0 / orders if orders else float("nan")

    def shared_pct(self, since: float = 0.0) -> float:
        tours = [t for t in self.tours if t[0] >= since]
        return 100.0 * sum(t[1] for t in tours if t[2] > 1) / max(1, sum(t[1] for t in tours))

    def figures(self) -> dict[str, float]:
        late = np.array([max(0.0, at - order.due_at) / 60.0 for order, at in self.done])
        return {
            "delivered": len(late),
            "pdt_min": self.pdt_min(),
            "pdt_shared_min": self.pdt_min(2),
            "pdt_solo_min": self.pdt_min(1, 1),
            "late_pct": 100.0 * float((late > 0).mean()),
            "late_min_mean": float(late.mean()),
            "click_to_door_min": float(np.mean([at - order.placed_at for order, at in self.done])) / 60.0,
            "waiting_min": self.waited / 60.0 / max(1, len(late)),
            "shared_pct": self.shared_pct(),
        }


class Peak:
    """``drivers`` riders, half of whom are under way (or none), and ``orders`` that wait; both the same for the same seed."""

    def __init__(
        self, city: City, travel: TravelTimes, drivers: int, orders: int, seed: int = 1, under_way: bool = True
    ) -> None:
        self.travel, self.now = travel, START
        self._rng = np.random.default_rng(seed)
        nodes = np.column_stack((city.node_lat, city.node_lon)).astype(np.float64)
        facts = CityFacts(city.bounds, city.merchants, nodes, lambda place: "")
        self._customers = Customers(facts, SimulationParams(seed=seed))
        self._number = 0
        self.waiting: dict[str, OrderView] = {}
        for _ in range(orders):
            self.place(self.now - float(self._rng.uniform(0, 600)))
        kinds = self._rng.choice(len(FLEET_MIX), drivers, p=[share for _, share in FLEET_MIX])
        self.riders: dict[str, Rider] = {}
        for i, (kind, node) in enumerate(zip(kinds.tolist(), self._rng.integers(0, len(nodes), drivers).tolist(), strict=True)):
            rider = Rider(f"D-{i:04}", FLEET_MIX[kind][0], LatLon(*nodes[node].tolist()), self.now)
            self.riders[rider.id] = rider
        self.outcome = Outcome()
        if under_way:
            self.send(range(0, drivers, 2))

    def order(self, placed: float) -> OrderView:
        wish = self._customers.wish()
        prep = 60.0 * wish.merchant.prep_min * float(self._rng.lognormal(0.0, 0.25))
        self._number += 1
        return OrderView(
            f"O-{self._number:05}", wish.merchant.id, wish.merchant.place, wish.dropoff, placed, placed + prep,
            placed + promise_s(wish.merchant.place, wish.dropoff, prep), weight_kg=wish.weight_kg, volume_l=wish.volume_l,
        )  # fmt: skip

    def place(self, at: float) -> OrderView:
        order = self.order(at)
        self.waiting[order.id] = order
        return order

    def send(self, rows: Sequence[int]) -> None:
        """Put these drivers at the beginning of routes of one or two orders of their own, from near them."""
        riders = list(self.riders.values())
        for i in rows:
            rider = riders[i]
            own = [self.order(self.now - 600.0) for _ in range(int(self._rng.integers(1, 3)))]
            rider.origin, rider.since = own[0].pickup, self.now
            rider.stops = [StopView(k, o) for o in own for k in (StopKind.PICKUP, StopKind.DROPOFF)][1:]
            rider.tour, rider.had = [0.0, 0.0], len(own)
        mine = [riders[i] for i in rows]
        self._ride_on(mine)
        for rider in mine:
            rider.tour[1] = -self._left_s(rider)

    def _left_s(self, rider: Rider) -> float:
        """Seconds on legs and at stops to the end of the route."""
        places = np.array([stop.place for stop in rider.stops])
        onward = float(self.travel.pairs(places[:-1], places[1:], rider.vehicle).sum()) if len(places) > 1 else 0.0
        return rider.there - rider.since + onward + STOP_S * len(rider.stops)

    def churn(self, seconds: float, new_orders: int, new_routes: int) -> None:
        """What changes between two cycles of a peak that stays: everyone rides on, the oldest orders make room for new ones,
        and some drivers begin other routes."""
        self.advance(self.now + seconds)
        for id_ in list(self.waiting)[:new_orders]:
            del self.waiting[id_]
        for _ in range(new_orders):
            self.place(self.now - float(self._rng.uniform(0, seconds)))
        busy = [i for i, rider in enumerate(self.riders.values()) if rider.stops]
        half = len(self.riders) // 2
        free = [i for i, rider in enumerate(self.riders.values()) if not rider.stops]
        self.send(sorted((free + busy)[: max(new_routes, half - len(busy))]))

    def snapshot(self, params: Params) -> Snapshot:
        drivers = tuple(rider.view(self.now) for rider in self.riders.values())
        return Snapshot(self.now, params, tuple(self.waiting.values()), drivers)

    def play(self, choose: Chooser, params: Params, cycle_s: float, longest_s: float = 3 * 3600.0) -> Outcome:
        """Choose every ``cycle_s`` until every order is at its door, or ``longest_s`` have gone by."""
        end = self.now + longest_s
        while (self.waiting or any(r.stops for r in self.riders.values())) and self.now < end:
            if self.waiting:
                self.give(choose(self.snapshot(params)))
            self.advance(self.now + cycle_s)
        return self.outcome

    def give(self, given: Iterable[Given]) -> None:
        moved = []
        for driver_id, route in given:
            rider = self.riders[driver_id]
            have = {(s.kind.value, s.order.id): s for s in rider.stops}
            for kind, id_ in route:
                if (kind, id_) not in have:
                    have[kind, id_] = StopView(StopKind(kind), self.waiting[id_])
            rider.tour[0] += len({id_ for _, id_ in route} & set(self.waiting))
            first = rider.stops[0] if rider.stops else None
            rider.stops = [have[ref] for ref in route]
            for _, id_ in route:
                self.waiting.pop(id_, None)
            if rider.stops[0] is not first:
                if first is not None:
                    # Turned round on the way: the part ridden so far counts.
                    here = rider.place(self.now)
                    rider.tour[1] += self.now - rider.since
                    rider.origin = here
                rider.since = self.now
                moved.append(rider)
        self._ride_on(moved)

    def advance(self, to: float) -> None:
        """Let everybody ride and serve until then."""
        going = [r for r in self.riders.values() if r.stops]
        while going:
            moved = [r for r in going if self._step(r, to)]
            self._ride_on([r for r in moved if r.stops])
            going = [r for r in moved if r.stops]
        self.now = to

    def _step(self, rider: Rider, to: float) -> bool:
        """One stop, if it is done by then."""
        stop = rider.stops[0]
        if rider.there > to:
            return False
        following = rider.stops[1] if len(rider.stops) > 1 else None
        joint = stop.kind is StopKind.PICKUP and following is not None and following.kind is StopKind.PICKUP
        joint = joint and following is not None and following.place == stop.place
        ready = stop.order.ready_at if stop.kind is StopKind.PICKUP else -np.inf
        service = 0.0 if joint else STOP_S
        done = max(rider.there, ready) + service
        if done > to:
            rider.stops[0] = replace(stop, arrived_at=rider.there)
            return False
        rider.tour[1] += rider.there - rider.since + service
        self.outcome.waited += max(0.0, ready - rider.there)
        if stop.kind is StopKind.DROPOFF:
            self.outcome.done.append((stop.order, done))
        rider.origin, rider.since = stop.place, done
        del rider.stops[0]
        if not rider.stops:
            given = int(rider.tour[0])
            self.outcome.tours.append((done, given, given + rider.had, rider.tour[1]))
            rider.tour, rider.had = [0.0, 0.0], 0
        return True

    def _ride_on(self, riders: Sequence[Rider]) -> None:
        """Begin the legs to the first stops."""
        for vehicle in Vehicle:
            mine = [r for r in riders if r.vehicle is vehicle and r.stops]
            if mine:
                origins = np.array([r.origin for r in mine])
                seconds = self.travel.pairs(origins, np.array([r.stops[0].place for r in mine]), vehicle)
                for rider, took in zip(mine, seconds.tolist(), strict=True):
                    rider.there = rider.since + took
