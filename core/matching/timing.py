"""Routes as max-plus affine functions of the time at which the first stop is reached.

At each stop ``depart = max(arrive, ready) + service``, so with t the arrival at the first stop the arrival at stop i is
``max(t + a_i, b_i)``, where a and b depend on the route alone: a_i is the time from the first stop to stop i without any
waiting, b_i the earliest arrival that the ready times before stop i allow (Baccelli et al., Synchronization and Linearity,
1992, chapter 3: compositions of max-plus affine maps are max-plus affine). A route is therefore timed once and then priced
for all drivers in one expression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AffineTimes:
    """``a`` and ``b`` have shape (…, k): seconds, for k stops of each of many routes."""

    a: Floats
    b: Floats

    def __getitem__(self, index: tuple[NDArray[np.int64], ...]) -> AffineTimes:
        return AffineTimes(self.a[index], self.b[index])

    def arrivals(self, first: Floats) -> Floats:
        """Arrival at each stop, shape (…, k), from that at the first, shape (…,)."""
        times: Floats = np.maximum(first[..., None] + self.a, self.b)
        return times


def affine(legs: Floats, ready: Floats, service: Floats) -> AffineTimes:
    """Time routes of k stops.

    ``legs`` has shape (…, k-1): seconds from each stop to the next. ``ready`` and ``service`` broadcast to (…, k); ready
    is -inf at a stop where nobody waits.
    """
    shape = np.broadcast_shapes((*legs.shape[:-1], legs.shape[-1] + 1), ready.shape, service.shape)
    a = np.zeros(shape)
    b = np.full(shape, -np.inf)
    for i in range(shape[-1] - 1):
        onward = service[..., i] + legs[..., i]
        a[..., i + 1] = a[..., i] + onward
        b[..., i + 1] = np.maximum(b[..., i], ready[..., i]) + onward
    return AffineTimes(a, b)


def departures(arrive: Floats, ready: Floats, service: Floats) -> Floats:
    """When each stop is done."""
    done: Floats = np.maximum(arrive, ready) + service
    return done
