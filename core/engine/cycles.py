"""The matcher's cycles: a snapshot to a worker, its decisions back, and what follows from them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import TYPE_CHECKING

from core.bus import Bus
from core.domain.events import CycleFailed, CycleFinished, EtasUpdated
from core.domain.order import ENDED, Status
from core.domain.world import World
from core.engine.snapshots import Photographer
from core.orders.progress import Proposal, make_offers
from core.orders.tells import Outcome
from core.settings import Settings
from core.worker import Recording, match

if TYPE_CHECKING:
    from core.matching.decisions import Assignment, Decisions, Why

log = logging.getLogger(__name__)

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
    ) -> None:
        self.decisions: Decisions | None = None
        self.explained: dict[str, Why] = {}
        self.next_at = 0.0
        self._world, self._settings, self._photographer = world, settings, photographer
        self._executor, self._bus, self._commit = executor, bus, commit
        self._recording, self._seed, self._stepped = recording, seed, stepped
        self._cycle: Future[Decisions] | None = None

    def tick(self, now: float, paused: bool) -> None:
        """Begin a cycle when it is time, act on one that is done."""
        if self._cycle is None and now >= self.next_at and not paused:
            self.next_at = now + self._settings.number("matching.cycle_s")
            snapshot = self._photographer.take(now, self._seed)
            if self.decisions is not None:
                snapshot = replace(snapshot, planned=tuple((a.driver_id, a.order_ids) for a in self.decisions.postponed))
            keep = self._settings.number("matching.record_cycles")
            try:
                self._cycle = self._executor.submit(match, snapshot, self._recording, keep)
            except (RuntimeError, OSError) as error:  # no process can be had at the moment; the next cycle asks again
                self._failed(error, now)
        if self._cycle is None or not (self._stepped or self._cycle.done()):
            return
        cycle, self._cycle = self._cycle, None
        try:
            decisions = cycle.result()
        except Exception as error:  # whatever befell the worker process, dispatching goes on by hand and by the next cycle
            self._failed(error, now)
            return
        self._act_on(decisions, now)

    def forget(self, now: float) -> None:
        """Drop the reasons for orders that ended an hour ago."""
        orders, since = self._world.orders, now - EXPLAINED_S
        still = {i for i in self.explained if i in orders and (orders[i].status not in ENDED or orders[i].status_at > since)}
        self.explained = {i: why for i, why in self.explained.items() if i in still}

    def close(self) -> None:
        if self._cycle is not None:
            self._cycle.cancel()

    def _failed(self, error: Exception, now: float) -> None:
        log.error("a matching cycle failed", exc_info=error)
        self._bus.publish(CycleFailed(at=now, reason=str(error) or type(error).__name__))

    def _act_on(self, decisions: Decisions, now: float) -> None:
        world = self._world
        self.decisions = decisions
        for assignment in decisions.assignments:
            for order_id in assignment.order_ids:
                self.explained[order_id] = decisions.why(order_id)
        proposals = [p for a in decisions.assignments if (p := self._proposal(a)) is not None]
        self._commit(make_offers(world, proposals, now, self._settings.number("offers.limit_s")))
        orders = world.orders
        world.etas = {i: eta for i, eta in decisions.etas.items() if i in orders and orders[i].status not in ENDED}
        self._bus.publish(EtasUpdated(at=now, etas=world.etas))
        self._bus.publish(
            CycleFinished(
                at=now,
                seconds=sum(decisions.seconds.values()),
                waiting=decisions.counts.orders,
                drivers=decisions.counts.drivers,
                pairs=decisions.counts.priced,
                offers=len(proposals),
                gap=decisions.gap,
            )
        )

    def _proposal(self, assignment: Assignment) -> Proposal | None:
        """What there is to offer: not what the driver has already, but what another has and loses."""
        orders = [self._world.orders.get(i) for i in assignment.order_ids]
        held = {o.id: o.driver_id for o in orders if o is not None and o.status is Status.ASSIGNED and o.driver_id is not None}
        wanted = tuple(i for i in assignment.order_ids if held.get(i) != assignment.driver_id)
        if not wanted:
            return None
        taken = tuple((i, held[i]) for i in wanted if i in held)
        chained = assignment.chained or len(wanted) < len(assignment.order_ids)
        return Proposal(assignment.driver_id, wanted, assignment.route, chained, taken)
