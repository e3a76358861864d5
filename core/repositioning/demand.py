"""How many orders are likely to come, by place and time of day, as the past weeks had them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from core.domain.geo import Cell, LatLon, cell_of
from core.domain.order import Order
from core.domain.provider import INTERNAL

QUARTER_S = 900
QUARTERS = 96
KNOWN_DAYS = 2
"""A weekday that was seen so often speaks for itself; until then all days speak together."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Demand:
    """What was ordered. ``places`` and ``merchants`` are the pick-up most ordered from in each cell.

    ``counts`` (cells, 7, 96) holds orders by weekday and quarter of an hour, ``days`` (7, 96) on how many days each of these
    was seen from its beginning to its end; both by the local time of ``zone``.
    """

    cells: tuple[Cell, ...]
    places: tuple[LatLon, ...]
    merchants: tuple[str, ...]
    counts: NDArray[np.float32]
    days: NDArray[np.float32]
    zone: tzinfo | None

    def expected(self, now: float, ahead_s: float) -> Floats:
        """Orders expected in each cell from ``now`` (epoch seconds) on, shape (cells,); none at times that were never seen."""
        total, at = np.zeros(len(self.cells)), now
        while at < now + ahead_s:
            end = min(now + ahead_s, (at // QUARTER_S + 1) * QUARTER_S)
            total += self._rate(*_slot(at, self.zone)) * (end - at) / QUARTER_S
            at = end
        return total

    def _rate(self, weekday: int, quarter: int) -> Floats:
        """Orders a quarter of an hour; those beside it count as well, since one alone has few."""
        near = slice(max(0, quarter - 1), quarter + 2)
        which = slice(weekday, weekday + 1) if self.days[weekday, quarter] >= KNOWN_DAYS else slice(None)
        if not self.days[which, quarter].any():
            return np.zeros(len(self.cells))
        seen = self.counts[:, which, near].sum(axis=(1, 2), dtype=np.float64)
        return np.asarray(seen / float(self.days[which, near].sum()), np.float64)


def learn(orders: Iterable[Order], now: float, zone: tzinfo | None, left_out: frozenset[str] = frozenset()) -> Demand:
    """From orders of the past; those of the merchants ``left_out``, and those a provider outside had, are not for our drivers.

    Days on which nothing at all was ordered do not count: nobody was there to take orders.
    """
    placed = sorted(orders, key=lambda o: (o.placed_at, o.id))
    begin = math.ceil(placed[0].placed_at / QUARTER_S) * QUARTER_S if placed else 0
    end = now // QUARTER_S * QUARTER_S
    slots = [(datetime.fromtimestamp(o.placed_at, zone), o) for o in placed if begin <= o.placed_at < end]
    open_days = {when.date() for when, _ in slots}
    days = np.zeros((7, QUARTERS), np.float32)
    for at in range(int(begin), int(end), QUARTER_S) if placed else ():
        if datetime.fromtimestamp(at, zone).date() in open_days:
            days[_slot(at, zone)] += 1
    counts: dict[Cell, NDArray[np.float32]] = {}
    popular: defaultdict[Cell, Counter[tuple[str, LatLon]]] = defaultdict(Counter)
    for when, order in slots:
        if order.merchant_id in left_out or order.provider_id not in (None, INTERNAL):
            continue
        cell = cell_of(order.pickup)
        counts.setdefault(cell, np.zeros((7, QUARTERS), np.float32))[_quarter(when)] += 1
        popular[cell][order.merchant_id, order.pickup] += 1
    cells = tuple(sorted(counts))
    best = [min(popular[cell].items(), key=lambda item: (-item[1], item[0]))[0] for cell in cells]
    return Demand(
        cells,
        tuple(place for _, place in best),
        tuple(merchant for merchant, _ in best),
        np.array([counts[cell] for cell in cells], np.float32).reshape(len(cells), 7, QUARTERS),
        days,
        zone,
    )


def _slot(at: float, zone: tzinfo | None) -> tuple[int, int]:
    return _quarter(datetime.fromtimestamp(at, zone))


def _quarter(when: datetime) -> tuple[int, int]:
    """Weekday, from Monday, and quarter of an hour of the day."""
    return when.weekday(), when.hour * 4 + when.minute // 15
