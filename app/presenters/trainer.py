"""The trainer: turns the simulation's figures while it runs, lets things go wrong, and reckons how the exercise goes."""

from __future__ import annotations

from collections import deque
from statistics import fmean

from PySide6.QtCore import QObject, QTimer

from app.actions.deeds import Deeds
from app.presenters.links import Links
from app.simulated import Simulated, SimulatedCity
from core.domain.errors import BadInput
from core.domain.events import (
    Change,
    Delivered,
    DeliveryFailed,
    OfferAccepted,
    OfferExpired,
    OfferMade,
    OfferRejected,
    OrderAssigned,
    OrderCancelled,
    OrderCorrected,
    OrderReceived,
    OrderReinstated,
)
from core.domain.language import mark, ntr, number, sentence, tr
from core.engine.engine import Engine
from core.insight.score import score
from core.simulation.scenarios import fault
from widgets.common.words import Moment, duration
from widgets.trainer.panel import FAULTS, DecisionRow, TrainerPanel

BEAT_MS = 1000
WINDOW_S = 600.0
"""What is held is reckoned over the last ten minutes."""
FOR_S = {"battery": 900.0, "declines": 1200.0, "gps": 240.0, "kitchen": 1200.0}
MOST_DECISIONS = 500
_ANSWERS = (OfferAccepted, OfferRejected, OfferExpired)


