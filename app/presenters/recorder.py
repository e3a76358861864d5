"""The recorder: a shift scrubbed and played in all panels at once, while the engine goes on underneath."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.actions.deeds import Deeds
from app.main_window import MainWindow
from app.presenters.asking import Asking
from app.presenters.history_text import QUIET, log_row
from app.presenters.links import Links
from app.presenters.recorder_time import time_text, typed_time
from app.presenters.rerun_saver import RerunSaver
from app.scene import Past, PastClock, Stage, recent
from core.domain.errors import BadInput, KerbsideError
from core.domain.events import AlertRaised, AreaCrossed, FenceCrossed, FenceDwelled
from core.domain.language import number, sentence, tr
from core.routing.city import City
from core.storage.codec import KINDS
from core.storage.recording import Mark, Recording
from core.storage.rerun import Rerun, Span, Stand, Stretch, taken
from widgets.common.words import Moment
from widgets.recorder.bar import OTHER, SPEEDS, WHOLE
from widgets.recorder.scale import ScaleMark

T = TypeVar("T")

BEAT_MS, SECOND_MS = 100, 1000
BACK_S = 600.0
"""A recording begins so long before now."""
SHIFT_H = 8.0
AHEAD_S, LEAST_AHEAD_S = 6.0, 60.0
"""So many seconds of playing are read ahead, and at least so many of the recording."""
REST_S = 0.0005
TOLD_EVERY = 5000
READ_ON_S = 60.0
QUIET_KINDS = frozenset(kind.__name__ for kind in (*QUIET, FenceCrossed, FenceDwelled, AreaCrossed))
WORTHY = frozenset(KINDS) - QUIET_KINDS


class _GivenUp(Exception):
    """The recorder closes while the log is read."""


@dataclass(slots=True)
class _Coming:
    """A stretch, and how far it is played."""

    stretch: Stretch
    changes: int = 0
    fixes: int = 0

    def upto(self, past: Past, at: float, stage: Stage) -> None:
        """Play it as far as ``at``."""
        changes, fixes = self.stretch.changes, self.stretch.fixes
        end = bisect_right(changes, at, key=lambda one: one[0])
        last = int(np.searchsorted(fixes.t, at, side="right"))
        new = [logged for _, logged in changes[self.changes : end]]
        past.carry_on(new, taken(fixes, np.arange(self.fixes, last)), at, stage.bus)
        self.changes, self.fixes = end, last


class RecorderPresenter(QObject):
    """Implements `app.actions.replaying.Recorder`."""

    _answered = Signal(int, object, object)
    _reading = Signal(int)

    def __init__(self, deeds: Deeds, stage: Stage, window: MainWindow, city: City | None) -> None:
        super().__init__(window.recorder)
        self._deeds, self._stage, self._window, self._bar = deeds, stage, window, window.recorder
        self._open = False
        keep_s = 3600 * stage.settings.number("orders.in_memory_h")
        self._rerun = Rerun(Recording(stage.store, keep_s), stage.tracks)
        self._thread = ThreadPoolExecutor(1, "recorder")
        self._closing = False
        self._span, self._read_at = Span(0.0, 0.0, []), 0.0
        self._covered, self._live_edge = (0.0, 0.0), True
        self._clock: PastClock | None = None
        self._coming: deque[_Coming] = deque()
        self._turn = 0
        self._wanted: float | None = None
        self._jumping = self._asking = self._playing = False
        self._speed = SPEEDS[3]
        self._alerts = 0
        self._links = links = Links()
        bar = self._bar
        bar.set_speed(self._speed)
        bar.set_span_hours(SHIFT_H)
        links.connect(bar.play_pressed, self.play)
        links.connect(bar.step_pressed, self.step)
        links.connect(bar.chosen, self.go_to)
        links.connect(bar.typed, self._typed)
        links.connect(bar.speed_chosen, self._set_speed)
        links.connect(bar.span_chosen, self._set_span)
        links.connect(bar.follow_pressed, lambda: window.run_declared("driver.follow"))
        links.connect(bar.live_pressed, self.end)
        links.connect(deeds.selection.changed, self._can_follow)
        links.keep(stage.engine.bus.subscribe(AlertRaised, self._alert_came))
        self._answered.connect(self._answer)
        self._reading.connect(self._show_reading)
        self._beat = QTimer(self)
        self._beat.setInterval(BEAT_MS)
        self._beat.timeout.connect(self._tick)
        self._second = QTimer(self)
        self._second.setInterval(SECOND_MS)
        self._second.timeout.connect(self._show_live)
        self._questions = Asking(window)
        tell = lambda text, bad: deeds.window.tell(text, bad=bad)  # noqa: E731
        self._saver = RerunSaver(self._questions, stage.executor, city, self._thread.submit, tell, self)
        links.connect(bar.save_pressed, self.save)

    def close(self) -> None:
        self._closing = True
        self._links.end()
        self._questions.close()
        self._leave()
        self._thread.shutdown(wait=True, cancel_futures=True)

    # What deeds know

    @property
    def open(self) -> bool:
        return self._open

    def begin(self) -> None:
        """Turn back; a recording that is looked at already stays where it is."""
        if self._open:
            self.ask_time()
            return
        self._open, self._alerts = True, 0
        self._window.recorder_strip.show()
        self._bar.set_ready(False)
        self._bar.set_live("", 0, tr("Reading the log…"))
        self._dress("replay")
        self._can_follow()
        self._do(lambda: self._rerun.open(self._pause), self._opened)
        self._deeds.changed()

    def end(self) -> None:
        """Back to what is going on now."""
        if self._open:
            self._leave()
            self._stage.show(None)
            self._deeds.changed()

    def play(self) -> None:
        if self._clock is None:
            return
        self._playing = not self._playing
        self._clock.set_speed(float(self._speed) if self._playing else 0.0)
        self._bar.set_playing(self._playing)
        (self._beat.start if self._playing else self._beat.stop)()
        self._read_ahead()

    def step(self, back: bool = False) -> None:
        past = self._stage.past
        if past is not None:
            at = past.at
            self._do(lambda: self._rerun.step(at, WORTHY, back), self._stepped)

    def step_mark(self, back: bool = False) -> None:
        past, marks = self._stage.past, self._span.marks
        if past is None:
            return
        times = [one.at for one in marks]
        place = bisect_left(times, past.at) - 1 if back else bisect_right(times, past.at)
        if 0 <= place < len(times):
            self._pause_playing()
            self.go_to(times[place])
            self._window.toast.show_line(_scale_mark(marks[place]).said)
        else:
            self._deeds.window.tell(
                tr("No alert and no late order before this") if back else tr("No alert and no late order after this")
            )

    def change_speed(self, by: int) -> None:
        place = min(len(SPEEDS) - 1, max(0, SPEEDS.index(self._speed) + by))
        self._bar.set_speed(SPEEDS[place])
        self._set_speed(SPEEDS[place])

    def ask_time(self) -> None:
        self._bar.time.setFocus()
        self._bar.time.selectAll()

    def save(self) -> None:
        """The stretch that the slider covers, as a page."""
        if self._stage.past is not None:
            self._saver.save(self._rerun, *self._covered, self._stage.engine.clock.zone)

    def go_to(self, at: float) -> None:
        """Show that moment (epoch seconds), as soon as the one asked for before is there; of several the last."""
        self._wanted = min(max(at, self._span.first_at), max(self._now(), self._span.last_at))
        if not self._jumping and self._open:
            self._jump()

    # The thread that reads

    def _do(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        turn = self._turn
        self._thread.submit(work).add_done_callback(lambda done: self._answered.emit(turn, done, then))

    def _answer(self, turn: int, done: Future[T], then: Callable[[T], None]) -> None:
        if turn != self._turn or not self._open:
            return
        try:
            result = done.result()
        except (CancelledError, _GivenUp):
            return
        except KerbsideError as error:
            self._deeds.window.tell(sentence(error), bad=True)
            self.end()
            return
        then(result)

    def _pause(self, seq: int) -> None:
        """Called in the other thread, every few events: the window's comes first."""
        if self._closing:
            raise _GivenUp
        if seq % TOLD_EVERY == 0:
            self._reading.emit(seq)
        time.sleep(REST_S)

    def _show_reading(self, seq: int) -> None:
        if self._open and self._clock is None:
            self._bar.set_live("", 0, tr("Reading the log, {n} events…", n=number(seq)))

    # Moments

    def _opened(self, span: Span) -> None:
        if not span.last_at:
            self._deeds.window.tell(tr("Nothing has been recorded yet"))
            self.end()
            return
        self._span, self._read_at = span, self._now()
        self._bar.scale.set_marks([_scale_mark(one) for one in span.marks])
        self._bar.set_ready(True)
        self._bar.set_span_hours(SHIFT_H)
        self._set_span(SHIFT_H)
        self._second.start()
        self._show_live()
        self.go_to(self._now() - BACK_S)

    def _jump(self) -> None:
        at = self._wanted
        if at is not None:
            self._jumping, self._wanted = True, None
            self._do(lambda: self._rerun.stand(at), self._stood)

    def _stood(self, stand: Stand) -> None:
        self._jumping = False
        clock = self._clock
        if clock is None:
            clock = self._clock = PastClock(stand.at, self._stage.engine.clock.zone)
        clock.put(stand.at)
        self._coming.clear()
        self._turn += 1  # what was read ahead of another moment is of no use
        self._asking = False
        self._stage.show(Past(stand, clock, self._stage.settings, self._stage.engine.photographer))
        self._show_time(stand.at)
        self._read_ahead()
        self._jump()

    def _stepped(self, at: float | None) -> None:
        if at is None:
            self._deeds.window.tell(tr("Nothing else happened until now"))
            return
        self._pause_playing()
        self._wanted = at
        if not self._jumping:
            self._jumping, self._wanted = True, None
            self._do(lambda: self._rerun.stand(at), self._stood_at_event)

    def _stood_at_event(self, stand: Stand) -> None:
        self._stood(stand)
        worthy = (logged for logged in recent(self._stage, 8) if type(logged.change).__name__ in WORTHY)
        rows = (log_row(0, logged.change, stand.world) for logged in worthy)
        text = next((row.text for row in rows if row is not None), "")
        if text:
            self._window.toast.show_line(text)

    def _typed(self, text: str) -> None:
        past = self._stage.past
        try:
            at = typed_time(text, past.at if past is not None else self._now(), self._now(), self._stage.engine.clock.zone)
        except BadInput as error:
            self._deeds.window.tell(sentence(error), bad=True)
            return
        self._bar.scale.setFocus()
        if not self._bar_covers(at):
            self._bar.set_span_hours(OTHER)
            half = SHIFT_H * 1800
            self._cover(max(self._span.first_at, at - half), min(self._now(), at + half), live_edge=False)
        self.go_to(at)

    # Playing

    def _tick(self) -> None:
        past, clock = self._stage.past, self._clock
        if past is None or clock is None:
            return
        at = clock.now()
        while self._coming and self._coming[0].stretch.until <= at:
            one = self._coming.popleft()
            one.upto(past, one.stretch.until, self._stage)
        if self._coming:
            self._coming[0].upto(past, at, self._stage)
        else:
            # The recording waits for what is being read, or there is no more of it.
            clock.put(past.at)
            if past.at >= self._now() - 1.0:
                self._pause_playing()
                self._deeds.window.tell(tr("The recording has come to this moment"))
        self._show_time(past.at)
        self._read_ahead()

    def _read_ahead(self) -> None:
        past = self._stage.past
        if not self._playing or self._asking or past is None or self._jumping:
            return
        last = self._coming[-1].stretch if self._coming else None
        after = last.until if last is not None else past.at
        ahead = max(LEAST_AHEAD_S, AHEAD_S * self._speed)
        until = min(after + ahead, self._now())
        if after - past.at > ahead / 2 or until <= after:
            return
        seq = next((c.stretch.changes[-1][1].seq for c in reversed(self._coming) if c.stretch.changes), past.seq)
        self._asking = True
        self._do(lambda: self._rerun.onward(seq, after, until), self._came)

    def _came(self, stretch: Stretch) -> None:
        self._asking = False
        self._coming.append(_Coming(stretch))
        self._read_ahead()

    def _pause_playing(self) -> None:
        if self._playing:
            self.play()

    def _set_speed(self, speed: int) -> None:
        self._speed = speed
        if self._clock is not None and self._playing:
            self._clock.set_speed(float(speed))

    # The bar

    def _set_span(self, hours: float) -> None:
        now = self._now()
        self._cover(self._span.first_at if hours == WHOLE else max(self._span.first_at, now - hours * 3600), now)
        past = self._stage.past
        if past is not None:
            self.go_to(max(past.at, self._covered[0]))

    def _cover(self, start: float, end: float, live_edge: bool = True) -> None:
        self._covered, self._live_edge = (start, end), live_edge
        self._bar.scale.set_span(start, end, Moment(end, self._stage.engine.clock.zone))

    def _bar_covers(self, at: float) -> bool:
        return self._covered[0] <= at <= self._covered[1]

    def _show_time(self, at: float) -> None:
        self._bar.show_time(time_text(at, self._stage.engine.clock.zone), at)

    def _show_live(self) -> None:
        self._read_on()
        clock = self._stage.engine.clock
        self._bar.set_live(Moment(clock.now(), clock.zone).clock(clock.now(), seconds=True), self._alerts)

    def _read_on(self) -> None:
        """The shift goes on: every so often the slider learns of it, unless a hand is on it."""
        if self._now() - self._read_at > READ_ON_S and not self._jumping and not self._bar.scale.isSliderDown():
            self._do(lambda: self._rerun.open(self._pause), self._grown)

    def _grown(self, span: Span) -> None:
        self._span, self._read_at = span, self._now()
        self._bar.scale.set_marks([_scale_mark(one) for one in span.marks])
        if self._live_edge:
            self._cover(self._covered[0], self._now())

    def _alert_came(self, change: AlertRaised) -> None:
        self._alerts += len(change.alerts)

    def _can_follow(self) -> None:
        self._bar.set_can_follow(self._deeds.chosen_driver() is not None)

    def _now(self) -> float:
        return self._stage.engine.clock.now()

    def _dress(self, mode: str) -> None:
        self._window.frame.set_mode(mode)
        self._window.status.set_mode(mode)
        if mode == "replay":
            self._window.status.set_speed(None)

    def _leave(self) -> None:
        if not self._open:
            return
        self._pause_playing()
        self._open = False
        self._turn += 1
        self._wanted = self._clock = None
        self._jumping = self._asking = False
        self._coming.clear()
        self._second.stop()
        self._window.recorder_strip.hide()
        self._dress("training" if self._deeds.training else "live")


def _scale_mark(one: Mark) -> ScaleMark:
    return ScaleMark(one.at, one.kind, one.subject, one.urgent)
