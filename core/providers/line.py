"""Calls to the outside on a loop and a thread of their own, so that nobody waits for them."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import httpx

from core.domain.errors import KerbsideError
from core.domain.language import Message

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 100
WAIT_S = 60.0


class Line(Generic[T]):
    """``call`` starts one; `drain` gives what has come back, each with its tag and how many seconds it took.

    The thread starts with the first call: who has no provider outside never has it. Results keep the order of the calls within
    a `settle`, so that stepped runs depend on the provider alone."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: httpx.AsyncClient | None = None
        self._gate: asyncio.Semaphore | None = None
        self._done: deque[tuple[int, T, object, float]] = deque()
        self._changed = threading.Condition()
        self._number = 0
        self._open = 0
        self._closed = False

    def client(self) -> httpx.AsyncClient:
        """The one client, made on the loop that uses it."""
        if self._client is None:
            import httpx

            limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=20.0)
            self._client = httpx.AsyncClient(limits=limits, follow_redirects=False, trust_env=False)
        return self._client

    @property
    def in_flight(self) -> int:
        return self._open

    def call(self, tag: T, make: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """``make`` is called on the loop; an exception becomes the result."""
        if self._closed:
            return
        if self._loop is None:
            self._start()
        assert self._loop is not None
        with self._changed:
            self._open += 1
            self._number += 1
        asyncio.run_coroutine_threadsafe(self._run(self._number, tag, make), self._loop)

    def ask(self, make: Callable[[], Coroutine[Any, Any, R]]) -> Future[R]:
        """A call whose answer is waited for by whoever asks."""
        if self._closed:
            raise KerbsideError(Message("the program is ending: nobody is asked any more"))
        if self._loop is None:
            self._start()
        assert self._loop is not None

        async def answer() -> R:
            return await make()

        return asyncio.run_coroutine_threadsafe(answer(), self._loop)

    async def _run(self, number: int, tag: T, make: Callable[[], Awaitable[object]]) -> None:
        result: object
        if self._gate is None:
            self._gate = asyncio.Semaphore(AT_ONCE)
        began = time.monotonic()
        try:
            async with self._gate:
                began = time.monotonic()
                result = await make()
        except Exception as error:
            log.exception("a call to a provider failed in a way nobody foresaw")
            result = error
        with self._changed:
            self._done.append((number, tag, result, time.monotonic() - began))
            self._open -= 1
            self._changed.notify_all()

    def drain(self) -> list[tuple[T, object, float]]:
        found = []
        while self._done:
            found.append(self._done.popleft())
        return [(tag, result, seconds) for _, tag, result, seconds in sorted(found, key=lambda one: one[0])]

    def settle(self, timeout_s: float = WAIT_S) -> None:
        """Wait until every call that was made has come back."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open, timeout_s)

    def _start(self) -> None:
        loop = self._loop = asyncio.new_event_loop()

        def run() -> None:
            asyncio.set_event_loop(loop)
            loop.run_forever()
            loop.run_until_complete(self._end())
            loop.close()

        self._thread = threading.Thread(target=run, name="providers", daemon=True)
        self._thread.start()

    async def _end(self) -> None:
        tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def close(self) -> None:
        """End what is under way: whatever was not answered is in doubt, and asked about at the next start."""
        self._closed = True
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop = self._thread = None