class TrainerPresenter(QObject):
    """``engine`` is the one that runs: what a recording shows is no part of the exercise."""

    def __init__(self, deeds: Deeds, panel: TrainerPanel, engine: Engine) -> None:
        super().__init__(panel)
        self._deeds, self._panel, self._engine = deeds, panel, engine
        self._life: SimulatedCity | None = None
        self._simulated: Simulated | None = None
        self._began = self._engine.clock.now()
        self._events: deque[tuple[float, type[Change], str]] = deque()
        self._decisions: deque[DecisionRow] = deque(maxlen=MOST_DECISIONS)
        self._placed = 0
        self._ends: dict[str, float | None] = {}
        """How orders ended: seconds late, ``None`` for those that were lost. What is taken back has not ended."""
        self._over = False
        self._links = Links()
        self._links.connect(panel.turned, self.turn)
        self._links.connect(panel.fault_asked, self.inject)
        self._links.connect(panel.start_asked, deeds.window.start_demo)
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._show)
        panel.set_running(False)

    def close(self) -> None:
        self._links.end()
        self._timer.stop()
        self._life = None
        self._panel.set_running(False)
        self._panel.set_decisions((), Moment())

    def begin(self, life: SimulatedCity, simulated: Simulated) -> None:
        """The simulation is there to be turned."""
        self._life, self._simulated = life, simulated
        self._began = self._engine.clock.now()
        params, scenario = simulated.params, simulated.scenario
        self._panel.set_asked("orders_per_hour", params.orders_per_hour)
        self._panel.set_asked("accept_rate", 100 * params.accept_rate)
        self._panel.set_asked("merchant_refusal_rate", 100 * params.merchant_refusal_rate)
        self._panel.set_exercise(scenario.title if scenario else tr("Free exercise"), scenario.text if scenario else "")
        self._panel.set_running(True)
        self._links.keep(self._engine.bus.subscribe(Change, self._hear))
        self._timer.start()
        self._show()

    # What the trainer does

    def turn(self, key: str, value: float) -> None:
        if self._life is None or self._simulated is None:
            return
        changes = {key: value if key == "orders_per_hour" else value / 100}
        if key == "accept_rate":  # whoever does not accept says no, or says nothing
            changes["ignore_rate"] = min(self._simulated.params.ignore_rate, 1 - changes[key])
        self._life.turn(changes)

    def inject(self, kind: str) -> None:
        if self._life is None:
            return
        whose = self._whose(kind)
        if not whose:
            self._deeds.window.tell(tr("Select a driver, or an order of the shop"), bad=True)
            return
        world, now = self._engine.world, self._engine.clock.now()
        try:
            self._life.inject(fault(kind, whose, now, FOR_S[kind]))
        except BadInput as error:
            self._deeds.window.tell(sentence(error), bad=True)
            return
        name = world.merchants[whose].name if kind == "kitchen" else world.drivers[whose].name
        self._deeds.window.tell(f"{tr(FAULTS[kind])}: {name}, {duration(FOR_S[kind])}")

    def _whose(self, kind: str) -> str:
        """The one that is selected; else one who is under way, or whose orders wait."""
        world, orders = self._engine.world, self._deeds.chosen_orders()
        if kind == "kitchen":
            waiting = (o for o in world.open_orders() if o.picked_up_at is None)
            order = orders[0] if orders else next(waiting, None)
            return order.merchant_id if order is not None else ""
        driver = self._deeds.chosen_driver()
        if driver is not None:
            return driver.id
        return next(iter(world.routes), next(iter(world.drivers), ""))

    # What happens

    def _hear(self, change: Change) -> None:
        if isinstance(change, OrderReceived | OfferMade | OrderCancelled | OfferAccepted | OfferRejected | OfferExpired):
            self._events.append((change.at, type(change), change.actor))
        if isinstance(change, OrderReceived):
            self._placed += 1
        elif isinstance(change, OrderCancelled | DeliveryFailed):
            if change.actor != "customer":
                self._ends.update((order.id, None) for order in change.orders)
        elif isinstance(change, Delivered):
            self._ends.update((order.id, max(0.0, change.at - order.due_at)) for order in change.orders)
        elif isinstance(change, OrderCorrected | OrderReinstated):
            for order in change.orders:
                self._ends.pop(order.id, None)
        elif isinstance(change, OrderAssigned):
            self._decided(change)

    def _decided(self, change: OrderAssigned) -> None:
        """What the matcher's last cycle would have done with the order."""
        decisions = self._engine.decisions
        for order in change.orders:
            priced = decisions.candidates.get(order.id, ()) if decisions is not None else ()
            mine = next((c for c in priced if c.driver_id == order.driver_id), None)
            best = priced[0] if priced else None
            more = mine.cost.per_delivery - best.cost.per_delivery if mine is not None and best is not None else None
            row = DecisionRow(
                id=f"{change.at:.3f} {order.id}",
                at=change.at,
                order=order.id,
                given_to=order.driver_id or "",
                best=best.driver_id if best is not None else "–",
                more_min=None if more is None else max(0.0, more),
            )
            self._decisions.appendleft(row)

    def _show(self) -> None:
        now = self._engine.clock.now()
        while self._events and self._events[0][0] < now - WINDOW_S:
            self._events.popleft()
        if self._scenario_over(now):
            self._over = True
            self._deeds.window.tell(tr("The exercise is over: {score}", score=self._score()))
        if not self._panel.isVisible():
            return
        self._panel.set_held(self._held(now), self._split(), self._score())
        self._panel.set_decisions(self._decisions, Moment(now, self._engine.clock.zone))

    def _scenario_over(self, now: float) -> bool:
        scenario = self._simulated.scenario if self._simulated is not None else None
        return not self._over and scenario is not None and now - self._began >= 60 * scenario.minutes

    def _held(self, now: float) -> dict[str, str]:
        span_s = min(WINDOW_S, max(60.0, now - self._began))
        kinds = [(kind, actor) for _, kind, actor in self._events]
        placed = sum(kind is OrderReceived for kind, _ in kinds)
        accepted = sum(kind is OfferAccepted for kind, _ in kinds)
        answered = sum(kind in _ANSWERS for kind, _ in kinds)
        refused = sum(kind is OrderCancelled and actor == "merchant" for kind, actor in kinds)
        return {
            "orders_per_hour": number(placed * 3600 / span_s, ".0f"),
            "accept_rate": f"{number(100 * accepted / answered, '.0f')} %" if answered else "–",
            "merchant_refusal_rate": f"{number(100 * refused / placed, '.0f')} %" if placed else "–",
        }

    def _split(self) -> list[str]:
        world = self._engine.world
        return [
            tr(
                "{area}, {provider}: asked {asked:.0f} %, reached {held:.0f} %",
                area=world.areas[v.area_id].name if v.area_id in world.areas else tr("Outside all areas"),
                provider=world.providers[v.provider_id].name if v.provider_id in world.providers else tr("Own fleet"),
                asked=v.asked_pct,
                held=v.held_pct,
            )
            for v in self._engine.setup.shares()
            if not v.without
        ]

    def _score(self) -> str:
        late_s = [late for late in self._ends.values() if late is not None]
        if not late_s:
            return ""
        more = [row.more_min for row in self._decisions if row.more_min is not None]
        late_pct = 100 * fmean(late > 0 for late in late_s)
        found = score(late_pct, fmean(late_s) / 60, self._placed, len(self._ends) - len(late_s), more)
        taken = (
            (mark("late −{points}"), found.late + found.lateness),
            (mark("lost −{points}"), found.lost),
            (mark("dearer decisions −{points}"), found.dearer),
        )
        parts = [tr(text, points=round(points)) for text, points in taken if round(points)]
        head = ntr("{n} point of 100", "{n} points of 100", round(found.points))
        return f"{head} ({', '.join(parts)})" if parts else head
