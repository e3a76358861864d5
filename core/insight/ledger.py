"""The figures of the last day by the minute, kept up as it happens: an event costs the same however long the day has been."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import isfinite

import numpy as np

from core.domain.driver import Presence
from core.domain.events import Change, CycleFinished, Event, OrderReceived
from core.domain.order import ACTIVE, ENDED, Order, Status
from core.insight.course import FIELDS, Course, Sums, course_of
from core.insight.timeline import Parts, Visit, time_spent, visit_of

KEPT_MIN = 24 * 60
_NOTHING = Parts()


class Ledger:
    """Sums of each of the last `KEPT_MIN` minutes.

    A delivery is booked at the minute of its end with what it *added* to its driver's time: minutes shared with another
    delivery count for the one that ended first. So the parts of any span of whole routes are those of `figures.summarise`.
    ``usual_stop_min`` is the usual time at a pick-up, beyond which a driver there counts as waiting. It begins at ``since``,
    epoch seconds.
    """

    def __init__(self, since: float, usual_stop_min: float) -> None:
        self._since, self._usual_stop_s = since, 60 * usual_stop_min
        self._minutes = np.full(KEPT_MIN, -1, np.int64)
        self._sums: Sums = np.zeros((len(FIELDS), KEPT_MIN))
        self._worst_s = np.zeros(KEPT_MIN)
        self._visits: dict[str, list[Visit]] = defaultdict(list)
        self._under_way: dict[str, dict[str, float]] = defaultdict(dict)
        self._driver_of: dict[str, str] = {}
        self._presence: dict[str, Presence] = {}
        self._online = 0
        self._counted_until = since

    # What happens

    def note(self, event: Event) -> None:
        if isinstance(event, CycleFinished):
            self._note_cycle(event)
        elif isinstance(event, Change):
            for driver in event.drivers:
                self._note_presence(driver.id, Presence.OFFLINE if driver.removed else driver.presence, event.at)
            for order in event.orders:
                self._note_order(order, received=isinstance(event, OrderReceived))

    def _note_cycle(self, cycle: CycleFinished) -> None:
        slot = self._slot(cycle.at)
        if slot is not None:
            self._book(slot, cycles=1, cycle_s=cycle.seconds, pairs=cycle.pairs)
            if isfinite(cycle.gap):
                self._book(slot, gap=cycle.gap, gaps=1)
            self._worst_s[slot] = max(self._worst_s[slot], cycle.seconds)

    def _note_presence(self, driver_id: str, presence: Presence, at: float) -> None:
        before = self._presence.get(driver_id)
        self._presence[driver_id] = presence
        if presence is not before:
            self.count_online(at)
            self._online += (presence is Presence.ONLINE) - (before is Presence.ONLINE)

    def begin_with(self, online: Iterable[str]) -> None:
        """Who was online when it began."""
        self._presence = dict.fromkeys(online, Presence.ONLINE)
        self._online = len(self._presence)

    def count_online(self, now: float) -> None:
        """Book the time drivers were online until ``now``."""
        at = max(self._counted_until, now - 60 * KEPT_MIN)
        while at < now:
            until = min(now, 60 * (at // 60 + 1))
            slot = self._slot(at)
            if slot is not None:
                self._book(slot, online_s=self._online * (until - at))
            at = until
        self._counted_until = max(self._counted_until, now)

    def _note_order(self, order: Order, received: bool) -> None:
        if received and (slot := self._slot(order.placed_at)) is not None:
            self._book(slot, placed=1)
        driver_id = order.driver_id if order.status in ACTIVE else None
        if (before := self._driver_of.get(order.id)) != driver_id and before is not None:
            self._under_way[before].pop(order.id, None)
            del self._driver_of[order.id]
        if driver_id is not None and order.assigned_at is not None:
            self._under_way[driver_id][order.id] = order.assigned_at
            self._driver_of[order.id] = driver_id
        if order.status not in ENDED:
            return
        if order.status is Status.DELIVERED:
            self._note_delivery(order)
        elif (slot := self._slot(order.status_at)) is not None:
            self._book(slot, cancelled=order.status is Status.CANCELLED, failed=order.status is Status.FAILED)

    def _note_delivery(self, order: Order) -> None:
        visit = visit_of(order)
        added = self._added(str(order.driver_id), visit) if visit is not None else _NOTHING
        at = order.delivered_at
        if at is None or (slot := self._slot(at)) is None:
            return
        waited = order.driver_id is not None and order.picked_up_at is not None and order.arrived_pickup_at is not None
        stay_s = (order.picked_up_at or 0.0) - (order.arrived_pickup_at or 0.0) if waited else 0.0
        self._book(
            slot,
            delivered=1,
            ours=order.driver_id is not None,
            late=at > order.due_at,
            late_s=max(0.0, at - order.due_at),
            waited=waited,
            waiting_s=max(0.0, stay_s - self._usual_stop_s),
            batched=order.batched,
            chained=order.chained,
            timed=visit is not None,
            pickup_leg_s=added.pickup_leg,
            pickup_stop_s=added.pickup_stop,
            dropoff_leg_s=added.dropoff_leg,
            dropoff_stop_s=added.dropoff_stop,
        )

    def _added(self, driver_id: str, visit: Visit) -> Parts:
        """The driver's time with this delivery less that without it."""
        # What ended before anything that can still come began has no more say in it.
        others = self._under_way.get(driver_id, {}).values()
        horizon = min([visit.assigned, *others])
        known = [v for v in self._visits[driver_id] if v.delivered > horizon]
        before, after = time_spent(known), time_spent([*known, visit])
        self._visits[driver_id] = [*known, visit]
        return Parts(
            after.pickup_leg - before.pickup_leg,
            after.pickup_stop - before.pickup_stop,
            after.dropoff_leg - before.dropoff_leg,
            after.dropoff_stop - before.dropoff_stop,
        )

    def _slot(self, at: float) -> int | None:
        """Where the minute of ``at`` is booked; ``None`` for one that lies too far back."""
        minute = int(at // 60)
        slot = minute % KEPT_MIN
        there = int(self._minutes[slot])
        if there > minute or at < self._since:
            return None
        if there < minute:
            self._minutes[slot] = minute
            self._sums[:, slot] = 0.0
            self._worst_s[slot] = 0.0
        return slot

    def _book(self, slot: int, **amounts: float) -> None:
        for name, amount in amounts.items():
            if amount:
                self._sums[_PLACE[name], slot] += amount

    # What is asked

    def course(self, start: float, end: float, bin_min: int) -> Course:
        """The figures from ``start`` to ``end``, epoch seconds, in bins of ``bin_min`` whole minutes of the clock."""
        first = int(start // 60) // bin_min * bin_min
        last = max(first + bin_min, -(-int(-(-end // 60)) // bin_min) * bin_min)
        self.count_online(end)
        return self._course(first, last, bin_min)

    def whole(self, start: float, end: float) -> Course:
        """The same as one single bin."""
        first, last = int(start // 60), max(int(start // 60) + 1, int(-(-end // 60)))
        self.count_online(end)
        return self._course(first, last, last - first)

    def _course(self, first: int, last: int, bin_min: int) -> Course:
        minutes = np.arange(first, last)
        slots = minutes % KEPT_MIN
        there = self._minutes[slots] == minutes
        shape = (len(FIELDS), -1, bin_min)
        sums = np.where(there, self._sums[:, slots], 0.0).reshape(shape).sum(axis=2)
        worst = np.where(there, self._worst_s[slots], 0.0).reshape(-1, bin_min).max(axis=1)
        return course_of(60 * minutes[::bin_min].astype(np.float64), 60.0 * bin_min, sums, worst)


_PLACE = {name: i for i, name in enumerate(FIELDS)}
