"""How long the window keeps a click waiting, in normal use too; what held it up is logged with its stack."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from core.domain.language import number, tr
from core.domain.reports import Floats

log = logging.getLogger(__name__)

PROBE_S = 0.02
KEPT = 30_000
"""Ten minutes of clicks."""
QUIET_S = 60.0
"""The same place is logged once in so long."""
DEPTH = 30


class Watchdog(QObject):
    """A thread clicks every `PROBE_S` seconds, each click due at a set time however late the thread is itself, so that one long
    wait counts by its length. ``warn_ms`` is asked each time; 0 logs nothing."""

    _clicked = Signal(float)

    def __init__(self, warn_ms: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._warn_ms = warn_ms
        self._waits: deque[float] = deque(maxlen=KEPT)
        self.places: dict[str, float] = {}
        """Where it was held up longer than ``warn_ms``, and the longest that took, in milliseconds."""
        self._told_at: dict[str, float] = {}
        self._answered = time.perf_counter()
        self._held: deque[float] = deque(maxlen=KEPT)
        self._spent = time.thread_time()
        self._main = threading.get_ident()
        self._clicked.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def waits_ms(self) -> Floats:
        """How long each of the last clicks waited, (n,)."""
        return 1000 * np.array(self._waits)

    def held_ms(self) -> Floats:
        """The main thread's own processor time from one click to the next, (n,), without what others on the machine take."""
        return 1000 * np.array(self._held)

    def forget(self) -> None:
        self._waits.clear()
        self._held.clear()
        self.places.clear()

    def told(self) -> str:
        """``99 % of clicks within 12 ms, the longest 180 ms, in the last 10 min``."""
        waits = self.waits_ms()
        if not len(waits):
            return ""
        return tr(
            "99 % of clicks within {p99} ms, the longest {worst} ms, in the last {minutes} min",
            p99=number(np.percentile(waits, 99), ".0f"),
            worst=number(waits.max(), ".0f"),
            minutes=number(max(1.0, len(waits) * PROBE_S / 60), ".0f"),
        )

    def _answer(self, due: float) -> None:
        self._answered = time.perf_counter()
        self._waits.append(self._answered - due)
        spent, self._spent = self._spent, time.thread_time()
        self._held.append(self._spent - spent)

    def _watch(self) -> None:
        due = time.perf_counter()
        held: tuple[float, str] | None = None
        while not self._ended.wait(max(0.0, due - time.perf_counter())):
            self._clicked.emit(due)
            due += PROBE_S
            now, answered, warn_s = time.perf_counter(), self._answered, self._warn_ms() / 1000
            if held is not None and answered > held[0]:
                self._tell(held[1], answered - held[0])
                held = None
            if held is None and warn_s and now - answered - PROBE_S > warn_s:
                frame = sys._current_frames().get(self._main)
                held = answered, "".join(traceback.format_stack(frame, DEPTH)) if frame is not None else ""

    def _tell(self, stack: str, seconds: float) -> None:
        lines = stack.strip().splitlines()
        place = " ".join(lines[-2].split()) if len(lines) > 1 else "?"
        self.places[place] = max(self.places.get(place, 0.0), 1000 * seconds)
        now = time.monotonic()
        if now - self._told_at.get(place, -QUIET_S) >= QUIET_S:
            self._told_at[place] = now
            log.warning("the window stood still for %.0f ms, and was here after the first %.0f:\n%s",
                        1000 * seconds, self._warn_ms(), stack)  # fmt: skip
