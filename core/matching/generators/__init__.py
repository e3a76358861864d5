"""Bundle generators: each proposes routes for some of the orders that wait.

A generator is a frozen dataclass whose fields are its parameters, all with defaults, in a file of its own in this folder,
where it is found (`registry`). `Params.generators` are those in use; leaving one out switches it off. Bundles may overlap: the
optimiser chooses without conflict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from core.domain.driver import StopKind
    from core.matching.market import Market


@dataclass(frozen=True, slots=True)
class Bundle:
    """Orders delivered together by one driver, in this order of stops. Orders are indices into the market's.

    A bundle follows whatever route its driver is on, and any driver may have it. One with ``into`` is for one driver alone and
    goes between the stops of that driver's route.
    """

    stops: tuple[tuple[StopKind, int], ...]
    generator: str
    into: Into | None = None
    orders: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        stops = self.stops
        orders = (stops[0][1],) if len(stops) == 2 else tuple(sorted({order for _, order in stops}))
        object.__setattr__(self, "orders", orders)

    @property
    def first(self) -> int:
        """The order that is picked up first."""
        return self.stops[0][1]


class Into(NamedTuple):
    """The driver, as an index into the market's, and for each stop of the bundle the stop of the route under way before which
    it comes; the length of that route for one that comes after all."""

    driver: int
    before: tuple[int, ...]


class BundleGenerator(Protocol):
    """Proposes bundles from what is known before any travel time is asked for."""

    @property
    def name(self) -> str: ...

    def propose(self, market: Market) -> list[Bundle]: ...
