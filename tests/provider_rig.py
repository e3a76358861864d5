"""A provider outside that does everything wrong that can be done wrong, and a ledger of what it truly did.

It keeps the three promises that the protocol asks for: one key is one order, nothing is taken after ``valid_until``, and what
it said is cancelled is not delivered. It breaks whatever else it can: it answers 500, late, garbled, about another order or not
at all, after having taken the order or before; denies orders that it has; says "refused" to a key that it took; calls back in
any order, twice, late, never, and with forged signatures; stops answering altogether for a while.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.domain.errors import KerbsideError
from core.signing import HEADER, sign, verify

STEPS = ("accepted", "arrived_pickup", "picked_up", "arrived_dropoff", "delivered")


@dataclass(frozen=True)
class Faults:
    """Probabilities; of those of one call, one at most happens."""

    error_before: float = 0.0
    error_after: float = 0.0
    drop_before: float = 0.0
    drop_after: float = 0.0
    late: float = 0.0
    garbled: float = 0.0
    other_key: float = 0.0
    slow_down: float = 0.0
    refuse: float = 0.0
    pending: float = 0.0
    denies: float = 0.0
    not_again: float = 0.0
    gives_up: float = 0.0
    fails: float = 0.0
    twice: float = 0.0
    lost_call: float = 0.0
    forged: float = 0.0


ALL_AT_ONCE = Faults(
    error_before=0.04,
    error_after=0.04,
    drop_before=0.04,
    drop_after=0.05,
    late=0.03,
    garbled=0.02,
    other_key=0.02,
    slow_down=0.02,
    refuse=0.06,
    pending=0.06,
    denies=0.1,
    not_again=0.3,
    gives_up=0.04,
    fails=0.02,
    twice=0.2,
    lost_call=0.1,
    forged=0.03,
)


@dataclass
class Held:
    """An order as the provider truly has it."""

    order: str
    state: str = "accepted"
    valid_until: float = 0.0
    history: list[tuple[str, float]] = field(default_factory=list)


class FaultyProvider:
    """``hear(body, signature)`` takes its callbacks, ``None`` for a provider that is polled. Times are the clock's.

    ``step_s`` is how long a courier takes from one step to the next, ``late_s`` how many real seconds a late answer takes.
    """

    def __init__(
        self,
        secret: str,
        now: Callable[[], float],
        faults: Faults = Faults(),
        *,
        hear: Callable[[bytes, str], object] | None = None,
        seed: int = 0,
        step_s: float = 20.0,
        late_s: float = 5.0,
    ) -> None:
        self.secret, self.now, self.faults, self.hear = secret, now, faults, hear
        self.step_s, self.late_s = step_s, late_s
        self.chance = random.Random(seed)
        self.held: dict[str, Held] = {}
        self.refused: set[str] = set()
        self.tombs: set[str] = set()
        self.undecided: dict[str, dict[str, Any]] = {}
        self.delivered: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.down = False
        self.batches: list[int] = []
        self._calls: list[tuple[float, int, bytes, bool]] = []
        self._number = 0
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def close(self) -> None:
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def idle(self) -> bool:
        return (
            not self._calls
            and not self.undecided
            and all(h.state in {"delivered", "failed", "cancelled"} for h in self.held.values())
        )

    # The line

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        couriers = asyncio.create_task(self._couriers())
        await self._stop.wait()
        couriers.cancel()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not self.down:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = head.split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                answer = await self._answer(lines[0].split()[1], body, headers.get(HEADER.lower(), ""))
                if answer is None or self.down:
                    break
                status, told = answer
                payload = told if isinstance(told, bytes) else json.dumps(told).encode()
                more = "Retry-After: 3\r\n" if status == 429 else ""
                writer.write(f"HTTP/1.1 {status} X\r\n{more}Content-Length: {len(payload)}\r\n\r\n".encode() + payload)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _happens(self, *names: str) -> str:
        """One of these faults, or none."""
        drawn = self.chance.random()
        for name in names:
            drawn -= getattr(self.faults, name)
            if drawn < 0:
                self.done[name] += 1
                return name
        return ""

    async def _answer(self, path: str, body: bytes, signature: str) -> tuple[int, Any] | None:
        try:
            verify(self.secret, body, signature, self.now(), 3600)
        except KerbsideError:
            self.done["bad signature"] += 1
            return 401, {"reason": "signature"}
        told = json.loads(body)
        fault = self._happens(
            "error_before", "error_after", "drop_before", "drop_after", "late", "garbled", "other_key", "slow_down"
        )
        if fault == "error_before":
            return 500, {"reason": "oops"}
        if fault == "drop_before":
            return None
        if fault == "slow_down":
            return 429, {"reason": "slow down"}
        if fault == "late":
            await asyncio.sleep(self.late_s)
        if path.endswith("/cancel"):
            answer = self._cancel(told["key"])
        elif path.endswith("/status"):
            self.batches.append(len(told["keys"]))
            answer = (
                200,
                {"orders": {k: self._state(k) for k in told["keys"] if self._known(k) and not self._happens("denies")}},
            )
        elif path.endswith("/quotes"):
            answer = 200, {"takes_it": True, "minutes": 25, "price": 6.5, "currency": "EUR"}
        else:
            answer = self._send(told)
        if fault == "error_after":
            return 503, {"reason": "oops"}
        if fault == "drop_after":
            return None
        if fault == "garbled":
            return 200, b'{"state": "accep'
        if fault == "other_key" and "key" in answer[1]:
            return answer[0], {**answer[1], "key": "somebody-elses.1"}
        return answer

    # What it does

    def _known(self, key: str) -> bool:
        return key in self.held or key in self.refused or key in self.tombs or key in self.undecided

    def _state(self, key: str) -> dict[str, Any]:
        if key in self.undecided:
            return {"key": key, "state": "pending"}
        if key in self.held:
            held = self.held[key]
            return {"key": key, "state": held.state, "id": f"R-{key}", "at": held.history[-1][1]}
        return {"key": key, "state": "refused" if key in self.refused else "cancelled"}

    def _send(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        key = told["key"]
        if self._known(key):
            if key in self.held and self._happens("not_again"):
                return 409, {"key": key, "state": "refused", "reason": "we have that key"}
            return 200, self._state(key)
        if self.now() >= told["valid_until"] or self._happens("refuse"):
            self.refused.add(key)
            return 409, {"key": key, "state": "refused", "reason": "no courier"}
        if self._happens("pending"):
            self.undecided[key] = told
            return 202, {"key": key, "state": "pending"}
        self._take(told)
        return 201, self._state(key)

    def _take(self, told: dict[str, Any]) -> None:
        key = told["key"]
        self.held[key] = Held(told["order"], "accepted", told["valid_until"], [("accepted", self.now())])
        self._tell(key)

    def _cancel(self, key: str) -> tuple[int, dict[str, Any]]:
        held = self.held.get(key)
        if held is not None and held.state not in {"accepted", "arrived_pickup", "cancelled"}:
            return 409, self._state(key)
        self.undecided.pop(key, None)
        if held is not None:
            self._step(key, "cancelled", tell=False)
        self.tombs.add(key)
        return 200, {"key": key, "state": "cancelled"}

    def _step(self, key: str, state: str, tell: bool = True) -> None:
        held = self.held[key]
        held.state = state
        held.history.append((state, self.now()))
        if state == "delivered":
            self.delivered[held.order] += 1
        if tell:
            self._tell(key)

    async def _couriers(self) -> None:
        """Everyone moves on in their own time; callbacks leave when they are due."""
        while True:
            await asyncio.sleep(0.02)
            now = self.now()
            for key, told in list(self.undecided.items()):
                if self.chance.random() < 0.05:
                    del self.undecided[key]
                    if now < told["valid_until"] and self.chance.random() < 0.6:
                        self._take(told)
                    else:
                        self.refused.add(key)
                        self._call({"key": key, "state": "refused", "reason": "nobody free"})
            for key, held in list(self.held.items()):
                if held.state not in STEPS[:-1] or now - held.history[-1][1] < self.step_s * self.chance.uniform(0.5, 1.5):
                    continue
                if held.state in STEPS[:2] and self._happens("gives_up"):
                    self._step(key, "cancelled")
                elif held.state == "picked_up" and self._happens("fails"):
                    self._step(key, "failed")
                else:
                    self._step(key, STEPS[STEPS.index(held.state) + 1])
            due = [call for call in self._calls if call[0] <= now]
            self._calls = [call for call in self._calls if call[0] > now]
            for _, _, body, forged in sorted(due):
                secret = "guessed" if forged else self.secret
                try:
                    assert self.hear is not None
                    self.hear(body, sign(secret, body, now))
                except KerbsideError:
                    self.done["callback turned away"] += 1

    def _tell(self, key: str) -> None:
        state = self._state(key)
        self._call(state)
        if self.hear is not None and self._happens("forged"):
            self._call({**state, "state": "delivered"}, forged=True)

    def _call(self, told: dict[str, Any], forged: bool = False) -> None:
        """Call back, at some time, in whatever order that makes; perhaps twice, perhaps never."""
        if self.hear is None or (not forged and self._happens("lost_call")):
            return
        for _ in range(2 if self._happens("twice") else 1):
            self._number += 1
            at = self.now() + self.chance.expovariate(1 / self.step_s)
            self._calls.append((at, self._number, json.dumps(told).encode(), forged))
