"""Orders through the HTTP interface at the load of the seed: 5,000 in five minutes, then 1,000 within a second, while 50,000
drivers report through mosquitto at the passive rate. From the moment when a request is due to its 201, which is after the
commit. By default the steady part lasts 30 seconds; ``--scale 10`` is the whole five minutes.

The engine is driven as `serve` drives it, here in a process of its own; the matcher is paused, since it works in other
processes and has its own bench. The peer is a bare FastAPI application that inserts and commits, with no drivers beside it.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from app.benches import Result
from app.benches import ingest as fleet
from app.benches.publisher import packets
from app.bootstrap import wake
from core.api.keyring import Keyring, Scope
from core.api.server import Outside
from core.domain.commands import SaveMerchant
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.engine.engine import Engine

PER_S = 5000 / 300
STEADY_S = 30.0
BURST = 1000
MERCHANTS = 200
REPORT_EVERY_S = 20.0
BEAT_S = 0.25


def run(scale: float = 1.0) -> Result:
    seconds, drivers = max(2.0, STEADY_S * scale), int(50_000 * min(1.0, scale))
    burst = max(20, int(BURST * min(1.0, scale)))
    result = Result()
    if fleet.PROGRAM is None:
        result.notes.append("nothing was measured: mosquitto is not installed")
        return result
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _bare(folder) as port:
            bare = _load(port, "", int(PER_S * seconds), seconds), _load(port, "", burst, 1.0)
        with fleet._mosquitto(folder) as (port, _):
            ours, reported, ticks = _ours(folder, port, max(100, drivers), seconds, burst)
    steady, at_once = ours
    result.figures = {
        "drivers": max(100, drivers),
        "orders": len(steady) + len(at_once),
        "reports_per_s": reported / (seconds + 1),
        "p50_ms": _part(steady, 50),
        "p99_ms": _part(steady, 99),
        "most_ms": max(steady),
        "burst_p50_ms": _part(at_once, 50),
        "burst_p99_ms": _part(at_once, 99),
        "tick_p99_ms": 1000 * float(np.percentile(ticks, 99)),
    }
    result.peers = {
        "bare_p50_ms": _part(bare[0], 50),
        "bare_p99_ms": _part(bare[0], 99),
        "bare_burst_p50_ms": _part(bare[1], 50),
        "bare_burst_p99_ms": _part(bare[1], 99),
    }
    result.ratios = {
        "p50_bare_by_ours": result.peers["bare_p50_ms"] / result.figures["p50_ms"],
        "burst_p99_bare_by_ours": result.peers["bare_burst_p99_ms"] / result.figures["burst_p99_ms"],
    }
    return result


def _part(values: list[float], share: float) -> float:
    return float(np.percentile(values, share))


def _load(port: int, key: str, count: int, seconds: float) -> list[float]:
    command = [sys.executable, "-m", "app.benches.http_load", str(port), key, str(count), str(seconds)]
    done = subprocess.run(command, cwd=fleet.ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stderr.strip())
    took: list[float] = json.loads(done.stdout)
    return took


@contextmanager
def _bare(folder: Path) -> Iterator[int]:
    port = _free_port()
    command = [sys.executable, "-m", "app.benches.bare_api", str(port), str(folder / "bare.db")]
    with subprocess.Popen(command, cwd=fleet.ROOT) as process:
        try:
            fleet._wait(lambda: fleet._answers(port), "the bare application does not answer")
            yield port
        finally:
            process.terminate()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ours(
    folder: Path, broker: int, drivers: int, seconds: float, burst: int
) -> tuple[tuple[list[float], list[float]], int, list[float]]:
    """Milliseconds of the steady orders and of the burst's, how many messages came in meanwhile, and each tick's seconds."""
    engine, end = fleet._engine(folder / "ours", broker, drivers, mqtt5=False)
    for number in range(MERCHANTS):
        place = LatLon(45.0 + number * 1e-4, 9.0)
        engine.execute(SaveMerchant(merchant=Merchant(f"M-{number}", f"Shop {number}", place)))
    key = Keyring(folder / "keys.json").make("bench", Scope)[1]
    outside = Outside(engine, engine.store, engine.executor, engine.settings, folder / "keys.json", "127.0.0.1:0")
    took: list[list[float]] = []
    file, length = folder / "reports", seconds + 6
    file.write_bytes(packets(fleet._messages(drivers, int(drivers / REPORT_EVERY_S * length))))
    fleet._settle(engine)

    def ask() -> None:
        outside.wait_ready(30)
        port = int(outside.address.rpartition(":")[2])
        _load(port, key, 20, 0.5)  # so that every module is loaded and every path has been taken once
        before = engine.transport.stats.received
        command = [sys.executable, "-m", "app.benches.publisher", str(broker), str(file), str(length)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=fleet.ROOT) as publisher:
            fleet._wait(lambda: engine.transport.stats.received > before, "no driver reports")
            took.append(_load(port, key, int(PER_S * seconds), seconds))
            took.append(_load(port, key, burst, 1.0))
            assert publisher.stdin is not None
            publisher.stdin.close()
            publisher.terminate()
        took.append([float(engine.transport.stats.received - before)])

    try:
        ticks = _drive(engine, ask)
    finally:
        outside.close()
        end()
    return (took[0], took[1]), int(took[2][0]), ticks


def _drive(engine: Engine, work: Callable[[], None]) -> list[float]:
    """The engine's loop as `serve` has it, for as long as ``work`` runs in a thread; the seconds of its ticks."""
    ticks: list[float] = []
    failed: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # told to the one who measures
            failed.append(error)

    async def live() -> None:
        loop = asyncio.get_running_loop()
        engine.handover.wake = lambda: wake(loop, engine.attend)
        thread = threading.Thread(target=guarded)
        thread.start()
        while thread.is_alive():
            began = time.perf_counter()
            engine.tick()
            ticks.append(time.perf_counter() - began)
            await asyncio.sleep(BEAT_S)

    with ThreadPoolExecutor(1) as apart:  # the caller's thread may have a loop already
        apart.submit(asyncio.run, live()).result()
    engine.handover.wake = lambda: None
    if failed:
        raise failed[0]
    return ticks
