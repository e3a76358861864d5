"""From a phone's message through a real mosquitto to a position that counts: decoded, applied, both stops' fences looked at,
kept in the history, acknowledged. A flood of what passive phones send, five fixes a message, QoS 1.

The peer is paho's bare subscriber on the same flood, which counts the messages and forgets them: the ceiling for anything
that receives with paho. Ours is the engine as the console runs it, four ticks a second, and more often while it is behind. The
subscriber speaks MQTT 3.1.1, as our reader of positions always does; *mqtt5* is ours with words and offers by MQTT 5.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from app.benches import Result
from app.benches.fleet import places
from app.benches.publisher import packets
from core.bus import Bus
from core.clock import RealClock
from core.domain.driver import Driver, Presence
from core.domain.errors import BadInput
from core.domain.events import DriverRegistered, FixesApplied
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.engine.engine import Engine
from core.messaging import topics
from core.messaging.decode import KERNELS
from core.messaging.mqtt import MqttTransport
from core.ports import Inbound
from core.settings import Settings
from core.storage.store import Store
from core.storage.tracks import TrackLog

PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/sbin")
RUNS = 3
FIXES = 5
PATIENCE_S = 60.0
ROOT = Path(__file__).resolve().parents[2]


def run(scale: float = 1.0) -> Result:
    drivers, count = max(100, int(50_000 * scale)), max(200, int(40_000 * scale))
    result = Result()
    if PROGRAM is None:
        result.notes.append("nothing was measured: mosquitto is not installed")
        return result
    if KERNELS.get(wait=True) is None:
        result.notes.append("fixes are not read by a compiled kernel: numba is missing")
    bare, ours, ticks = [], [], []
    with tempfile.TemporaryDirectory() as name, _mosquitto(Path(name)) as (port, _):
        file = Path(name) / "flood"
        for turn in range(RUNS + 1):
            file.write_bytes(packets(_messages(drivers, count)))
            bare.append(count / _bare_s(port, file, count))
            # Anew each time: subscribed, it would get the other's flood as well.
            engine, end = _engine(Path(name) / str(turn), port, drivers, mqtt5=turn == RUNS)
            try:
                file.write_bytes(packets(_messages(drivers, count)))
                _settle(engine)
                seconds, tick_s = _ours_s(engine, port, file, count)
            finally:
                end()
            ours.append(count / seconds)
            ticks += tick_s
    five = ours.pop()
    result.figures = {
        "drivers": drivers,
        "messages": count,
        "messages_per_s": median(ours),
        "fixes_per_s": FIXES * median(ours),
        "mqtt5_messages_per_s": five,
        "tick_p50_ms": 1000 * float(np.percentile(ticks, 50)),
        "tick_p99_ms": 1000 * float(np.percentile(ticks, 99)),
    }
    result.peers = {"paho_bare_messages_per_s": median(bare)}
    result.ratios = {
        "messages_vs_paho_bare": median(ours) / median(bare),
        "mqtt5_messages_vs_paho_bare": five / median(bare),
    }
    return result


def soak(minutes: float, active_pct: float = 20.0, times: float = 1.0) -> Result:
    """The whole console under the load of 50,000 drivers for so long. Raises BadInput where mosquitto is not installed."""
    if PROGRAM is None:
        raise BadInput("mosquitto is not installed, and the load goes through it: install it first")
    from app.benches.soak import run as run_soak  # brings Qt

    with tempfile.TemporaryDirectory() as name, _mosquitto(Path(name)) as broker:
        return run_soak(minutes, active_pct, times, *broker)


@contextmanager
def _mosquitto(folder: Path) -> Iterator[tuple[int, int]]:
    """Its port and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    conf = folder / "mosquitto.conf"
    conf.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\n"
        "set_tcp_nodelay true\n"
    )
    broker = subprocess.Popen([str(PROGRAM), "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(lambda: _answers(port), "mosquitto does not answer")
        yield port, broker.pid
    finally:
        broker.terminate()
        broker.wait(10)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(true: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise)
        time.sleep(0.001)


def _messages(drivers: int, count: int) -> list[Inbound]:
    """Of now, each driver's later than the one before."""
    rng = np.random.default_rng(1)
    at, now = places(drivers, rng), time.time()
    made = []
    for i in range(count):
        lat, lon = at[i % drivers]
        t = now - 60 + 30 * i / count
        fixes = ",".join(
            f'{{"t":{t + 4 * k:.3f},"lat":{lat + 1e-4 * k:.6f},"lon":{lon:.6f},"acc":8,"spd":4.2,"hdg":90}}'
            for k in range(FIXES)
        )
        made.append(Inbound(topics.fixes(f"D-{i % drivers}"), f'{{"fixes":[{fixes}],"mode":"passive","batt":71}}'.encode()))
    return made


def _engine(folder: Path, port: int, drivers: int, mqtt5: bool) -> tuple[Engine, Callable[[], None]]:
    """The core with everybody online and two stops of each watched, and what ends it."""
    folder.mkdir()
    store = Store.open(folder / "kerbside.db")
    people = tuple(
        Driver(f"D-{i}", f"Driver {i}", Vehicle.BIKE, presence=Presence.ONLINE, presence_at=time.time()) for i in range(drivers)
    )
    store.write([DriverRegistered(at=time.time(), drivers=people)]).result()
    transport = MqttTransport("127.0.0.1", port, folder.name, "anyone", "", topics.FROM_DRIVERS, RealClock(), mqtt5=mqtt5)
    tracks, executor = TrackLog(folder / "tracks.db", 3600.0), ThreadPoolExecutor(1)
    settings = Settings({"tracking.offline_after_passive_s": 86400.0})
    engine = Engine(
        clock=RealClock(), bus=Bus(), settings=settings, store=store, transport=transport, executor=executor, tracks=tracks
    )
    engine.matching_paused = True
    rng = np.random.default_rng(2)
    for i, (pickup, dropoff) in enumerate(zip(places(drivers, rng).tolist(), places(drivers, rng).tolist(), strict=True)):
        engine.fences.watch(f"D-{i}", f"O-{i}", "pickup", LatLon(*pickup), 100.0)
        engine.fences.watch(f"D-{i}", f"O-{i}", "dropoff", LatLon(*dropoff), 100.0)

    def end() -> None:
        transport.close()
        engine.close()
        tracks.close()
        store.close()
        executor.shutdown()

    if not transport.wait_ready(PATIENCE_S):
        raise AssertionError("the engine did not reach mosquitto")
    return engine, end


@contextmanager
def _flood(port: int, file: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "app.benches.publisher", str(port), str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT) as publisher:
        yield
        assert publisher.stdin is not None
        publisher.stdin.close()


def _bare_s(port: int, file: Path, count: int) -> float:
    seen, first, done = [0], [0.0], threading.Event()
    ready = threading.Event()

    def count_it(client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        if not seen[0]:
            first[0] = time.perf_counter()
        seen[0] += 1
        if seen[0] == count:
            done.set()

    client = paho.Client(CallbackAPIVersion.VERSION2, "bare")
    client.on_message = count_it
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe([(pattern, 1) for pattern in topics.FROM_DRIVERS])
    ready.wait(PATIENCE_S)
    with _flood(port, file):
        if not done.wait(PATIENCE_S):
            raise AssertionError(f"the bare subscriber got {seen[0]} of {count} messages")
        seconds = time.perf_counter() - first[0]
    client.disconnect()
    client.loop_stop()
    return seconds


def _settle(engine: Engine) -> None:
    """Until everybody has been greeted and all that was told has left."""

    def settled() -> bool:
        engine.tick()
        return engine.transport.stats.pending == 0

    settled()
    _wait(settled, "the greeting did not end")


def _ours_s(engine: Engine, port: int, file: Path, count: int) -> tuple[float, list[float]]:
    """Seconds from the first message to the last one applied, and each tick's."""
    before = engine.transport.stats.received
    applied, refused, ticks = [0], engine.refused_count, []

    stop = engine.bus.subscribe(FixesApplied, lambda event: applied.__setitem__(0, applied[0] + event.count))
    with _flood(port, file):
        _wait(lambda: engine.transport.stats.received > before, "nothing came through mosquitto")
        began = time.perf_counter()
        deadline = began + PATIENCE_S
        while applied[0] < FIXES * count:
            if time.perf_counter() > deadline:
                raise AssertionError(f"{applied[0]} of {FIXES * count} fixes were applied")
            tick = time.perf_counter()
            engine.tick()
            ticks.append(time.perf_counter() - tick)
            time.sleep(engine.rest_s if applied[0] < FIXES * count else 0.0)
        seconds = time.perf_counter() - began
    stop()
    if engine.refused_count != refused:
        raise AssertionError(f"{engine.refused_count - refused} messages were refused")
    return seconds, ticks
