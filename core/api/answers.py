"""How an answer is written: JSON, and problems as RFC 9457 has them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from core.api.service import StillWriting
from core.domain.errors import BadInput, CommandRefused, IllegalStep, KerbsideError, UnknownThing
from core.domain.language import as_text
from core.engine.handover import Busy
from core.rules.ruleset import Unreadable
from core.signing import BadSignature
from core.storage.database import StorageError

log = logging.getLogger(__name__)
PROBLEM_TYPE = "application/problem+json"

_STATUS: tuple[tuple[type[KerbsideError], int], ...] = (
    (UnknownThing, 404),
    (BadSignature, 401),
    (CommandRefused, 409),
    (IllegalStep, 409),
    (BadInput, 422),
    (Busy, 503),
    (StillWriting, 503),
    (StorageError, 503),
    (Unreadable, 503),
)
_AGAIN_S: dict[type[KerbsideError], int] = {Unreadable: 60}
"""When to ask again after a 503, where a second is not enough: somebody has to do something first."""


def answer(content: Any, status: int = 200) -> Response:
    """``content`` as JSON; bytes are JSON already."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content, enc_hook=as_text)
    return Response(body, status, media_type="application/json")


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    title = HTTPStatus(status).phrase
    detail = detail.encode("utf-8", "replace").decode()  # half a surrogate pair may have come in
    body = msgspec.json.encode({"type": "about:blank", "title": title, "status": status, "detail": detail}, enc_hook=as_text)
    return Response(body, status, headers, PROBLEM_TYPE)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, KerbsideError)
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 409)
    again = {"Retry-After": str(_AGAIN_S.get(type(error), 1))}
    return problem(status, str(error), again if status == 503 else None)


async def _invalid(request: Request, error: Exception) -> Response:
    """Where and why; not what was sent, which may be anything."""
    assert isinstance(error, RequestValidationError)
    told = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()[:5]]
    return problem(422, "; ".join(told).encode("ascii", "replace").decode())


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:  # the framework names the methods of one route alone
        known = request.app.state.document()["paths"].items()
        allowed = (way for path, ways in known if _fits(path, request.url.path) for way in ways)
        headers["Allow"] = ", ".join(sorted(map(str.upper, allowed)))
    return problem(error.status_code, str(error.detail), headers)


def _fits(template: str, path: str) -> bool:
    pairs = zip(template.split("/"), path.split("/"), strict=False)
    return template.count("/") == path.count("/") and all(a == b or a.startswith("{") for a, b in pairs)


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("a request failed: %s %s", request.method, request.url.path, exc_info=error)
    return problem(500, "something went wrong inside the program; its log has the details")


def install(app: FastAPI) -> None:
    app.add_exception_handler(KerbsideError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
