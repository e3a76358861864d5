"""What the matcher answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.domain.language import Message
from core.matching.cost import Cost
from core.matching.eligibility import Reason

StopRef = tuple[str, str]
"""(kind, order id)"""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A route for a driver. ``stops`` are those of the new orders, ``route`` all that the driver then has before them.

    ``arrivals`` are epoch seconds at ``stops``. ``commit_at`` is when the offer is to be made at the latest needed moment
    (see `core.matching.pricing`). ``chained`` follows a route under way; ``batched`` holds more than one order.
    """

    driver_id: str
    order_ids: tuple[str, ...]
    stops: tuple[StopRef, ...]
    route: tuple[StopRef, ...]
    arrivals: tuple[float, ...]
    cost: Cost
    commit_at: float
    chained: bool
    batched: bool
    generator: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A driver who could take an order, with what that would cost. ``order_ids`` are delivered together."""

    driver_id: str
    order_ids: tuple[str, ...]
    cost: Cost
    pickup_at: float
    dropoff_at: float
    chained: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Why:
    """The best drivers for an order, best first, and one `Reason` a driver, 0 for who could have taken it."""

    candidates: tuple[Candidate, ...]
    driver_ids: tuple[str, ...] = ()
    codes: bytes = b""

    def excluded(self) -> tuple[tuple[str, Reason], ...]:
        """Every driver who could not be given the order, with the rule."""
        return tuple((d, Reason(code)) for d, code in zip(self.driver_ids, self.codes, strict=True) if code)


@dataclass(frozen=True, slots=True)
class Unassigned:
    """An order for which there is no driver: one line that says why, and how many drivers each rule excluded."""

    order_id: str
    summary: Message
    reasons: tuple[tuple[Reason, int], ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Pairs of a driver and a route: looked at, left by the rules, given a price, and left for the solver."""

    orders: int
    drivers: int
    bundles: int
    considered: int
    eligible: int
    priced: int
    columns: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """One cycle's answer.

    ``assignments`` are to be offered now, ``postponed`` are planned but can wait. ``etas`` maps an order to its expected
    arrival at the pick-up (``None`` once it is done) and at the drop-off. ``candidates`` are the best drivers for each
    order, best first. ``seconds`` of wall time per part is the only field that differs from run to run.
    """

    now: float
    assignments: tuple[Assignment, ...]
    postponed: tuple[Assignment, ...]
    unassigned: tuple[Unassigned, ...]
    etas: dict[str, tuple[float | None, float]]
    candidates: dict[str, tuple[Candidate, ...]]
    counts: Counts
    formulation: str
    gap: float
    driver_ids: tuple[str, ...]
    order_ids: tuple[str, ...]
    reason_codes: bytes = field(repr=False)
    """One byte a pair, drivers × orders: the `Reason` that kept the driver from the order alone, 0 for none."""
    seconds: dict[str, float] = field(compare=False, default_factory=dict)

    def why_not(self, order_id: str, driver_id: str) -> Reason:
        """The rule that excluded this driver from this order; `Reason.NONE` where none did. KeyError for a stranger."""
        try:
            row, column = self.driver_ids.index(driver_id), self.order_ids.index(order_id)
        except ValueError:
            raise KeyError(f"{driver_id} or {order_id} was not in this cycle") from None
        return Reason(self.reason_codes[row * len(self.order_ids) + column])

    def excluded(self, order_id: str) -> tuple[tuple[str, Reason], ...]:
        """Every driver who could not be given the order, with the rule."""
        return self.why(order_id).excluded()

    def why(self, order_id: str) -> Why:
        """All there is to say of an order. ValueError for one that was not in this cycle."""
        column, width = self.order_ids.index(order_id), len(self.order_ids)
        return Why(self.candidates.get(order_id, ()), self.driver_ids, self.reason_codes[column::width])
