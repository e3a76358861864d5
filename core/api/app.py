"""The application: its paths behind the gate, and its OpenAPI document."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response
from starlette.types import ASGIApp

from core.api import models as m
from core.api.answers import PROBLEM_TYPE, answer, install
from core.api.gate import OPEN_PATHS, Gate, Limits
from core.api.routes import Serving, dispatch, events, fleet, forwarding, orders, places, quotes
from core.api.service import Service

_PROBLEMS = {
    400: "The request can't be read",
    401: "A key is needed",
    403: "The key may not do this",
    404: "There is no such thing",
    405: "Not done this way",
    409: "Not as things stand",
    413: "Too large",
    422: "Something in the request is not as it should be",
    429: "Too many requests: ask again after Retry-After seconds",
    503: "Not just now: ask again after Retry-After seconds",
}
_AGAIN = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 1}}}


def make_app(service: Service, limits: Limits) -> ASGIApp:
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.service = service
    app.state.streams = set()
    install(app)
    for part in (orders, quotes, fleet, places, dispatch, events, forwarding):
        app.include_router(part.router, prefix="/v1")
    app.state.document = document = cache(lambda: _document(app))  # made when it is asked for: it takes a third of a second

    @app.get("/health", response_model=m.Health, tags=["health"])
    async def health(service: Serving) -> Response:
        """Whether what is asked for can be kept."""
        problem = service.store.health.problem
        return answer({"status": "trouble" if problem else "ok", "problem": problem, "last_event": service.tail.last})

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return answer(document())

    return Gate(app, service.keyring, limits)


def _document(app: FastAPI) -> dict[str, Any]:
    """FastAPI's, with problems as they are really told."""
    made = get_openapi(
        title="Kerbside",
        version="1",
        description="Orders in, their events out. Errors are told as problems (RFC 9457), in one line that says what to do.",
        routes=app.routes,
    )
    schemas = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = m.Problem.model_json_schema()
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in made["paths"].items():
        for operation in operations.values():
            for status, description in _PROBLEMS.items():
                if not (path in OPEN_PATHS and status in {401, 403}):
                    own = operation["responses"].get(str(status), {}) if status == 503 else {}
                    told = operation["responses"][str(status)] = {"description": description, **own, "content": content}
                    if status in {429, 503}:
                        told["headers"] = _AGAIN
    _link(made["paths"])
    return made


def _link(paths: dict[str, Any]) -> None:
    """Say of what is made here where else its id is good for."""
    makers = {"order_id": ("/v1/orders", "post", "201", "$response.body#/id")}
    for path, operations in paths.items():
        if "put" in operations and (names := re.findall(r"\{(\w+)\}", path)):
            name = names[-1]
            makers[name] = (path, "put", "200", f"$request.path.{name}")
    for name, (made_at, method, status, value) in makers.items():
        links = {
            operation["operationId"]: {"operationId": operation["operationId"], "parameters": {name: value}}
            for path, operations in paths.items()
            for operation in operations.values()
            if f"{{{name}}}" in path
        }
        paths[made_at][method]["responses"][status]["links"] = links
