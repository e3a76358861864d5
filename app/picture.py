"""The demo on a machine without a display: let it run, save a picture and a report, and end."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from app.cli.headless import demo_figures
from app.demo import Run
from app.report import write_report
from app.simulated import START

if TYPE_CHECKING:
    from app.console import Console

SETTLE_S = 4.0
PICTURE_AFTER_MIN = 12.0


async def picture_and_report(console: Console, args: argparse.Namespace) -> None:
    """Wait for ``PICTURE_AFTER_MIN`` simulated minutes, choose a driver under way, and save what is on the screen."""
    system = console.system
    assert system is not None
    until = START + PICTURE_AFTER_MIN * 60
    while system.clock.now() < until:
        await asyncio.sleep(0.5)
    routes = system.engine.world.routes
    if routes:
        longest = max(routes.values(), key=lambda route: (len(route.stops), route.driver_id))
        console.window.drivers.select([longest.driver_id])
    await asyncio.sleep(SETTLE_S)
    screen = QGuiApplication.primaryScreen()
    if not screen.grabWindow(console.window.winId()).save(str(args.screenshot)):
        print(f"kerbside: the picture could not be written to {args.screenshot}")
    else:
        print(f"kerbside: the window is in {args.screenshot}")
    if args.report is not None:
        minutes = (system.clock.now() - START) / 60
        run = Run(system, tuple(console.cycles_s), round(minutes, 1), 0.0)
        hours = len(system.engine.world.drivers) * minutes / 60
        figures = demo_figures(run, console.city.name if console.city else "", args.seed, hours)
        assert console.city is not None
        write_report(args.report, system, console.city, figures, run.cycles_s)
        print(f"kerbside: the report is in {args.report}")
