"""Python's search for garbage in circles, at moments and of a length of our own choosing.

Left to itself it looks through everything that is new whenever there is a quarter more of it, in whichever thread happens to
make the object that is too many: with a fleet of fifty thousand the window stood still for up to two tenths of a second.
"""

from __future__ import annotations

import asyncio
import gc
import time

YOUNG, MIDDLE, NEVER = 5_000, 10, 1_000_000
"""`gc.set_threshold`: what is young is looked through often, what has stayed only by `Sweeping`."""
EVERY_S = 10.0
WORTH_S = 0.005
"""What takes longer to look through stays: it is set aside until all of it is looked through."""
MANY = 150_000
"""So many objects at once are a fleet that comes in: they are set aside unseen."""
WHOLE_S = 3600.0
"""So seldom everything is looked through, what was set aside too, since it may have died meanwhile."""


class Sweeping:
    """Runs beside a core until `end`. What the core was opened with is set aside ``settled_s`` seconds from now: what came
    before it has been let go of by then, and can still be collected.
    """

    def __init__(self, settled_s: float) -> None:
        self._before = gc.get_threshold()
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        self._task = asyncio.ensure_future(self._run(settled_s))

    def end(self) -> None:
        self._task.cancel()
        gc.set_threshold(*self._before)
        gc.unfreeze()

    async def _run(self, settled_s: float) -> None:
        await asyncio.sleep(settled_s)
        whole_at = 0.0
        while True:
            if time.monotonic() >= whole_at:
                whole_at = time.monotonic() + WHOLE_S
                gc.unfreeze()
                gc.collect()
                gc.freeze()
            await asyncio.sleep(EVERY_S)
            if len(gc.get_objects(2)) > MANY:
                gc.freeze()
                continue
            began = time.perf_counter()
            gc.collect()
            if time.perf_counter() - began > WORTH_S:
                gc.freeze()
