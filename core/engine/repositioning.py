"""Idle drivers on their way to where orders are expected: learnt once an hour, decided once a minute, ended when it is over."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.clock import Clock
from core.domain import reasons
from core.domain.driver import Activity, Driver, Presence, Repositioning
from core.domain.events import Change, RepositioningBegan, RepositioningEnded
from core.domain.geo import Cell, LatLon, cell_of, distance_m
from core.domain.merchant import OwnDrivers
from core.domain.order import ENDED, Status
from core.domain.world import World
from core.orders.draft import Draft
from core.orders.tells import Outcome
from core.repositioning.demand import Demand
from core.repositioning.market import Choice, Idle, Spot
from core.settings import Settings
from core.tracking.positions import ACTIVITIES, PositionStore
from core.tracking.search import Among, Searcher
from core.worker import learn_demand, reposition

log = logging.getLogger(__name__)

LEARN_S, LEARN_DAYS = 3600.0, 28
DECIDE_S = 60.0
THERE_M = 150.0
"""So near, a driver has got to where they were sent."""
SLACK, SLACK_S = 2.0, 180.0
"""A drive may take so many times as long, and so much longer, before it is given up."""
SPARE = 6
"""So many of the nearest free drivers are looked at for each that a place lacks: some may not go, others go elsewhere."""
FASTEST_KMH = 60.0
_GONE = {Activity.OFFLINE: reasons.WENT_OFFLINE, Activity.BREAK: reasons.ON_BREAK}


class Repositioner:
    """``commit`` stores and applies an outcome. ``stepped``: whatever a worker is asked is waited for."""

    def __init__(
        self,
        world: World,
        positions: PositionStore,
        search: Searcher,
        settings: Settings,
        clock: Clock,
        database: Path,
        executor: Executor,
        commit: Callable[[Outcome], object],
        stepped: bool,
    ) -> None:
        self._world, self._positions, self._search, self._settings = world, positions, search, settings
        self._clock, self._database, self._executor, self._commit = clock, database, executor, commit
        self._stepped = stepped
        self._demand: Demand | None = None
        self._learning: Future[Demand] | None = None
        self._deciding: tuple[Future[tuple[Choice, ...]], tuple[Spot, ...], float] | None = None
        self._next_learn = self._next_decide = self._next_look = 0.0
        self._under_way = {d.id for d in world.drivers.values() if d.towards is not None}
        self._free_since: dict[str, float] = {}
        for order in world.orders.values():
            if order.driver_id is not None and order.status in ENDED:
                self._freed(order.driver_id, order.status_at)

    def note(self, change: Change) -> None:
        """A change that was applied."""
        for route in change.routes:
            if not route.stops:
                self._freed(route.driver_id, change.at)
        for driver in change.drivers:
            (self._under_way.add if driver.towards is not None and not driver.removed else self._under_way.discard)(driver.id)

    def _freed(self, driver_id: str, at: float) -> None:
        self._free_since[driver_id] = max(at, self._free_since.get(driver_id, 0.0))

    def tick(self, now: float) -> None:
        on = self._settings.flag("repositioning.on")
        if now >= self._next_look:
            self._next_look = now + 1.0
            self._end_what_is_over(now, on)
        if not on:
            return
        if self._learning is None and now >= self._next_learn:
            self._next_learn = now + LEARN_S
            self._learn(now)
        if self._learning is not None and (self._stepped or self._learning.done()):
            learning, self._learning = self._learning, None
            try:
                self._demand = learning.result()
            except Exception:  # whatever befell the worker: what was learnt before goes on
                log.exception("where orders are expected could not be learnt")
        if self._deciding is None and self._demand is not None and now >= self._next_decide:
            self._next_decide = now + DECIDE_S
            self._decide(now, self._demand)
        if self._deciding is not None and (self._stepped or self._deciding[0].done()):
            deciding, spots, ahead_min = self._deciding
            self._deciding = None
            try:
                self._send(deciding.result(), spots, ahead_min, now)
            except Exception:  # the next minute asks again
                log.exception("no idle driver could be sent anywhere")

    # Deciding

    def _learn(self, now: float) -> None:
        """Orders that our drivers may not bring are no reason to wait for them."""
        closed = frozenset(m.id for m in self._world.merchants.values() if m.fleet and m.own_drivers is OwnDrivers.ONLY)
        since = now - LEARN_DAYS * 86_400.0
        try:
            self._learning = self._executor.submit(learn_demand, self._database, since, now, self._clock.zone, closed)
        except (RuntimeError, OSError):  # no process can be had; the next hour asks again
            log.exception("where orders are expected could not be learnt")

    def _decide(self, now: float, demand: Demand) -> None:
        ahead_s = 60 * self._settings.number("repositioning.ahead_min")
        longest_s = 60 * self._settings.number("repositioning.longest_min")
        spots = self._spots(demand, now, ahead_s)
        idle = self._idle(spots, now, longest_s)
        if not idle:
            return
        try:
            choosing = self._executor.submit(reposition, idle, spots, ahead_s, longest_s)
        except (RuntimeError, OSError):
            log.exception("no idle driver could be sent anywhere")
        else:
            self._deciding = choosing, spots, ahead_s / 60

    def _spots(self, demand: Demand, now: float, ahead_s: float) -> tuple[Spot, ...]:
        """Cells with what is expected there, orders that wait already among it, and the drivers who will be free there."""
        expected = demand.expected(now, ahead_s).tolist()
        if not any(expected):
            return ()  # this time of the day was never seen
        supply = self._free_by_cell(now)
        for driver_id, route in self._world.routes.items():
            last = route.stops[-1]
            eta = self._world.etas.get(last.order_id)
            if eta is not None and eta[1] <= now + ahead_s and self._works(self._world.drivers.get(driver_id), now + ahead_s):
                supply[cell_of(last.place)] += 1
        waiting = Counter(cell_of(o.pickup) for o in self._world.open_orders() if o.status is Status.WAITING)
        return tuple(
            Spot(cell, place, orders + waiting[cell], supply[cell])
            for cell, place, orders in zip(demand.cells, demand.places, expected, strict=True)
        )

    def _free_by_cell(self, now: float) -> Counter[Cell]:
        """Who is sent somewhere counts there."""
        at, free = self._positions, ACTIVITIES.index(Activity.FREE)
        rows = np.flatnonzero((at.activity == free) & ~np.isnan(at.lat))
        supply: Counter[Cell] = Counter()
        for driver_id, lat, lon in zip(at.driver_ids(rows), at.lat[rows].tolist(), at.lon[rows].tolist(), strict=True):
            driver = self._world.drivers.get(driver_id)
            if driver is not None and self._works(driver, now):
                towards = driver.towards
                supply[cell_of(LatLon(lat, lon) if towards is None else towards.place)] += 1
        return supply

    def _idle(self, spots: tuple[Spot, ...], now: float, longest_s: float) -> tuple[Idle, ...]:
        """Of the drivers near places that lack some those who may be sent, who have waited the longest first."""
        at, radius_m = self._positions, longest_s * FASTEST_KMH / 3.6
        free, lacking = Among(frozenset({Activity.FREE})), [spot for spot in spots if spot.wanted]
        near = [self._search.nearest(spot.place, SPARE * spot.wanted, radius_m, free)[0] for spot in lacking]
        rows = np.unique(np.concatenate([np.empty(0, np.int64), *near]))
        fleets = {m.fleet for m in self._world.merchants.values() if m.fleet}
        idle = []
        for driver_id, row in zip(at.driver_ids(rows), rows.tolist(), strict=True):
            driver = self._world.drivers.get(driver_id)
            if driver is not None and driver.group not in fleets and self._may_go(driver, now, longest_s):
                place = LatLon(float(at.lat[row]), float(at.lon[row]))
                idle.append((self._idle_since(driver), driver_id, Idle(driver_id, driver.vehicle, place)))
        return tuple(one for _, _, one in sorted(idle, key=lambda item: item[:2]))

    def _may_go(self, driver: Driver, now: float, longest_s: float) -> bool:
        """Free for long enough, not sent lately, and there for orders after the longest drive."""
        number, sent = self._settings.number, driver.sent
        until = driver.works_until(now)
        return (
            self._world.activity(driver.id) is Activity.FREE
            and self._works(driver, now)
            and (until is None or until >= now + longest_s + 60 * number("repositioning.ahead_min"))
            and now - self._idle_since(driver) >= 60 * number("repositioning.idle_min")
            and (sent is None or (sent.over and now - sent.at >= 60 * number("repositioning.again_min")))
        )

    def _idle_since(self, driver: Driver) -> float:
        return max(driver.presence_at, self._free_since.get(driver.id, 0.0))

    @staticmethod
    def _works(driver: Driver | None, at: float) -> bool:
        return driver is not None and driver.presence is Presence.ONLINE and driver.is_rostered(at)

    # What follows

    def _send(self, choices: tuple[Choice, ...], spots: tuple[Spot, ...], ahead_min: float, now: float) -> None:
        longest_s = 60 * self._settings.number("repositioning.longest_min")
        draft = Draft(self._world, now, "matcher")
        for choice in choices:
            driver, spot = self._world.drivers.get(choice.driver_id), spots[choice.spot]
            if driver is None or not self._may_go(driver, now, longest_s):
                continue  # an order has come meanwhile
            sent = Repositioning(
                place=spot.place,
                near=self._name(spot),
                at=now,
                there_at=now + choice.seconds,
                until=now + SLACK * choice.seconds + SLACK_S,
                expected=round(spot.expected, 2),
                supply=spot.supply,
                within_min=ahead_min,
            )
            reason = reasons.EXPECTED.format(
                near=sent.near, expected=f"{sent.expected:.1f}", minutes=f"{ahead_min:g}", supply=sent.supply
            )
            draft.add(RepositioningBegan(at=now, actor=draft.actor, reason=reason, drivers=(replace(driver, sent=sent),)))
        self._commit(draft.outcome)

    def _name(self, spot: Spot) -> str:
        demand = self._demand
        assert demand is not None
        merchant_id = demand.merchants[demand.cells.index(spot.cell)]
        merchant = self._world.merchants.get(merchant_id)
        return merchant.name if merchant is not None else merchant_id

    def _end_what_is_over(self, now: float, on: bool) -> None:
        draft = Draft(self._world, now, "matcher")
        for driver_id in sorted(self._under_way):
            driver = self._world.drivers.get(driver_id)
            if driver is None or driver.towards is None:
                self._under_way.discard(driver_id)
                continue
            why = self._why_over(driver, driver.towards, now) if on else reasons.SWITCHED_OFF
            if why:
                over = replace(driver, sent=replace(driver.towards, over=True))
                draft.add(RepositioningEnded(at=now, actor=draft.actor, reason=why, drivers=(over,)))
        self._commit(draft.outcome)

    def _why_over(self, driver: Driver, towards: Repositioning, now: float) -> str:
        activity = self._world.activity(driver.id)
        if activity not in {Activity.FREE, Activity.OFFERED}:
            return _GONE.get(activity, reasons.HAS_ORDER)
        row = self._positions.find(driver.id)
        if row is not None and not math.isnan(self._positions.lat[row]):
            here = LatLon(float(self._positions.lat[row]), float(self._positions.lon[row]))
            if distance_m(here, towards.place) <= THERE_M:
                return reasons.ARRIVED
        return "" if now < towards.until else reasons.NOT_THERE
