"""Place, follow, change and cancel orders."""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from core.api import models, views
from core.api import order_models as m
from core.api.answers import answer
from core.api.fleet import tracker
from core.api.gate import Caller, may
from core.api.keyring import Scope
from core.api.routes import After, Left, Limit, PathId, Serving
from core.api.service import Once, Service
from core.domain import commands as c
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.engine.engine import Engine

router = APIRouter(tags=["orders"])
READ, WRITE = [may(Scope.ORDERS_READ)], [may(Scope.ORDERS_WRITE)]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern="^[A-Za-z0-9._~:-]+$",
        description="The same key and body give the same answer, for 48 hours, through restarts as well",
    ),
]


_LATER = (
    "Not just now, or it is not known who delivers, since the provider rules can't be read: ask again after Retry-After "
    "seconds, with the same Idempotency-Key"
)


@router.post("/orders", status_code=201, response_model=m.Order, dependencies=WRITE, responses={503: {"description": _LATER}})
async def place_order(body: m.OrderIn, service: Serving, key: Caller, idempotency_key: IdempotencyKey = None) -> Response:
    """Place an order. 201 means that it is on disk."""
    once = None
    if idempotency_key is not None:
        # Only what was sent: a request that is sent again to a newer program, with more fields, is still the same.
        content = msgspec.json.encode(body.model_dump(exclude_unset=True), order="deterministic")
        once = Once(key, idempotency_key, hashlib.sha256(content).hexdigest())

    def make(order_id: str) -> c.PlaceOrder:
        return c.PlaceOrder(
            order_id=order_id,
            merchant_id=body.merchant_id,
            dropoff=LatLon(body.dropoff.lat, body.dropoff.lon),
            customer=body.customer,
            address=body.address,
            note=body.note,
            ready_at=body.ready_at,
            due_at=body.due_at,
            weight_kg=body.weight_kg,
            volume_l=body.volume_l,
            vehicles=frozenset(map(Vehicle, body.vehicles)),
            goods=body.goods,
            value=body.value,
            actor=_actor(key),
        )

    return answer(await service.place(make, body.id, once), 201)


@router.get("/orders", response_model=m.Orders, dependencies=READ)
async def list_orders(
    service: Serving,
    status: Annotated[str | Left, Query(pattern="^[a-z_]{1,20}$")] = None,
    merchant_id: Annotated[models.Id | Left, Query()] = None,
    driver_id: Annotated[models.Id | Left, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> Response:
    """Orders that are open or ended within the last day, oldest first."""
    orders, etas = await service.ask(lambda e: (list(e.world.orders.values()), e.world.etas))
    wanted = [
        o
        for o in orders
        if (status is None or o.status == status)
        and (merchant_id is None or o.merchant_id == merchant_id)
        and (driver_id is None or o.driver_id == driver_id)
    ]
    wanted.sort(key=lambda o: (o.placed_at, o.id))
    if after is not None:
        last = next(((o.placed_at, o.id) for o in orders if o.id == after), None)
        if last is None:
            raise BadInput(f"after: there is no order {after.encode('ascii', 'replace').decode()} to go on from")
        wanted = [o for o in wanted if (o.placed_at, o.id) > last]
    page = wanted[:limit]
    more = page[-1].id if len(wanted) > limit else None
    return answer({"orders": [views.order(o, etas.get(o.id)) for o in page], "next": more})


@router.get("/orders/{order_id}", response_model=m.Tracked, dependencies=READ)
async def follow_order(order_id: PathId, service: Serving) -> Response:
    """An order, who has it, where they are, and when it is expected."""
    order, eta = await service.order(order_id)
    who = await service.ask(lambda e: None if order.driver_id is None else tracker(e, order.driver_id))
    return answer({"order": views.order(order, eta), "driver": who})


@router.get("/orders/{order_id}/events", response_model=models.Events, dependencies=READ)
async def order_events(order_id: PathId, service: Serving) -> Response:
    """Everything that has happened to an order, oldest first."""
    await service.order(order_id)
    return answer({"events": [views.event(row) for row in service.store.rows_of_order(order_id)]})


@router.patch("/orders/{order_id}", response_model=m.Order, dependencies=WRITE)
async def change_order(order_id: PathId, body: m.OrderChange, service: Serving, key: Caller) -> Response:
    """Change an order that is not over. Its driver is told; who was only asked is asked anew where it matters."""
    given = body.model_dump(exclude_none=True)
    if body.dropoff is not None:
        given["dropoff"] = LatLon(body.dropoff.lat, body.dropoff.lon)
    if body.vehicles is not None:
        given["vehicles"] = frozenset(map(Vehicle, body.vehicles))
    return await _done(service, c.ChangeOrder(order_id=order_id, actor=_actor(key), **given))


@router.post("/orders/{order_id}/cancel", response_model=m.Order, dependencies=WRITE)
async def cancel_order(order_id: PathId, body: m.Cancel, service: Serving, key: Caller) -> Response:
    """Cancel an order that has not been picked up."""
    reason = body.reason or f"cancelled by {key.name}"
    return await _done(service, c.CancelOrder(order_id=order_id, reason=reason, actor=_actor(key)))


async def _done(service: Service, command: c.ChangeOrder | c.CancelOrder) -> Response:
    def seen(engine: Engine) -> views.View:
        return views.order(engine.world.order(command.order_id), engine.world.etas.get(command.order_id))

    return answer(await service.do(command, seen))


def _actor(key: Caller) -> str:
    return f"key:{key.name}"
