"""The one place where everything is put together. No Qt: the console, `serve` and the headless demo all begin here."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.runtime import Stages
from core.api.server import Outside
from core.bus import Bus
from core.clock import Clock, RealClock
from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message
from core.engine.engine import Engine
from core.ports import Transport
from core.providers.secrets import Secrets
from core.settings import Settings
from core.storage.folder import PROVIDER_SECRETS, DataFolder
from core.storage.store import Store
from core.storage.tracks import TrackLog
from core.worker import Recording, SturdyPool, make_executor

log = logging.getLogger(__name__)

SMALL_STEP_BACK_S = 600.0
"""A machine's clock that is behind the log by no more than this is one that was corrected; beyond it, somebody has to look."""


@dataclass(slots=True)
class System:
    """A running core. `close` ends it in stages, the database last."""

    settings: Settings
    clock: Clock
    bus: Bus
    store: Store
    transport: Transport
    executor: SturdyPool
    engine: Engine
    stages: Stages

    def close(self) -> list[str]:
        """What went wrong, a line for each."""
        return self.stages.end()


def compose(
    database: Path,
    settings: Settings,
    clock: Clock,
    transport: Transport,
    *,
    city_path: Path | None,
    seed: int = 0,
    stepped: bool = False,
    on_notice: Callable[[str], None] = log.warning,
) -> System:
    """Build the core on a database file. Raises BadInput where the database can't be used."""
    stages = Stages()
    stages.add("transport", transport.close)
    try:
        store = Store.open(database)
        stages.add("database", store.close)
        if isinstance(clock, RealClock) and store.last_at() - clock.now() <= SMALL_STEP_BACK_S:
            clock.go_on_from(store.last_at())
        tracks = TrackLog(database.with_name(f"{database.stem}-tracks.db"), 3600 * settings.number("tracking.history_h"))
        stages.add("position history", tracks.close)
        executor = make_executor(
            int(settings.number("matching.workers")),
            str(city_path) if city_path is not None else None,
            settings.number("routing.detour_factor"),
            int(settings.number("routing.tree_cache_mb")),
            on_notice,
        )
        stages.add("workers", lambda: executor.shutdown(wait=True, cancel_futures=True))
        bus = Bus()
        engine = Engine(
            clock=clock,
            bus=bus,
            settings=settings,
            store=store,
            transport=transport,
            executor=executor,
            tracks=tracks,
            estimates=beside(database, ESTIMATES),
            recording=Recording(beside(database, CYCLES), str(city_path) if city_path is not None else ""),
            secrets=Secrets(database.with_name(PROVIDER_SECRETS)),
            seed=seed,
            stepped=stepped,
        )
        stages.add("engine", engine.close)
    except BaseException:
        stages.end()
        raise
    return System(settings, clock, bus, store, transport, executor, engine, stages)


ESTIMATES = ".estimates.json"
CYCLES = ".cycles"


def beside(database: Path, ending: str) -> Path:
    """What belongs to a database lies beside it, under its name."""
    return database.with_name(database.name + ending)


def start_anew(database: Path) -> None:
    """Remove a database with all that belongs to it."""
    for leftover in database.parent.glob(f"{database.name}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def open_outside(system: System, folder: DataFolder, listen: str | None = None) -> Outside:
    """The interface for other systems, at ``listen`` or where the settings say; ended with the system. Raises BadInput where
    it can't listen there."""
    where = system.settings.text("http.listen") if listen is None else listen
    outside = Outside(system.engine, system.store, system.executor, system.settings, folder.keys, where)
    system.stages.add("interface", outside.close)
    return outside


def wake(loop: asyncio.AbstractEventLoop, attend: Callable[[], None]) -> None:
    """Have the loop attend to the engine soon; from any thread."""
    try:
        loop.call_soon_threadsafe(attend)
    except RuntimeError:  # the loop has ended
        return


def training_missing(folder: DataFolder) -> bool:
    """Whether the training city is still to be made, which takes a few seconds. Raise BadInput where that can't be told."""
    return not _is_there(_training_file(folder))


def _is_there(path: Path) -> bool:
    """Raise BadInput where that can't be told."""
    try:
        return path.is_file()
    except OSError as error:
        raise BadInput(Message("the city file {path} can't be read: {reason}", path=path, reason=cause(error))) from None


def _training_file(folder: DataFolder) -> Path:
    return folder.cities / "training.city"


def city_file(folder: DataFolder, wanted: Path | None) -> Path:
    """The city file to use: the one named (in the folder's own place, or anywhere), or the training city, made at need."""
    if wanted is not None:
        for path in (wanted, folder.cities / wanted, folder.cities / f"{wanted}.city"):
            if _is_there(path):
                return path
        raise BadInput(
            Message(
                "there is no city file {wanted}: import an OSM extract first, with: main.py import FILE.osm.pbf", wanted=wanted
            )
        )
    path = _training_file(folder)
    if training_missing(folder):
        from core.routing.training_city import training_city

        training_city().save(path)
    return path
