"""What requests ask of the engine. It lives on another thread: it is asked through its handover, and answers are given once
what they say is on disk."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import msgspec

from core.api import views
from core.api.keyring import Key, Keyring
from core.domain import commands as c
from core.domain.errors import CommandRefused, KerbsideError
from core.domain.events import UpkeepChange
from core.domain.order import Order
from core.domain.upkeep import Altered
from core.engine.engine import Engine
from core.forwarding.forwarder import Forwarder
from core.orders.tells import Outcome
from core.storage.database import StorageError
from core.storage.store import Store
from core.storage.tail import Tail
from core.storage.writer import Extras

P = ParamSpec("P")
T = TypeVar("T")

ANSWERED_S = 48 * 3600.0
"""How long the answer to an idempotency key is kept."""
PATIENCE_S = 10.0
_REMEMBERED = 5000
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no letter that is read as another
_KNOWN = "SELECT digest, body FROM answers WHERE key_id = ? AND request = ?"
_ANSWER = "INSERT INTO answers (key_id, request, digest, at, body) VALUES (?, ?, ?, ?, ?)"
_FORGET = "DELETE FROM answers WHERE at < ?"


class OtherRequest(CommandRefused):
    """An idempotency key came again with something else to do."""


class StillWriting(KerbsideError):
    """What was asked is not on the disk yet, and will be."""


@dataclass(frozen=True, slots=True)
class Once:
    """A request that may come again: whose, under which idempotency key, and what it asks."""

    key: Key
    request: str
    digest: str


class Service:
    """Belongs to the loop of the interface's thread."""

    def __init__(
        self, engine: Engine, store: Store, executor: Executor, tail: Tail, keyring: Keyring, forwarder: Forwarder
    ) -> None:
        self.store = store
        self.executor = executor
        self.tail = tail
        self.keyring = keyring
        self.forwarder = forwarder
        self.isochrones: OrderedDict[Any, Any] = OrderedDict()
        self.engine = engine
        self._answers: OrderedDict[tuple[str, str], tuple[str, asyncio.Task[bytes]]] = OrderedDict()

    async def ask(self, work: Callable[[Engine], T]) -> T:
        """Have something looked up on the engine's thread; it must be quick."""
        return await asyncio.wrap_future(self.engine.handover.ask(lambda: work(self.engine)))

    async def do(self, command: c.Command, view: Callable[[Engine], T]) -> T:
        """Carry a command out; how ``view`` saw things right after it, once that is on disk."""

        def carry_out(engine: Engine) -> tuple[T, Future[int]]:
            _, promised = engine.execute(command)
            return view(engine), promised

        seen, promised = await self.ask(carry_out)
        # Shielded: a caller who has gone away must not break the promise.
        await asyncio.shield(asyncio.wrap_future(promised))
        return seen

    async def record(self, kind: type[UpkeepChange], altered: Altered, key: Key) -> None:
        """Have in the log what was done by whoever has the key; it is on disk when this returns."""
        await self.do(c.RecordUpkeep(kind=kind, altered=(altered,), actor=f"key:{key.name}"), lambda e: None)

    async def work(self, task: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Have a worker process do a task of `core.worker`."""
        return await asyncio.wrap_future(self.executor.submit(task, *args, **kwargs))

    # Orders

    async def place(self, make: Callable[[str], c.PlaceOrder], order_id: str | None, once: Once | None) -> bytes:
        """Place an order and return its view as JSON. With ``once``, a second time the same answer."""
        if once is None:
            return await self._place(make, order_id, None)
        name = (once.key.id, once.request)
        digest, task = self._answers.get(name) or (once.digest, None)
        if task is None:
            task = asyncio.create_task(self._place_once(make, order_id, once))
            self._answers[name] = digest, task
            task.add_done_callback(lambda done: self._forget(name, done))
        if digest != once.digest:
            raise _other(once)
        try:
            return await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
        except TimeoutError:
            problem = self.store.health.problem or "the engine does not answer"
            raise StillWriting(f"{problem}; ask again with the same Idempotency-Key") from None

    def _forget(self, name: tuple[str, str], done: asyncio.Task[bytes]) -> None:
        """Refusals may be tried again; of what was answered the database knows what is forgotten here."""
        if done.cancelled() or done.exception() is not None:
            self._answers.pop(name, None)
        while len(self._answers) > _REMEMBERED:
            oldest = next(iter(self._answers))
            if not self._answers[oldest][1].done():
                break
            del self._answers[oldest]

    async def _place_once(self, make: Callable[[str], c.PlaceOrder], order_id: str | None, once: Once) -> bytes:
        known = self.store.ask(_KNOWN, once.key.id, once.request)
        if not known:
            return await self._place(make, order_id, once)
        digest, body = known[0]
        if digest != once.digest:
            raise _other(once)
        return bytes(body, "utf-8")

    async def _place(self, make: Callable[[str], c.PlaceOrder], order_id: str | None, once: Once | None) -> bytes:
        if order_id is not None and self.store.order(order_id) is not None:
            raise CommandRefused(f"there is an order {order_id} already: give this one another number")
        command = make(order_id or "".join(secrets.choice(_ALPHABET) for _ in range(8)))
        answer = b""

        def also(outcome: Outcome) -> Extras:
            nonlocal answer
            answer = msgspec.json.encode(views.order(outcome.changes[-1].orders[0]))
            if once is None:
                return ()
            now = self.engine.clock.now()
            row = (once.key.id, once.request, once.digest, now, answer.decode())
            return [(_ANSWER, [row]), (_FORGET, [(now - ANSWERED_S,)])]

        placing = self.engine.handover.ask(lambda: self.engine.execute(command, also)[1])
        promised = await asyncio.wrap_future(placing)
        try:
            await asyncio.shield(asyncio.wrap_future(promised))
        except StorageError:
            if once is None:
                raise
            await self._written()
        return answer

    async def _written(self) -> None:
        """Until the disk has recovered: what waits for it is not lost, and must not be asked for a second time."""
        while True:
            try:
                await asyncio.wrap_future(self.store.write(()))
                return
            except StorageError:
                await asyncio.sleep(0.5)

    async def order(self, order_id: str) -> tuple[Order, tuple[float | None, float] | None]:
        """An order and its expected arrivals; one that ended long ago from the disk. Raises UnknownThing."""
        found = await self.ask(lambda e: (e.world.orders.get(order_id), e.world.etas.get(order_id)))
        order = found[0] or self.store.order(order_id)
        if order is None:
            await self.ask(lambda e: e.world.order(order_id))
        assert order is not None
        return order, found[1]


def _other(once: Once) -> OtherRequest:
    return OtherRequest(
        f"the Idempotency-Key {once.request} was used for another request: send the same body, or take a new key"
    )
