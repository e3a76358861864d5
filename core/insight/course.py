"""Figures over time: sums of spans in, what they come to per delivery out."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Sums = NDArray[np.float64]
Floats = NDArray[np.float64]

FIELDS = (
    "placed",
    "delivered",
    "cancelled",
    "failed",
    "ours",
    "late",
    "late_s",
    "waited",
    "waiting_s",
    "batched",
    "chained",
    "timed",
    "pickup_leg_s",
    "pickup_stop_s",
    "dropoff_leg_s",
    "dropoff_stop_s",
    "online_s",
    "cycles",
    "cycle_s",
    "gap",
    "gaps",
    "pairs",
)
"""What is summed."""


@dataclass(frozen=True, slots=True)
class Course:
    """Each figure by span, shape (n,), NaN where there was nothing to count; minutes are per delivery, as in `Figures`.

    ``at`` is when each span begins, epoch seconds, ``bin_s`` how long it is. ``lateness_min`` is the mean time after the
    promise over all deliveries, those in time counted as 0. ``gap_pct`` is how far the matcher's choice may be from the best
    one, ``pairs`` how many it priced, ``cycle_s`` its mean wall time and ``slowest_s`` the longest.
    """

    at: Floats
    bin_s: float
    placed: Floats
    delivered: Floats
    cancelled: Floats
    failed: Floats
    pdt_min: Floats
    pickup_leg_min: Floats
    pickup_stop_min: Floats
    dropoff_leg_min: Floats
    dropoff_stop_min: Floats
    waiting_min: Floats
    lateness_min: Floats
    late_pct: Floats
    batched_pct: Floats
    chained_pct: Floats
    per_driver_hour: Floats
    cycle_s: Floats
    slowest_s: Floats
    gap_pct: Floats
    pairs: Floats

    def figures(self) -> dict[str, Floats]:
        """Every figure by its name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in {"at", "bin_s"}}


def course_of(at: Floats, bin_s: float, sums: Sums, slowest_s: Floats) -> Course:
    """``sums`` is (len(FIELDS), n)."""
    of = dict(zip(FIELDS, sums, strict=True))

    def per(amount: Floats, count: Floats) -> Floats:
        return np.where(count > 0, amount, np.nan) / np.where(count > 0, count, 1.0)

    legs = [per(of[f"{part}_s"], of["timed"]) / 60 for part in ("pickup_leg", "pickup_stop", "dropoff_leg", "dropoff_stop")]
    return Course(
        at=at,
        bin_s=bin_s,
        placed=of["placed"],
        delivered=of["delivered"],
        cancelled=of["cancelled"],
        failed=of["failed"],
        pdt_min=np.sum(legs, axis=0),
        pickup_leg_min=legs[0],
        pickup_stop_min=legs[1],
        dropoff_leg_min=legs[2],
        dropoff_stop_min=legs[3],
        waiting_min=per(of["waiting_s"], of["waited"]) / 60,
        lateness_min=per(of["late_s"], of["delivered"]) / 60,
        late_pct=100 * per(of["late"], of["delivered"]),
        batched_pct=100 * per(of["batched"], of["delivered"]),
        chained_pct=100 * per(of["chained"], of["delivered"]),
        per_driver_hour=3600 * per(of["ours"], of["online_s"]),
        cycle_s=per(of["cycle_s"], of["cycles"]),
        slowest_s=np.where(of["cycles"] > 0, slowest_s, np.nan),
        gap_pct=100 * per(of["gap"], of["gaps"]),
        pairs=per(of["pairs"], of["cycles"]),
    )
