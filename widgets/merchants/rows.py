"""What the merchants panel shows of one merchant."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.merchant import Merchant


@dataclass(frozen=True, slots=True)
class MerchantRow:
    """``area`` is the name of the area it lies in; ``open`` counts its orders that have not ended."""

    id: str
    merchant: Merchant
    area: str = ""
    open: int = 0

    def haystack(self) -> str:
        m = self.merchant
        return f"{m.id} {m.name} {m.kind} {m.goods} {m.fleet} {self.area}".casefold()
