"""What every request meets first: whose it is, how often they have asked, how much they send."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.api.answers import problem
from core.api.keyring import Key, Keyring
from core.api.keyring import Scope as May
from core.api.limits import Buckets

OPEN_PATHS = frozenset({"/openapi.json", "/health"})
_CALLBACK = re.compile(r"/v1/providers/[^/]+/callbacks")
"""Signed, and not by a key of ours: who calls is known only once the body has been read."""
BEARER = HTTPBearer(auto_error=False, description="A key made with: main.py key make NAME")


@dataclass(frozen=True, slots=True)
class Limits:
    """``rate`` requests a second for each key, ``burst`` at once; of ``strangers`` a second those without a good key, for each
    address; ``body`` bytes of a request."""

    rate: float = 200.0
    burst: float = 2000.0
    strangers: float = 10.0
    body: int = 1_000_000


class Gate:
    """An ASGI middleware. The key of a request that passes is in its state."""

    def __init__(self, app: ASGIApp, keyring: Keyring, limits: Limits) -> None:
        self._app = app
        self._keyring = keyring
        self._limits = limits
        self._known = Buckets(limits.rate, limits.burst)
        self._strangers = Buckets(limits.strangers, 10 * limits.strangers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, _Measured(receive, self._limits.body), send)

    def _refusal(self, scope: Scope) -> Any:
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._limits.body:
            return problem(413, _too_large(self._limits.body))
        words = headers.get(b"authorization", b"").decode("latin-1").split(" ", 1)
        key = self._keyring.admit(words[1].strip()) if words[0].lower() == "bearer" and len(words) == 2 else None
        client = (scope.get("client") or ("",))[0]
        calls_back = scope["method"] == "POST" and _CALLBACK.fullmatch(scope["path"]) is not None
        if key is not None or calls_back:
            wait = self._known.take(f"from {client}" if key is None else key.id, time.monotonic())
        else:
            wait = self._strangers.take(client, time.monotonic())
        if wait:
            return problem(429, f"too many requests: ask again in {wait:.1f} s", {"Retry-After": str(int(wait) + 1)})
        if key is None and not calls_back and scope["path"] not in OPEN_PATHS:
            return problem(401, "a key is needed: Authorization: Bearer kerb_…", {"WWW-Authenticate": "Bearer"})
        scope.setdefault("state", {})["key"] = key
        return None


def _too_large(most: int) -> str:
    return f"a request may have {most:,} bytes at most"


class _Measured:
    """A request's body, counted as it comes: a chunked one does not say its length."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = self._left = most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, _too_large(self._most))
        return message


def _key(request: Request) -> Key:
    key: Key = request.state.key
    return key


# Coroutines: FastAPI sends a plain function to a thread.
async def key_of(request: Request) -> Key:
    return _key(request)


Caller = Annotated[Key, Depends(key_of)]


def may(scope: May) -> Any:
    """A dependency: only for keys with this scope."""

    async def check(request: Request, _: Annotated[Any, Security(BEARER)] = None) -> None:
        if scope not in _key(request).scopes:
            raise HTTPException(403, f"this key may not do that: it needs the scope {scope}")

    return Depends(check)
