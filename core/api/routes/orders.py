"""Place, quote, follow, change and cancel orders."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np
from fastapi import APIRouter, Header, Query
from numpy.typing import NDArray
from starlette.responses import Response

from core.api import models as m
from core.api import views
from core.api.answers import answer
from core.api.fleet import tracker
from core.api.gate import Caller, may
from core.api.keyring import Scope
from core.api.routes import After, Limit, PathId, Serving
from core.api.service import Once, Service
from core.domain import commands as c
from core.domain.driver import Activity
from core.domain.errors import BadInput
from core.domain.geo import LatLon, distance_m
from core.domain.vehicle import Vehicle
from core.engine.engine import Engine
from core.tracking.search import Among
from core.worker import reach

router = APIRouter(tags=["orders"])
READ, WRITE = [may(Scope.ORDERS_READ)], [may(Scope.ORDERS_WRITE)]
ASKED = 20
"""Free drivers of each vehicle that a quote looks at, the nearest ones."""

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


@router.post("/orders", status_code=201, response_model=m.Order, dependencies=WRITE)
async def place_order(body: m.OrderIn, service: Serving, key: Caller, idempotency_key: IdempotencyKey = None) -> Response:
    """Place an order. 201 means that it is on disk."""
    once = None
    if idempotency_key is not None:
        content = msgspec.json.encode(body.model_dump(), order="deterministic")
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
            actor=_actor(key),
        )

    return answer(await service.place(make, body.id, once), 201)


@router.get("/orders", response_model=m.Orders, dependencies=READ)
async def list_orders(
    service: Serving,
    status: Annotated[str | None, Query(pattern="^[a-z_]{1,20}$")] = None,
    merchant_id: Annotated[m.Id | None, Query()] = None,
    driver_id: Annotated[m.Id | None, Query()] = None,
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


@router.get("/orders/{order_id}/events", response_model=m.Events, dependencies=READ)
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


@router.post("/quotes", response_model=m.Quote, dependencies=READ)
async def quote(body: m.QuoteIn, service: Serving) -> Response:
    """What to expect if an order were placed now. Nothing is reserved by it."""
    door = LatLon(body.dropoff.lat, body.dropoff.lon)
    vehicles = [v for v in Vehicle if not body.vehicles or v.value in body.vehicles]
    known = await service.ask(lambda engine: _facts(engine, body, vehicles))
    best: tuple[float, float, Vehicle] | None = None
    for vehicle, places in known.free.items():
        to_pickup, leg = await service.work(reach, places, known.pickup, door, vehicle)
        soonest = float(np.min(to_pickup))
        if not math.isfinite(soonest + leg):
            continue
        leaves = max(known.now + soonest, known.ready_at) + 60 * known.pickup_stop_min
        if best is None or leaves + leg < best[1]:
            best = leaves, leaves + leg, vehicle
    return answer(
        {
            "merchant_id": body.merchant_id,
            "area_id": known.area_id,
            "ready_at": known.ready_at,
            "due_at": known.due_at,
            "distance_m": distance_m(known.pickup, door),
            "drivers_free": sum(map(len, known.free.values())),
            "vehicle": None if best is None else best[2].value,
            "pickup_at": None if best is None else best[0],
            "dropoff_at": None if best is None else best[1],
            "on_time": None if best is None else best[1] <= known.due_at,
        }
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """``free`` holds the places of free drivers, shape (n, 2) for each vehicle."""

    now: float
    pickup: LatLon
    area_id: str | None
    ready_at: float
    due_at: float
    pickup_stop_min: float
    free: dict[Vehicle, NDArray[np.float64]]


def _facts(engine: Engine, body: m.QuoteIn, vehicles: list[Vehicle]) -> _Facts:
    now, number = engine.clock.now(), engine.settings.number
    merchant = engine.world.merchant(body.merchant_id)
    free = {}
    for vehicle in vehicles:
        among = Among(frozenset({Activity.FREE}), frozenset({vehicle}))
        rows, _ = engine.search.nearest(merchant.place, ASKED, 1000 * number("matching.max_pickup_km"), among)
        if len(rows):
            free[vehicle] = np.column_stack((engine.positions.lat[rows], engine.positions.lon[rows]))
    return _Facts(
        now,
        merchant.place,
        merchant.area_id,
        body.ready_at if body.ready_at is not None else now + 60 * merchant.prep_min,
        body.due_at if body.due_at is not None else now + 60 * number("orders.promise_min"),
        number("orders.pickup_stop_min"),
        free,
    )
