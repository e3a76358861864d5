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
class Break:
    """A planned one, from ``start`` to ``end`` in epoch seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Repositioning:
    """A free driver is sent to ``place``, near the merchant ``near``, where orders are expected: at ``at``, to be there at
    ``there_at``, given up at ``until`` (epoch seconds). The reason: ``expected`` orders were to come there within
    ``within_min``, ``supply`` drivers to be free for them. ``over`` once it has ended, however that came."""

    place: LatLon
    near: str
    at: float
    there_at: float
    until: float
    expected: float
    supply: int
    within_min: float
    over: bool = False


@dataclass(frozen=True, slots=True)
class Driver:
    """``shift_start`` and ``shift_end`` are epoch seconds; ``None`` is open. Load limits are the vehicle's unless given.
    ``breaks`` lie within the shift, one after the other.

    ``off_duty``: offline by word, not for silence. Only a word brings them back, whatever their phone goes on sending.
    ``group`` may be the fleet of a merchant. ``cold_box`` keeps what has to be kept cold; ``rating`` is 1 to 5 stars.
    ``sent`` is where the driver was last sent to while free.
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
    breaks: tuple[Break, ...] = ()
    sent: Repositioning | None = None

    @property
    def towards(self) -> Repositioning | None:
        """Where the driver is sent to at the moment."""
        return None if self.sent is None or self.sent.over else self.sent

    def is_rostered(self, now: float) -> bool:
        """By the plan at work: within the shift, and in no break."""
        over = self.shift_end is not None and self.shift_end <= now
        early = self.shift_start is not None and self.shift_start > now
        return not over and not early and self.break_at(now) is None

    def break_at(self, now: float) -> Break | None:
        """The planned break that this moment lies in."""
        if not self.breaks:
            return None
        return next((one for one in self.breaks if one.start <= now < one.end), None)

    def works_until(self, now: float) -> float | None:
        """When the next break begins or the shift ends, epoch seconds; ``None`` where neither is planned."""
        if not self.breaks:
            return self.shift_end
        ends = [one.start for one in self.breaks if one.start > now]
        if self.shift_end is not None:
            ends.append(self.shift_end)
        return min(ends, default=None)


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
