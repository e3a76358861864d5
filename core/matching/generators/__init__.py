"""Bundle generators: each proposes routes for some of the orders that wait.

A generator is a frozen dataclass whose fields are its parameters, in a file of its own. Adding one takes that file and an
entry in `Params.generators`; leaving it out switches it off. Bundles may overlap: the optimiser chooses without conflict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from core.domain.driver import StopKind
    from core.matching.market import Market


@dataclass(frozen=True, slots=True)
class Bundle:
    """Orders delivered together by one driver, in this order of stops. Orders are indices into the market's."""

    stops: tuple[tuple[StopKind, int], ...]
    generator: str

    @property
    def orders(self) -> tuple[int, ...]:
        return tuple(sorted({order for _, order in self.stops}))


class BundleGenerator(Protocol):
    """Proposes bundles from what is known before any travel time is asked for."""

    @property
    def name(self) -> str: ...

    def propose(self, market: Market) -> list[Bundle]: ...
