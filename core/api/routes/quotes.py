"""What to expect if an order were placed now: when our own fleet would bring it, and what others ask for it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass

import numpy as np
from fastapi import APIRouter
from numpy.typing import NDArray
from starlette.responses import Response

from core.api import order_models as m
from core.api import views
from core.api.answers import answer
from core.api.gate import may
from core.api.keyring import Scope
from core.api.routes import Serving
from core.api.service import Service
from core.domain.driver import Activity
from core.domain.errors import KerbsideError
from core.domain.geo import LatLon, distance_m
from core.domain.order import Order
from core.domain.vehicle import Vehicle
from core.engine.engine import Engine
from core.providers.carrier import Parcel, Quote
from core.rules.ruleset import Choice
from core.tracking.search import Among
from core.worker import reach

router = APIRouter(tags=["orders"], dependencies=[may(Scope.ORDERS_READ)])
ASKED = 20
"""Free drivers of each vehicle that a quote looks at, the nearest ones."""
PROVIDERS_ASKED = 4
"""A rule may name many; those behind the first few are hardly ever reached."""
PATIENCE_S = 3.0
"""For a provider's answer: a customer looks at a basket meanwhile."""


@router.post("/quotes", response_model=m.Quote)
async def quote(body: m.QuoteIn, service: Serving) -> Response:
    """What to expect if an order were placed now. Nothing is reserved by it."""
    known = await service.ask(lambda engine: _facts(engine, body))
    choice = known.choice
    chain = () if choice is None else choice.decision.chain[:PROVIDERS_ASKED]
    best, told = await asyncio.gather(_soonest(service, known), _told(service, known.parcel, chain))
    order = known.order
    return answer(
        {
            "merchant_id": body.merchant_id,
            "area_id": order.area_id,
            "ready_at": order.ready_at,
            "due_at": order.due_at,
            "distance_m": distance_m(order.pickup, order.dropoff),
            "drivers_free": sum(map(len, known.free.values())),
            "vehicle": None if best is None else best[2].value,
            "pickup_at": None if best is None else best[0],
            "dropoff_at": None if best is None else best[1],
            "on_time": None if best is None else best[1] <= order.due_at,
            "rule_id": None if choice is None else choice.rule.id,
            "refused": choice is not None and choice.decision.refused,
            "providers": told,
        }
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """``free`` holds the places of free drivers, shape (n, 2) for each vehicle."""

    now: float
    order: Order
    parcel: Parcel
    choice: Choice | None
    pickup_stop_min: float
    free: dict[Vehicle, NDArray[np.float64]]


def _facts(engine: Engine, body: m.QuoteIn) -> _Facts:
    now, number = engine.clock.now(), engine.settings.number
    merchant = engine.world.merchant(body.merchant_id)
    order = Order(
        id="quote",
        merchant_id=merchant.id,
        pickup=merchant.place,
        dropoff=LatLon(body.dropoff.lat, body.dropoff.lon),
        placed_at=now,
        ready_at=body.ready_at if body.ready_at is not None else now + 60 * merchant.prep_min,
        due_at=body.due_at if body.due_at is not None else now + 60 * number("orders.promise_min"),
        weight_kg=body.weight_kg,
        volume_l=body.volume_l,
        vehicles=frozenset(map(Vehicle, body.vehicles)),
        value=body.value,
        status_at=now,
        area_id=merchant.area_id,
        goods=merchant.goods,
    )
    free = {}
    for vehicle in order.vehicles or Vehicle:
        among = Among(frozenset({Activity.FREE}), frozenset({vehicle}))
        rows, _ = engine.search.nearest(merchant.place, ASKED, 1000 * number("matching.max_pickup_km"), among)
        if len(rows):
            free[vehicle] = np.column_stack((engine.positions.lat[rows], engine.positions.lon[rows]))
    choice = engine.errands.dispatch.would_choose(order, now)
    parcel = Parcel(order.id, order, merchant.name, order.due_at)
    return _Facts(now, order, parcel, choice, number("orders.pickup_stop_min"), free)


async def _soonest(service: Service, known: _Facts) -> tuple[float, float, Vehicle] | None:
    """Pick-up and drop-off, epoch seconds, by whoever of our own is there first."""
    best: tuple[float, float, Vehicle] | None = None
    order = known.order
    for vehicle, places in known.free.items():
        to_pickup, leg = await service.work(reach, places, order.pickup, order.dropoff, vehicle)
        soonest = float(np.min(to_pickup))
        if not math.isfinite(soonest + leg):
            continue
        leaves = max(known.now + soonest, order.ready_at) + 60 * known.pickup_stop_min
        if best is None or leaves + leg < best[1]:
            best = leaves, leaves + leg, vehicle
    return best


async def _told(service: Service, parcel: Parcel, chain: Sequence[str]) -> list[views.View]:
    """What each of them says, in their order; who does not answer says so."""

    def ask(engine: Engine) -> list[Future[Quote] | KerbsideError]:
        asked: list[Future[Quote] | KerbsideError] = []
        for provider_id in chain:
            try:
                asked.append(engine.errands.quote(provider_id, parcel))
            except KerbsideError as error:
                asked.append(error)
        return asked

    asked = await service.ask(ask) if chain else []
    said = await asyncio.gather(*map(_heard, asked))
    return [{"provider_id": provider_id, **asdict(one)} for provider_id, one in zip(chain, said, strict=True)]


async def _heard(asked: Future[Quote] | KerbsideError) -> Quote:
    try:
        if isinstance(asked, KerbsideError):
            raise asked
        return await asyncio.wait_for(asyncio.wrap_future(asked), PATIENCE_S)
    except TimeoutError:
        return Quote(False, reason=f"no answer within {PATIENCE_S:g} s")
    except KerbsideError as error:
        return Quote(False, reason=str(error))
