"""How other threads reach the engine, which knows only its own."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from core.domain.errors import KerbsideError

T = TypeVar("T")
LIMIT = 5000


class Busy(KerbsideError):
    """More has been asked than can be answered soon."""


class Handover:
    """Pieces of work for the engine's thread, done in the order in which they were asked.

    ``wake`` is set by whoever drives the engine: called from any thread, it has `Engine.attend` called soon. Without it the
    work is done by the next tick.
    """

    def __init__(self) -> None:
        self.wake: Callable[[], None] = lambda: None
        self._asked: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._woken = False

    def ask(self, work: Callable[[], T]) -> Future[T]:
        """From any thread: have ``work`` called; its result or its error is the future's. Raises Busy when too much waits."""
        if len(self._asked) >= LIMIT:
            raise Busy("too many requests wait already: try again in a second")
        future: Future[T] = Future()
        self._asked.append((work, future))
        self.nudge()
        return future

    def nudge(self) -> None:
        """Have the engine look soon; many nudges before it does are one."""
        if not self._woken:
            self._woken = True
            self.wake()

    def work_off(self, most_s: float) -> None:
        """On the engine's thread: do what was asked, for about ``most_s``; what is left is done soon."""
        self._woken = False
        until = time.perf_counter() + most_s
        while self._asked:
            work, future = self._asked.popleft()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except Exception as error:  # whatever went wrong belongs to the one who asked
                    future.set_exception(error)
            if time.perf_counter() > until:
                break
        if self._asked:
            self.nudge()
