"""What a route costs: eight kinds of minutes, each with its weight, and the goals beyond minutes (`core.matching.goals`).

Source: R. Moran, "Route Efficiencies in On-Demand Delivery", Postmates, 2019: pick-up leg, pick-up stop, drop-off leg and
drop-off stop make up the time spent, minutes early and late at either end measure how well the windows are kept. A pick-up
is judged by the arrival, a drop-off by its completion, as there. The optimiser compares sets of routes that serve the same
orders, for which the least total is the least cost per delivery; `Cost.per_delivery` is what a person is shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from core.matching.timing import Floats

if TYPE_CHECKING:
    from core.matching.params import Weights

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Timed:
    """n routes of k stops, each array of shape (n, k), times and durations in seconds.

    ``leg`` is the way to the stop, ``ready`` -inf at drop-offs, ``due_from`` -inf and ``due`` inf at pick-ups.
    """

    pickup: Bools
    leg: Floats
    arrive: Floats
    ready: Floats
    service: Floats
    due_from: Floats
    due: Floats


class CostTerm(Protocol):
    """Minutes of one kind in each of n routes, shape (n,)."""

    def __call__(self, timed: Timed, /) -> Floats: ...


def pickup_leg(timed: Timed) -> Floats:
    """On the way to pick-ups."""
    return _minutes(np.where(timed.pickup, timed.leg, 0.0))


def pickup_stop(timed: Timed) -> Floats:
    """Getting in and out of the merchant's."""
    return _minutes(np.where(timed.pickup, timed.service, 0.0))


def dropoff_leg(timed: Timed) -> Floats:
    """On the way to drop-offs."""
    return _minutes(np.where(timed.pickup, 0.0, timed.leg))


def dropoff_stop(timed: Timed) -> Floats:
    """Handing over to the customer."""
    return _minutes(np.where(timed.pickup, 0.0, timed.service))


def pickup_early(timed: Timed) -> Floats:
    """The driver waits for the merchant."""
    return _minutes(np.maximum(timed.ready - timed.arrive, 0.0))


def pickup_late(timed: Timed) -> Floats:
    """The order waits, ready, for the driver."""
    return _minutes(np.where(timed.pickup, np.maximum(timed.arrive - timed.ready, 0.0), 0.0))


def dropoff_early(timed: Timed) -> Floats:
    """Handed over before the customer's window opens."""
    return _minutes(np.maximum(timed.due_from - (timed.arrive + timed.service), 0.0))


def dropoff_late(timed: Timed) -> Floats:
    """Handed over after the promise."""
    return _minutes(np.maximum(timed.arrive + timed.service - timed.due, 0.0))


TERMS: dict[str, CostTerm] = {
    "pickup_leg": pickup_leg,
    "pickup_stop": pickup_stop,
    "dropoff_leg": dropoff_leg,
    "dropoff_stop": dropoff_stop,
    "pickup_early": pickup_early,
    "pickup_late": pickup_late,
    "dropoff_early": dropoff_early,
    "dropoff_late": dropoff_late,
}
"""By name; the weight of each is the field of that name in `Weights`."""

GOALS = ("spread_pay", "shortage", "fairness", "rating", "cold", "swap", "own_first")
"""What else a choice is judged by; `core.matching.goals` says how each is counted."""

MEDIUM = frozenset({"own_first"})
"""The goals that come strictly before all minutes: they are counted, never weighed against them."""

NAMES = (*TERMS, *GOALS)

SPENT = frozenset({"pickup_leg", "pickup_stop", "dropoff_leg", "dropoff_stop"})
"""The terms that are the driver's time on the delivery."""

LATE = tuple(name in ("pickup_late", "dropoff_late") for name in NAMES)
"""The terms that grow merely because an order has waited."""


def minutes(timed: Timed) -> Floats:
    """All terms, shape (n, len(TERMS))."""
    return np.stack([term(timed) for term in TERMS.values()], axis=1)


def weights_of(weights: Weights) -> Floats:
    return np.array([float(getattr(weights, name)) for name in TERMS])


class CostPart(NamedTuple):
    """One term: its minutes (or what its goal counts), and what they cost with its weight."""

    name: str
    minutes: float
    cost: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What giving a route to a driver costs, in weighted minutes. ``minutes`` and ``weights`` are in the order of `NAMES`.

    The last ones may be left out where they count nothing. ``total`` is the soft level; ``medium`` counts what comes before it.
    """

    minutes: tuple[float, ...]
    weights: tuple[float, ...]
    deliveries: int

    @property
    def parts(self) -> tuple[CostPart, ...]:
        return tuple(CostPart(n, m, m * w) for n, m, w in zip(NAMES, self.minutes, self.weights, strict=False))

    @property
    def total(self) -> float:
        return math.fsum(part.cost for part in self.parts if part.name not in MEDIUM)

    @property
    def medium(self) -> float:
        return math.fsum(part.minutes for part in self.parts if part.name in MEDIUM)

    @property
    def per_delivery(self) -> float:
        return self.total / self.deliveries

    def of(self, name: str) -> float:
        """Minutes of one term."""
        return self.minutes[NAMES.index(name)]

    @property
    def pdt_min(self) -> float:
        """Minutes of the driver's time per delivery, by legs and stops alone (PDT)."""
        return math.fsum(part.minutes for part in self.parts if part.name in SPENT) / self.deliveries


def _minutes(seconds: Floats) -> Floats:
    # Stop by stop: rows are short, and numpy sums short rows slowly.
    total: Floats = sum((seconds[:, k] for k in range(1, seconds.shape[1])), start=seconds[:, 0]) / 60.0
    return total
