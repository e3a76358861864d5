"""The console in a window, for benches that look at it from inside."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.benches import Result

if TYPE_CHECKING:
    from app.console import Console
    from app.ground import Ground

SIZE_PX = 1920, 1080


def in_a_window(data: Path, live: Callable[[Console, Ground], Coroutine[Any, Any, Result]]) -> Result:
    """What ``live`` finds, which has to open the console it is given on that ground; offscreen where there is no display.

    Raises KerbsideError where it can't be opened.
    """
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import qasync

    from app.console import Console
    from app.ground import Ground
    from app.start import show_window

    ground = Ground(data, False)
    try:
        app, window = show_window(ground)
    except BaseException:
        ground.close()
        raise
    window.resize(*SIZE_PX)
    console = Console(window, data, None)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        try:
            result: Result = loop.run_until_complete(live(console, ground))
            return result
        finally:
            console.close()
            window.close()
