"""A driver, and the route a driver is on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle


class App(StrEnum):
    """What runs on the driver's phone. OwnTracks has no accept button: its drivers accept by the dispatcher's word."""

    KERBSIDE = "kerbside"
    OWNTRACKS = "owntracks"


class Presence(StrEnum):
    OFFLINE = "offline"
    ONLINE = "online"
    BREAK = "break"


class Activity(StrEnum):
    """What a driver is doing, as the console shows it; the order is that of urgency in lists."""

    OFFLINE = "offline"
    BREAK = "break"
    FREE = "free"
    OFFERED = "offered"
    TO_PICKUP = "to_pickup"
    WAITING = "waiting"
    CARRYING = "carrying"


@dataclass(frozen=True, slots=True)
class Driver:
    """``shift_start`` and ``shift_end`` are epoch seconds; ``None`` is open. Load limits are the vehicle's unless given.

    ``off_duty``: offline by word, not for silence. Only a word brings them back, whatever their phone goes on sending.
    ``group`` may be the fleet of a merchant. ``cold_box`` keeps what has to be kept cold; ``rating`` is 1 to 5 stars.
    """

    id: str
    name: str
    vehicle: Vehicle
    app: App = App.KERBSIDE
    phone: str = ""
    group: str = ""
    shift_start: float | None = None
    shift_end: float | None = None
    weight_kg: float | None = None
    volume_l: float | None = None
    presence: Presence = Presence.OFFLINE
    presence_at: float = 0.0
    off_duty: bool = False
    removed: bool = False
    cold_box: bool = False
    rating: float | None = None


class StopKind(StrEnum):
    PICKUP = "pickup"
    DROPOFF = "dropoff"


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of a route; ``arrived_at`` is epoch seconds, ``None`` before the arrival."""

    kind: StopKind
    order_id: str
    place: LatLon
    arrived_at: float | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The stops a driver still has before them, in their order."""

    driver_id: str
    stops: tuple[Stop, ...] = ()

    def without(self, order_id: str) -> Route:
        return Route(self.driver_id, tuple(s for s in self.stops if s.order_id != order_id))

    def orders(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s.order_id for s in self.stops))
