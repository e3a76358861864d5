"""What rules may ask of an order, one dimension each, reckoned only where a rule asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from core.domain.geo import distance_m
from core.domain.merchant import Merchant
from core.domain.order import Order
from core.rules.sets import Value

MINUTES_A_DAY = 24 * 60
NOWHERE = "none"
"""The area of an order whose merchant lies in none."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """How busy our own drivers are: orders that have no driver yet, drivers online."""

    waiting: int
    online: int

    @property
    def load(self) -> float:
        """Orders without a driver per driver online; without a driver, as many as there are orders."""
        return self.waiting / max(1, self.online)


@dataclass(slots=True)
class Facts:
    """An order as it is decided on, at ``now`` (epoch seconds). ``weather`` maps ISO dates to what was said of them."""

    order: Order
    merchant: Merchant | None
    now: float
    zone: tzinfo | None
    weather: Mapping[str, str]
    fleet: Callable[[], Fleet]
    _known: dict[str, Value] = field(default_factory=dict)

    def __getitem__(self, dimension: str) -> Value:
        if dimension not in self._known:
            self._known[dimension] = DIMENSIONS[dimension].of(self)
        return self._known[dimension]

    @property
    def local(self) -> datetime:
        return datetime.fromtimestamp(self.now, self.zone)

    @property
    def today(self) -> date:
        return self.local.date()


@dataclass(frozen=True, slots=True)
class Dimension:
    """``possible`` bounds what can occur at all, ``None`` bounds nothing; ``known``: "not known" can't occur."""

    name: str
    of: Callable[[Facts], Value]
    numeric: bool
    low: float | None = None
    below: float | None = None
    known: bool = False
    choices: tuple[str, ...] = ()


DIMENSIONS: dict[str, Dimension] = {}
"""Every dimension an operator may ask for, by name. An operator that needs a further one adds it beside itself."""


def dimension(name: str, of: Callable[[Facts], Value], **bounds: object) -> Dimension:
    """Register a dimension; its keywords are those of `Dimension`."""
    DIMENSIONS[name] = made = Dimension(name, of, **bounds)  # type: ignore[arg-type]
    return made


def minute_of_week(at: datetime) -> float:
    """Minutes since Monday 0:00, local time."""
    return at.weekday() * MINUTES_A_DAY + at.hour * 60 + at.minute + at.second / 60


def trip_km(order: Order) -> float:
    """Pick-up to drop-off as the crow flies."""
    return distance_m(order.pickup, order.dropoff) / 1000
