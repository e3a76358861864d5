"""The embedded broker's process: started, watched and restarted from here, and never outliving the console."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from core.domain.causes import cause
from core.domain.errors import KerbsideError
from core.domain.language import Message
from core.messaging.access import Account
from core.messaging.credentials import Credentials

if TYPE_CHECKING:
    from core.messaging.broker import Broker

log = logging.getLogger(__name__)

HEALTH_EVERY_S = 1.0
OUTGROWN_FOR_S = 5
"""So many seconds in a row at or above the limit count as outgrown; so many below it as recovered."""
MAX_LAG_S = 0.5
"""A broker that answers this much late is outgrown whatever its rate."""
_MAX_NOTICES = 20


class BrokerFailed(KerbsideError):
    """The embedded broker can't be started."""


@dataclass(frozen=True, slots=True)
class BrokerHealth:
    """``state`` is starting, running, outgrown, restarting or stopped; ``detail`` says what to do.

    ``slowed`` are the users held back because they send too much; ``strangers``, ``refused`` and ``lost`` count refused
    connections, packets and messages given up, since the start of the process.
    """

    state: str = "starting"
    detail: str = ""
    port: int = 0
    clients: int = 0
    messages_per_s: float = 0.0
    slowed: tuple[str, ...] = ()
    strangers: int = 0
    refused: int = 0
    lost: int = 0
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class _Orders:
    """What the child has to know, apart from the accounts."""

    host: str
    port: int
    client_rate: float
    outgrown_at: float
    parent: int


@dataclass(slots=True)
class _Report:
    health: BrokerHealth
    notices: list[str] = field(default_factory=list)


class EmbeddedBroker:
    """``port`` 0 takes any free port; a restart keeps the one it got. ``health`` may be read from any thread."""

    def __init__(
        self,
        credentials: Credentials,
        host: str = "127.0.0.1",
        port: int = 0,
        client_rate: float = 50.0,
        outgrown_at: float = 2000.0,
        listeners: Callable[[], Mapping[str, Account]] = dict,
    ) -> None:
        """``listeners`` gives those who may listen; it is asked again with each report of the process."""
        self.health = BrokerHealth()
        self._credentials = credentials
        self._listeners_now = listeners
        self._listening: Mapping[str, Account] = {}
        self._orders = _Orders(host, port, client_rate, outgrown_at, os.getpid())
        self._context = multiprocessing.get_context("spawn")
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._sending = threading.Lock()
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self._listeners: list[Callable[[BrokerHealth], None]] = []
        self._unsubscribe = credentials.on_change(self._send_accounts)

    def on_health(self, listener: Callable[[BrokerHealth], None]) -> Callable[[], None]:
        """Hear each report, about once a second, in the watcher's thread."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _now(self, health: BrokerHealth) -> None:
        self.health = health
        for listener in tuple(self._listeners):
            listener(health)

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self, timeout_s: float = 20.0) -> int:
        """Return the port once it listens. Raise BrokerFailed with what to do."""
        self._launch(timeout_s)
        self._watcher = threading.Thread(target=self._watch, name="broker-watcher", daemon=True)
        self._watcher.start()
        return self.health.port

    def stop(self) -> None:
        self._stopping.set()
        self._unsubscribe()
        self._send("stop")
        process = self._process
        if process is not None:
            process.join(3.0)
            if process.is_alive():
                process.kill()
                process.join()
        if self._watcher is not None:
            self._watcher.join(3.0)
        if self._pipe is not None:
            self._pipe.close()
        self.health = replace(self.health, state="stopped", clients=0, messages_per_s=0.0)

    def _launch(self, timeout_s: float) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=run, args=(theirs, self._orders), name="kerbside-broker", daemon=True
        )  # fmt: skip
        process.start()
        theirs.close()
        try:
            ours.send(self._accounts())
            answer = (
                ours.recv()
                if ours.poll(timeout_s)
                else Message("the embedded broker did not start within {timeout_s:g} s", timeout_s=timeout_s)
            )
        except (EOFError, OSError):
            answer = Message("the embedded broker ended while starting")
        if not isinstance(answer, _Report):
            process.kill()
            process.join()
            ours.close()
            raise BrokerFailed(answer)
        self._process, self._pipe = process, ours
        self._orders = replace(self._orders, port=answer.health.port)
        self.health = replace(answer.health, restarts=self.health.restarts)

    def _watch(self) -> None:
        """Take reports; when they end unasked, start the process again."""
        pause_s = 0.2
        while not self._stopping.is_set():
            assert self._pipe is not None
            try:
                report = self._pipe.recv()
            except (EOFError, OSError):
                if self._stopping.is_set():
                    return
                self._relaunch(pause_s)
                pause_s = min(pause_s * 2, 30.0)
                continue
            pause_s = 0.2
            self._now(replace(report.health, restarts=self.health.restarts))
            if self._listeners_now() != self._listening:
                self._send_accounts()
            for notice in report.notices:
                log.warning("embedded broker: %s", notice)

    def _relaunch(self, pause_s: float) -> None:
        assert self._process is not None
        self._process.join(1.0)
        count = self.health.restarts + 1
        code = self._process.exitcode
        detail = Message(
            "the embedded broker ended unexpectedly (exit code {code}) and is started again (restart {count})",
            code=code,
            count=count,
        )
        log.error("%s", detail)
        gone = replace(self.health, state="restarting", detail=detail, restarts=count, clients=0, messages_per_s=0.0)
        self._now(gone)
        if self._stopping.wait(pause_s):
            return
        try:
            self._launch(20.0)
        except BrokerFailed as error:
            log.error("%s", error)
            self._now(replace(self.health, detail=cause(error)))
            return
        self._send_accounts()  # they may have changed meanwhile
        if self._stopping.is_set():
            self._process.kill()

    def _send_accounts(self) -> None:
        self._send(self._accounts())

    def _accounts(self) -> dict[str, Account]:
        self._listening = self._listeners_now()
        return {**self._listening, **self._credentials.accounts()}

    def _send(self, what: object) -> None:
        with self._sending, contextlib.suppress(OSError):
            if self._pipe is not None and not self._pipe.closed:
                self._pipe.send(what)


# --- in the child ----------------------------------------------------------------------------------------------------


def run(pipe: Connection, orders: _Orders) -> None:
    """The child's main function."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the console decides
    notices = _Notices()
    logging.getLogger("core.messaging").addHandler(notices)
    logging.getLogger("core.messaging").propagate = False
    with contextlib.suppress(EOFError, OSError):
        accounts = pipe.recv()
        asyncio.run(_serve(pipe, orders, accounts, notices))


