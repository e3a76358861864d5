"""Questions to a worker about routes that somebody has in mind: one at a time, and of those that wait only the latest."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future

from PySide6.QtCore import QObject, Signal

from core.domain.errors import KerbsideError
from core.matching.outlook import Outlook
from core.matching.snapshot import Snapshot
from core.worker import foresee

log = logging.getLogger(__name__)

Make = Callable[[], Snapshot]
Then = Callable[[tuple[Outlook, ...]], None]


class Foresight(QObject):
    """``make`` is called only once its turn has come; ``then`` in the thread of the window, and not at all for what was
    overtaken or forgotten."""

    _landed = Signal(object)

    def __init__(self, executor: Executor, parent: QObject) -> None:
        super().__init__(parent)
        self._executor = executor
        self._flying: tuple[Future[tuple[Outlook, ...]], Then] | None = None
        self._next: tuple[Make, Then] | None = None
        self._landed.connect(self._take)

    @property
    def busy(self) -> bool:
        return self._flying is not None

    def ask(self, make: Make, then: Then) -> None:
        self._next = (make, then)
        if self._flying is None:
            self._start()

    def forget(self) -> None:
        """Nobody waits for an answer any more."""
        self._next = None
        if self._flying is not None:
            self._flying = (self._flying[0], lambda _: None)

    def _start(self) -> None:
        if self._next is None:
            return
        (make, then), self._next = self._next, None
        try:
            future = self._executor.submit(foresee, make())
        except (RuntimeError, OSError, KerbsideError) as error:  # no worker at the moment; whoever asks again is served
            log.warning("routes could not be looked at: %s", error)
            return
        self._flying = (future, then)
        future.add_done_callback(self._landed.emit)

    def _take(self, future: Future[tuple[Outlook, ...]]) -> None:
        if self._flying is None or self._flying[0] is not future:
            return
        then, self._flying = self._flying[1], None
        try:
            answer = future.result()
        except (KerbsideError, CancelledError, RuntimeError, OSError) as error:
            log.warning("routes could not be looked at: %s", error)
        else:
            then(answer)
        self._start()
