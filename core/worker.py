"""What runs in a worker process, and the executor that runs it.

A worker holds the travel times (a city's road graph is large, so it is loaded once a process) and answers pure functions of
what it is sent: `match`, `path`, `isochrone`. Executors follow `concurrent.futures.Executor`, so that a cluster's executor
fits in the same place. Processes are spawned, never forked: the console holds Qt.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from core.domain.errors import KerbsideError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.domain.geo import LatLon
    from core.domain.vehicle import Vehicle
    from core.estimation.model import Estimator
    from core.insight.ledger import Ledger
    from core.matching.decisions import Decisions
    from core.matching.outlook import Outlook
    from core.matching.snapshot import Snapshot
    from core.ports import Path, Points, TravelTimes
    from core.repositioning.demand import Demand
    from core.repositioning.market import Choice, Idle, Spot

BEHIND = 5
"""So much nicer than its console: a cycle may take a little longer, the window and whoever places an order must not wait."""

P = ParamSpec("P")
T = TypeVar("T")

_travel: ContextVar[TravelTimes | KerbsideError] = ContextVar("travel")
"""The travel times of this process, or why there are none. Tasks are plain functions, so they can't be handed over."""


def load_travel(city_path: str | None, detour_factor: float, cache_mb: int) -> TravelTimes:
    """The road graph of a city file, or great-circle times without one. Raises BadInput for a file that can't be read."""
    if not city_path:
        from core.routing.great_circle import GreatCircle

        return GreatCircle(detour_factor)
    from core.routing.city import City
    from core.routing.road_graph import RoadGraph

    return RoadGraph(City.load(FilePath(city_path)), cache_mb)


def initialise(city_path: str | None, detour_factor: float, cache_mb: int) -> None:
    """Prepare this process as a worker. Ctrl-C is the console's affair, and a worker ends when its console is gone."""
    with suppress(OSError):
        os.dup2(2, 1)  # what a solver prints on its way is no part of what a command prints
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.nice(BEHIND)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), name="parent-watch", daemon=True).start()
    try:
        _travel.set(load_travel(city_path, detour_factor, cache_mb))
    except KerbsideError as error:  # a worker that fails to start breaks its pool without a word; so each task says it
        _travel.set(error)


def ready() -> int:
    """Answer as soon as the worker is prepared: the process id."""
    import core.matching.cycle  # noqa: F401  the first cycle then finds the solvers loaded

    _times()
    return os.getpid()


@dataclass(frozen=True, slots=True)
class Recording:
    """Where cycles are kept, and the city file they were matched in; empty for great-circle times. ``part`` numbers the
    clusters of a market that was too large for one."""

    folder: FilePath
    city: str = ""
    part: int = 0


def match(snapshot: Snapshot, recording: Recording | None = None, keep: float = 0) -> Decisions:
    """Match; with a recording the cycle is kept as a file, of which the last ``keep`` stay."""
    from core.matching.cycle import run_cycle  # brings scipy's solvers, which the console itself never needs

    decisions = run_cycle(snapshot, _times())
    if recording is not None and keep >= 1:
        from core.matching.recorder import keep_cycle

        with suppress(OSError):  # a full disk: orders must go to drivers all the same
            keep_cycle(recording.folder, int(keep), snapshot, decisions, recording.city, recording.part)
    return decisions


def foresee(snapshot: Snapshot) -> tuple[Outlook, ...]:
    """How the routes of the snapshot's drivers go on."""
    from core.matching.outlook import foresee as look

    return look(snapshot, _times())


def bundle(snapshot: Snapshot, limit_s: float) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Bundles of any number of orders, as routes by their ids."""
    from core.matching.multibundle import multibundles

    return multibundles(snapshot, _times(), limit_s)


def learn(database: FilePath, since: float, now: float, usual_stop_min: float) -> Estimator:
    """Estimates from the orders delivered since then, as the database has them."""
    from core.estimation.model import train
    from core.estimation.samples import read_samples
    from core.storage.learnt import delivered_since

    return train(read_samples(delivered_since(database, since), usual_stop_min), now)


def learn_demand(database: FilePath, since: float, now: float, zone: tzinfo | None, left_out: frozenset[str]) -> Demand:
    """Where and when orders came since then, as the database has them."""
    from core.repositioning.demand import learn as learn_from
    from core.storage.learnt import changed_since

    return learn_from((o for o in changed_since(database, since) if o.placed_at >= since), now, zone, left_out)


def reposition(idle: tuple[Idle, ...], spots: tuple[Spot, ...], ahead_s: float, longest_s: float) -> tuple[Choice, ...]:
    """Who of the idle drivers goes to which spot."""
    from core.repositioning.choosing import choose

    return choose(idle, spots, ahead_s, longest_s, _times())


def look_back(database: FilePath, since: float, until_seq: int, usual_stop_min: float) -> Ledger:
    """The figures from ``since`` (epoch seconds) until the event of that number, from the log."""
    from core.insight.ledger import Ledger
    from core.storage.looking_back import changes_until, online_at

    ledger = Ledger(since, usual_stop_min)
    ledger.begin_with(online_at(database, since, until_seq))
    for change in changes_until(database, since, until_seq):
        ledger.note(change)
    return ledger


def path(origin: LatLon, destination: LatLon, vehicle: Vehicle) -> Path:
    return _times().path(origin, destination, vehicle)


def isochrone(centre: LatLon, vehicle: Vehicle, minutes: float) -> tuple[tuple[LatLon, ...], ...]:
    return _times().isochrone(centre, vehicle, minutes)


def reach(drivers: Points, pickup: LatLon, dropoff: LatLon, vehicle: Vehicle) -> tuple[NDArray[np.float64], float]:
    """Seconds from each driver (n, 2) to the pick-up, shape (n,), and from there to the door."""
    import numpy as np

    shop, door = np.array([pickup]), np.array([dropoff])
    times = _times()
    return times.matrix(drivers, shop, vehicle)[:, 0], float(times.pairs(shop, door, vehicle)[0])


def _times() -> TravelTimes:
    travel = _travel.get()
    if isinstance(travel, KerbsideError):
        raise travel
    return travel


class InlineExecutor(Executor):
    """Runs each task at once, in the caller's thread: for stepped runs and tests."""

    def __init__(self, travel: TravelTimes) -> None:
        self._travel = travel
        self._closed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if self._closed:
            raise RuntimeError("the executor is shut down")
        future: Future[T] = Future()
        token = _travel.set(self._travel)
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # an executor hands every failure of a task to whoever asks for its result
            future.set_exception(error)
        finally:
            _travel.reset(token)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._closed = True


