"""Alerts in the engine: what is looked at every second, and what people do about what was found."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.alerts.conditions import (
    NOBODY,
    Limits,
    driver_needed_at,
    has_no_driver,
    has_stopped,
    is_late,
    is_off_route,
    will_be_late,
)
from core.alerts.headway import HeadwayWatch
from core.alerts.latch import Rule
from core.alerts.watch import AlertWatch, Seen
from core.domain.alert import BROKER, Alert, AlertKind
from core.domain.commands import AcknowledgeAlert, AlertCommand, SnoozeAlert, TakeAlert
from core.domain.driver import Activity
from core.domain.errors import CommandRefused
from core.domain.events import AlertAcknowledged, AlertCleared, AlertRaised, AlertSnoozed, AlertTaken, Change
from core.domain.language import Message
from core.domain.order import Order
from core.domain.world import World
from core.orders.tells import Outcome
from core.settings import Settings
from core.tracking.clocks import WINDOW
from core.tracking.positions import ACTIVITIES, PositionStore

PAUSE_S = 30.0
"""A look that comes so long after the one before says nothing of what was in between."""
TOLD_AT_ONCE = 50
PORTIONS = 4
"""Orders are looked at in so many goes, each order always in the same one."""
_OFFLINE = ACTIVITIES.index(Activity.OFFLINE)


class Alarms:
    def __init__(self, world: World, positions: PositionStore, settings: Settings, *, stepped: bool = False) -> None:
        """``stepped``: time is told, and goes on by as much as it is told to."""
        self._stepped = stepped
        self._world, self._positions, self._settings = world, positions, settings
        # Apart, so that no look takes long while the window waits.
        self._of_order, self._of_driver = [AlertWatch(Rule()) for _ in range(PORTIONS)], AlertWatch(Rule())
        self._headway = HeadwayWatch()
        self._hears_from: float | None = None
        self._looked_at: float | None = None
        self._lost_since: float | None = None
        self._news: deque[Change] = deque()
        for alert in world.alerts.values():
            self._watch_of(alert).restore([alert])

    def can_hear(self, now: float, connected: bool) -> bool:
        """Whether silence says anything of drivers: while the broker is away nobody is heard from, and when it is back, not
        everybody at once. After a pause of our own (a machine that slept, or whose clock was set forward) everybody seems to
        have been silent, until they have been heard, and it is known whose clock is right."""
        grace_s = self._settings.number("alerts.broker_grace_s")
        paused = not self._stepped and self._looked_at is not None and now - self._looked_at > PAUSE_S
        self._looked_at = now
        if not connected:
            self._hears_from = None
            self._lost_since = now if self._lost_since is None else self._lost_since
        elif self._hears_from is None:
            self._hears_from, self._lost_since = now + grace_s, None
        if self._hears_from is not None and paused:
            learnt_s = (WINDOW + 1) * self._settings.number("tracking.passive_send_s")
            self._hears_from = max(self._hears_from, now + max(grace_s, learnt_s))
        return self._hears_from is not None and now >= self._hears_from

    def away_s(self, now: float) -> float:
        """For how long the broker has been away; 0 while it is there."""
        return 0.0 if self._lost_since is None else now - self._lost_since

    @property
    def behind(self) -> bool:
        """Whether there is news that has not been told."""
        return bool(self._news)

    def news(self) -> Outcome:
        """What has become an alert, and what is one no more: of very many the rest later, as the window waits for each."""
        most = len(self._news) if self._stepped else TOLD_AT_ONCE
        return Outcome([self._news.popleft() for _ in range(min(most, len(self._news)))])

    def look_at_orders(self, portion: int, now: float) -> None:
        """Look for news of orders, of one of the `PORTIONS`."""
        orders = [order for order in self._world.open_orders() if _portion(order.id) == portion]
        seen = self._of_orders(orders, now, Limits.of(self._settings))
        self._keep(now, *self._ruled(self._of_order[portion]).look(now, seen, [order.id for order in orders], ()))

    def look_at_drivers(self, now: float, silent: NDArray[np.bool_], can_hear: bool) -> None:
        """Look for news of drivers under way, and of the broker. ``silent`` is by row of the position store, ``can_hear`` as of
        this moment."""
        under_way = list(self._world.routes)
        seen = list(self._of_drivers(under_way, silent, Limits.of(self._settings)))
        if self._lost_since is not None:
            seen.append(Seen(AlertKind.CONNECTION, BROKER, since=self._lost_since))
        self._keep(now, *self._ruled(self._of_driver).look(now, seen, (), under_way, blind=not can_hear))

    def _watch_of(self, alert: Alert) -> AlertWatch:
        return self._of_driver if alert.order_id is None else self._of_order[_portion(alert.order_id)]

    def _ruled(self, watch: AlertWatch) -> AlertWatch:
        number = self._settings.number
        watch.rule = Rule(number("alerts.hold_s"), number("alerts.clear_s"))
        return watch

    def _keep(self, now: float, raised: list[Alert], cleared: list[Alert]) -> None:
        self._news += [AlertCleared(at=now, alerts=(alert,)) for alert in cleared]
        self._news += [AlertRaised(at=now, alerts=(alert,)) for alert in raised]

    def _of_orders(self, orders: list[Order], now: float, limits: Limits) -> Iterator[Seen]:
        etas = self._world.etas
        for order in orders:
            if now > order.due_at and is_late(order, now):  # of thousands each call less counts
                yield Seen(AlertKind.LATE, order.id, since=order.due_at)
                continue
            eta = etas.get(order.id)
            # Most are expected in time.
            if eta is not None and eta[1] > order.due_at:
                delayed = will_be_late(order, eta[1], now, limits)
                if delayed is not False:
                    yield Seen(AlertKind.WILL_BE_LATE, order.id, sure=delayed is True)
            if order.status in NOBODY and has_no_driver(order, now, limits):
                yield Seen(AlertKind.NO_DRIVER, order.id, since=driver_needed_at(order))

    def _of_drivers(self, under_way: list[str], silent: NDArray[np.bool_], limits: Limits) -> Iterator[Seen]:
        world, p = self._world, self._positions
        rows = p.rows(under_way)
        next_stops = [world.routes[driver_id].stops[0] for driver_id in under_way]
        targets = np.array([stop.place for stop in next_stops], np.float64).reshape(-1, 2)
        places = np.column_stack((p.lat[rows], p.lon[rows]))
        legs = [(stop.kind, stop.order_id) for stop in next_stops]
        t = p.t[rows]
        headway = self._headway.look(under_way, legs, places, t, targets, self._settings.number("geofencing.radius_m"))
        quiet = np.ones(len(rows), np.bool_)
        known = rows < len(silent)
        quiet[known] = silent[rows[known]]
        quiet |= p.activity[rows] == _OFFLINE
        for i in np.flatnonzero(quiet).tolist():
            yield Seen(AlertKind.SILENT, under_way[i], since=float(t[i]) if np.isfinite(t[i]) else None)
        for i in np.flatnonzero(~quiet & has_stopped(headway.still_s, limits)).tolist():
            yield Seen(AlertKind.STOPPED, under_way[i], since=float(t[i] - headway.still_s[i]))
        sure, doubtful = is_off_route(headway.away_m, limits)
        for i in np.flatnonzero(~quiet & (sure | doubtful)).tolist():
            yield Seen(AlertKind.OFF_ROUTE, under_way[i], sure=bool(sure[i]))

    def handle(self, command: AlertCommand, now: float) -> Outcome:
        """Raise CommandRefused where the alert is over."""
        alert = self._world.alerts.get(command.alert_id)
        if alert is None:
            raise CommandRefused(Message("the alert is over already"))
        kind: type[Change]
        back: AlertCommand
        if isinstance(command, AcknowledgeAlert):
            kind, after = AlertAcknowledged, replace(alert, acknowledged_by=command.by)
            back = replace(command, by=alert.acknowledged_by)
        elif isinstance(command, SnoozeAlert):
            kind, after = AlertSnoozed, replace(alert, snoozed_until=command.until)
            back = replace(command, until=alert.snoozed_until)
        elif isinstance(command, TakeAlert):
            kind, after = AlertTaken, replace(alert, owner=command.owner.strip())
            back = replace(command, owner=alert.owner)
        else:
            raise CommandRefused(Message("nobody knows what to do about {name}", name=type(command).__name__))
        self._watch_of(after).note(after)
        return Outcome([kind(at=now, actor=command.actor, alerts=(after,))], undo=(back,))


def _portion(order_id: str) -> int:
    return ord(order_id[-1]) % PORTIONS
