"""The default: every order by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from core.domain.driver import StopKind
from core.matching.generators import Bundle

if TYPE_CHECKING:
    from core.matching.market import Market


@dataclass(frozen=True, slots=True)
class Alone:
    name: ClassVar[str] = "alone"

    def propose(self, market: Market) -> list[Bundle]:
        return [Bundle(((StopKind.PICKUP, i), (StopKind.DROPOFF, i)), self.name) for i in range(len(market.orders))]
