"""What past orders tell of the time things take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.domain.geo import LatLon, cell_of
from core.domain.order import Order

LONGEST_MIN = 180.0
SHORTEST_MIN = 0.1
_WAITED_S = 60.0
"""A driver who stays at a pick-up longer than the usual stop by this has waited for the kitchen."""


@dataclass(frozen=True, slots=True)
class Circumstance:
    """``hour`` of the day by UTC, 0 to 23; ``load`` is how many orders the merchant had in hand, -1 where that is unknown."""

    merchant: str
    cell: str
    hour: int
    load: int = -1

    def keys(self) -> Mapping[str, str]:
        """By level, from the widest to the narrowest; `core.estimation.model` learns an effect for each."""
        part = self.hour // 2
        load = "" if self.load < 0 else str(min(self.load, 8))
        return {
            "hour": str(self.hour),
            "load": load,
            "cell": self.cell,
            "merchant": self.merchant,
            "merchant_hour": f"{self.merchant}|{part}",
        }


@dataclass(frozen=True, slots=True)
class Sample:
    """``minutes`` is what it took, ``told_min`` what was said beforehand (1 where nothing was); ``at`` epoch seconds."""

    at: float
    circumstance: Circumstance
    told_min: float
    minutes: float


def cell_key(place: LatLon) -> str:
    return "{},{}".format(*cell_of(place))


def hour_of(at: float) -> int:
    return int(at % 86_400 // 3600)


def read_samples(orders: Iterable[Order], usual_stop_min: float) -> dict[str, list[Sample]]:
    """Samples of ``preparation``, ``pickup_stop`` and ``dropoff_stop`` from delivered orders.

    A preparation is known where the merchant said that it was done, or where the driver waited for it; where neither is so
    it took as long as was told, or less if the driver came before that.
    """
    found: dict[str, list[Sample]] = {"preparation": [], "pickup_stop": [], "dropoff_stop": []}
    done = sorted(
        (o for o in orders if o.picked_up_at is not None and o.delivered_at is not None), key=lambda o: (o.placed_at, o.id)
    )
    for order, load in zip(done, _loads(done), strict=True):
        hour = hour_of(order.placed_at)
        at_merchant = Circumstance(order.merchant_id, cell_key(order.pickup), hour, load)
        told_s = (order.ready_at if order.told_ready_at is None else order.told_ready_at) - order.placed_at
        took_s = _preparation_s(order, told_s, 60 * usual_stop_min)
        if told_s > 0:
            _add(found["preparation"], order.placed_at, at_merchant, told_s, took_s)
        if order.arrived_pickup_at is not None and order.picked_up_at is not None:
            began = max(order.arrived_pickup_at, order.ready_at if order.readied_at is None else order.readied_at)
            _add(found["pickup_stop"], order.placed_at, at_merchant, 60.0, order.picked_up_at - began)
        if order.arrived_dropoff_at is not None and order.delivered_at is not None:
            at_door = Circumstance("", cell_key(order.dropoff), hour)
            _add(found["dropoff_stop"], order.placed_at, at_door, 60.0, order.delivered_at - order.arrived_dropoff_at)
    return found


def _add(samples: list[Sample], at: float, circumstance: Circumstance, told_s: float, took_s: float) -> None:
    if SHORTEST_MIN <= took_s / 60 <= LONGEST_MIN:
        samples.append(Sample(at, circumstance, told_s / 60, took_s / 60))


def _preparation_s(order: Order, told_s: float, usual_stop_s: float) -> float:
    if order.readied_at is not None:
        return order.readied_at - order.placed_at
    if order.arrived_pickup_at is None or order.picked_up_at is None:
        return told_s
    stay_s = order.picked_up_at - order.arrived_pickup_at
    if stay_s > usual_stop_s + _WAITED_S:
        return order.picked_up_at - usual_stop_s - order.placed_at
    return min(told_s, order.arrived_pickup_at - order.placed_at)


def _loads(orders: Sequence[Order]) -> list[int]:
    """How many orders each one's merchant had in hand when it was placed; ``orders`` by the time they were placed."""
    loads = np.zeros(len(orders), np.int64)
    in_hand: dict[str, list[float]] = {}
    for i, order in enumerate(orders):
        ends = [at for at in in_hand.get(order.merchant_id, ()) if at > order.placed_at]
        loads[i] = len(ends)
        end = order.readied_at if order.readied_at is not None else order.picked_up_at
        in_hand[order.merchant_id] = [*ends, end if end is not None else order.placed_at]
    return [int(load) for load in loads]
