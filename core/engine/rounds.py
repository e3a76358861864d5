"""What is looked at every second, a piece in each tick: the window waits for whatever a tick does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from core.domain import reasons
from core.domain.geo import distance_m
from core.domain.world import World
from core.engine.alarms import PORTIONS, Alarms
from core.engine.movement import Movement
from core.engine.presence import fallen_silent
from core.engine.upkeep import Upkeep
from core.orders.progress import expire_offers, recall
from core.orders.tells import Outcome
from core.settings import Settings

EVERY_S = 1.0
EXPIRED_AT_ONCE = 40


class Rounds:
    """``stepped``: all pieces are done in the tick they fall due in."""

    def __init__(
        self,
        world: World,
        settings: Settings,
        movement: Movement,
        alarms: Alarms,
        upkeep: Upkeep,
        commit: Callable[[Outcome], None],
        now: float,
        *,
        stepped: bool,
    ) -> None:
        self._world, self._settings, self._movement = world, settings, movement
        self._alarms, self._upkeep, self._commit, self._stepped = alarms, upkeep, commit, stepped
        self._next_at = now
        self._left: deque[Callable[[float], None]] = deque()
        self._can_hear = False

    @property
    def behind(self) -> bool:
        """Whether pieces are left: the next tick should come soon."""
        return bool(self._left)

    def tick(self, now: float, connected: bool) -> None:
        if now >= self._next_at and not self._left:
            self._next_at = now + EVERY_S
            looks = [partial(self._alarms.look_at_orders, portion) for portion in range(PORTIONS)]
            self._left += (self._expire, partial(self._look_for_silence, connected), *looks, self._look_at_drivers)
        while self._left:
            self._left.popleft()(now)
            if not self._stepped:
                break

    def _expire(self, now: float) -> None:
        expired = expire_offers(self._world, now, None if self._stepped else EXPIRED_AT_ONCE)
        self._commit(expired)
        if not self._stepped and len(expired.changes) == EXPIRED_AT_ONCE:
            self._left.appendleft(self._expire)

    def _look_for_silence(self, connected: bool, now: float) -> None:
        self._upkeep.look()
        self._can_hear = self._alarms.can_hear(now, connected)
        if self._can_hear:
            self._commit(fallen_silent(self._world, self._movement.fallen_silent(now), now).outcome)
            self._recall_stuck(now)

    def _look_at_drivers(self, now: float) -> None:
        self._alarms.look_at_drivers(now, self._movement.silent(now), self._can_hear)

    def _recall_stuck(self, now: float) -> None:
        """A driver who does not get on loses what is not picked up yet; whoever stands near the pick-up is there already."""
        after_min = self._settings.number("tracking.stuck_after_min")
        if not after_min:
            return
        for driver_id in self._movement.stuck(now, 60 * after_min):
            stop, place = self._world.route(driver_id).stops[0], self._movement.place(driver_id)
            assigned_at = self._world.orders[stop.order_id].assigned_at
            had_time = assigned_at is None or now - assigned_at >= 60 * after_min
            if had_time and distance_m(place, stop.place) > 2 * self._settings.number("geofencing.radius_m"):
                name = self._world.drivers[driver_id].name
                reason = reasons.NOT_MOVED.format(driver=name, minutes=f"{after_min:g}")
                self._commit(recall(self._world, driver_id, now, reason))
