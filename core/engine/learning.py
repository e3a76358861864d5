"""Estimates are learnt anew each day, in a worker, and kept in the data folder; at first sooner and sooner again.

Where nothing is known yet they are learnt after a quarter of an hour, then whenever as much time again has gone by: a
kitchen that is slower than it says shows within the first hour.
"""

from __future__ import annotations

import logging
import os
from concurrent.futures import Executor, Future
from pathlib import Path

from core.domain.errors import BadInput
from core.engine.planning import Planner
from core.estimation.model import Estimator, decode, encode
from core.settings import Settings
from core.worker import learn

log = logging.getLogger(__name__)

DAY_S = 86_400.0
FIRST_S = 900.0


class Learning:
    """``file`` is where estimates are kept; without it, or with ``estimates.days`` at 0, nothing is learnt."""

    def __init__(
        self, planner: Planner, settings: Settings, database: Path, file: Path | None, executor: Executor, stepped: bool
    ) -> None:
        self._planner, self._settings, self._database = planner, settings, database
        self._file = file
        self._executor, self._stepped = executor, stepped
        self._work: Future[Estimator] | None = None
        self._next = 0.0
        self._pause_s = FIRST_S
        self._load()

    def tick(self, now: float) -> None:
        days = self._settings.number("estimates.days")
        if self._file is None or not days:
            return
        if self._work is None and now >= self._next:
            self._next = now + self._pause_s
            self._pause_s = min(2 * self._pause_s, DAY_S)
            usual_min = self._settings.number("orders.pickup_stop_min")
            try:
                self._work = self._executor.submit(learn, self._database, now - days * DAY_S, now, usual_min)
            except (RuntimeError, OSError):  # no process can be had; the next day asks again
                log.exception("estimates could not be learnt")
        if self._work is not None and (self._stepped or self._work.done()):
            work, self._work = self._work, None
            try:
                self._take(work.result())
            except Exception:  # whatever befell the worker: what was learnt before goes on
                log.exception("estimates could not be learnt")

    def _take(self, estimator: Estimator) -> None:
        """Use it and keep it; one that knows nothing changes nothing."""
        if self._file is None or (estimator.preparation or estimator.pickup_stop or estimator.dropoff_stop) is None:
            return
        self._planner.use(estimator)
        scratch = self._file.with_suffix(".new")
        scratch.write_bytes(encode(estimator))
        os.replace(scratch, self._file)
        log.info("estimates learnt from %d orders", estimator.samples)

    def _load(self) -> None:
        if self._file is None or not self._settings.number("estimates.days") or not self._file.exists():
            return
        try:
            estimator = decode(self._file.read_bytes())
        except (BadInput, OSError) as error:
            log.warning("%s: %s", self._file, error)
            return
        self._planner.use(estimator)
        self._next, self._pause_s = estimator.trained_at + DAY_S, DAY_S
