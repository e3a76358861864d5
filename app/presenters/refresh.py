"""Coalesced repaints: the first call acts soon, those that follow within the interval act once."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

WORTH_A_BREATH_S = 0.002
LONGEST_BREATH_S = 0.03


class Refresh(QObject):
    """Calls ``act`` at most once per ``interval_ms``, and never for nothing.

    What many panels hear of would make them all act in one go, with a click waiting behind the last of them. So after each one
    that took its time the others wait, once, for as long as it took.
    """

    _others_from = 0.0

    def __init__(self, act: Callable[[], None], interval_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._act = act
        self._interval_ms = interval_ms
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._due)
        self._wanted = False
        self._waited = False

    def __call__(self, *_: object) -> None:
        self._wanted = True
        if not self._timer.isActive():
            self._timer.start(self._interval_ms)

    def now(self) -> None:
        """Act at once, whatever is due."""
        self._wanted = self._waited = False
        self._timer.start(self._interval_ms)
        self._act()

    def stop(self) -> None:
        """Forget what is due."""
        self._wanted = False
        self._timer.stop()

    def _due(self) -> None:
        if not self._wanted:
            return
        began = time.perf_counter()
        wait_s = Refresh._others_from - began
        if wait_s > 0 and not self._waited:
            self._waited = True
            self._timer.start(math.ceil(1000 * wait_s))
            return
        self._wanted = self._waited = False
        self._timer.start(self._interval_ms)
        self._act()
        ended = time.perf_counter()
        if ended - began > WORTH_A_BREATH_S:
            Refresh._others_from = ended + min(ended - began, LONGEST_BREATH_S)