class _Notices(logging.Handler):
    """Warnings on their way to the console's log; of a storm of them the last few."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: deque[str] = deque(maxlen=_MAX_NOTICES)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


async def _serve(pipe: Connection, orders: _Orders, accounts: Mapping[str, Account], notices: _Notices) -> None:
    from core.messaging.broker import Broker  # amqtt comes with it, which no other process needs

    broker = Broker(accounts, orders.client_rate)
    try:
        port = await broker.start(orders.host, orders.port)
    except OSError as error:
        where = f"{orders.host}:{orders.port}"
        problem = Message("the embedded broker can't listen at {where} ({reason})", where=where, reason=cause(error))
        pipe.send(Message("{problem}: set mqtt.port to a free port, or to 0", problem=problem))
        return
    judge = _Judge(orders.outgrown_at)
    pipe.send(_Report(BrokerHealth("running", port=port)))
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_listen, args=(pipe, loop, broker, stopped), daemon=True).start()
    before, at = 0, time.monotonic()
    while not stopped.is_set() and (os.name == "nt" or os.getppid() == orders.parent):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), HEALTH_EVERY_S)
        now = time.monotonic()
        rate = (broker.exchange.routed - before) / (now - at)
        lag_s = now - at - HEALTH_EVERY_S
        before, at = broker.exchange.routed, now
        broker.exchange.expire()
        pipe.send(_report(broker, port, rate, judge.detail(rate, lag_s), notices))
    await broker.stop()


def _report(broker: Broker, port: int, rate: float, outgrown: str, notices: _Notices) -> _Report:
    slowed = tuple(broker.slowed())
    held = Message(
        "held back for sending more than {rate:g} messages a second: {users}", rate=broker.client_rate, users=slowed[:5]
    )
    health = BrokerHealth(
        state="outgrown" if outgrown else "running",
        detail=outgrown or (held if slowed else ""),
        port=port,
        clients=sum(1 for c in broker.connections if c.account is not None),
        messages_per_s=rate,
        slowed=slowed,
        strangers=broker.strangers,
        refused=broker.refused_packets,
        lost=broker.exchange.lost(),
    )
    lines = list(notices.lines)
    notices.lines.clear()
    return _Report(health, lines)


class _Judge:
    """Whether the fleet has outgrown this broker: not by one busy second."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._over = 0
        self._line = ""

    def detail(self, rate: float, lag_s: float) -> str:
        """One line, empty while all is well. Call once a second."""
        over = rate >= self._limit or lag_s > MAX_LAG_S
        self._over = min(OUTGROWN_FOR_S, self._over + 1) if over else max(0, self._over - 1)
        if self._over == OUTGROWN_FOR_S and over:
            what = (
                Message("{rate:,.0f} messages a second", rate=rate)
                if rate >= self._limit
                else Message("it answers {lag_s:.1f} s late", lag_s=lag_s)
            )
            todo = Message("set up mosquitto (main.py broker FOLDER) and name it in mqtt.broker")
            self._line = Message("the fleet has outgrown the embedded broker ({what}): {todo}", what=what, todo=todo)
        elif not self._over:
            self._line = ""
        return self._line


def _listen(pipe: Connection, loop: asyncio.AbstractEventLoop, broker: Broker, stopped: asyncio.Event) -> None:
    """Take what the console says. When the pipe breaks the console is gone, and this process goes with it."""
    while True:
        try:
            said = pipe.recv()
        except (EOFError, OSError):
            os._exit(0)
        if said == "stop":
            loop.call_soon_threadsafe(stopped.set)
            return
        loop.call_soon_threadsafe(broker.set_accounts, said)
