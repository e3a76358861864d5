"""What was decided in an instance, the three files that say so, and whether the rules were kept.

Rules and file formats: "Meal Delivery Routing: The Grubhub Instances", 2018, section 2.1.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from core.simulation.mdrp.instance import Instance, Meal


@dataclass(frozen=True, slots=True)
class Trip:
    """One assignment carried out: to the restaurant and to each door in turn. All times are minutes.

    ``departed`` has one entry a move, the first at ``assigned`` or later.
    """

    courier: str
    assigned: int
    meals: tuple[str, ...]
    departed: tuple[int, ...]
    pickup: int
    dropoffs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """An instance, and its trips in the order in which they were assigned."""

    instance: Instance
    trips: tuple[Trip, ...]

    def of_courier(self) -> dict[str, list[Trip]]:
        trips: dict[str, list[Trip]] = {c.id: [] for c in self.instance.couriers}
        for trip in self.trips:
            trips[trip.courier].append(trip)
        return trips


def travel_min(instance: Instance, a: tuple[float, float], b: tuple[float, float]) -> int:
    return math.ceil(math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / instance.rules.metres_per_minute)


def moves(played: Played, trips: Iterable[Trip]) -> list[tuple[int, str, str, int]]:
    """(departure, from, to, number of the trip) of a courier; ids of restaurants and orders, 0 for the on-location."""
    meals = {m.id: m for m in played.instance.meals}
    found, at = [], "0"
    for number, trip in enumerate(trips, start=1):
        for departed, to in zip(trip.departed, (meals[trip.meals[0]].restaurant, *trip.meals), strict=True):
            found.append((departed, at, to, number))
            at = to
    return found


def violations(played: Played) -> list[str]:
    """Each rule that was broken, in words; empty for a feasible solution."""
    instance, rules = played.instance, played.instance.rules
    meals = {m.id: m for m in instance.meals}
    given = Counter(id_ for trip in played.trips for id_ in trip.meals)
    found = [f"order {id_} is assigned twice" for id_, times in sorted(given.items()) if times > 1]
    trips_of = played.of_courier()
    for courier in instance.couriers:
        free, place = courier.on, (courier.x, courier.y)
        for trip in trips_of[courier.id]:
            where = f"courier {courier.id}, assigned at {trip.assigned}"
            carried = [meals[id_] for id_ in trip.meals]
            if trip.assigned < max(m.placed for m in carried):
                found.append(f"{where}: before an order was placed")
            if trip.assigned < free or trip.departed[0] < trip.assigned:
                found.append(f"{where}: not free before {free}")
            if len({m.restaurant for m in carried}) > 1:
                found.append(f"{where}: orders of different restaurants")
            if trip.pickup > courier.off:
                found.append(f"{where}: pick-up at {trip.pickup}, off duty at {courier.off}")
            found += _timing(instance, trip, carried, place, where)
            free = int(trip.dropoffs[-1] + rules.dropoff_service_min / 2)
            place = (carried[-1].x, carried[-1].y)
    return found


def _timing(instance: Instance, trip: Trip, carried: list[Meal], place: tuple[float, float], where: str) -> list[str]:
    rules = instance.rules
    restaurant = instance.restaurants[carried[0].restaurant]
    half_in, half_out = rules.pickup_service_min / 2, rules.dropoff_service_min / 2
    arrived = trip.departed[0] + travel_min(instance, place, restaurant)
    stops = [restaurant, *((m.x, m.y) for m in carried)]
    found = []
    if trip.pickup < max(arrived + half_in, *(m.ready for m in carried)):
        found.append(f"{where}: pick-up at {trip.pickup}, too early")
    done = trip.pickup + half_in
    for (a, b), departed, dropoff in zip(pairwise(stops), trip.departed[1:], trip.dropoffs, strict=True):
        if departed < done:
            found.append(f"{where}: departs at {departed}, busy until {done:g}")
        if dropoff < departed + travel_min(instance, a, b) + half_out:
            found.append(f"{where}: drop-off at {dropoff}, too early")
        done = dropoff + half_out
    return found


def write_solution(played: Played, folder: Path) -> None:
    """The files that the official evaluator reads. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    meals = {m.id: m for m in played.instance.meals}
    assignments = ["Assignment_time Pickup_time Courier_ID Orders"]
    orders = ["order placement_time ready_time pickup_time dropoff_time courier"]
    couriers = ["courier departure_time origin destination assignment"]
    for courier, trips in played.of_courier().items():
        assignments += [" ".join(map(str, (t.assigned, t.pickup, t.courier, *t.meals))) for t in trips]
        couriers += [f"{courier} {at} {a} {b} {number}" for at, a, b, number in moves(played, trips)]
        for trip in trips:
            for id_, dropoff in zip(trip.meals, trip.dropoffs, strict=True):
                meal = meals[id_]
                orders.append(f"{id_} {meal.placed} {meal.ready} {trip.pickup} {dropoff} {courier}")
    for name, lines in (("assignments", assignments), ("orders", orders), ("couriers", couriers)):
        (folder / f"solution_info_{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
