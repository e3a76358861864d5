from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest

from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.order import Order
from core.rules.facts import Facts, Fleet

MONDAY = 1_772_409_600.0  # 2026-03-02 00:00 UTC


@pytest.fixture
def facts(make_order: Callable[..., Order]) -> Callable[..., Facts]:
    """Facts of a plain order at a minute of the week; everything can be overridden."""

    def make(minute: float = 0.0, weather: str | None = None, waiting: int = 0, online: int = 1, **order: Any) -> Facts:
        now = MONDAY + 60 * minute
        merchant = Merchant("M-1", "Rosa", LatLon(45.0, 9.0), kind=order.pop("kind", "restaurant"))
        known = {"2026-03-02": weather} if weather else {}
        made = make_order(placed_at=now, **order)
        return Facts(made, merchant, now, UTC, known, lambda: Fleet(waiting, online))

    return make
