"""Demand and supply by area: orders without a driver, and drivers who are free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.domain.merchant import Area
from core.domain.order import UNASSIGNED, Order


@dataclass(frozen=True, slots=True)
class Balance:
    """``waiting`` orders without a driver and ``free`` drivers, where ``area_id`` is ``None`` outside all areas."""

    area_id: str | None
    name: str
    waiting: int
    free: int


def balance(
    areas: Mapping[str, Area], orders: Iterable[Order], places: Sequence[str | None], most: int, outside: str
) -> list[Balance]:
    """The ``most`` areas with the most going on, by name; ``places`` is where each free driver is, ``outside`` the name of
    all that lies in no area."""
    waiting = Counter(o.area_id if o.area_id in areas else None for o in orders if o.status in UNASSIGNED)
    free = Counter(places)
    names: dict[str | None, str] = {area.id: area.name for area in areas.values()}
    names[None] = outside
    found = [Balance(i, name, waiting[i], free[i]) for i, name in names.items() if waiting[i] or free[i]]
    busiest = sorted(found, key=lambda b: (-b.waiting - b.free, b.name))[:most]
    return sorted(busiest, key=lambda b: (b.area_id is None, b.name.casefold()))
