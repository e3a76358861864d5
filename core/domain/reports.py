"""What drivers' phones report, decoded and checked, whichever app sent it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import Presence

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FixBatch:
    """Positions of many drivers, in columns of n fixes each, in the order they came.

    ``drivers`` are the ids that occur; ``driver`` (n,) indexes it. ``t`` is epoch seconds by the phone, ``lat`` and ``lon``
    degrees, ``acc`` metres, ``spd`` m/s, ``hdg`` degrees clockwise from north; NaN where the phone did not say.
    ``mode``, ``batt`` (percent), ``config`` and ``route`` (the versions of the configuration and of the route a phone has just
    taken over) hold the last word of a driver in this batch; a driver may say these without a fix.
    """

    drivers: list[str]
    driver: NDArray[np.int64]
    t: Floats
    lat: Floats
    lon: Floats
    acc: Floats
    spd: Floats
    hdg: Floats
    mode: dict[str, str] = field(default_factory=dict)
    batt: dict[str, float] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)
    route: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.t)

    def only(self, wanted: NDArray[np.bool_], known: Container[str]) -> FixBatch:
        """The fixes of the drivers for which ``wanted``, of the shape of ``drivers``, is true, and the words of those known."""
        rows = wanted[self.driver]
        mode = {d: v for d, v in self.mode.items() if d in known}
        batt = {d: v for d, v in self.batt.items() if d in known}
        config = {d: v for d, v in self.config.items() if d in known}
        route = {d: v for d, v in self.route.items() if d in known}
        renumbered = np.cumsum(wanted) - 1
        return FixBatch(
            [d for d, w in zip(self.drivers, wanted, strict=True) if w],
            renumbered[self.driver[rows]],
            self.t[rows],
            self.lat[rows],
            self.lon[rows],
            self.acc[rows],
            self.spd[rows],
            self.hdg[rows],
            mode,
            batt,
            config,
            route,
        )


@dataclass(frozen=True, slots=True)
class Word:
    """A driver's word on an offer or an order. ``id`` makes it idempotent: the same id is never acted on twice.

    ``event`` is accept, reject, arrived_pickup, picked_up, arrived_dropoff, delivered, failed or hand_back.
    """

    driver_id: str
    id: str
    event: str
    offer_id: str | None
    order_id: str | None
    reason: str
    t: float


WORD_EVENTS = frozenset(
    {"accept", "reject", "arrived_pickup", "picked_up", "arrived_dropoff", "delivered", "failed", "hand_back"}
)


@dataclass(frozen=True, slots=True)
class PresenceReport:
    """``t`` is epoch seconds, ``None`` where the app does not say (an OwnTracks last will): then it is only a hint."""

    driver_id: str
    presence: Presence
    t: float | None


@dataclass(frozen=True, slots=True)
class PhoneFence:
    """An OwnTracks transition: the phone thinks it entered or left the waypoint set at ``waypoint_t``. A hint."""

    driver_id: str
    entered: bool
    description: str
    waypoint_t: float | None
    t: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that could not be used; ``reason`` is one clear line."""

    topic: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reports:
    """One decoded batch of messages. Each list keeps the order in which the messages came."""

    fixes: FixBatch
    words: list[Word]
    presences: list[PresenceReport]
    fences: list[PhoneFence]
    refused: list[Refusal]
