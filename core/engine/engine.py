"""The engine: commands and messages in, events and messages out.

It runs on one thread and is driven by `tick`: a few times a second in the console, once per simulated second in a stepped
run. Changes are applied to the world at once; what has to be told to the outside waits in the outbox until they are on disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.bus import Bus
from core.clock import Clock
from core.domain.commands import AlertCommand, Command
from core.domain.driver import Presence
from core.domain.events import (
    BrokerChanged,
    Change,
    CommandsTold,
    Delivered,
    DispatchChange,
    FixesApplied,
    MessageRefused,
    OrderCorrected,
)
from core.domain.language import Message
from core.domain.receipt import Receipt
from core.domain.reports import Reports, Word
from core.engine.alarms import Alarms
from core.engine.cycles import Cycles
from core.engine.errands import Errands
from core.engine.handover import Handover
from core.engine.learning import Learning
from core.engine.modes import Modes
from core.engine.movement import Movement
from core.engine.outbox import Entry, Outbox
from core.engine.planning import Planner
from core.engine.presence import heard_again, said
from core.engine.receipts import Receipts
from core.engine.repositioning import Repositioner
from core.engine.rounds import Rounds
from core.engine.setup import Setup
from core.engine.snapshots import Photographer
from core.engine.stops import StopWatch
from core.engine.tally import Tally
from core.engine.telling import Teller
from core.engine.upkeep import Upkeep
from core.engine.words import HeardWords
from core.geofencing.tagging import Tagger
from core.messaging.decode import decode
from core.orders.desk import Desk
from core.orders.places import Places
from core.orders.progress import hear
from core.orders.tells import Outcome
from core.ports import Inbound, Transport
from core.providers.secrets import Secrets
from core.settings import Settings
from core.storage.store import Store
from core.storage.tracks import TrackLog
from core.storage.writer import Extras
from core.tracking.search import Searcher
from core.worker import Recording

if TYPE_CHECKING:
    from core.matching.decisions import Decisions, Why

log = logging.getLogger(__name__)

FORGET_EVERY_S = 600.0
WORDS_KEPT_S = 24 * 3600.0
"""A phone repeats no word for longer."""
SAVE_POSITIONS_S = 30.0
BEAT_S, BEHIND_S = 0.25, 0.02
TAKEN_AT_ONCE = 2500
"""Most messages of one tick, so that a backlog does not hold up the window; the next tick comes sooner then."""
ATTEND_S = 0.006
_CONNECTED = frozenset({"connected", "outgrown"})


class Engine:
    """``stepped``: a cycle's result is waited for in the tick that asked for it, and every write is flushed in its tick,
    so that a run depends on nothing but its clock and its seed. ``estimates`` is the file they are kept in, ``recording`` says
    where cycles are kept; ``None`` keeps none."""

    def __init__(
        self,
        *,
        clock: Clock,
        bus: Bus,
        settings: Settings,
        store: Store,
        transport: Transport,
        executor: Executor,
        tracks: TrackLog | None = None,
        estimates: Path | None = None,
        recording: Recording | None = None,
        secrets: Secrets | None = None,
        seed: int = 0,
        stepped: bool = False,
    ) -> None:
        self.clock = clock
        self.bus = bus
        self.settings = settings
        self.store = store
        self.transport = transport
        self.executor = executor
        self.tracks = tracks
        loaded = store.load()
        self.world = loaded.world
        self.movement = Movement(settings)
        self.positions = self.movement.positions
        self.fences = self.movement.fences
        self.search = Searcher(self.positions)
        self.refused_count = 0
        self.matching_paused = False
        self.modes = Modes(self.world, settings, self.positions, clock.now)
        self._words = HeardWords(loaded.words, clock.now())
        self.errands = Errands(
            world=self.world,
            clock=clock,
            settings=settings,
            secrets=secrets or Secrets(),
            commit=self._commit,
            seed=seed,
            stepped=stepped,
        )
        self.setup = Setup(self.world, clock, self.errands)
        self.handover = Handover()
        self._upkeep = Upkeep(clock, settings, store, self._commit)
        handlers = self.setup.handlers() | self._upkeep.handlers()
        self._desk = Desk(self.world, settings, store.has_order, Places(Tagger()), self.errands.dispatch, handlers)
        self._teller = Teller(self.world, self.modes, clock.now())
        self._receipts = Receipts()
        self._outbox = Outbox(transport, lambda: store.write(()))
        self._stepped = stepped
        self._planner = Planner(self.world.open_orders())
        self._tally = Tally(self.world.orders.values())
        self._learning = Learning(self._planner, settings, store.path, estimates, executor, stepped)
        self.photographer = Photographer(self.world, self.positions, self.search, settings, self._planner, self._tally)
        self.cycles = Cycles(
            self.world,
            settings,
            self.photographer,
            executor,
            bus,
            self._commit,
            recording,
            seed,
            stepped,
            self._breathe,
        )
        self._repositioner = Repositioner(
            self.world, self.positions, self.search, settings, clock, store.path, executor, self._commit, stepped
        )
        self._next_forget = clock.now() + FORGET_EVERY_S
        self._next_save = clock.now() + SAVE_POSITIONS_S
        self._broker = ("", "")
        self._behind = False
        for driver_id, ids in loaded.words.items():
            for word_id in ids:
                self._teller.note_word(driver_id, word_id)
        self._stops = StopWatch(self.world, self.fences, settings, store.history)
        self.movement.watch_areas(self.world.areas.values())
        self.movement.restore(loaded.positions)
        self._describe(self.world.drivers)
        self._alarms = Alarms(self.world, self.positions, settings, stepped=stepped)
        self._rounds = Rounds(
            self.world, settings, self.movement, self._alarms, self._upkeep, self._commit, clock.now(), stepped=stepped
        )
        self._upkeep.begin()

    # Commands

    def execute(self, command: Command, also: Callable[[Outcome], Extras] | None = None) -> tuple[Outcome, Future[int]]:
        """Carry a command out, or raise a KerbsideError with nothing changed.

        Returns what followed, and a future that is resolved once all of it is on disk: only then may anyone outside the
        program be told. Its error, if it has one, says what to do. ``also`` gives what has to be stored with it.
        """
        now = self.clock.now()
        outcome = self._alarms.handle(command, now) if isinstance(command, AlertCommand) else self._desk.handle(command, now)
        promised: Future[int] = Future()
        self._commit(outcome, promised, () if also is None else also(outcome))
        return outcome, promised

    def would(self, command: Command) -> Outcome:
        """What a command of the order desk would lead to, raising as `execute` does; nothing changes."""
        return self._desk.handle(command, self.clock.now())

    # The beat

    def attend(self) -> None:
        """What need not wait for the next tick: the asking of other threads, and answers whose writes are done."""
        self.handover.work_off(ATTEND_S)
        self.errands.listen(self.clock.now())
        self._outbox.release()

    def tick(self) -> None:
        self.listen()
        self.act()

    def listen(self) -> None:
        """The first half of a tick: what has been heard, and what is looked at every second."""
        now = self.clock.now()
        self._breathe()
        self._notice_broker(now)
        self._breathe()
        self._take_messages(now)
        self._publish_receipts(self._receipts.take(now), now)
        self._breathe()
        self._rounds.tick(now, self._broker[0] in _CONNECTED)
        self._breathe()
        self._commit(self._alarms.news())
        if now >= self._next_save:
            self._save_positions()
            self._next_save = now + (SAVE_POSITIONS_S if self.movement.all_saved else 1.0)
        self._outbox.release()

    def act(self) -> None:
        """The other half: providers, what is learnt, and the matcher. A window comes between the two."""
        now = self.clock.now()
        self.errands.tick(now)
        self._learning.tick(now)
        self._breathe()
        cut_off = self._is_cut_off(now)
        self.cycles.tick(now, self.matching_paused or cut_off)
        if not cut_off:
            self._repositioner.tick(now)
        if now >= self._next_forget:
            self._next_forget = now + FORGET_EVERY_S
            self._forget(now)
        if self._stepped:
            self.store.flush()
        self._outbox.release()

    def _breathe(self) -> None:
        """Between the pieces of a tick: whoever asks from another thread waits for one of them at most."""
        if self._stepped:
            self.handover.work_off(ATTEND_S)
        else:
            self.attend()

    @property
    def rest_s(self) -> float:
        """How long the next tick may wait."""
        behind = self._behind or self._rounds.behind or self.cycles.behind or self._teller.greets or self._alarms.behind
        return BEHIND_S if behind else BEAT_S

    def _forget(self, now: float) -> None:
        """Keep in memory what somebody may still ask for; the database has the rest."""
        self.world.forget_before(now - 3600 * self.settings.number("orders.in_memory_h"))
        self.cycles.forget(now)
        self._receipts.keep(self.world.orders)
        self._words.forget_before(now - WORDS_KEPT_S)
        self.store.write((), forget_words_before=now - WORDS_KEPT_S)

    def close(self) -> None:
        """Let what is under way end: the last write, then the messages that waited for it."""
        self.modes.close()
        self._upkeep.close()
        self.cycles.close()
        self.errands.close()
        self._save_positions(everyone=True)
        self.store.flush()
        self._outbox.release()

    def _save_positions(self, everyone: bool = False) -> None:
        """So that the next start knows where everyone was last seen."""
        positions = self.movement.unsaved(everyone)
        if positions:
            self.store.write((), positions=positions)

    @property
    def unwritten(self) -> int:
        """Changes that wait for the disk."""
        return len(self._outbox)

    # Messages

    def _take_messages(self, now: float) -> None:
        messages = self.transport.drain() if self._stepped else self.transport.drain(TAKEN_AT_ONCE)
        self._behind = not self._stepped and len(messages) == TAKEN_AT_ONCE
        if not messages:
            return
        # Positions are good the moment they are applied; what a driver says counts once it is on disk.
        words = [m for m in messages if m.topic.endswith(("/orders", "/status"))]
        self.transport.acknowledge([m for m in messages if not m.topic.endswith(("/orders", "/status"))])
        reports = decode(messages)
        for refusal in reports.refused:
            self._refuse(refusal.topic, refusal.reason, now)
        self._breathe()
        self._apply_fixes(reports, now)
        for report in reports.presences:
            at = None if report.t is None else report.t + self.movement.clock_error_s(report.driver_id)
            self._commit(said(self.world, report, at, now).outcome)
            if report.presence is Presence.ONLINE and report.t is not None:
                self._outbox.put(Entry(None, self._teller.offer_messages(report.driver_id)))
        self._hear(reports.words, words, now)

    def _hear(self, words: Sequence[Word], messages: Sequence[Inbound], now: float) -> None:
        whole = Outcome()
        fresh: list[tuple[str, str, float]] = []
        speakers: dict[str, None] = {}
        for word in words:
            if word.driver_id not in self.world.drivers:
                self._refuse(word.driver_id, Message("there is no driver {driver}: add them first", driver=word.driver_id), now)
                continue
            speakers[word.driver_id] = None
            if not self._words.note(word.driver_id, word.id, now):
                continue
            fresh.append((word.driver_id, word.id, now))
            self._publish_receipts(self._receipts.word(word, self._orders_of(word), now), now)
            outcome = hear(self.world, word, now)
            self._apply(outcome.changes)
            whole.changes += outcome.changes
            whole.tells += outcome.tells
            for reason in outcome.refused:
                self._refuse(word.driver_id, reason, now)
        written = self.store.write(whole.changes, fresh) if whole.changes or fresh else None
        for word in words:
            # Those heard before as well: a phone repeats what it is not sure was heard, until it is confirmed.
            if word.driver_id in speakers:
                self._teller.note_word(word.driver_id, word.id)
        told = self._teller.messages(whole.changes, whole.tells, heard=speakers)
        self._outbox.put(Entry(written, told, heard=messages))

    def _apply_fixes(self, reports: Reports, now: float) -> None:
        fixes = reports.fixes
        if not len(fixes) and not fixes.mode and not fixes.route:
            return
        known = np.fromiter(map(self.world.drivers.__contains__, fixes.drivers), np.bool_, len(fixes.drivers))
        if not known.all() or not fixes.mode.keys() <= self.world.drivers.keys():
            strangers = [d for d, k in zip(fixes.drivers, known, strict=True) if not k]
            for driver_id in strangers:
                self._refuse(driver_id, Message("there is no driver {driver}: add them first", driver=driver_id), now)
            fixes = fixes.only(known, self.world.drivers)
        keep_s = 3600 * self.settings.number("tracking.history_h")
        if self.tracks is not None and keep_s:
            self.tracks.keep_s = keep_s
            self.tracks.add(self.movement.corrected(fixes), now)
        rows, told = self.movement.apply(fixes, now)
        self.modes.heard(self.positions.rows(fixes.mode), fixes.config)
        if fixes.route:
            self._publish_receipts(self._receipts.routes_seen(fixes.route, now), now)
        back = self.movement.back(rows, now, self.world.drivers)
        self._commit(heard_again(self.world, back, now).outcome)
        self.bus.publish(FixesApplied(at=now, rows=rows, count=len(fixes)))
        self._commit(Outcome(told))

    def _orders_of(self, word: Word) -> Collection[str]:
        """The orders that a driver's word is about."""
        offer = self.world.offers.get(word.offer_id or "")
        return [*(offer.order_ids if offer is not None else ()), *([word.order_id] if word.order_id is not None else [])]

    def _publish_receipts(self, order_ids: Sequence[str], now: float) -> None:
        if order_ids:
            self.bus.publish(CommandsTold(at=now, order_ids=tuple(order_ids)))

    def silent(self, now: float) -> NDArray[np.bool_]:
        """By row of the position store: who has been silent for longer than their tracking mode allows."""
        return self.movement.silent(now)

    def _is_cut_off(self, now: float) -> bool:
        """The broker has been away for longer than one would be waited for: offers would only run out unheard."""
        return self._alarms.away_s(now) > self.settings.number("tracking.offline_after_s")

    def _refuse(self, topic: str, reason: str, now: float) -> None:
        self.refused_count += 1
        log.warning("refused: %s: %s", topic, reason)
        self.bus.publish(MessageRefused(at=now, topic=topic, reason=reason))

    def _notice_broker(self, now: float) -> None:
        stats = self.transport.stats
        if (stats.state, stats.detail) == self._broker:
            rest = [*self._teller.greeting(), *self.modes.due()] if stats.state in _CONNECTED else []
            if rest:
                self._outbox.put(Entry(None, rest))
            return
        was_connected = self._broker[0] in _CONNECTED
        self._broker = (stats.state, stats.detail)
        self.bus.publish(BrokerChanged(at=now, state=stats.state, detail=stats.detail))
        if stats.state in _CONNECTED and not was_connected:
            self._outbox.put(Entry(None, self._teller.begin_greeting()))

    # Changes

    def _apply(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.world.apply(change)
            for order in change.orders:
                self._stops.look_after(order)
                self._planner.note(order)
                if isinstance(change, Delivered | OrderCorrected):
                    self._tally.note(order)
            self._repositioner.note(change)
            self._receipts.applied(change)
            self.movement.watch_areas(change.areas)
            touched = (
                {d.id for d in change.drivers} | {r.driver_id for r in change.routes} | {o.driver_id for o in change.offers}
            )
            self._describe(touched | {o.driver_id for o in change.orders if o.driver_id is not None})
            self.bus.publish(change)

    def _describe(self, driver_ids: Iterable[str]) -> None:
        """Keep the columns that searches and the map filter by in step with the world."""
        drivers = self.world.drivers
        self.positions.describe({i: (drivers[i].vehicle, self.world.activity(i)) for i in driver_ids if i in drivers})

    def _commit(self, outcome: Outcome, promised: Future[int] | None = None, extras: Extras = ()) -> None:
        if not outcome.changes and not outcome.tells and promised is None:
            return
        # What can't be stored as it is raises here, before it has changed anything.
        written: Future[int] | None = None
        if extras:
            written = self.store.write(outcome.changes, extras=extras)
        elif outcome.changes:
            written = self.store.write(outcome.changes)
        if written is not None and promised is not None:
            written.add_done_callback(lambda _: self.handover.nudge())  # whoever waits need not wait for the next tick
        self._apply(outcome.changes)
        messages = self._teller.messages(outcome.changes, outcome.tells)
        self._receipts.note(outcome.changes, outcome.tells, messages, self._teller.versions, self.clock.now())
        entry = Entry(written, messages, promised=promised)
        sent = [one.order_id for c in outcome.changes if isinstance(c, DispatchChange) for one in c.consignments]
        if sent:
            entry.then = lambda: self.errands.wake(sent)
        self._outbox.put(entry)

    # Matching

    @property
    def decisions(self) -> Decisions | None:
        """Those of the last cycle."""
        return self.cycles.decisions

    @property
    def explained(self) -> Mapping[str, Why]:
        """Why each order went where it was last offered."""
        return self.cycles.explained

    @property
    def receipts(self) -> Mapping[str, Receipt]:
        """How far the last command to a driver about each order has come."""
        return self._receipts.of

    def match_soon(self) -> None:
        """Let the next cycle begin with the next tick."""
        self.cycles.next_at = self.clock.now()
