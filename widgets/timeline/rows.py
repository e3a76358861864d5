"""What the timeline shows: a row a driver, with the stops made and those to come."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from core.domain.driver import Activity

StopKey = tuple[str, str]
"""(kind, order id); the kind is ``pickup`` or ``dropoff``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineStop:
    """Times are epoch seconds: the way begins at ``set_off``, what is waited for is there at ``begin``, the stop is over at
    ``leave``. ``due`` is the promise of a drop-off, and when a pick-up is ready; ``late_min`` minutes after the promise,
    ``None`` where there is none. ``done`` has happened; ``rough`` is not reckoned properly yet; ``tried`` differs from how
    things really stand.
    """

    kind: str
    order_id: str
    place: str = ""
    set_off: float
    arrive: float
    begin: float
    leave: float
    due: float | None = None
    late_min: float | None = None
    done: bool = False
    rough: bool = False
    failed: bool = False

    @property
    def key(self) -> StopKey:
        return self.kind, self.order_id

    @property
    def late(self) -> bool:
        return self.failed or (self.late_min is not None and round(self.late_min) > 0)


def place_of(driver_id: str) -> tuple[int, str]:
    return len(driver_id), driver_id


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """``stops`` stand in the order in which they are made: those done first. ``tried`` marks a route that is only tried."""

    id: str
    name: str
    activity: Activity = Activity.FREE
    stops: tuple[TimelineStop, ...] = ()
    shift_start: float | None = None
    shift_end: float | None = None
    off_shift: bool = False
    tried: bool = False
    done: int = field(init=False, default=0)
    late_min: float = field(init=False, default=0.0)
    orders: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())
    _ends: tuple[float, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        ahead = [stop for stop in self.stops if not stop.done]
        object.__setattr__(self, "done", len(self.stops) - len(ahead))
        late = max((stop.late_min or 0.0 for stop in ahead if stop.late), default=0.0)
        object.__setattr__(self, "late_min", late)
        object.__setattr__(self, "orders", frozenset(stop.order_id for stop in self.stops))
        object.__setattr__(self, "_ends", tuple(stop.leave for stop in self.stops))

    @property
    def free(self) -> bool:
        return self.activity is Activity.FREE

    def ahead(self) -> tuple[TimelineStop, ...]:
        return self.stops[self.done :]

    @property
    def place(self) -> tuple[int, str]:
        """What rows are ordered by: D-9 stands before D-10."""
        return place_of(self.id)

    def first_ending_after(self, at: float) -> int:
        """The place of the first stop that ends at ``at`` or later."""
        return bisect_left(self._ends, at)


@dataclass(frozen=True, slots=True)
class Move:
    """Orders that are to go to a driver, or a stop that is to be made earlier or later.

    ``stop`` is what is held; of a route or of several orders ``None``. ``at`` is its place among the stops the driver has still
    to make, those that move left out.
    """

    orders: tuple[str, ...]
    to: str
    at: int
    stop: StopKey | None = None


@dataclass(frozen=True, slots=True)
class Consequence:
    """One line of what a move would lead to: ``token`` is a colour of the look, ``icon`` a name of `icons.icon`."""

    text: str
    token: str = "text"
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would lead to: ``rows`` as they would be, and in words. ``refused`` says why it can't be done at all."""

    move: Move
    rows: dict[str, tuple[TimelineStop, ...]] = field(default_factory=dict)
    lines: tuple[Consequence, ...] = ()
    refused: str = ""
