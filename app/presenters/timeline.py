"""The timeline: rows made in portions, arrivals foreseen by a worker, and the price of what is held before it is let go."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from itertools import islice

from PySide6.QtCore import QObject, QTimer

from app.actions.deeds import Deeds
from app.actions.moving import Trial, Weighed, move_text, routes_of, trials, ways, weigh
from app.presenters.consequences import consequences
from app.presenters.foresight import Foresight
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.presenters.timeline_rows import coming_stops, expected_stops, foreseen_stops, past_stops, timeline_row
from app.scene import Turned, replaying
from core.domain.driver import Route
from core.domain.events import ArrivalsExpected, Change, DriverRegistered, DriverRemoved, EtasUpdated
from core.domain.geo import LatLon
from core.domain.language import tr
from core.domain.order import Order
from core.matching.outlook import Outlook
from core.matching.snapshot import Snapshot
from widgets.common.words import Moment
from widgets.timeline.panel import TimelinePanel
from widgets.timeline.rows import Consequence, Move, Preview, TimelineRow, TimelineStop, place_of

TIMELINE_MS = 500
SECOND_MS = 1000
PORTION_S, REST_MS = 0.004, 40
"""Rows are made for so long in one go; the others follow after a rest."""
PORTION = 1000
"""More rows than that are never made in one portion."""
LOOKED_AT_ONCE = 25
"""Routes foreseen in one question: it has to be put together between two frames."""
LOOK_EVERY_S = 30.0
"""Routes of which nothing is heard are foreseen anew this often."""
BEFORE_S, AFTER_S = 6 * 3600.0, 7 * 3600.0


class TimelinePresenter(QObject):
    def __init__(self, deeds: Deeds, panel: TimelinePanel, executor: Executor) -> None:
        super().__init__(panel)
        self._deeds, self._panel, self._engine = deeds, panel, deeds.engine
        self._refresh = Refresh(self._show, TIMELINE_MS, self)
        self._routes = Foresight(executor, self)
        self._prices = Foresight(executor, self)
        self._portion = QTimer(self, singleShot=True)
        self._portion.timeout.connect(self._make_more)
        self._rows: dict[str, TimelineRow] = {}
        self._anew = True
        self._past: dict[str, tuple[TimelineStop, ...]] = {}
        self._orders: dict[str, dict[str, None]] = {}
        self._holder: dict[str, str] = {}
        self._outlooks: dict[str, Outlook] = {}
        self._due: dict[str, None] = {}
        self._unseen: dict[str, None] = {}
        self._roster_stale = True
        self._look_at = 0.0
        self._weighed: dict[Move, Weighed] = {}
        self._links = links = Links()
        bus = self._engine.bus
        links.keep(bus.subscribe(Change, self._hear), bus.subscribe(EtasUpdated, self._hear_etas))
        links.connect(deeds.selection.changed, self._choose)
        links.connect(panel.view.orders_chosen, deeds.selection.set_orders)
        links.connect(panel.view.driver_chosen, deeds.selection.set_driver)
        links.connect(panel.view.held, self._hold)
        links.connect(panel.view.released, self._release)
        links.connect(panel.view.moved, self._carry_out)
        links.connect(panel.shown_changed, self._refresh)
        links.keep(bus.subscribe(Turned, self._turned))
        self._read_world()
        self._second = QTimer(self)
        self._second.timeout.connect(self._beat)
        self._second.start(SECOND_MS)
        self._beat()

    def close(self) -> None:
        self._links.end()
        self._second.stop()
        self._portion.stop()
        self._refresh.stop()
        self._routes.forget()
        self._prices.forget()
        self._panel.set_rows(())

    # What happens

    def _hear(self, change: Change) -> None:
        if isinstance(change, DriverRegistered | DriverRemoved):
            self._roster_stale = True
        touched = [route.driver_id for route in change.routes]
        self._unseen.update(dict.fromkeys(touched))
        touched += [driver.id for driver in change.drivers]
        for order in change.orders:
            touched += self._index(order)
        for offer in change.offers:
            touched.append(offer.driver_id)
        if isinstance(change, ArrivalsExpected):
            orders = self._engine.world.orders
            touched += [
                o.driver_id for i, *_ in change.expected if (o := orders.get(i)) is not None and o.driver_id is not None
            ]
        self._due.update(dict.fromkeys(touched))
        self._refresh()

    def _hear_etas(self, _: EtasUpdated) -> None:
        self._unseen.update(dict.fromkeys(self._engine.world.routes))
        self._refresh()

    def _index(self, order: Order) -> list[str]:
        """Keep who has or had an order; returns the drivers whose past is another now."""
        before, now = self._holder.get(order.id), order.driver_id
        if before is not None and before != now:
            self._orders[before].pop(order.id, None)
        if now is not None:
            self._holder[order.id] = now
            self._orders.setdefault(now, {})[order.id] = None
        else:
            self._holder.pop(order.id, None)
        touched = [driver_id for driver_id in (before, now) if driver_id is not None]
        for driver_id in touched:
            self._past.pop(driver_id, None)
        return touched

    def _turned(self, _: Turned) -> None:
        """A slider that is dragged turns often: what there is is read again once it can be seen."""
        self._turned_away = True
        self._beat()

    def _read_world(self) -> None:
        self._turned_away = False
        self._roster_stale = True
        for known in (self._rows, self._past, self._orders, self._holder, self._outlooks):
            known.clear()
        for order in self._engine.world.orders.values():
            self._index(order)
        self._unseen = dict.fromkeys(self._engine.world.routes)
        self._all_anew()

    def look_at(self, driver_ids: Iterable[str]) -> None:
        """Their routes are others now, in the world that is looked at."""
        ids = dict.fromkeys(driver_ids)
        self._unseen = {**ids, **self._unseen}
        self._due.update(ids)
        self._refresh()

    def _all_anew(self) -> None:
        self._due = dict.fromkeys(sorted(self._engine.world.drivers, key=place_of))

    def _beat(self) -> None:
        clock = self._engine.clock
        now = clock.now()
        start = (now - BEFORE_S) // 3600 * 3600
        if now >= self._look_at:
            # Also while the matcher is paused and says nothing new.
            self._look_at = now + LOOK_EVERY_S
            self._unseen.update(dict.fromkeys(self._deeds.world.routes))
        if self._panel.isVisible():
            self._panel.set_moment(Moment(now, clock.zone), start, start + BEFORE_S + AFTER_S)
        self._refresh()

    # Rows

    def _show(self) -> None:
        if not self._panel.isVisible():
            return
        world = self._deeds.world
        if self._turned_away:
            self._read_world()
        if self._roster_stale:
            self._roster_stale = False
            self._rows = {i: self._rows[i] for i in self._rows if i in world.drivers}
            self._due.update(dict.fromkeys(i for i in sorted(world.drivers, key=place_of) if i not in self._rows))
            self._anew = True
        self._make_more()
        self._choose()
        self._look_ahead()

    def _make_more(self) -> None:
        if not self._panel.isVisible():
            return
        made = self._make_rows(self._engine.clock.now())
        if self._anew:
            self._anew = False
            self._panel.set_rows(self._rows.values())
        elif made:
            self._panel.update_rows(made)
        if self._due and not self._portion.isActive():
            self._portion.start(REST_MS)

    def _make_rows(self, now: float) -> list[TimelineRow]:
        """As many of those that are due as fit into a portion, those in view first."""
        began, world, due = time.perf_counter(), self._deeds.world, self._due
        seen = [i for i in self._panel.in_view() if i in due]
        made = []
        for driver_id in dict.fromkeys([*seen, *islice(due, PORTION)]):
            del due[driver_id]
            if driver_id in world.drivers:
                row = self._rows[driver_id] = self._row(driver_id, now)
                made.append(row)
                if time.perf_counter() - began > PORTION_S:
                    break
        return made

    def _row(self, driver_id: str, now: float) -> TimelineRow:
        world = self._deeds.world
        past = self._past.get(driver_id)
        if past is None:
            live = self._engine.world.orders
            orders = [live[i] for i in self._orders.get(driver_id, ()) if i in live]
            past = self._past[driver_id] = past_stops(orders, self._engine.world)
        route = world.routes.get(driver_id)
        coming: tuple[TimelineStop, ...] = ()
        if route is not None:
            coming = coming_stops(route, world, self._outlooks.get(driver_id), now, self._place(driver_id))
            if replaying(self._engine):
                coming = expected_stops(coming, world)
        tried = world is not self._engine.world and world.route(driver_id) != self._engine.world.route(driver_id)
        return timeline_row(driver_id, world, past, coming, now, tried)

    def _place(self, driver_id: str) -> LatLon | None:
        positions = self._engine.positions
        row = positions.find(driver_id)
        return None if row is None else LatLon(float(positions.lat[row]), float(positions.lon[row]))

    # Arrivals

    def _look_ahead(self) -> None:
        """Ask how some of the routes go on that have changed, or that new positions are known of; those in view first."""
        world = self._deeds.world
        if self._routes.busy or not self._unseen:
            return
        seen = [i for i in self._panel.in_view() if i in self._unseen]
        routes: list[Route] = []
        for driver_id in dict.fromkeys([*seen, *self._unseen]):
            del self._unseen[driver_id]
            if driver_id in world.routes and driver_id in world.drivers:
                routes.append(world.routes[driver_id])
                if len(routes) == LOOKED_AT_ONCE:
                    break
        if routes:
            self._routes.ask(lambda: self._sketch(routes), self._foreseen)

    def _foreseen(self, outlooks: tuple[Outlook, ...]) -> None:
        for outlook in outlooks:
            self._outlooks[outlook.driver_id] = outlook
            self._due[outlook.driver_id] = None
        self._refresh()

    def _sketch(self, routes: Iterable[Route]) -> Snapshot:
        return self._engine.photographer.sketch(routes, self._engine.clock.now())

    # Selection

    def _choose(self) -> None:
        selection = self._deeds.selection
        self._panel.view.choose(frozenset(selection.orders), selection.driver or "")

    # What is held

    def _hold(self, move: Move) -> None:
        world = self._deeds.world
        tried, refused = trials(ways(move, world), world, self._deeds.would)
        if refused:
            self._prices.forget()
            self._panel.view.show_preview(Preview(move, refused=refused))
            return
        tried = [trial for trial in tried if trial.after]
        if not tried:
            self._panel.view.show_preview(Preview(move, lines=(Consequence(tr("Stays where it is"), "muted"),)))
            return
        self._prices.ask(lambda: self._sketch(routes_of(tried)), self._then(move, tried))

    def _then(self, move: Move, tried: list[Trial]) -> Callable[[tuple[Outlook, ...]], None]:
        def show(outlooks: tuple[Outlook, ...]) -> None:
            weighed = weigh(tried, outlooks)
            if weighed is None or self._panel.view.holding != move:
                return
            self._weighed = {move: weighed}
            world, clock = self._deeds.world, self._engine.clock
            rows = {driver_id: foreseen_stops(outlook, world) for driver_id, outlook in weighed.after.items()}
            rows |= {route.driver_id: () for route in weighed.trial.after if not route.stops}
            lines = consequences(weighed, move.orders, world, Moment(clock.now(), clock.zone))
            self._panel.view.show_preview(Preview(move, rows, lines))

        return show

    def _release(self) -> None:
        self._prices.forget()

    def _carry_out(self, move: Move) -> None:
        weighed = self._weighed.pop(move, None)
        world = self._deeds.world
        commands = [weighed.trial.command] if weighed is not None else ways(move, world)[:1]
        self._deeds.carry_out(move_text(move, world), commands)
        self._refresh.now()
