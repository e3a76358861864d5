"""What happens, as pages of the log and as a stream of server-sent events that goes on where it broke off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from core.api import models as m
from core.api import views
from core.api.answers import answer
from core.api.gate import may
from core.api.keyring import Scope
from core.api.routes import Figures, Left, Limit, Serving
from core.api.service import Service
from core.storage.codec import decode, orders_of
from core.storage.store import LogRow

router = APIRouter(tags=["events"])
READ = [may(Scope.EVENTS_READ)]
BEAT_S = 15.0
MOST_STREAMS = 100

Number = Annotated[int | Left, Figures, Query(ge=0, le=2**53, description="The last event that is known already")]
Kinds = Annotated[list[str] | Left, Query(max_length=60, description="Only events of these kinds")]
OrderId = Annotated[m.Id | Left, Query(description="Only events of this order")]


@router.get("/events", response_model=m.Events, dependencies=READ)
async def list_events(
    service: Serving, after: Number = 0, kinds: Kinds = None, order_id: OrderId = None, limit: Limit = 100
) -> Response:
    """Events after a number, oldest first. Where fewer than ``limit`` come back, there are no more."""
    chosen: list[views.View] = []
    seq = after or 0
    while len(chosen) < limit:
        rows = await asyncio.to_thread(service.store.rows_since, seq, 1000)
        if not rows:
            break
        seq = rows[-1].seq
        chosen += [views.event(row) for row in rows if _wanted(row, kinds, order_id)][: limit - len(chosen)]
    return answer({"events": chosen})


@router.get(
    "/events/stream",
    dependencies=READ,
    response_class=StreamingResponse,
    responses={200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_events(
    request: Request,
    service: Serving,
    after: Number = None,
    kinds: Kinds = None,
    order_id: OrderId = None,
    last_event_id: Annotated[str | Left, Header(alias="Last-Event-ID", pattern="^[0-9]{1,15}$")] = None,
) -> Response:
    """Events as they happen, each with its number as its id. ``Last-Event-ID`` or ``after`` goes on behind a number; without
    either the stream begins now."""
    streams: set[object] = request.app.state.streams
    if len(streams) >= MOST_STREAMS:
        raise HTTPException(429, "too many streams are open already", {"Retry-After": "10"})
    seq = int(last_event_id) if last_event_id is not None else service.tail.last if after is None else after
    me = object()
    streams.add(me)

    async def told() -> AsyncIterator[bytes]:
        try:
            async for part in _stream(service, min(seq, service.tail.last), kinds, order_id):
                yield part
        finally:
            streams.discard(me)

    return StreamingResponse(told(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _stream(service: Service, seq: int, kinds: list[str] | None, order_id: str | None) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    while True:
        try:
            rows = await asyncio.wait_for(service.tail.after(seq), BEAT_S)
        except TimeoutError:
            # Also where nothing was of interest: whoever comes back need not look through it again.
            yield f"id: {seq}\n: still here\n\n".encode()
            continue
        parts = [_part(row) for row in rows if _wanted(row, kinds, order_id)]
        seq = rows[-1].seq
        if parts:
            yield b"".join(parts)


def _part(row: LogRow) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (row.seq, row.kind.encode(), msgspec.json.encode(views.event(row)))


def _wanted(row: LogRow, kinds: list[str] | None, order_id: str | None) -> bool:
    if kinds and row.kind not in kinds:
        return False
    # An offer may be about several orders, of which the row names the first.
    return order_id is None or row.order_id == order_id or order_id in orders_of(decode(row.kind, row.body))
