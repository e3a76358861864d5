"""What if? Keeps the sandbox abreast of the real world, and compares the two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor

from PySide6.QtCore import QObject

from app.actions.deeds import Deeds
from app.main_window import MainWindow
from app.presenters.consequences import signed
from app.presenters.foresight import Foresight
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from core.domain.events import Change
from core.domain.language import number, tr
from core.domain.order import UNASSIGNED
from core.domain.world import World
from core.matching.outlook import Outlook
from widgets.common.words import MINUS
from widgets.what_if.panel import WhatIfPanel
from widgets.what_if.rows import FigureRow, StepRow

ABREAST_MS = 1000
WAYS, WAITS, LATE = ("pickup_leg", "dropoff_leg"), ("pickup_early",), ("dropoff_late",)


class WhatIfPresenter(QObject):
    """``look`` is told the drivers whose routes are to be looked at anew."""

    def __init__(
        self, deeds: Deeds, window: MainWindow, panel: WhatIfPanel, executor: Executor, look: Callable[[Iterable[str]], None]
    ) -> None:
        super().__init__(panel)
        self._deeds, self._window, self._panel, self._look = deeds, window, panel, look
        self._foresight = Foresight(executor, self)
        self._refresh = Refresh(self._keep_abreast, ABREAST_MS, self)
        self._trying = False
        self._moved: list[str] = []
        self._links = links = Links()
        links.keep(deeds.engine.bus.subscribe(Change, self._hear))
        links.connect(panel.begin_requested, lambda: window.run_declared("edit.what_if"))
        links.connect(panel.carry_out_requested, lambda: window.run_declared("edit.what_if_do"))
        links.connect(panel.drop_requested, lambda: window.run_declared("edit.what_if_drop"))
        deeds.tried.append(self._changed)
        links.keep(lambda: deeds.tried.remove(self._changed))
        self._show()

    def close(self) -> None:
        self._links.end()
        self._refresh.stop()
        self._foresight.forget()
        self._panel.set_steps((), trying=False)
        self._panel.set_figures(())

    def _hear(self, change: Change) -> None:
        if self._deeds.sandbox is not None and (change.orders or change.routes or change.drivers):
            self._refresh()

    def _keep_abreast(self) -> None:
        sandbox = self._deeds.sandbox
        if sandbox is not None:
            sandbox.rebase()
            self._deeds.tell_tried()

    def _changed(self) -> None:
        trying = self._deeds.sandbox is not None
        if trying != self._trying:
            self._trying = trying
            mode = "what_if" if trying else "training" if self._deeds.training else "live"
            self._window.frame.set_mode(mode)
            self._window.status.set_mode(mode)
            if trying:
                self._window.open_dock("what_if")
        self._show()

    def _show(self) -> None:
        sandbox = self._deeds.sandbox
        if sandbox is None:
            self._panel.set_steps((), trying=False)
            self._panel.set_figures(())
            self._foresight.forget()
            moved: list[str] = []
        else:
            rows = (StepRow(str(i), step.text, "; ".join(step.refused)) for i, step in enumerate(sandbox.steps))
            self._panel.set_steps(rows, trying=True)
            moved = sandbox.moved()
            self._compare(moved, sandbox.world)
        self._look(dict.fromkeys((*self._moved, *moved)))
        self._moved = moved

    def _compare(self, moved: Sequence[str], tried: World) -> None:
        live, engine = self._deeds.engine.world, self._deeds.engine
        unassigned = tuple(sum(o.status in UNASSIGNED for o in world.open_orders()) for world in (live, tried))
        if not moved:
            self._panel.set_figures(_figures((), (), unassigned) if unassigned[0] != unassigned[1] else ())
            return
        routes = [*map(live.route, moved), *map(tried.route, moved)]

        def show(outlooks: tuple[Outlook, ...]) -> None:
            if self._deeds.sandbox is not None:
                half = len(outlooks) // 2  # who was never seen is missing from both halves
                self._panel.set_figures(_figures(outlooks[:half], outlooks[half:], unassigned))

        self._foresight.ask(lambda: engine.photographer.sketch(routes, engine.clock.now()), show)


def _figures(now: Sequence[Outlook], tried: Sequence[Outlook], unassigned: Sequence[int]) -> list[FigureRow]:
    def count(name: str, key: str, before: int, after: int) -> FigureRow:
        better = None if before == after else after < before
        return FigureRow(key, name, f"{before}", f"{after}", signed(after - before) if before != after else "", better)

    def minutes(name: str, key: str, before: float, after: float) -> FigureRow:
        change = after - before
        told = abs(change) >= 0.05
        better = (change < 0) if told else None
        written = f"{'+' if change > 0 else MINUS}{number(abs(change), '.1f')}" if told else ""
        return FigureRow(key, name, number(before, ".1f"), number(after, ".1f"), written, better)

    return [
        count(tr("Without a driver, in all"), "unassigned", unassigned[0], unassigned[1]),
        count(tr("Late orders"), "late", sum(o.late_orders for o in now), sum(o.late_orders for o in tried)),
        minutes(tr("Minutes late"), "late_min", _sum(now, LATE), _sum(tried, LATE)),
        minutes(tr("Minutes per delivery"), "pdt", _per_delivery(now), _per_delivery(tried)),
        minutes(tr("Minutes on the way"), "way", _sum(now, WAYS), _sum(tried, WAYS)),
        minutes(tr("Minutes waited"), "waited", _sum(now, WAITS), _sum(tried, WAITS)),
        count(tr("Rules broken"), "broken", sum(len(o.broken) for o in now), sum(len(o.broken) for o in tried)),
    ]


def _sum(outlooks: Iterable[Outlook], terms: Sequence[str]) -> float:
    return sum(outlook.cost.of(term) for outlook in outlooks for term in terms)


def _per_delivery(outlooks: Sequence[Outlook]) -> float:
    """Minutes of the drivers' time per delivery (PDT)."""
    deliveries = sum(len({stop.order_id for stop in o.stops}) for o in outlooks)
    spent = sum(o.cost.pdt_min * o.cost.deliveries for o in outlooks)
    return spent / deliveries if deliveries else 0.0
