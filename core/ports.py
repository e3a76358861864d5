"""Where the core meets what it does not own: travel times, the driver's messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle

Points = NDArray[np.float64]
"""Shape (n, 2): latitude and longitude in degrees."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way from one place to another. ``points`` has shape (k, 2), k ≥ 2; ``times_s`` shape (k,), 0 at the start."""

    points: Points
    times_s: NDArray[np.float64]
    distance_m: float

    @property
    def duration_s(self) -> float:
        return float(self.times_s[-1])


class TravelTimes(Protocol):
    """How long it takes. Unreachable is ``inf``; nothing here raises for a place off the map: the nearest road serves."""

    def matrix(self, origins: Points, destinations: Points, vehicle: Vehicle) -> NDArray[np.float64]:
        """Seconds from each origin to each destination, shape (n, m)."""
        ...

    def pairs(self, origins: Points, destinations: Points, vehicle: Vehicle) -> NDArray[np.float64]:
        """Seconds from origin i to destination i, shape (n,)."""
        ...

    def path(self, origin: LatLon, destination: LatLon, vehicle: Vehicle) -> Path:
        """The way itself, for the map and for simulated drivers."""
        ...

    def isochrone(self, centre: LatLon, vehicle: Vehicle, minutes: float) -> tuple[tuple[LatLon, ...], ...]:
        """What can be reached in so many minutes: closed rings, each the outside of a part."""
        ...


@dataclass(slots=True)
class Inbound:
    """A message as it came. ``received_at`` is epoch seconds by the engine's clock; ``token`` belongs to the transport."""

    topic: str
    payload: bytes
    retained: bool = False
    received_at: float = 0.0
    token: object = None


Acked = Callable[[bool], None]


@dataclass(slots=True)
class TransportStats:
    received: int = 0
    sent: int = 0
    dropped: int = 0
    state: str = "connecting"
    detail: str = ""
    pending: int = 0
    """Outbound messages the broker has not acknowledged yet."""
    shed: int = 0
    """Messages with positions that were given up because more came than could be taken."""


class Transport(Protocol):
    """The driver's messages, both ways. Publishing never blocks; while the broker is away messages wait."""

    stats: TransportStats

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = False,
        expiry_s: float | None = None,
        told: Acked | None = None,
    ) -> None:
        """``told`` is called once, from any thread: with True when the broker has acknowledged the message, with False when it
        refused it or it ran out before it could be sent."""
        ...

    def drain(self, limit: int = 10_000) -> list[Inbound]:
        """Messages that have come in since the last call; words, and positions, each oldest first."""
        ...

    def acknowledge(self, messages: Sequence[Inbound]) -> None:
        """Tell the broker that what these messages caused is safely stored."""
        ...

    def close(self) -> None: ...


@dataclass(slots=True)
class OutMessage:
    """Something to be told once the change that causes it is on disk."""

    topic: str
    payload: bytes
    retain: bool = False
    expiry_s: float | None = None
    qos: int = field(default=1)
    told: Acked | None = field(default=None, compare=False)
    """See `Transport.publish`."""
