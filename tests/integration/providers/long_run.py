"""Many orders through two faulty providers and our own fleet, with crashes in between; and the books against the ledgers."""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.clock import SteppedClock
from core.domain import commands as c
from core.domain import events as e
from core.domain.errors import KerbsideError
from core.domain.geo import LatLon
from core.domain.order import ENDED, Status
from core.domain.provider import Provider, ProviderKind
from core.domain.rules import Rule
from core.providers.secrets import Secrets
from core.rules.split import deviation
from tests.provider_rig import ALL_AT_ONCE, FaultyProvider
from tests.rigs import START, Rig

WEIGHTS = {"swift": 40, "tortoise": 40, "internal": 20}
BEAT_S = 0.4
"""How far the clock goes with each beat of the engine: a busy machine makes the run longer and not different."""


@dataclass
class Figures:
    orders: int
    seconds: float = 0.0
    crashes: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    worst_off: float = 0.0
    fell_back: int = 0
    contradictions: int = 0
    largest_batch: int = 0
    problems: list[str] = field(default_factory=list)


class LongRun:
    def __init__(self, path: Path, orders: int, seed: int, per_beat: float, outage: bool = True) -> None:
        self.figures = Figures(orders)
        self.chance = random.Random(seed)
        self.clock = SteppedClock(START)
        self.secrets = Secrets()
        self.per_beat = per_beat
        self.outage = outage
        self.rig = Rig(path, stepped=False, clock=self.clock, secrets=self.secrets)
        self.swift = self._provider("swift", ProviderKind.WEBHOOK, seed + 1)
        self.tortoise = self._provider("tortoise", ProviderKind.POLLING, seed + 2)
        self.rig.merchant()
        rules = (Rule("shared", {}, {"split": WEIGHTS}, "Shared"),)
        self.rig.do(c.SaveRules(rules=rules))

    def _provider(self, name: str, kind: ProviderKind, seed: int) -> FaultyProvider:
        secret = self.secrets.issue(name)

        def hear(body: bytes, signature: str) -> object:
            return self.rig.engine.errands.hear(name, body, signature)

        made = FaultyProvider(
            secret, self.clock.now, ALL_AT_ONCE, hear=hear if kind is ProviderKind.WEBHOOK else None, seed=seed
        )
        provider = Provider(name, name.title(), kind, made.url, timeout_s=4.0, tries=4, decide_s=90.0, poll_s=10.0)
        self.rig.do(c.SaveProvider(provider=provider))
        return made

    def live(self) -> Figures:
        began, number, beats, orders = time.monotonic(), 0, 0, self.figures.orders
        crash_at = {orders * n // 4 for n in (1, 2, 3)}
        while number < orders or not self._settled():
            beats += 1
            due = min(orders, int(beats * self.per_beat) + 1)
            while number < due:
                number += 1
                self.rig.do(c.PlaceOrder(order_id=f"O-{number}", merchant_id="M-1", dropoff=LatLon(45.01, 9.01)))
                self._meddle(number)
                if number in crash_at:
                    self._crash()
            if self.outage:
                self.swift.down = orders * 0.55 < number < orders * 0.65
            self.rig.engine.matching_paused = True  # our own fleet only has to keep its orders
            self.clock.advance(BEAT_S)
            self.rig.engine.tick()
            time.sleep(0.01)
            if beats > 20_000 + 5 * orders / self.per_beat:
                self.figures.problems.append(f"unsettled after {beats} beats")
                break
        self.figures.seconds = time.monotonic() - began
        self.check()
        return self.figures

    def _meddle(self, number: int) -> None:
        """A dispatcher who changes his mind, or a customer hers."""
        drawn = self.chance.random()
        order_id = f"O-{self.chance.randint(max(1, number - 40), number)}"
        with suppress(KerbsideError):
            if drawn < 0.02:
                self.rig.do(c.CancelOrder(order_id=order_id))
            elif drawn < 0.04:
                self.rig.do(c.SendToProvider(order_id=order_id, provider_id=self.chance.choice(list(WEIGHTS))))

    def _crash(self) -> None:
        """What was in memory is gone, calls under way with it; what was stored is there."""
        self.rig.engine.errands.close()
        self.rig.store.close()
        self.rig.line.close()
        self.rig.open()
        self.figures.crashes += 1

    def _settled(self) -> bool:
        return not self.rig.world.consignments and self.swift.idle and self.tortoise.idle

    def check(self) -> None:
        """Nothing lost, nothing doubled, and the shares held."""
        world, figures = self.rig.world, self.figures
        told = figures.problems.append
        for n in range(1, figures.orders + 1):
            order = world.orders.get(f"O-{n}")
            if order is None:
                told(f"O-{n} is lost")
                continue
            by = {name: p.delivered[order.id] for name, p in (("swift", self.swift), ("tortoise", self.tortoise))}
            if sum(by.values()) > 1:
                told(f"{order.id} was delivered {by}")
            if order.status is Status.DELIVERED and by.get(order.provider_id or "") != 1:
                told(f"{order.id} is delivered in the books by {order.provider_id}, in truth {by}")
            if order.status is not Status.DELIVERED and sum(by.values()):
                told(f"{order.id} is {order.status}, in truth {by}")
            if order.status not in ENDED and order.status not in {Status.WAITING, Status.HELD}:
                told(f"{order.id} is still {order.status}")
            figures.outcomes[f"{order.status} {order.provider_id or ''}".strip()] += 1
        for provider in (self.swift, self.tortoise):
            figures.faults += provider.done
            figures.largest_batch = max(figures.largest_batch, *provider.batches, 0)
        self.rig.engine.close()
        self._check_log()
        figures.problems += self.rig.store.rebuild_check()[:5]

    def _check_log(self) -> None:
        """Each split's count, order by order."""
        counts: dict[str, dict[str, int]] = {}
        for _, change in self.rig.store.events_since(0):
            if isinstance(change, e.ProviderLost):
                self.figures.fell_back += 1
            if isinstance(change, e.ProviderContradicted):
                self.figures.contradictions += 1
            if not isinstance(change, e.ProviderChosen | e.NoProviderLeft):
                continue
            for tally in change.tallies:
                if not tally.id.startswith("split "):
                    continue
                weights = {p: int(w) for p, _, w in (part.partition(":") for part in tally.id.split(" ")[4:])}
                before = counts.get(tally.id, {})
                if sum(tally.counts.values()) != sum(before.values()) + 1:
                    self.figures.problems.append(f"{tally.id} jumps from {before} to {tally.counts}")
                counts[tally.id] = tally.counts
                off = max(abs(v) for v in deviation(weights, tally.counts).values())
                self.figures.worst_off = max(self.figures.worst_off, off)

    def close(self) -> None:
        self.swift.close()
        self.tortoise.close()
        self.rig.store.close()
        self.rig.line.close()
