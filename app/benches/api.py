"""Orders through the HTTP interface at the load of the seed: 5,000 in five minutes, then 1,000 within a second, while 50,000
drivers report through mosquitto, a fifth of them in active mode. From the moment when a request is due to its 201, which is
after the commit. By default the steady part lasts 60 seconds; ``--scale 5`` is the whole five minutes.

`serve` runs in a process of its own with its worker, the matcher at work, and couriers in another process accept, pick up and
deliver what they are offered. The peer is a bare FastAPI application that inserts and commits, with nothing beside it.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from app.benches import Result
from app.benches import ingest as fleet
from app.benches.http_load import EAST, NORTH, SHOPS, SOUTH, WEST, shop_at
from app.benches.phones import Fleet, driver_id
from core.api.keyring import Keyring, Scope
from core.domain.driver import Driver, Presence
from core.domain.events import DriverRegistered, MerchantRegistered
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.vehicle import Vehicle
from core.storage.folder import KEYS
from core.storage.store import Store

PER_S = 5000 / 300
STEADY_S = 60.0
BURST = 1000
DRIVERS, ACTIVE = 50_000, 0.2
PREP_MIN = 4.0
"""Short, so that offers are made while the load lasts."""
LEAD_S = 75.0
"""Until every phone has reported once, and the greeting of all of them is over."""
REST_S = 20.0
"""After the burst, for the matcher to deal with it."""


def run(scale: float = 1.0) -> Result:
    seconds, drivers = max(2.0, STEADY_S * scale), int(DRIVERS * min(1.0, scale))
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
            steady, at_once, sent, accepted, told = _ours(folder / "ours", port, max(100, drivers), seconds, burst, scale)
    cycles = told["cycles"]
    busy = [wall for wall, _, waiting in cycles if waiting] or [0.0]
    result.figures = {
        "drivers": max(100, drivers),
        "orders": len(steady) + len(at_once),
        "messages_sent": sent,
        "messages_lost": sent - told["received"] + told["shed"],
        "p50_ms": _part(steady, 50),
        "p99_ms": _part(steady, 99),
        "most_ms": max(steady),
        "burst_p50_ms": _part(at_once, 50),
        "burst_p99_ms": _part(at_once, 99),
        "tick_p50_ms": 1000 * _part(told["ticks"], 50),
        "tick_p99_ms": 1000 * _part(told["ticks"], 99),
        "cycles": len(cycles),
        "cycle_p50_s": _part(busy, 50),
        "cycle_p95_s": _part(busy, 95),
        "most_waiting": max((waiting for _, _, waiting in cycles), default=0),
        "offers": told["offers"],
        "accepted": accepted,
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
    result.notes += [f"a matching cycle failed: {reason}" for reason in told["failed"][:3]]
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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "app.benches.bare_api", str(port), str(folder / "bare.db")]
    with subprocess.Popen(command, cwd=fleet.ROOT) as process:
        try:
            fleet._wait(lambda: fleet._answers(port), "the bare application does not answer")
            yield port
        finally:
            process.terminate()


def _ours(
    folder: Path, broker: int, drivers: int, seconds: float, burst: int, scale: float
) -> tuple[list[float], list[float], int, int, dict[str, Any]]:
    """Milliseconds of the steady orders and of the burst's, messages that phones and couriers sent, offers that were accepted,
    and what `served` tells."""
    folder.mkdir()
    now = time.time()
    store = Store.open(folder / "kerbside.db")
    places = [LatLon(*shop_at(number)) for number in range(SHOPS)]
    shops = tuple(Merchant(f"M-{n}", f"Shop {n}", place, prep_min=PREP_MIN) for n, place in enumerate(places))
    people = tuple(
        Driver(driver_id(n), f"Driver {n}", Vehicle.SCOOTER, presence=Presence.ONLINE, presence_at=now) for n in range(drivers)
    )
    store.write([MerchantRegistered(at=now, merchants=shops), DriverRegistered(at=now, drivers=people)]).result()
    store.close()
    key = Keyring(folder / KEYS).make("bench", Scope)[1]
    lead, rest = max(4.0, min(LEAD_S, LEAD_S * scale)), min(REST_S, REST_S * scale)
    phones = Fleet(broker, drivers, int(ACTIVE * drivers), lead + seconds + rest + 8.0, (SOUTH, WEST, NORTH, EAST))
    serving = _start("served", str(folder), str(broker))
    try:
        port = _port_of(serving)
        with _start("couriers", str(broker)) as couriers, _start("phones", json.dumps(asdict(phones))) as fleet_of_phones:
            time.sleep(lead)
            _load(port, key, 20, 0.5)  # so that every module is loaded and every path has been taken once
            steady, at_once = _load(port, key, int(PER_S * seconds), seconds), _load(port, key, burst, 1.0)
            time.sleep(rest)
            sent = json.loads(fleet_of_phones.communicate()[0])
            answered = json.loads(couriers.communicate("")[0])
        serving.terminate()
        told: dict[str, Any] = json.loads(serving.communicate(timeout=120)[0].splitlines()[-1])
    finally:
        serving.kill()
        serving.communicate()
    return steady, at_once, int(sent["messages"]) + int(answered["said"]), int(answered["accepted"]), told


def _start(name: str, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"app.benches.{name}", *words]
    return subprocess.Popen(command, cwd=fleet.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _port_of(serving: subprocess.Popen[str]) -> int:
    assert serving.stdout is not None
    for line in serving.stdout:
        if found := re.search(r"HTTP at http://127\.0\.0\.1:(\d+)", line):
            return int(found[1])
    raise AssertionError("the server has ended before it answered")
