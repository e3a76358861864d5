"""Merchants, and areas as GeoJSON."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from core.api import place_models as m
from core.api import views
from core.api.answers import answer
from core.api.gate import Caller, may
from core.api.keyring import Scope
from core.api.routes import After, Limit, PathId, Serving
from core.api.routes.fleet import places_of
from core.domain import commands as c
from core.domain.errors import UnknownThing
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant, OwnDrivers
from core.domain.vehicle import Vehicle

router = APIRouter(tags=["places"])
READ, WRITE = [may(Scope.PLACES_READ)], [may(Scope.PLACES_WRITE)]


@router.get("/merchants", response_model=m.Merchants, dependencies=READ)
async def list_merchants(service: Serving, after: After = None, limit: Limit = 100) -> Response:
    """All merchants, by their ids."""
    known = await service.ask(lambda e: list(e.world.merchants.values()))
    wanted = sorted((x for x in known if after is None or x.id > after), key=lambda x: x.id)
    more = wanted[limit - 1].id if len(wanted) > limit else None
    return answer({"merchants": [views.merchant(x) for x in wanted[:limit]], "next": more})


@router.get("/merchants/{merchant_id}", response_model=m.Merchant, dependencies=READ)
async def get_merchant(merchant_id: PathId, service: Serving) -> Response:
    return answer(await service.ask(lambda e: views.merchant(_merchant(e.world.merchants.get(merchant_id), merchant_id))))


def _merchant(found: Merchant | None, merchant_id: str) -> Merchant:
    if found is None:
        raise UnknownThing(f"there is no merchant {merchant_id}")
    return found


@router.put("/merchants/{merchant_id}", response_model=m.Merchant, dependencies=WRITE)
async def save_merchant(merchant_id: PathId, body: m.MerchantIn, service: Serving, key: Caller) -> Response:
    """Register a merchant, or change one. Orders that are under way keep their pick-up."""
    merchant = Merchant(
        merchant_id,
        body.name,
        LatLon(body.place.lat, body.place.lon),
        body.kind,
        body.prep_min,
        body.fence_m,
        body.area_id,
        body.goods,
        body.fleet,
        OwnDrivers(body.own_drivers),
        body.share_km,
    )
    command = c.SaveMerchant(merchant=merchant, actor=f"key:{key.name}")
    return answer(await service.do(command, lambda e: views.merchant(e.world.merchant(merchant_id))))


@router.delete("/merchants/{merchant_id}", status_code=204, response_class=Response, dependencies=WRITE)
async def remove_merchant(merchant_id: PathId, service: Serving, key: Caller) -> Response:
    """Remove a merchant that has no open order and that no rule names."""
    await service.do(c.RemoveMerchant(merchant_id=merchant_id, actor=f"key:{key.name}"), lambda e: None)
    return Response(status_code=204)


@router.get("/areas", response_model=m.Areas, dependencies=READ)
async def list_areas(service: Serving) -> Response:
    """All areas, as a GeoJSON FeatureCollection."""
    areas = await service.ask(lambda e: list(e.world.areas.values()))
    return answer({"type": "FeatureCollection", "features": [views.area(x) for x in sorted(areas, key=lambda x: x.id)]})


@router.get("/areas/{area_id}", response_model=m.Area, dependencies=READ)
async def get_area(area_id: PathId, service: Serving) -> Response:
    found = await service.ask(lambda e: e.world.areas.get(area_id))
    if found is None:
        raise UnknownThing(f"there is no area {area_id}")
    return answer(views.area(found))


@router.put("/areas/{area_id}", response_model=m.Area, dependencies=WRITE)
async def save_area(area_id: PathId, body: m.AreaIn, service: Serving, key: Caller) -> Response:
    """Make an area, or change one."""
    shape = body.geometry
    polygons = [shape.coordinates] if isinstance(shape, m.Polygon) else shape.coordinates
    area = Area(
        area_id,
        body.properties.name,
        tuple(places_of(rings) for rings in polygons),
        body.properties.priority,
        body.properties.watched,
        frozenset(map(Vehicle, body.properties.vehicles)),
    )
    command = c.SaveArea(area=area, actor=f"key:{key.name}")
    return answer(await service.do(command, lambda e: views.area(e.world.areas[area_id])))


@router.delete("/areas/{area_id}", status_code=204, response_class=Response, dependencies=WRITE)
async def remove_area(area_id: PathId, service: Serving, key: Caller) -> Response:
    """Remove an area that no rule names; its merchants are tagged anew."""
    await service.do(c.RemoveArea(area_id=area_id, actor=f"key:{key.name}"), lambda e: None)
    return Response(status_code=204)
