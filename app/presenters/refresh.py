"""Coalesced repaints: the first call acts soon, those that follow within the interval act once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Refresh(QObject):
    """Calls ``act`` at most once per ``interval_ms``, and never for nothing."""

    def __init__(self, act: Callable[[], None], interval_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._act = act
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self._due)
        self._wanted = False

    def __call__(self, *_: object) -> None:
        self._wanted = True
        if not self._timer.isActive():
            self._timer.start()

    def now(self) -> None:
        """Act at once, whatever is due."""
        self._wanted = False
        self._timer.start()
        self._act()

    def stop(self) -> None:
        """Forget what is due."""
        self._wanted = False
        self._timer.stop()

    def _due(self) -> None:
        if self._wanted:
            self._wanted = False
            self._timer.start()
            self._act()
