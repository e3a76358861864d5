"""The orders of a board in their queues, kept in order while single ones change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from operator import attrgetter, itemgetter
from typing import NamedTuple

from widgets.common.tables import Column, SortKey
from widgets.orders.grouping import GROUPINGS, GroupKey, place_of
from widgets.orders.rows import OrderRow, Section


class Plan(NamedTuple):
    """How a board stands: by what its orders are grouped, a column to sort by with whether it falls, and the queues that are
    let through, all of them where there are none."""

    grouping: str = "state"
    sort: tuple[Column[OrderRow], bool] | None = None
    sections: frozenset[Section] = frozenset()


class Queues:
    """`groups` are the queues that are shown, each in its order; `counts` the orders in each section, shown or not."""

    def __init__(self, plan: Plan, rows: Iterable[OrderRow] = ()) -> None:
        self.plan = plan
        self._of = GROUPINGS[plan.grouping].of
        self.rows: dict[str, OrderRow] = {}
        self.groups: dict[GroupKey, list[OrderRow]] = {}
        self.counts: Counter[Section] = Counter()
        if plan.grouping == "state":
            self.groups = {section: [] for section in Section if not plan.sections or section in plan.sections}
        self.change({row.id: row for row in rows})

    def change(self, changes: Mapping[str, OrderRow | None]) -> None:
        """These orders as they are now, ``None`` where one is gone. Only their queues are gone through: of thousands of orders
        few change at once."""
        touched: dict[GroupKey, list[OrderRow]] = {}
        for order_id, row in changes.items():
            old = self.rows.get(order_id)
            if old is not None:
                self.counts[old.section] -= 1
                self._touch(touched, old)
            if row is not None:
                self.counts[row.section] += 1
                if (group := self._touch(touched, row)) is not None:
                    group.append(row)
                self.rows[order_id] = row
            else:
                self.rows.pop(order_id, None)
        for key, new in touched.items():
            queue = [row for row in self.groups.get(key, ()) if row.id not in changes]
            self.groups[key] = self._sorted(queue + new)
        if touched:
            kept = [(key, queue) for key, queue in self.groups.items() if queue or self.plan.grouping == "state"]
            self.groups = dict(sorted(kept, key=lambda one: place_of(one[0])))

    def _touch(self, touched: dict[GroupKey, list[OrderRow]], row: OrderRow) -> list[OrderRow] | None:
        """What has come to the row's queue; ``None`` where that is not let through."""
        if self.plan.sections and row.section not in self.plan.sections:
            return None
        return touched.setdefault(self._of(row), [])

    def _sorted(self, rows: list[OrderRow]) -> list[OrderRow]:
        """By the column that is sorted by; without one, what needs a hand first."""
        if self.plan.sort is None:
            return sorted(rows, key=attrgetter("urgency"))
        column, falls = self.plan.sort
        assert column.sort is not None
        keyed: list[tuple[SortKey, str, OrderRow]] = [(column.sort(row), row.id, row) for row in rows]
        known = sorted((one for one in keyed if one[0] is not None), key=itemgetter(0, 1), reverse=falls)
        # What has no value stands last either way.
        return [one[2] for one in known + sorted((one for one in keyed if one[0] is None), key=itemgetter(1))]