@dataclass(slots=True, eq=False)
class _Task:
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    future: Future[Any] = field(default_factory=Future)
    tries: int = 0


class SturdyPool(Executor):
    """Spawned processes that are replaced when one dies: its tasks are tried again, and ``on_notice`` is told once.

    A task that has brought a process down ``tries`` times fails with BrokenProcessPool. ``on_notice`` gets one clear line and
    is called from a thread of the pool's.
    """

    def __init__(
        self,
        workers: int,
        initargs: tuple[str | None, float, int],
        on_notice: Callable[[str], None] = lambda line: None,
        tries: int = 3,
    ) -> None:
        self._workers = workers
        self._initargs = initargs
        self._on_notice = on_notice
        self._tries = tries
        self._lock = threading.RLock()
        self._closed = False
        self._pool = self._new_pool()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if self._closed:
            raise RuntimeError("the executor is shut down")
        task = _Task(fn, args, kwargs)
        self._start(task)
        return task.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """With ``cancel_futures`` the processes are ended in the middle of what they do: tasks change nothing, and whoever
        asked is going. A large market's cycle would otherwise hold up the program's end."""
        with self._lock:
            self._closed = True
            pool = self._pool
        if cancel_futures:
            # Python 3.14 has terminate_workers for this.
            for process in list((getattr(pool, "_processes", None) or {}).values()):
                process.terminate()
        pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _new_pool(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            self._workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=initialise,
            initargs=self._initargs,
        )
        for _ in range(self._workers):
            pool.submit(ready)  # starts the processes now, so that the first cycle finds them warm
        return pool

    def _start(self, task: _Task) -> None:
        with self._lock:
            task.tries += 1
            pool = self._pool
            try:
                inner = pool.submit(task.fn, *task.args, **task.kwargs)
            except BrokenProcessPool:
                pool = self._replace(pool)
                inner = pool.submit(task.fn, *task.args, **task.kwargs)
        inner.add_done_callback(lambda done: self._finish(task, pool, done))

    def _finish(self, task: _Task, pool: ProcessPoolExecutor, done: Future[Any]) -> None:
        if done.cancelled():
            task.future.cancel()
            task.future.set_running_or_notify_cancel()
            return
        error = done.exception()
        if isinstance(error, BrokenProcessPool) and not self._closed and task.tries < self._tries:
            # Not here: this is the broken pool's own thread, and it may hold the locks that a replacement needs.
            threading.Thread(target=self._again, args=(task, pool), name="worker-again", daemon=True).start()
        elif error is not None:
            _fail(task, error)
        elif task.future.set_running_or_notify_cancel():
            task.future.set_result(done.result())

    def _again(self, task: _Task, broken: ProcessPoolExecutor) -> None:
        try:
            self._replace(broken)
            self._start(task)
        except (RuntimeError, OSError) as error:  # shut down meanwhile, or the machine starts no more processes
            _fail(task, error)

    def _replace(self, broken: ProcessPoolExecutor) -> ProcessPoolExecutor:
        """A new pool in place of the broken one; many tasks find the same one broken, the first replaces it."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the executor is shut down")
            if self._pool is not broken:
                return self._pool
            broken.shutdown(wait=False)
            self._pool = self._new_pool()
        self._on_notice("a worker process ended unexpectedly; it was started again and its work is repeated")
        return self._pool


def _fail(task: _Task, error: BaseException) -> None:
    if task.future.set_running_or_notify_cancel():
        task.future.set_exception(error)


def make_executor(
    workers: int,
    city_path: str | None,
    detour_factor: float,
    cache_mb: int,
    on_notice: Callable[[str], None] = lambda line: None,
) -> SturdyPool:
    """Worker processes for the console, started at once. With a city file that can't be read every task raises BadInput.

    A program that uses this needs ``if __name__ == "__main__"`` around its start, and frozen builds need
    ``multiprocessing.freeze_support()`` there: a spawned process imports the main module again.
    """
    return SturdyPool(workers, (city_path, detour_factor, cache_mb), on_notice)


def _end_with(parent: int) -> None:
    """Wait for the parent's end; a parent killed outright can't tell its workers to stop."""
    multiprocessing.connection.wait([parent])
    os._exit(1)
