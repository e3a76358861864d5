"""A process that is a fleet's phones: paced, each with fixes of its own, QoS 1. Its argument is the JSON of a `Fleet`.

At the end it prints the JSON of a `Sent`. Packets are made by numpy, a batch of drivers at a time: their texts all have one
length, so that only digits are to be set.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from core.messaging import topics
from core.messaging.intake import connect_packet

ACTIVE, PASSIVE = ("active", 8, 8.0), ("passive", 5, 20.0)
"""Tracking mode, fixes a message, seconds between messages: the rates at which 50,000 drivers were published to be tracked."""
BEAT_S = 0.02
PATIENCE_S = 30.0
_WAY_DEG, _LAP_S = 0.002, 300.0

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Fleet:
    """``bounds`` are south, west, north, east, of two digits before the point each; ``times`` as often as phones send."""

    port: int
    drivers: int
    active: int
    seconds: float
    bounds: tuple[float, float, float, float]
    times: float = 1.0


@dataclass(frozen=True)
class Sent:
    """``acknowledged`` by the broker; ``late_ms`` is how far behind their time the latest one in a hundred went out."""

    messages: int
    fixes: int
    acknowledged: int
    late_ms: float
    cpu_s: float
    seconds: float


def driver_id(number: int) -> str:
    return f"D-{number:05d}"


class Packets:
    """PUBLISH packets of one tracking mode."""

    def __init__(self, mode: str, fixes: int, gap_s: float) -> None:
        self.fixes, self._gap_s = fixes, gap_s
        fix = '{"t":1000000000.000,"lat":00.000000,"lon":00.000000,"acc":8,"spd":4.2,"hdg":135}'
        payload = f'{{"fixes":[{",".join([fix] * fixes)}],"mode":"{mode}","batt":71}}'
        topic = topics.fixes(driver_id(0))
        length = 2 + len(topic) + 2 + len(payload)
        head = bytes([0x32, length % 128 | 128, length // 128]) + len(topic).to_bytes(2)
        text = (head + topic.encode() + b"\0\0" + payload.encode()).decode("latin-1")
        self._template = np.frombuffer(text.encode("latin-1"), np.uint8)
        self._id = text.index("D-") + 2
        self._packet_id = len(head) + len(topic)
        first, step = text.index(fix), len(fix) + 1
        self._places = {
            name: [first + k * step + fix.index(name) + len(name) for k in range(fixes)]
            for name in ('"t":', '"lat":', '"lon":')
        }

    def of(self, drivers: NDArray[np.int64], packet_ids: NDArray[np.int64], now: float, lat: Floats, lon: Floats) -> bytes:
        """``lat`` and ``lon`` have shape (n, fixes), degrees; the last fix is of now."""
        out = np.repeat(self._template[None], len(drivers), axis=0)
        _write(out, self._id, drivers, 5)
        out[:, self._packet_id], out[:, self._packet_id + 1] = packet_ids >> 8, packet_ids & 255
        for k, at in enumerate(self.times(now)):
            ms = np.full(len(drivers), round(1000 * at))
            _write(out, self._places['"t":'][k], ms // 1000, 10)
            _write(out, self._places['"t":'][k] + 11, ms % 1000, 3)
            for name, degrees in (('"lat":', lat[:, k]), ('"lon":', lon[:, k])):
                millionths = np.rint(degrees * 1e6).astype(np.int64)
                _write(out, self._places[name][k], millionths // 1_000_000, 2)
                _write(out, self._places[name][k] + 3, millionths % 1_000_000, 6)
        return out.tobytes()

    def times(self, now: float) -> Floats:
        return np.asarray(now - self._gap_s * np.arange(self.fixes - 1, -1, -1))


Floats = NDArray[np.float64]


def _write(out: Bytes, place: int, numbers: NDArray[np.int64], width: int) -> None:
    for digit in range(width):
        out[:, place + width - 1 - digit] = numbers // 10**digit % 10 + 48


class _Group:
    """Drivers of one mode, evenly spread over the time between two messages."""

    def __init__(self, drivers: NDArray[np.int64], mode: tuple[str, int, float], fleet: Fleet) -> None:
        name, fixes, every_s = mode
        self.every_s = every_s / fleet.times
        self.drivers = drivers
        self.packets = Packets(name, fixes, self.every_s / fixes)
        rng = np.random.default_rng(len(name))
        south, west, north, east = fleet.bounds
        self._lat = rng.uniform(south + _WAY_DEG, north - _WAY_DEG, len(drivers))
        self._lon = rng.uniform(west + _WAY_DEG, east - _WAY_DEG, len(drivers))
        self._turn = rng.uniform(0, 2 * np.pi, len(drivers))
        self.done = 0

    def due(self, elapsed_s: float) -> NDArray[np.int64]:
        """Places of those whose turn has come since the last call."""
        until = int(elapsed_s * len(self.drivers) / self.every_s)
        places = np.arange(self.done, until) % max(1, len(self.drivers))
        self.done = until
        return places

    def due_at(self, number: int) -> float:
        return number * self.every_s / len(self.drivers)

    def where(self, places: NDArray[np.int64], now: float) -> tuple[Floats, Floats]:
        angle = self._turn[places, None] + 2 * np.pi / _LAP_S * (self.packets.times(now)[None] % _LAP_S)
        return self._lat[places, None] + _WAY_DEG * np.sin(angle), self._lon[places, None] + _WAY_DEG * np.cos(angle)


def drive(fleet: Fleet) -> Sent:
    """Send for so many seconds, and wait until the broker has acknowledged everything."""
    numbers = np.arange(fleet.drivers)
    modes = ((numbers[: fleet.active], ACTIVE), (numbers[fleet.active :], PASSIVE))
    groups = [_Group(drivers, mode, fleet) for drivers, mode in modes if len(drivers)]
    acknowledged, messages, fixes = [0], 0, 0
    late: list[float] = []
    with socket.create_connection(("127.0.0.1", fleet.port)) as broker:
        broker.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        broker.sendall(connect_packet("phones", "", ""))
        if broker.recv(4)[3:] != b"\0":
            raise SystemExit("the broker refuses the phones")

        def count() -> None:
            while data := broker.recv(1 << 16):
                acknowledged[0] += len(data)  # four bytes a PUBACK, and nothing else comes

        threading.Thread(target=count, daemon=True).start()
        began, cpu = time.perf_counter(), time.process_time()
        while (elapsed := time.perf_counter() - began) < fleet.seconds:
            for group in groups:
                first = group.done
                places = group.due(elapsed)
                if not len(places):
                    continue
                now = time.time()
                ids = (messages + np.arange(len(places))) % 65_535 + 1
                broker.sendall(group.packets.of(group.drivers[places], ids, now, *group.where(places, now)))
                messages += len(places)
                fixes += len(places) * group.packets.fixes
                late.append(time.perf_counter() - began - group.due_at(first))
            time.sleep(max(0.0, BEAT_S - (time.perf_counter() - began - elapsed)))
        seconds = time.perf_counter() - began
        cpu = time.process_time() - cpu
        deadline = time.monotonic() + PATIENCE_S
        while acknowledged[0] < 4 * messages and time.monotonic() < deadline:
            time.sleep(0.01)
    late_ms = 1000 * float(np.percentile(late, 99)) if late else 0.0
    return Sent(messages, fixes, acknowledged[0] // 4, late_ms, cpu, seconds)


if __name__ == "__main__":
    print(json.dumps(asdict(drive(Fleet(**json.loads(sys.argv[1]))))), flush=True)
