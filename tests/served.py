"""A core that answers by HTTP, on a real port, its engine driven by a thread as the program's loop would drive it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import httpx

from core.api.keyring import Keyring, Scope
from core.api.server import Outside
from core.engine.engine import Engine
from tests.rigs import Rig

T = TypeVar("T")


class Served:
    """``web`` speaks with every scope. What is to be done on the engine's thread goes through `on_engine`."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.settings = {"http.strangers_rate": 1000.0, "forwarding.first_wait_s": 0.02, **settings}
        self.keyring = Keyring(folder / "keys.json")
        self.key, self.secret = self.keyring.make("tests", Scope)
        self.rig = Rig(folder / "kerbside.db", stepped=False)
        self.open()

    def open(self) -> None:
        for name, value in self.settings.items():
            self.rig.settings.set(name, value)
        self._wake, self._end = threading.Event(), threading.Event()
        self.engine: Engine = self.rig.engine
        self.engine.handover.wake = self._wake.set
        self.outside = Outside(
            self.engine, self.rig.store, self.rig.executor, self.rig.settings, self.folder / "keys.json", "127.0.0.1:0"
        )
        self._thread = threading.Thread(target=self._drive, daemon=True)
        self._thread.start()
        assert self.outside.wait_ready(120)
        self.web = self.client(self.secret)

    def client(self, secret: str | None) -> httpx.Client:
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        return httpx.Client(base_url=self.outside.address, headers=headers, timeout=150, trust_env=False)

    def on_engine(self, work: Callable[[], T]) -> T:
        future: Future[T] = self.engine.handover.ask(work)
        return future.result(10)

    def tick(self, seconds: float = 1.0, times: int = 1) -> None:
        self.on_engine(lambda: self.rig.tick(seconds, times))

    def _drive(self) -> None:
        while not self._end.is_set():
            self._wake.wait(0.05)
            self._wake.clear()
            self.engine.attend()

    def stop(self) -> None:
        """The interface and the thread that drives the engine; the core itself stays."""
        self.web.close()
        self._end.set()
        self._thread.join()
        self.outside.close()

    def close(self) -> None:
        self.stop()
        self.rig.close()

    def restart(self) -> None:
        self.stop()
        self.rig.restart()
        self.open()
