"""A thread with a loop of its own that speaks with other systems: HTTP where it is switched on, and the forwarding of events.

FastAPI, uvicorn and httpx are loaded in it, and only where they are needed: that takes half a second.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor, Future
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from core.api.keyring import Keyring
from core.domain.causes import cause
from core.domain.commands import RecordUpkeep
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import ForwardRemoved, ForwardSaved, SecretChanged
from core.domain.forward import Forward
from core.domain.language import Message
from core.domain.upkeep import secret_altered
from core.engine.engine import Engine
from core.settings import Settings
from core.storage.store import Store

if TYPE_CHECKING:
    import uvicorn

    from core.forwarding.forwarder import Forwarder, Health
    from core.forwarding.lines import Line

log = logging.getLogger(__name__)
GRACE_S = 3.0
BACKLOG = 2048
KEEP_ALIVE_S = 75
"""Longer than the usual 60 s of those in between, so that they and not we close a connection."""


def parse_listen(text: str) -> tuple[str, int]:
    """``HOST:PORT``, or ``:PORT`` or ``PORT`` for this machine alone. Raises BadInput."""
    host, _, port = text.strip().rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not (port.isascii() and port.isdigit() and int(port) < 65536) or not host.isprintable() or " " in host:
        raise BadInput(Message("{text!r} is no address to listen at: give HOST:PORT, for example 127.0.0.1:8080", text=text))
    return host, int(port)


class Outside:
    """Made on the engine's thread; ``listen`` is an address for HTTP, or empty. Raises BadInput where that can't be had."""

    def __init__(
        self, engine: Engine, store: Store, executor: Executor, settings: Settings, keyring: Path, listen: str
    ) -> None:
        self._engine = engine
        self._store = store
        self._executor = executor
        self._settings = settings
        self._keyring = Keyring(keyring)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._forwarder: Forwarder | None = None
        self._certificate = _certificate(settings) if listen else (None, None)
        self._socket = _listen(*parse_listen(listen)) if listen else None
        self.address = "" if self._socket is None else _named(self._socket, "https" if self._certificate[0] else "http")
        self.overheard = self._socket is not None and self._certificate[0] is None and not _is_local(self._socket)
        """Whether keys go over a network as they are."""
        self._unsubscribe = [
            engine.bus.subscribe(ForwardSaved, lambda event: self._changed(event.forwards)),
            engine.bus.subscribe(ForwardRemoved, lambda event: self._changed(event.forwards)),
        ]
        if self._socket is not None or engine.world.forwards:
            self._begin()

    @property
    def running(self) -> bool:
        return self._thread is not None

    def wait_ready(self, timeout_s: float) -> bool:
        """Until requests are answered; the engine has to be driven meanwhile."""
        return self._ready.wait(timeout_s)

    @property
    def keyring(self) -> Keyring:
        return self._keyring

    def forwarding(self, rule_id: str) -> Health | None:
        """How it goes with a forwarding rule; ``None`` while nothing is forwarded at all."""
        forwarder = self._forwarder
        return None if forwarder is None else forwarder.health(rule_id)

    def resend(self, rule_id: str, seqs: Sequence[int] = ()) -> Future[list[int]]:
        """Have dead letters sent again, all or those of these events; which there were. Raises CommandRefused."""
        return self._of_letters(lambda forwarder: forwarder.resend(rule_id, seqs))

    def discard(self, rule_id: str, seqs: Sequence[int] = ()) -> Future[list[int]]:
        """Forget dead letters. As `resend`."""
        return self._of_letters(lambda forwarder: forwarder.discard(rule_id, seqs))

    def _of_letters(self, work: Callable[[Forwarder], Coroutine[object, object, list[int]]]) -> Future[list[int]]:
        forwarder, loop = self._forwarder, self._loop
        if forwarder is None or loop is None:
            raise CommandRefused("nothing is passed on yet: try again in a moment")
        return asyncio.run_coroutine_threadsafe(work(forwarder), loop)

    def close(self) -> None:
        """Let what is under way end, for a moment."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        thread, self._thread = self._thread, None
        if thread is None:
            return
        while thread.is_alive():
            if self._loop is not None and self._stop is not None:
                self._tell(self._stop.set)
            self._engine.attend()  # those who wait for an answer still get it
            thread.join(0.02)

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._run, name="outside", daemon=True)
        self._thread.start()

    def _changed(self, rules: tuple[Forward, ...]) -> None:
        """On the engine's thread. What comes before the forwarder is there, it finds in the world."""
        if self._thread is None:
            self._begin()
        forwarder = self._forwarder
        if forwarder is not None:
            # Where a rule begins in the log is known once it is on the disk.
            for rule in rules:
                self._store.write(()).add_done_callback(lambda _, rule=rule: self._tell(partial(_follow, forwarder, rule)))  # type: ignore[misc]

    def _tell(self, call: Callable[[], object]) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:  # it has just ended
            return

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except Exception:
            log.exception("the interface for other systems has failed")
        finally:
            if self._socket is not None:
                self._socket.close()

    async def _live(self) -> None:
        from core.forwarding.forwarder import Forwarder, Patience
        from core.storage.tail import Tail

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        number = self._settings.number
        tail = Tail(self._store)
        lines = _Lines(self._engine, self._keyring)
        patience = Patience(int(number("forwarding.tries")), number("forwarding.first_wait_s"))
        forwarder = Forwarder(self._store, tail, lines.of, patience)

        def begin() -> list[Forward]:
            self._forwarder = forwarder  # from now on changes are told
            return list(self._engine.world.forwards.values())

        try:
            for rule in await asyncio.wrap_future(self._engine.handover.ask(begin)):
                await forwarder.follow(rule)
            if self._socket is None:
                self._ready.set()
                await self._stop.wait()
            else:
                from core.api.service import Service

                service = Service(self._engine, self._store, self._executor, tail, self._keyring, forwarder)
                await self._serve(service)
        finally:
            self._forwarder = None
            await forwarder.close()
            await lines.close()
            tail.close()

    async def _serve(self, service: object) -> None:
        import uvicorn

        from core.api.app import make_app
        from core.api.gate import Limits
        from core.api.service import Service

        assert isinstance(service, Service)
        assert self._stop is not None
        number = self._settings.number
        limits = Limits(
            number("http.rate"), number("http.burst"), number("http.strangers_rate"), int(number("http.body_kb") * 1000)
        )
        config = uvicorn.Config(
            make_app(service, limits),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=int(GRACE_S),
            ssl_certfile=self._certificate[0],
            ssl_keyfile=self._certificate[1],
        )
        server = uvicorn.Server(config)
        assert self._socket is not None
        serving = asyncio.create_task(server.serve(sockets=[self._socket]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        self._ready.set()
        log.info("HTTP at %s", self.address)
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        await _end(server, serving)
        stopping.cancel()


class _Lines:
    """The ways out, made where they are needed."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring
        self._client: object | None = None
        self._webhook: Line | None = None

    def of(self, rule: Forward) -> Line:
        from core.forwarding.lines import Topic, Webhook

        if rule.to.startswith("mqtt:"):
            return Topic(self._engine.transport)
        if self._webhook is None:
            import httpx

            logging.getLogger("httpx").setLevel(logging.WARNING)  # it would write every address, which may hold a secret
            self._client = client = httpx.AsyncClient(timeout=10.0, headers={"User-Agent": "Kerbside"}, follow_redirects=False)
            self._webhook = Webhook(client, self._secret)
        return self._webhook

    def _secret(self, rule: Forward) -> str:
        """What is sent by the rule is signed from the first time on."""
        had = self._keyring.has_hook(rule.id)
        secret = self._keyring.hook_secret(rule.id)
        if not had:
            made = RecordUpkeep(kind=SecretChanged, altered=(secret_altered(rule.id, rule.name, had=False),), actor="system")
            self._engine.handover.ask(lambda: self._engine.execute(made))
        return secret

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()  # type: ignore[attr-defined]


async def _end(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    server.should_exit = True
    done, _ = await asyncio.wait((serving,), timeout=GRACE_S)
    if not done:
        server.force_exit = True
        await asyncio.wait((serving,), timeout=GRACE_S)
    if serving.done() and not serving.cancelled() and serving.exception() is not None:
        log.error("HTTP has failed", exc_info=serving.exception())


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family, kind, protocol)
    except OSError as error:
        raise BadInput(
            Message(
                "{host}:{port} is no address of this machine ({reason}): choose another one",
                host=host,
                port=port,
                reason=cause(error),
            )
        ) from None
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        reason = cause(error)
        raise BadInput(
            Message(
                "HTTP can't listen at {host}:{port} ({reason}): choose another address with --http or http.listen",
                host=host,
                port=port,
                reason=reason,
            )
        ) from None
    return sock


def _named(sock: socket.socket, scheme: str) -> str:
    host, port = sock.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _is_local(sock: socket.socket) -> bool:
    return ip_address(str(sock.getsockname()[0]).partition("%")[0]).is_loopback


def _certificate(settings: Settings) -> tuple[str | None, str | None]:
    """The files of the certificate and of its key, tried: uvicorn would find out when nobody listens any more. Raises
    BadInput."""
    file, key = settings.text("http.certificate") or None, settings.text("http.certificate_key") or None
    if file is None:
        return None, None
    try:
        # Nobody is there to be asked for the password of a key.
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(file, key, password=lambda: "")
    except OSError as error:
        reason = Message("no certificate with its key in it") if isinstance(error, ssl.SSLError) else cause(error)
        raise BadInput(
            Message(
                "HTTP can't be encrypted by http.certificate {file} ({reason}): give a PEM file, and its key "
                "there or in http.certificate_key, without a password",
                file=file,
                reason=reason,
            )
        ) from None
    return file, key


_running: set[asyncio.Future[None]] = set()


def _follow(forwarder: Forwarder, rule: Forward) -> None:
    """A task nobody holds may be collected while it runs."""
    task = asyncio.ensure_future(forwarder.follow(rule))
    _running.add(task)
    task.add_done_callback(_running.discard)
