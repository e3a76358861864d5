"""Bundles of any number of orders, on a slower clock than the matcher's cycles."""

from __future__ import annotations

import logging
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING

from core.settings import Settings
from core.worker import bundle

if TYPE_CHECKING:
    from core.matching.decisions import StopRef
    from core.matching.snapshot import Snapshot

log = logging.getLogger(__name__)

NAME = "multibundle"
NO_LIMIT_S = 3600.0


class Multibundles:
    """At most one run at a time; what it proposes is handed to each cycle until the next run, or until it is two runs old."""

    def __init__(self, settings: Settings, executor: Executor, stepped: bool) -> None:
        self._settings, self._executor, self._stepped = settings, executor, stepped
        self._run: Future[tuple[tuple[StopRef, ...], ...]] | None = None
        self._next_at = 0.0
        self._routes: tuple[tuple[StopRef, ...], ...] = ()
        self._old_at = 0.0

    def proposed(self, now: float) -> tuple[tuple[StopRef, ...], ...]:
        if self._run is not None and (self._stepped or self._run.done()):
            run, self._run = self._run, None
            try:
                self._routes, self._old_at = run.result(), now + 2 * self._settings.number("matching.multibundle_s")
            except Exception:  # whatever befell the worker: the other generators go on, and the next run tries again
                log.exception("no multibundles this time")
        return self._routes if now < self._old_at else ()

    def begin(self, snapshot: Snapshot) -> None:
        """A run on this snapshot, if it is time, switched on, and none is under way."""
        every_s, now = self._settings.number("matching.multibundle_s"), snapshot.now
        wanted = any(generator.name == NAME for generator in snapshot.params.generators)
        if not wanted or not every_s or self._run is not None or now < self._next_at or len(snapshot.orders) < 2:
            return
        self._next_at = now + every_s
        # A stepped run is to be the same on a slow machine: there the solver's own bound is the only one.
        limit_s = NO_LIMIT_S if self._stepped else self._settings.number("matching.multibundle_limit_s")
        try:
            self._run = self._executor.submit(bundle, snapshot, limit_s)
        except (RuntimeError, OSError):  # no process can be had at the moment
            log.exception("no multibundles this time")

    def close(self) -> None:
        if self._run is not None:
            self._run.cancel()
