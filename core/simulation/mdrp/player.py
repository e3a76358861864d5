"""Plays an instance through the matcher, minute by minute.

The dispatcher knows what one has: the couriers' shifts and positions, the orders placed so far and when their kitchens will be
ready. A courier on a trip gets no instruction, and an order, once assigned, stays where it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from core.domain.vehicle import Vehicle
from core.matching.cycle import run_cycle
from core.matching.decisions import Assignment, Decisions
from core.matching.params import Params
from core.matching.snapshot import DriverView, OrderView, Snapshot
from core.simulation.mdrp.instance import Courier, Instance, Meal
from core.simulation.mdrp.plane import Plane, place
from core.simulation.mdrp.settings import GIVEN_UP, GRACE_MIN, params_for
from core.simulation.mdrp.solution import Played, Trip, travel_min

MINUTE_S = 60.0


@dataclass(slots=True)
class _Duty:
    """A courier on duty: where and when they are free next, in minutes, and how many orders they have had."""

    courier: Courier
    at: tuple[float, float]
    free: int
    carried: int = 0


def play(instance: Instance, params: Params | None = None) -> Played:
    """Play to the end of the last shift; ``params`` are those of `settings.params_for` unless given."""
    return _Player(instance, params or params_for(instance.rules)).run()


@dataclass(slots=True)
class _Player:
    instance: Instance
    params: Params
    waiting: dict[str, Meal] = field(default_factory=dict)
    trips: list[Trip] = field(default_factory=list)
    duties: dict[str, _Duty] = field(default_factory=dict)

    def run(self) -> Played:
        instance = self.instance
        travel = Plane(instance.rules.metres_per_minute)
        self.duties = {c.id: _Duty(c, (c.x, c.y), c.on) for c in instance.couriers}
        coming = sorted(instance.meals, key=lambda m: (m.placed, m.id), reverse=True)
        last = max((c.off for c in instance.couriers), default=0)
        now = coming[-1].placed if coming else last + 1
        while now <= last:
            while coming and coming[-1].placed <= now:
                meal = coming.pop()
                self.waiting[meal.id] = meal
            until = coming[-1].placed if coming else last + 1
            if self.waiting:
                decisions = run_cycle(self._snapshot(now), travel)
                for assignment in decisions.assignments:
                    self._carry_out(now, assignment)
                until = min(until, self._next(now, decisions))
            now = max(until, now + 1)
        return Played(instance, tuple(self.trips))

    def _next(self, now: int, decisions: Decisions) -> int:
        """The minute at which there is something to decide again if nothing comes in."""
        if decisions.assignments or decisions.unassigned:
            return now + 1
        return min(math.ceil(a.commit_at / MINUTE_S) for a in decisions.postponed)

    def _snapshot(self, now: int) -> Snapshot:
        horizon = now + self.params.chain_within_min
        drivers = tuple(
            _driver(duty, self.instance)
            for duty in self.duties.values()
            if duty.free <= horizon and max(duty.free, now) <= duty.courier.off
        )
        orders = tuple(_order(self.instance, meal) for meal in self.waiting.values())
        return Snapshot(MINUTE_S * now, self.params, orders, drivers)

    def _carry_out(self, now: int, given: Assignment) -> None:
        instance, rules = self.instance, self.instance.rules
        duty = self.duties[given.driver_id]
        order_ids = [id_ for kind, id_ in given.stops if kind == "dropoff"]
        meals = [self.waiting.pop(id_) for id_ in order_ids]
        restaurant = instance.restaurants[meals[0].restaurant]
        half_in, half_out = int(rules.pickup_service_min / 2), int(rules.dropoff_service_min / 2)
        arrived = now + travel_min(instance, duty.at, restaurant)
        pickup = max(arrived + half_in, *(m.ready for m in meals))
        at, time = restaurant, pickup + half_in
        departed, dropoffs = [now], []
        for meal in meals:
            departed.append(time)
            dropoffs.append(time + travel_min(instance, at, (meal.x, meal.y)) + half_out)
            at, time = (meal.x, meal.y), dropoffs[-1] + half_out
        self.trips.append(Trip(duty.courier.id, now, tuple(order_ids), tuple(departed), pickup, tuple(dropoffs)))
        duty.at, duty.free = at, time
        duty.carried += len(meals)


def _driver(duty: _Duty, instance: Instance) -> DriverView:
    rules, courier = instance.rules, duty.courier
    guaranteed = rules.pay_per_hour * (courier.off - courier.on) / 60.0
    return DriverView(
        id=courier.id,
        vehicle=Vehicle.CAR,
        place=place(*duty.at),
        weight_kg=math.inf,
        volume_l=math.inf,
        shift_end=MINUTE_S * (courier.off - rules.pickup_service_min / 2),
        free_from=MINUTE_S * duty.free,
        earned=rules.pay_per_order * duty.carried / guaranteed if guaranteed > 0 else 1.0,
    )


def _order(instance: Instance, meal: Meal) -> OrderView:
    """A meal changes hands half-way through the service, so the courier ought to be there that much before it is ready.

    Promised is what can be done at best: the drop-off of a courier who waits at the restaurant. Nobody is given what can't be
    at the door in reasonable time any more (`settings.GIVEN_UP`)."""
    rules, half_out = instance.rules, instance.rules.dropoff_service_min / 2
    ready = meal.ready - rules.pickup_service_min / 2
    longest = meal.placed + rules.longest_min + half_out
    way = travel_min(instance, instance.restaurants[meal.restaurant], (meal.x, meal.y))
    due = ready + rules.pickup_service_min + way + rules.dropoff_service_min
    return OrderView(
        id=meal.id,
        merchant_id=meal.restaurant,
        pickup=place(*instance.restaurants[meal.restaurant]),
        dropoff=place(meal.x, meal.y),
        placed_at=MINUTE_S * meal.placed,
        ready_at=MINUTE_S * ready,
        due_at=MINUTE_S * due,
        latest_at=MINUTE_S * min(longest, max(GIVEN_UP * rules.longest_min + meal.placed + half_out, due + GRACE_MIN)),
    )
