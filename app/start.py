"""The way to a window: something to see first, and behind it everything else.

Modules are imported in the order in which they are needed, because loading them is most of what a start takes: the broker's
process comes first, then Qt and the window, then the core.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app import BEGAN
from app.ground import Ground, folder_of
from core.domain.errors import BadInput, KerbsideError
from core.domain.language import Message, sentence, tr
from core.storage.folder import FolderInUse

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.console import Console
    from app.main_window import MainWindow

log = logging.getLogger(__name__)


def run_console(args: argparse.Namespace) -> int:
    """Open the window and stay until it is closed. With --screenshot, save a picture (and a report) and end."""
    _look_for_a_display(args)
    demo = args.command == "demo"
    pictured = getattr(args, "screenshot", None) is not None
    try:
        ground = Ground(args.data, demo, args.verbose)
    except KerbsideError as error:
        if isinstance(error, FolderInUse) and not pictured and _call_first(folder_of(args.data, demo)):
            print("kerbside: it is running already, and its window is in front now")
            return 0
        print(f"kerbside: {error}", file=sys.stderr)
        if not pictured:
            tell(sentence(error))
        return 2
    try:
        app, window = show_window(ground)
    except BaseException:
        ground.close()
        raise
    from app.console import Console
    from app.simulated import simulated_by

    console = Console(window, args.data, simulated_by(args) if demo else None)
    return _run(app, window, console, ground, args)


def _look_for_a_display(args: argparse.Namespace) -> None:
    """Qt itself would end the program without a word that helps."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        if getattr(args, "screenshot", None) is None:
            raise BadInput(Message("there is no display to open a window on: try demo --headless, or serve"))
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _call_first(folder: Path) -> bool:
    from PySide6.QtWidgets import QApplication

    from app.first_window import call

    _ = QApplication.instance() or QApplication(sys.argv[:1])
    return call(folder)


def tell(problem: str) -> None:
    """Why there will be no window, in one of its own, for whoever started the program by its icon; until it is closed."""
    from PySide6.QtWidgets import QApplication

    from widgets.common.theme import Theme
    from widgets.dialogs.confirm import ConfirmDialog

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    Theme(app, "system")
    dialog = ConfirmDialog(tr("Kerbside can't start"), problem, tr("Close"))
    dialog.cancel.hide()
    dialog.exec()


def show_window(ground: Ground) -> tuple[QApplication, MainWindow]:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from app.qt_log import send_qt_words_to_the_log
    from widgets.map import webengine

    send_qt_words_to_the_log(webengine.HARMLESS_WARNINGS)
    webengine.prepare()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Kerbside")
    app.setQuitOnLastWindowClosed(False)

    from app.language import speak

    settings = ground.settings
    speak(app, settings)

    from app.main_window import MainWindow
    from widgets.common.theme import Theme

    window = MainWindow(Theme(app, settings.text("window.theme"), settings.text("window.rows")))
    window.restore_layout(QSettings(str(ground.folder.layout), QSettings.Format.IniFormat))
    window.show()
    app.processEvents()
    log.info("seen after %.2f s", time.perf_counter() - BEGAN)
    return app, window


def _run(app: QApplication, window: MainWindow, console: Console, ground: Ground, args: argparse.Namespace) -> int:
    import qasync

    from app.runtime import catch_everything

    catch_everything(lambda line: window.toast.show_line(line, bad=True))
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: loop.call_soon_threadsafe(window.close))
    try:
        with loop:
            return int(loop.run_until_complete(_live(window, console, ground, args)))
    finally:
        console.close()


async def _live(window: MainWindow, console: Console, ground: Ground, args: argparse.Namespace) -> int:
    ended = asyncio.Event()
    window.closing.connect(ended.set)
    try:
        await console.open(ground)
    except KerbsideError as error:
        print(f"kerbside: {error}", file=sys.stderr)
        if getattr(args, "screenshot", None) is None:
            # Who started it by its icon sees no terminal.
            console.cannot_start(error)
            await ended.wait()
        return 2 if console.system is None else 0
    log.info("usable after %.2f s", time.perf_counter() - BEGAN)
    if args.command != "demo":
        console.greet()
    picture: asyncio.Task[None] | None = None
    if getattr(args, "screenshot", None) is not None:
        from app.picture import picture_and_report

        picture = asyncio.ensure_future(picture_and_report(console, args))
        picture.add_done_callback(lambda _: window.close())
    await ended.wait()
    if picture is not None and picture.done():
        picture.result()
    elif picture is not None:
        picture.cancel()
    return 0
