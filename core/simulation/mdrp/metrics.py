"""The benchmark's measures, by the formulas of its evaluator (Grubhub instances, 2018, section 1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from core.simulation.mdrp.solution import Played, moves, travel_min


@dataclass(frozen=True, slots=True)
class Measures:
    """Means and 90th percentiles over the delivered orders, minutes; cost in the instance's money per delivered order.

    ``utilization`` is the mean over couriers of their time driving and at stops, as a share of their duty. Measures
    without an order to measure are NaN.
    """

    undelivered_pct: float
    ctd_mean: float
    ctd_p90: float
    ctd_overage: float
    rtp_mean: float
    rtp_p90: float
    utilization: float
    cost_per_order: float
    orders_per_bundle: float
    seconds: float


def measure(played: Played, seconds: float) -> Measures:
    """``seconds`` is what playing took."""
    instance, rules = played.instance, played.instance.rules
    meals = {m.id: m for m in instance.meals}
    rows = [
        (dropoff - meals[id_].placed, trip.pickup - meals[id_].ready)
        for trip in played.trips
        for id_, dropoff in zip(trip.meals, trip.dropoffs, strict=True)
    ]
    delivered = len(rows)
    undelivered_pct = 100.0 * (1.0 - delivered / len(meals)) if meals else 0.0
    pay, used = _of_couriers(played)
    utilization = float(np.mean(used)) if used else 0.0
    if not delivered:
        nan = float("nan")
        return Measures(undelivered_pct, nan, nan, nan, nan, nan, utilization, nan, nan, seconds)
    ctd, rtp = np.array(rows, dtype=np.float64).T
    return Measures(
        undelivered_pct,
        float(ctd.mean()),
        float(np.percentile(ctd, 90)),
        float(np.maximum(ctd - rules.target_min, 0.0).mean()),
        float(rtp.mean()),
        float(np.percentile(rtp, 90)),
        utilization,
        sum(pay) / delivered,
        delivered / len(played.trips),
        seconds,
    )


def _of_couriers(played: Played) -> tuple[list[float], list[float]]:
    """Pay and utilization of each courier."""
    instance, rules = played.instance, played.instance.rules
    trips_of = played.of_courier()
    doors = {m.id: (m.x, m.y) for m in instance.meals}
    pay, used = [], []
    for courier in instance.couriers:
        trips = trips_of[courier.id]
        places = {"0": (courier.x, courier.y)} | instance.restaurants | doors
        driving = sum(travel_min(instance, places[a], places[b]) for _, a, b, _ in moves(played, trips))
        carried = sum(len(t.meals) for t in trips)
        stops = len(trips) * rules.pickup_service_min + carried * rules.dropoff_service_min
        duty = courier.off - courier.on
        pay.append(max(rules.pay_per_order * carried, rules.pay_per_hour * duty / 60.0))
        used.append((driving + stops) / duty if duty else 0.0)
    return pay, used


def as_numbers(measures: Measures) -> dict[str, float]:
    return {name: float(value) for name, value in asdict(measures).items()}


def mean(all_measures: Sequence[Measures]) -> dict[str, float]:
    """Each measure's mean over instances, the seconds' sum; instances without a value don't count. At least one instance."""
    rows = [as_numbers(m) for m in all_measures]
    names = list(rows[0])
    table = np.array([list(row.values()) for row in rows])
    known = [column[~np.isnan(column)] for column in table.T]
    means = {name: float(c.mean()) if len(c) else float("nan") for name, c in zip(names, known, strict=True)}
    return means | {"seconds": float(table[:, names.index("seconds")].sum())}
