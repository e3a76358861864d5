"""`serve` in a process of its own, watched: at its end it says how it went, as a line of JSON.

Its arguments are a data folder and a broker's port.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Generator
from pathlib import Path

from app.bootstrap import System
from app.cli.serve import serve
from app.runtime import start_logging
from core.domain.events import CycleFailed, CycleFinished, OfferMade
from core.settings import Settings
from core.storage.folder import DataFolder


class Watch:
    """Seconds of ticks, and of cycles from the snapshot to the last decision, by this process's clock."""

    def __init__(self) -> None:
        self.ticks: list[float] = []
        self.cycles: list[tuple[float, float, int]] = []
        self.failed: list[str] = []
        self.offers = 0
        self.system: System | None = None

    def __call__(self, system: System) -> None:
        self.system, engine = system, system.engine
        tick, begin = engine.tick, engine.cycles._begin
        began = [0.0]

        def timed() -> None:
            start = time.perf_counter()
            tick()
            self.ticks.append(time.perf_counter() - start)

        def beginning(now: float) -> Generator[None, None, None]:
            began[0] = time.perf_counter()
            return begin(now)

        def finished(event: CycleFinished) -> None:
            self.cycles.append((time.perf_counter() - began[0], event.seconds, event.waiting))

        engine.tick, engine.cycles._begin = timed, beginning  # type: ignore[method-assign]
        system.bus.subscribe(CycleFinished, finished)
        system.bus.subscribe(CycleFailed, lambda event: self.failed.append(event.reason))
        system.bus.subscribe(OfferMade, lambda event: self._count(len(event.offers)))

    def _count(self, offers: int) -> None:
        self.offers += offers

    def told(self) -> dict[str, object]:
        assert self.system is not None
        stats = self.system.transport.stats
        return {
            "ticks": self.ticks,
            "cycles": self.cycles,
            "failed": self.failed,
            "offers": self.offers,
            "received": stats.received,
            "shed": stats.shed,
            "refused": self.system.engine.refused_count,
        }


def main(folder: Path, port: int) -> None:
    watch = Watch()
    with DataFolder(folder) as data:
        start_logging(data.logs)
        settings = Settings.load(data.settings)
        settings.set("mqtt.broker", f"mqtt://127.0.0.1:{port}")
        settings.set("http.listen", "127.0.0.1:0")
        asyncio.run(serve(data, settings, watch))
    print(json.dumps(watch.told()), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
