"""Passes events on, at least once each, also through a restart.

Every rule has a place in the event log. What follows it is chosen, sent, and the place moved behind it in the database; what
could not be sent is kept there as a letter and tried again, later each time, until it counts as dead. Events of one order
are sent in their order: while one of them waits, those after it wait behind it.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.api import views
from core.domain.forward import Forward
from core.domain.language import Message
from core.forwarding.choose import chooser
from core.forwarding.letters import Letter, Letters
from core.forwarding.lines import Line
from core.providers.breaker import backoff_s
from core.storage.store import LogRow, Store
from core.storage.tail import Tail

log = logging.getLogger(__name__)

AT_ONCE = 8
BATCH = 50
MOST_WAITING = 1000
"""With so many letters a rule reads on no further: the log keeps what is to come."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often an event is tried before its letter is dead, and how long in between (see `backoff_s`)."""

    tries: int = 10
    first_s: float = 2.0
    most_s: float = 600.0

    chance: random.Random = field(default_factory=random.Random, compare=False)

    def wait_s(self, tries: int) -> float:
        """After the first try (0), the second …"""
        return backoff_s(tries, self.chance, self.first_s, self.most_s)


@dataclass(slots=True)
class Health:
    """``waiting`` and ``dead`` count letters, ``behind`` events not looked at yet."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    dead: int = 0
    behind: int = 0
    problem: str = ""
    last_ms: float = 0.0


class Follower:
    """One rule at its work."""

    def __init__(self, rule: Forward, store: Store, tail: Tail, line: Line, patience: Patience) -> None:
        self.rule = rule
        self.letters = Letters(store, rule.id)
        self.health = Health()
        self._store = store
        self._tail = tail
        self._line = line
        self._patience = patience
        self._wants: Callable[[dict[str, Any]], bool] = lambda event: False
        self._cursor = 0
        self._waiting: dict[int, Letter] = {}
        self._poked = asyncio.Event()
        self._gate = asyncio.Semaphore(AT_ONCE)

    def poke(self) -> None:
        """Look at the letters anew: someone wants dead ones sent again."""
        self._poked.set()

    async def run(self) -> None:
        while True:
            try:
                await self._run()
                return
            except Exception:  # a disk that is full, a bug in one event: the others must not wait for it for ever
                log.exception("forwarding rule %s stumbled and begins again", self.rule.id)
                self.health.problem = Message("forwarding stumbled; the log has the details")
                await asyncio.sleep(self._patience.first_s)

    async def _run(self) -> None:
        self._wants = chooser(self.rule)
        await self._load()
        while True:
            self.health.waiting, self.health.behind = len(self._waiting), max(0, self._tail.last - self._cursor)
            if due := self._due(time.time()):
                await self._send_letters(due)
            elif rows := await self._new_rows():
                await self._send_rows(rows)

    async def _load(self) -> None:
        cursor = await asyncio.to_thread(self.letters.cursor)
        self._waiting = {x.seq: x for x in await asyncio.to_thread(self.letters.waiting)}
        self._cursor = self._tail.last if cursor is None else cursor
        self._poked.clear()
        self.health.dead = (await asyncio.to_thread(self.letters.counts))[1]

    def _due(self, now: float) -> list[Letter]:
        """The first letter of each order, where its time has come."""
        firsts: dict[object, Letter] = {}
        for letter in sorted(self._waiting.values(), key=lambda x: x.seq):
            firsts.setdefault(letter.order_id or letter.seq, letter)
        return [letter for letter in firsts.values() if letter.next_at <= now][:BATCH]

    async def _new_rows(self) -> Sequence[LogRow]:
        """What comes next in the log; nothing where a letter is due or someone pokes first."""
        waits: list[asyncio.Task[Any]] = [asyncio.ensure_future(self._poked.wait())]
        if len(self._waiting) < MOST_WAITING:
            waits.append(asyncio.ensure_future(self._tail.after(self._cursor, BATCH)))
        soonest = min((x.next_at for x in self._waiting.values()), default=None)
        timeout = None if soonest is None else max(0.05, soonest - time.time())
        try:
            await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                if not wait.done():
                    wait.cancel()
        if self._poked.is_set():
            await self._load()
            return ()
        if len(waits) > 1 and waits[1].done() and not waits[1].cancelled():
            rows: list[LogRow] = waits[1].result()
            return rows
        return ()

    async def _send_rows(self, rows: Sequence[LogRow]) -> None:
        chains: dict[object, list[tuple[LogRow, dict[str, Any]]]] = {}
        for row in rows:
            event = views.event(row)
            if self._wants(event):
                chains.setdefault(row.order_id or row.seq, []).append((row, event))
        behind = {x.order_id for x in self._waiting.values()}
        kept = [x for letters in await asyncio.gather(*(self._chain(c, behind) for c in chains.values())) for x in letters]
        self._cursor = rows[-1].seq
        self._waiting.update((x.seq, x) for x in kept)
        await asyncio.wrap_future(self.letters.write(self._cursor, kept))

    async def _chain(self, events: Sequence[tuple[LogRow, dict[str, Any]]], behind: set[str | None]) -> list[Letter]:
        """Send the events of one order, one after the other; what is left once one fails becomes letters."""
        kept: list[Letter] = []
        for row, event in events:
            if kept or (row.order_id is not None and row.order_id in behind):
                kept.append(Letter(row.seq, row.order_id, 0, time.time(), False, "waits behind an earlier event of its order"))
            elif problem := await self._send(event):
                kept.append(Letter(row.seq, row.order_id, 1, time.time() + self._patience.wait_s(0), False, problem))
        return kept

    async def _send_letters(self, due: Sequence[Letter]) -> None:
        problems = await asyncio.gather(*(self._send_again(letter) for letter in due))
        keep, drop = [], []
        died = 0
        for letter, problem in zip(due, problems, strict=True):
            if not problem:
                drop.append(letter.seq)
                del self._waiting[letter.seq]
                continue
            letter.tries += 1
            letter.problem = problem
            letter.next_at = time.time() + self._patience.wait_s(letter.tries - 1)
            keep.append(letter)
            if letter.tries >= self._patience.tries:
                letter.dead = True
                died += 1
                del self._waiting[letter.seq]
        await asyncio.wrap_future(self.letters.write(None, keep, drop))
        self.health.dead += died

    async def _send_again(self, letter: Letter) -> str:
        rows = await asyncio.to_thread(self._store.rows_since, letter.seq - 1, 1)
        return await self._send(views.event(rows[0]))

    async def _send(self, event: dict[str, Any]) -> str:
        async with self._gate:
            began = time.perf_counter()
            problem = await self._line.send(self.rule, event)
        self.health.last_ms = 1000 * (time.perf_counter() - began)
        if problem:
            self.health.failed += 1
        else:
            self.health.sent += 1
        self.health.problem = problem
        return problem


class Forwarder:
    """All rules. Belongs to the loop it was made on; ``line_of`` gives a rule its way out."""

    def __init__(self, store: Store, tail: Tail, line_of: Callable[[Forward], Line], patience: Patience | None = None) -> None:
        self._store = store
        self._tail = tail
        self._line_of = line_of
        self._patience = patience or Patience()
        self._followers: dict[str, tuple[Follower, asyncio.Task[None]]] = {}
        self._changing = asyncio.Lock()

    async def follow(self, rule: Forward) -> None:
        """Work by the rule as it is now; one that is removed or switched off is left."""
        async with self._changing:
            await self._leave(rule.id)
            if rule.enabled and not rule.removed:
                follower = Follower(rule, self._store, self._tail, self._line_of(rule), self._patience)
                self._followers[rule.id] = follower, asyncio.create_task(follower.run(), name=f"forward {rule.id}")

    async def _leave(self, rule_id: str) -> None:
        if found := self._followers.pop(rule_id, None):
            found[1].cancel()
            await asyncio.gather(found[1], return_exceptions=True)

    async def close(self) -> None:
        async with self._changing:
            for rule_id in list(self._followers):
                await self._leave(rule_id)

    def health(self, rule_id: str) -> Health:
        """How it goes; of a rule that is not at work, nothing but zeros."""
        found = self._followers.get(rule_id)
        return found[0].health if found else Health()

    async def resend(self, rule_id: str, seqs: Sequence[int] = ()) -> list[int]:
        """Bring dead letters, all or those of these events, back to be sent at once; return which there were."""
        return await self._with_dead(
            rule_id, seqs, "UPDATE letters SET dead = 0, tries = 0, next_at = ? WHERE forward_id = ? AND seq = ?", time.time()
        )

    async def discard(self, rule_id: str, seqs: Sequence[int] = ()) -> list[int]:
        """Forget dead letters, all or those of these events; return which there were."""
        return await self._with_dead(rule_id, seqs, "DELETE FROM letters WHERE forward_id = ? AND seq = ?")

    async def _with_dead(self, rule_id: str, seqs: Sequence[int], statement: str, *first: float) -> list[int]:
        dead = {x.seq for x in await asyncio.to_thread(Letters(self._store, rule_id).dead, 10**9)}
        chosen = sorted(dead.intersection(seqs) if seqs else dead)
        await asyncio.wrap_future(self._store.write((), extras=[(statement, [(*first, rule_id, seq) for seq in chosen])]))
        if found := self._followers.get(rule_id):
            found[0].poke()
        return chosen
