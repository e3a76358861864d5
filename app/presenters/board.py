"""The orders board: rows made where something has happened, in portions; the boards by name; how far each command has come."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, QTimer

from app.actions.deeds import Deeds
from app.boards import BoardDock, Boards
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.presenters.rows import about, order_row
from app.scene import Turned
from core.domain.events import (
    AreaRemoved,
    AreaSaved,
    ArrivalsExpected,
    Change,
    CommandsTold,
    DriverChanged,
    EtasUpdated,
    MerchantRegistered,
)
from core.domain.language import tr
from widgets.common.words import Moment
from widgets.orders.panel import OrdersPanel
from widgets.orders.rows import OrderRow

BOARD_MS = 400
SECOND_MS = 1000
PORTION_S = 0.004
"""Time that rows may be made in, in one refresh; the rest follows in the next."""
_NAMES = AreaSaved | AreaRemoved | DriverChanged | MerchantRegistered
"""Changes of names that stand in many rows."""


class BoardPresenter(QObject):
    """Rows are made once for all boards; the selection of the window is that of the current one, and each keeps its own."""

    def __init__(self, deeds: Deeds, boards: Boards) -> None:
        super().__init__(boards)
        self._deeds, self._boards = deeds, boards
        self._waiting: deque[tuple[OrdersPanel, Callable[[], None]]] = deque()
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._tell_next)
        self._engine, self._selection = deeds.engine, deeds.selection
        self._following = False
        self._rows: dict[str, OrderRow] = {}
        self._due: dict[str, None] = {}
        self._tried: frozenset[str] = frozenset()
        self._refresh = Refresh(self._show, BOARD_MS, self)
        self._links = links = Links()
        subscribe = self._engine.bus.subscribe
        links.keep(
            subscribe(Change, self._hear),
            subscribe(EtasUpdated, lambda e: self._make_anew(e.etas)),
            subscribe(CommandsTold, lambda e: self._make_anew(e.order_ids)),
            subscribe(Turned, lambda _: self._turn()),
        )
        self._second = QTimer(self)
        self._second.timeout.connect(self._beat)
        self._second.start(SECOND_MS)
        for panel in boards.panels():
            self._furnish(panel)
        links.connect(boards.added, self._came)
        links.connect(boards.removed, self._went)
        links.connect(boards.current_changed, self._turn_to)
        links.connect(boards.selection_changed, self._chosen)
        links.connect(self._selection.changed, self._follow)
        links.connect(boards.name_wanted, self._ask_name)
        deeds.tried.append(self._look_anew)
        links.keep(lambda: deeds.tried.remove(self._look_anew))
        deeds.refused_changed.append(self._make_anew)
        links.keep(lambda: deeds.refused_changed.remove(self._make_anew))
        self._turn()

    def close(self) -> None:
        self._links.end()
        self._second.stop()
        self._refresh.stop()
        self._next.stop()
        for panel in self._boards.panels():
            panel.set_rows(())

    def _look_anew(self) -> None:
        """What is tried stands on the board as it would be, and marked."""
        tried = self._deeds.tried_orders()
        self._make_anew(self._tried ^ tried)
        self._make_anew(tried)
        self._tried = tried

    def _turn(self) -> None:
        """Another world is looked at, all of it."""
        self._rows.clear()
        self._due = dict.fromkeys(self._engine.world.orders)
        self._turned = True
        self._beat()
        self._refresh.now()

    def _hear(self, change: Change) -> None:
        world = self._engine.world
        ids = [order.id for order in change.orders]
        ids += [order_id for offer in change.offers for order_id in offer.order_ids]
        ids += about(change.alerts, world)
        ids += [order_id for driver in change.drivers for order_id in world.route(driver.id).orders()]
        if isinstance(change, _NAMES):
            ids += world.orders
        elif isinstance(change, ArrivalsExpected):
            ids += [order_id for order_id, *_ in change.expected]
        self._make_anew(ids)

    def _make_anew(self, order_ids: Iterable[str]) -> None:
        self._due.update(dict.fromkeys(order_ids))
        self._refresh()

    def _beat(self) -> None:
        """Lateness and ages grow by themselves, without an event; so does what an alert says, and a snooze runs out."""
        for panel in self._boards.panels():
            panel.set_unassigned_alarm_min(self._engine.settings.number("orders.unassigned_alarm_min"))
        self._tell_time(self._engine.clock.now())
        self._due.update((order_id, None) for order_id, row in self._rows.items() if row.exception)
        self._due.update(dict.fromkeys(about(self._engine.world.alerts.values(), self._engine.world)))
        self._refresh()

    def _show(self) -> None:
        live, now = self._engine.world, self._engine.clock.now()
        began = time.perf_counter()
        receipts, refused = self._engine.receipts, self._deeds.refused
        changed: dict[str, OrderRow | None] = {}
        turned, self._turned = self._turned, False
        for order_id in list(self._due):
            del self._due[order_id]
            tried = order_id in self._tried
            world = self._deeds.world if tried else live
            order = world.orders.get(order_id)
            if order is not None:
                row = order_row(order, world, now, receipts.get(order_id), refused.get(order_id, ""), tried)
                # The same row stays the same object: the board works nothing out for it.
                if self._rows.get(order_id) != row:
                    self._rows[order_id] = changed[order_id] = row
            # Another moment is shown whole: half of it would be wrong.
            if not turned and time.perf_counter() - began > PORTION_S:
                break
        if len(self._rows) > len(live.orders):
            for order_id in self._rows.keys() - live.orders.keys():
                del self._rows[order_id]
                changed[order_id] = None
        # Ages as of the moment at which the rows were judged: simulated time runs far within a second.
        self._tell_time(now)
        if turned or changed:
            self._hand_out(None if turned else changed)
        if self._due:
            self._refresh()

    # To the boards

    def _furnish(self, panel: OrdersPanel) -> None:
        if self._deeds.training:
            panel.set_empty_text(tr("No orders yet"), tr("Customers will begin to order in a moment"))
        else:
            panel.set_empty_text(
                tr("No orders yet"), tr("Add one with Ctrl+N, import a CSV file, or try the demo"), tr("Try the demo")
            )

    def _came(self, dock: BoardDock) -> None:
        self._furnish(dock.panel)
        dock.panel.set_unassigned_alarm_min(self._engine.settings.number("orders.unassigned_alarm_min"))
        dock.panel.set_moment(Moment(self._engine.clock.now(), self._engine.clock.zone))
        dock.panel.set_rows(self._rows.values())

    def _went(self, dock: BoardDock) -> None:
        self._waiting = deque(one for one in self._waiting if one[0] is not dock.panel)

    def _tell_time(self, now: float) -> None:
        for panel in self._boards.panels():
            panel.set_moment(Moment(now, self._engine.clock.zone))

    def _hand_out(self, changed: dict[str, OrderRow | None] | None) -> None:
        """Each board in a turn of the loop of its own, the current one first: none of them holds up a click."""
        rows = tuple(self._rows.values())
        for panel in sorted(self._boards.panels(), key=lambda panel: panel is not self._boards.current):
            self._waiting.append((panel, partial(self._tell, panel, rows, changed)))
        self._next.start(0)

    def _tell_next(self) -> None:
        if self._waiting:
            self._waiting.popleft()[1]()
        if self._waiting:
            self._next.start(0)

    def _tell(self, panel: OrdersPanel, rows: tuple[OrderRow, ...], changed: dict[str, OrderRow | None] | None) -> None:
        self._following = bool(self._selection.drivers)  # rows that change places are not chosen anew
        panel.set_rows(rows, changed)
        self._following = False

    def _chosen(self, panel: OrdersPanel, ids: list[str]) -> None:
        if panel is self._boards.current and not self._following and (ids or self._selection.orders):
            self._selection.set_orders(ids)

    def _turn_to(self, panel: OrdersPanel) -> None:
        """What is selected on the board that has the focus now is what actions are about."""
        self._chosen(panel, panel.selected())

    def _follow(self) -> None:
        """What is not on the current board stays selected."""
        panel = self._boards.current
        if set(panel.selected()) != set(self._selection.orders):
            self._following = True
            panel.select(self._selection.orders)
            self._following = False

    def _ask_name(self, name: str) -> None:
        self._deeds.window.ask_reason(tr("What shall {name} be called?", name=name), tr("Call it so"), self._boards.call, name)
