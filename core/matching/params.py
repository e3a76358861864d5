"""The matcher's settings as plain numbers, checked once."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields

from core.domain.errors import BadInput
from core.domain.language import Message
from core.matching.generators import BundleGenerator
from core.matching.generators.registry import GENERATORS


@dataclass(frozen=True, slots=True)
class Weights:
    """Cost of one minute of each part of a route; the names are those of `core.matching.cost.TERMS`.

    The last three belong to goals beyond minutes: a delivery more than others have done, a star less than five, a minute from
    ready to door of goods that mind.
    """

    pickup_leg: float = 1.0
    pickup_stop: float = 1.0
    dropoff_leg: float = 1.0
    dropoff_stop: float = 1.0
    pickup_early: float = 1.0
    pickup_late: float = 1.0
    dropoff_early: float = 0.0
    dropoff_late: float = 3.0
    fairness: float = 0.0
    rating: float = 0.0
    cold: float = 0.0

    def __post_init__(self) -> None:
        for name in (f.name for f in fields(self)):
            _at_least(f"the weight {name}", getattr(self, name), 0.0)


@dataclass(frozen=True, slots=True)
class Params:
    """How to match.

    ``nearest_drivers`` are priced for an order by itself, free or not, and the ``nearest_free`` of those who are free besides
    (no more than those); ``nearest_for_bundles`` for larger sets. Orders share a driver only
    where each is still foretold to come ``share_margin_min`` before its promise, or a part of its own slack where that is less
    (`core.matching.sharing`); ``None`` leaves that to the cost.
    ``unserved`` is the cost in minutes of leaving an order without a driver that ought to have one now, ``unserved_later``
    of one that can still wait, ``age_weight`` what each minute since it came adds to the first. They are above the cost of
    a usual route, and no more: an order rather waits for the next cycle than fill a driver's time with a wild detour, which
    others would wait for in turn. `core.matching.cycle` sees to it that what is dear in itself is brought. ``prefer_free_min``
    settles ties in favour of a driver who is free. ``solve_s`` stops a solver that would hold up the cycle.
    ``finish_in_shift`` says what the end of a shift bounds: the last drop-off, or only the beginning of the last pick-up.
    ``spread_pay_min`` is what a delivery costs more with a driver who has earned the guaranteed pay of the shift already,
    in proportion with one who has earned a part, so that work goes first to those who are paid for it anyway.
    ``shortage_weight`` is what a minute of a driver's time costs more, from setting off to being free again, for the orders
    per driver beyond one, up to two: when orders are more than drivers, every minute saved is a minute less for all who wait.
    """

    nearest_drivers: int = 25
    nearest_free: int = 8
    nearest_for_bundles: int = 8
    share_margin_min: float | None = None
    max_pickup_km: float = 6.0
    chain_within_min: float = 10.0
    commit_before_ready_min: float = 3.0
    pickup_stop_min: float = 2.0
    dropoff_stop_min: float = 2.0
    weights: Weights = field(default_factory=Weights)
    generators: tuple[BundleGenerator, ...] = GENERATORS
    unserved: float = 40.0
    unserved_later: float = 15.0
    age_weight: float = 1.0
    prefer_free_min: float = 0.001
    solve_s: float = 5.0
    finish_in_shift: bool = True
    spread_pay_min: float = 0.0
    shortage_weight: float = 0.0
    explain_best: int = 6

    def __post_init__(self) -> None:
        _at_least("the number of nearest drivers", self.nearest_drivers, 1)
        _at_least("the number of nearest free drivers", self.nearest_free, 1)
        _at_least("the number of nearest drivers for bundles", self.nearest_for_bundles, 1)
        _at_least("the number of drivers to explain", self.explain_best, 1)
        for name in (
            "max_pickup_km", "chain_within_min", "commit_before_ready_min", "pickup_stop_min", "dropoff_stop_min",
            "unserved", "unserved_later", "age_weight", "prefer_free_min", "spread_pay_min",
            "shortage_weight", "solve_s",
        ):  # fmt: skip
            _at_least(name, getattr(self, name), 0.0)


def _at_least(name: str, value: float, low: float) -> None:
    if math.isnan(value) or value < low:
        raise BadInput(Message("{name} of the matcher must be {low:g} or more, not {value!r}", name=name, low=low, value=value))
