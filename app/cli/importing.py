"""`import`: files of the outside world into the data folder."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from app.cli.spooling import at_the_terminal, leave
from app.runtime import start_logging
from app.scene import Scene
from core.bus import Bus
from core.clock import RealClock
from core.domain.commands import Command
from core.domain.errors import BadInput, KerbsideError
from core.domain.events import SettingsChanged
from core.domain.upkeep import Altered
from core.engine.engine import Engine
from core.messaging.local import LocalBroker
from core.orders.experiments import read_experiments
from core.orders.files import read_areas, read_csv
from core.routing.great_circle import GreatCircle
from core.routing.osm_import import ImportReport, import_osm
from core.settings import Settings
from core.storage.folder import DataFolder
from core.storage.store import Store
from core.worker import InlineExecutor

Progress = Callable[[str, float], None]


def read_commands(path: Path) -> list[Command]:
    """Commands for a .csv, .geojson or .toml file. Raises BadInput for any other, and for one that can't be read whole."""
    suffix = path.suffix.lower()
    if not path.is_file():
        raise BadInput(f"there is no file {path}")
    if suffix == ".csv":
        return read_csv(path, datetime.now().astimezone())
    if suffix in {".geojson", ".json"}:
        return read_areas(path)
    if suffix == ".toml":
        return read_experiments(path)
    raise BadInput(
        f"{path.name}: what can be imported is an OSM extract (.osm.pbf), areas (.geojson), experiments (.toml) or a .csv file"
    )


def import_city(folder: DataFolder, source: Path, progress: Progress) -> tuple[Path, ImportReport]:
    """Read an OSM extract into a city file in the data folder."""
    name = source.name.removesuffix(".pbf").removesuffix(".osm")
    target = folder.cities / f"{name}.city"
    return target, import_osm(source, target, progress)


def is_osm(path: Path) -> bool:
    return path.suffix.lower() in {".pbf", ".osm"}


def run_import(args: argparse.Namespace) -> int:
    done: list[dict[str, object]] = []
    with DataFolder(args.data) as folder:
        start_logging(folder.logs, verbose=args.verbose)
        # Everything is read before anything is stored: a bad second file does not leave half of the first behind.
        commands = [(path, read_commands(path)) for path in args.files if not is_osm(path)]
        for path in args.files:
            if is_osm(path):
                target, report = import_city(folder, path, _show_progress if sys.stderr.isatty() else lambda what, part: None)
                settings = Settings.load(folder.settings)
                if not settings.text("map.city"):
                    settings.set("map.city", target.name)
                    settings.save()
                    leave(folder.path, SettingsChanged, Altered("map.city", "", "", target.name))
                done.append({"file": str(path), "city": str(target), **_facts(report)})
                if not args.json:
                    print(f"{report.text()}\nwritten to {target}")
        if commands:
            done += _store(folder, commands, args.json)
    if args.json:
        print(json.dumps(done))
    return 0


def _store(folder: DataFolder, files: list[tuple[Path, list[Command]]], quiet: bool) -> list[dict[str, object]]:
    clock = RealClock()
    done: list[dict[str, object]] = []
    with closing(Store.open(folder.database)) as store:
        engine = Engine(
            clock=clock,
            bus=Bus(),
            settings=Settings.load(folder.settings),
            store=store,
            transport=LocalBroker(clock).endpoint("import", ()),
            executor=InlineExecutor(GreatCircle(1.35)),
        )
        with closing(engine):
            for path, commands in files:
                taken, refused = execute_all(engine, commands, at_the_terminal())
                store.flush()
                done.append({"file": str(path), "imported": taken, "refused": refused})
                if not quiet:
                    print(f"{path.name}: {taken} imported" + "".join(f"\n  refused: {line}" for line in refused))
    return done


def execute_all(engine: Scene, commands: list[Command], by: str) -> tuple[int, list[str]]:
    """Carry out what can be, in somebody's name; returns how many were, and a line for each that was refused."""
    refused: list[str] = []
    promised: list[Future[int]] = []
    for command in commands:
        try:
            promised.append(engine.execute(replace(command, actor=by))[1])
        except KerbsideError as error:
            refused.append(str(error))
    return len(promised), refused


def _facts(report: ImportReport) -> dict[str, object]:
    return {name: getattr(report, name) for name in ("name", "ways", "nodes", "edges", "merchants", "seconds")}


def _show_progress(what: str, part: float) -> None:
    print(f"\r{what}: {part:4.0%}   ", end="\n" if part >= 1 else "", file=sys.stderr, flush=True)
