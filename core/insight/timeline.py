"""How drivers spent the time they were fulfilling, taken apart into the four parts of a delivery.

A driver is fulfilling from the moment an order is assigned until it is delivered; minutes in which several orders overlap
count once. Each instant belongs to one part:

- at a pick-up while any order of the driver is between its arrival there and being picked up (*pick-up stop*);
- else at a drop-off while any is between its arrival there and being delivered (*drop-off stop*);
- else under way, to whichever arrival comes next (*pick-up leg* or *drop-off leg*).

So the parts always add up to the whole, shared legs and stops count once, and a leg of a chained order that was accepted
under way belongs to the drop-off the driver was heading for. After "Route Efficiencies in On-Demand Delivery" (Postmates,
2019), where a batch shares its pick-up leg, pick-up stop and drop-off leg.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from core.domain.order import Order


@dataclass(frozen=True, slots=True)
class Visit:
    """The five times of a delivered order, epoch seconds, none before the one it follows."""

    assigned: float
    at_pickup: float
    picked_up: float
    at_dropoff: float
    delivered: float


@dataclass(slots=True)
class Parts:
    """Seconds."""

    pickup_leg: float = 0.0
    pickup_stop: float = 0.0
    dropoff_leg: float = 0.0
    dropoff_stop: float = 0.0

    @property
    def total(self) -> float:
        return self.pickup_leg + self.pickup_stop + self.dropoff_leg + self.dropoff_stop

    def __iadd__(self, other: Parts) -> Parts:
        for name in ("pickup_leg", "pickup_stop", "dropoff_leg", "dropoff_stop"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


def visit_of(order: Order) -> Visit | None:
    """The times of a delivered order, or ``None`` where it was not delivered by a driver.

    An arrival that nobody told is taken to be the end of its stop: the time counts as driving. One from before the assignment
    is another driver's, and no arrival.
    """
    end = order.delivered_at
    if end is None or order.driver_id is None or order.assigned_at is None or order.assigned_at > end:
        return None
    start = order.assigned_at
    picked_up = _within(order.picked_up_at, start, end, otherwise=end)
    at_pickup = _within(order.arrived_pickup_at, start, picked_up, otherwise=picked_up)
    at_dropoff = _within(order.arrived_dropoff_at, picked_up, end, otherwise=end)
    return Visit(start, at_pickup, picked_up, at_dropoff, end)


def _within(at: float | None, low: float, high: float, otherwise: float) -> float:
    return at if at is not None and low <= at <= high else otherwise


def time_spent(visits: Iterable[Visit]) -> Parts:
    """Take the time of *one* driver apart."""
    parts = Parts()
    for together in tours(visits):
        parts += _taken_apart(together)
    return parts


def tour_minutes(visits: Iterable[Visit]) -> list[tuple[int, float]]:
    """How many deliveries, and minutes, each tour of *one* driver has, from having nothing to do to having nothing to do."""
    return [(len(together), _taken_apart(together).total / 60) for together in tours(visits)]


def _taken_apart(together: list[Visit]) -> Parts:
    parts = Parts()
    cuts = sorted({at for v in together for at in (v.assigned, v.at_pickup, v.picked_up, v.at_dropoff, v.delivered)})
    for start, end in pairwise(cuts):
        name = _part_at(start, together)
        setattr(parts, name, getattr(parts, name) + end - start)
    return parts


def tours(visits: Iterable[Visit]) -> Iterator[list[Visit]]:
    """Groups of visits whose times hang together; between two groups the driver had nothing to do."""
    group: list[Visit] = []
    until = 0.0
    for visit in sorted(visits, key=lambda v: v.assigned):
        if group and visit.assigned > until:
            yield group
            group = []
        until = max(until, visit.delivered) if group else visit.delivered
        group.append(visit)
    if group:
        yield group


def _part_at(at: float, visits: list[Visit]) -> str:
    """What the driver is doing from ``at`` until the next of all times."""
    active = [v for v in visits if v.assigned <= at < v.delivered]
    if any(v.at_pickup <= at < v.picked_up for v in active):
        return "pickup_stop"
    if any(v.at_dropoff <= at for v in active):
        return "dropoff_stop"
    arrivals = [(v.at_pickup, "pickup_leg") if at < v.at_pickup else (v.at_dropoff, "dropoff_leg") for v in active]
    return min(arrivals)[1]
