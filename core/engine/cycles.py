"""The matcher's cycles: a snapshot to a worker, its decisions back, and what follows from them."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import TYPE_CHECKING

from core.bus import Bus
from core.domain.causes import cause
from core.domain.events import Change, CycleFailed, CycleFinished, EtasUpdated
from core.domain.order import ENDED, Status
from core.domain.world import World
from core.engine.arrivals import ArrivalLog
from core.engine.multibundles import Multibundles
from core.engine.snapshots import Photographer
from core.matching.clusters import join, split
from core.orders.progress import Proposal, make_offers
from core.orders.tells import Outcome
from core.settings import Settings
from core.worker import Recording, match

if TYPE_CHECKING:
    from core.matching.decisions import Assignment, Candidate, Decisions, Why

log = logging.getLogger(__name__)

BEGINNING_S = 0.006
OFFERING_S, OFFERED_AT_ONCE = 0.008, 8
WEIGHED_KEPT = 4
"""So many drivers for each order stand in the log with its offer, among them the one who gets it."""
EXPLAINED_S = 3600.0
"""Why an order went to its driver is kept so long after its end."""


class Cycles:
    """``decisions`` are those of the last cycle, ``explained`` why each order went where it was last offered."""

    def __init__(
        self,
        world: World,
        settings: Settings,
        photographer: Photographer,
        executor: Executor,
        bus: Bus,
        commit: Callable[[Outcome], object],
        recording: Recording | None,
        seed: int,
        stepped: bool,
        breathe: Callable[[], None],
    ) -> None:
        self.decisions: Decisions | None = None
        self.explained: dict[str, Why] = {}
        self.next_at = 0.0
        self._world, self._settings, self._photographer = world, settings, photographer
        self._executor, self._bus, self._commit = executor, bus, commit
        self._recording, self._seed, self._stepped, self._breathe = recording, seed, stepped, breathe
        self._beginning: Generator[None, None, None] | None = None
        self._running: list[Future[Decisions]] = []
        self._parts: list[Decisions] = []
        self._proposals: deque[Proposal] = deque()
        self._offers = self._turn = 0
        self._arrivals = ArrivalLog()
        self._multibundles = Multibundles(settings, executor, stepped)
        self._batch: set[str] = set()
        self._forget_changes = bus.subscribe(Change, self._hear)

    @property
    def behind(self) -> bool:
        """Whether a cycle is still beginning, or there are offers to be made: the next tick should come soon."""
        return self._beginning is not None or bool(self._proposals)

    def tick(self, now: float, paused: bool) -> None:
        """Begin a cycle when it is time or the batch is full, a piece in each tick; act on what is done."""
        full = len(self._batch) >= self._settings.number("matching.batch_orders")
        idle = self._beginning is None and not self._running and not self._proposals
        if idle and (full or now >= self.next_at) and not paused:
            self._batch.clear()
            self.next_at = now + self._settings.number("matching.cycle_s")
            self._beginning = self._begin(now)
        self._begin_some()
        for cycle in [one for one in self._running if self._stepped or one.done()]:
            self._running.remove(cycle)
            try:
                self._take(cycle.result())
            except Exception as error:  # whatever befell the worker process, dispatching goes on by hand and by the next cycle
                self._failed(error, now)
        self._offer_some(now)
        if self._parts and self._beginning is None and not self._running and not self._proposals:
            self._finish(now)

    def _hear(self, change: Change) -> None:
        """Orders that have come, or come back from an offer, since the last cycle began."""
        for order in change.orders:
            if order.status is Status.WAITING:
                self._batch.add(order.id)
            else:
                self._batch.discard(order.id)

    def _begin(self, now: float) -> Generator[None, None, None]:
        snapshot = yield from self._photographer.pieces(now, self._seed)
        planned = () if self.decisions is None else tuple((a.driver_id, a.order_ids) for a in self.decisions.postponed)
        snapshot = replace(snapshot, planned=planned, proposed=self._multibundles.proposed(now))
        yield
        clusters = split(snapshot, int(self._settings.number("matching.cluster_orders")), self._turn, self._breathe)
        keep, recording = self._settings.number("matching.record_cycles") * len(clusters), self._recording
        self._turn, self._parts, self._offers = self._turn + 1, [], 0
        for part, cluster in enumerate(clusters):
            yield
            try:
                kept = replace(recording, part=part) if recording is not None and part else recording
                self._running.append(self._executor.submit(match, cluster, kept, keep))
            except (RuntimeError, OSError) as error:  # no process can be had at the moment; the next cycle asks again
                self._failed(error, now)
                break
        self._multibundles.begin(snapshot)

    def _begin_some(self) -> None:
        """Not all at once: the window waits for this thread."""
        until = time.perf_counter() + BEGINNING_S
        for _ in self._beginning or ():
            if not self._stepped and time.perf_counter() > until:
                return
        self._beginning = None

    def forget(self, now: float) -> None:
        """Drop the reasons for orders that ended an hour ago."""
        orders, since = self._world.orders, now - EXPLAINED_S
        still = {i for i in self.explained if i in orders and (orders[i].status not in ENDED or orders[i].status_at > since)}
        self.explained = {i: why for i, why in self.explained.items() if i in still}

    def close(self) -> None:
        self._forget_changes()
        self._multibundles.close()
        for cycle in self._running:
            cycle.cancel()

    def _failed(self, error: Exception, now: float) -> None:
        log.error("a matching cycle failed", exc_info=error)
        self._bus.publish(CycleFailed(at=now, reason=cause(error)))

    def _take(self, decisions: Decisions) -> None:
        self._parts.append(decisions)
        for assignment in decisions.assignments:
            for order_id in assignment.order_ids:
                self.explained[order_id] = decisions.why(order_id)
        proposals = [p for a in decisions.assignments if (p := self._proposal(a, decisions)) is not None]
        self._offers += len(proposals)
        # What changes hands first, and together: who loses an order is free for another once it is gone.
        self._proposals += sorted(proposals, key=lambda p: not p.taken_from)

    def _offer_some(self, now: float) -> None:
        """Not all at once where they are many: the window and other systems wait for this thread."""
        until = time.perf_counter() + OFFERING_S
        while self._proposals and (self._stepped or time.perf_counter() < until):
            some = [self._proposals.popleft()]
            while self._proposals and (self._stepped or len(some) < OFFERED_AT_ONCE or self._proposals[0].taken_from):
                some.append(self._proposals.popleft())
            self._commit(make_offers(self._world, some, now, self._settings.number("offers.limit_s")))

    def _finish(self, now: float) -> None:
        world, self.decisions, self._parts = self._world, join(self._parts), []
        decisions, orders = self.decisions, world.orders

        def has_ended(order_id: str) -> bool:
            return order_id not in orders or orders[order_id].status in ENDED

        etas = {order_id: eta for order_id, eta in decisions.etas.items() if not has_ended(order_id)}
        news = self._arrivals.news(etas, now, has_ended)
        if news is not None:
            self._commit(Outcome([news]))
        world.etas = etas
        self._bus.publish(EtasUpdated(at=now, etas=world.etas))
        self._bus.publish(
            CycleFinished(
                at=now,
                seconds=sum(decisions.seconds.values()),
                waiting=decisions.counts.orders,
                drivers=decisions.counts.drivers,
                pairs=decisions.counts.priced,
                offers=self._offers,
                gap=decisions.gap,
            )
        )

    def _proposal(self, assignment: Assignment, decisions: Decisions) -> Proposal | None:
        """What there is to offer: not what the driver has already, but what another has and loses."""
        orders = [self._world.orders.get(i) for i in assignment.order_ids]
        held = {o.id: o.driver_id for o in orders if o is not None and o.status is Status.ASSIGNED and o.driver_id is not None}
        wanted = tuple(i for i in assignment.order_ids if held.get(i) != assignment.driver_id)
        if not wanted:
            return None
        taken = tuple((i, held[i]) for i in wanted if i in held)
        chained = assignment.chained or len(wanted) < len(assignment.order_ids)
        weighed = tuple(
            (order_id, candidate.driver_id, round(candidate.cost.per_delivery, 1))
            for order_id in wanted
            for candidate in _worth_keeping(decisions.candidates.get(order_id, ()), assignment.driver_id)
        )
        return Proposal(assignment.driver_id, wanted, assignment.route, chained, taken, weighed)


def _worth_keeping(candidates: Sequence[Candidate], driver_id: str) -> list[Candidate]:
    """The best, and the one with the driver, in the order in which they stand."""
    others = [candidate for candidate in candidates if candidate.driver_id != driver_id][: WEIGHED_KEPT - 1]
    return [candidate for candidate in candidates if candidate.driver_id == driver_id or candidate in others]
