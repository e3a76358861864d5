"""`serve`: the core without a window, until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from app.bootstrap import System, city_file, compose, open_outside, wake
from app.caretaker import Caretaker
from app.lines import check_broker, open_lines
from app.runtime import start_logging, steady
from app.sweeping import Sweeping
from core.api.server import parse_listen
from core.clock import RealClock
from core.domain.events import BrokerChanged, CycleFailed, MessageRefused
from core.routing.city import City
from core.settings import Settings
from core.storage.folder import DataFolder

SWITCH_S = 0.0005
SETTLED_S = 60.0
_OVER = {
    "disk": "the database can be written again",
    "clock": "this machine's clock has caught up",
    "backup": "backups can be made again",
    "rules": "the provider rules can be read again",
    "history": "the position history is written again",
}


def run_serve(args: argparse.Namespace) -> int:
    with DataFolder(args.data) as folder:
        no_log = start_logging(folder.logs, verbose=args.verbose)
        settings = Settings.load(folder.settings)
        for problem in filter(None, (no_log, *settings.problems)):
            print(f"kerbside: {problem}", flush=True)
        if args.broker is not None:
            check_broker(args.broker)
            settings.set("mqtt.broker", args.broker)
        if args.http is not None:
            parse_listen(args.http)
            settings.set("http.listen", args.http)
        asyncio.run(serve(folder, settings))
    return 0


def _say(text: str) -> None:
    print(f"kerbside: {text}", flush=True)


async def serve(folder: DataFolder, settings: Settings, watch: Callable[[System], None] = lambda system: None) -> None:
    """Until a signal ends it. ``watch`` is handed the core before its first beat, for whoever measures it."""
    # Whoever answers other systems must not wait 5 ms for the interpreter each time the engine is busy.
    sys.setswitchinterval(SWITCH_S)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM"):
        try:
            loop.add_signal_handler(getattr(signal, name), stop.set)
        except NotImplementedError:  # Windows: Ctrl+C raises KeyboardInterrupt instead
            break
    clock = RealClock()
    wanted = settings.text("map.city")
    path = city_file(folder, Path(wanted)) if wanted else None
    if path is not None:
        City.load(path)  # a worker that can't read it would say so only with each cycle
    lines = open_lines(folder, settings, clock)
    try:
        system = compose(folder.database, settings, clock, lines.console, city_path=path)
    except BaseException:
        lines.stop()
        raise
    lines.credentials.ensure(system.engine.world.drivers)
    lines.follow_drivers(system.bus)
    system.bus.subscribe(BrokerChanged, lambda e: _say(f"broker {e.state}" + (f": {e.detail}" if e.detail else "")))
    system.bus.subscribe(MessageRefused, lambda e: _say(f"message refused on {e.topic}: {e.reason}"))
    system.bus.subscribe(CycleFailed, lambda e: _say(f"a matching cycle failed: {e.reason}"))
    try:
        outside = open_outside(system, folder)
    except BaseException:
        system.close()
        lines.stop()
        raise
    attend = steady(system.engine.attend, _say)
    system.engine.handover.wake = lambda: wake(loop, attend)
    http = f", HTTP at {outside.address}" if outside.address else ""
    _say(f"serving from {folder.path}, broker at {lines.host}:{lines.port}{http}; stop with Ctrl+C")
    if outside.overheard:
        _say("HTTP is not encrypted, and keys can be overheard: set http.certificate, or put a proxy that has one before it")
    watch(system)
    sweeping = Sweeping(SETTLED_S)
    beat = steady(system.engine.tick, _say)
    caretaker, known = Caretaker(system, folder), dict.fromkeys(_OVER, "")
    try:
        while not stop.is_set():
            beat()
            for problem in settings.follow_file():
                _say(problem)
            for subject, problem in caretaker.look().items():
                if problem != known[subject]:
                    known[subject] = problem
                    _say(problem or _OVER[subject])
            try:
                await asyncio.wait_for(stop.wait(), system.engine.rest_s)
            except TimeoutError:
                continue
    finally:
        sweeping.end()
        problems = system.close()
        lines.stop()
        _say(f"stopped; {'; '.join(problems) or 'everything is stored'}")
