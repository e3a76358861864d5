"""Drivers: register, change, see, find."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from core.api import fleet
from core.api import fleet_models as m
from core.api.answers import answer
from core.api.gate import Caller, may
from core.api.keyring import Scope
from core.api.routes import After, Limit, PathId, Serving
from core.api.service import Service
from core.api.views import View
from core.domain import commands as c
from core.domain.driver import Activity, App, Break, Driver
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.vehicle import Vehicle
from core.engine.engine import Engine
from core.tracking.search import Among
from core.worker import isochrone

router = APIRouter(tags=["drivers"])
READ, WRITE = [may(Scope.DRIVERS_READ)], [may(Scope.DRIVERS_WRITE)]
ISOCHRONES = 256
Rings = tuple[tuple[LatLon, ...], ...]


@router.get("/drivers", response_model=m.Drivers, dependencies=READ)
async def list_drivers(service: Serving, after: After = None, limit: Limit = 100) -> Response:
    """All drivers, by their ids."""
    ids = sorted(await service.ask(lambda e: list(e.world.drivers)))
    wanted = [i for i in ids if after is None or i > after]
    page = wanted[:limit]
    seen = await service.ask(lambda e: [fleet.driver(e, i) for i in page if i in e.world.drivers])
    return answer({"drivers": seen, "next": page[-1] if len(wanted) > limit else None})


@router.post("/search/drivers", response_model=m.Found, dependencies=READ)
async def search_drivers(body: m.SearchIn, service: Serving) -> Response:
    """Drivers in a circle, a rectangle, a polygon or an isochrone, as they are now; in a circle the nearest come first."""
    among = Among(
        frozenset(map(Activity, body.activities)) if body.activities else None,
        frozenset(map(Vehicle, body.vehicles)) if body.vehicles else None,
    )
    within = body.within
    rings: Rings | None = None
    if isinstance(within, m.Isochrone):
        rings = await _isochrone(service, within)
    elif isinstance(within, m.Outline):
        rings = places_of(within.rings)

    def find(engine: Engine) -> View:
        search = engine.search
        if isinstance(within, m.Circle):
            centre = LatLon(within.centre.lat, within.centre.lon)
            total = len(search.within_circle(centre, within.radius_m, among))
            rows = search.nearest(centre, body.limit, within.radius_m, among)[0]
        else:
            if isinstance(within, m.Rectangle):
                rows = search.within_box(within.south, within.west, within.north, within.east, among)
            else:
                rows = search.within_polygon(rings or (), among)
            total = len(rows)
        return {"total": total, "drivers": fleet.trackers(engine, engine.positions.driver_ids(rows[: body.limit]))}

    found = await service.ask(find)
    outline = None
    if isinstance(within, m.Isochrone):
        outline = [[[lon, lat] for lat, lon in ring] for ring in rings or ()]
    return answer({**found, "outline": outline})


async def _isochrone(service: Service, within: m.Isochrone) -> Rings:
    name = (within.centre.lat, within.centre.lon, within.minutes, within.vehicle)
    known = service.isochrones
    if name not in known:
        centre = LatLon(within.centre.lat, within.centre.lon)
        known[name] = await service.work(isochrone, centre, Vehicle(within.vehicle), within.minutes)
        while len(known) > ISOCHRONES:
            known.popitem(last=False)
    known.move_to_end(name)
    rings: Rings = known[name]
    return rings


def places_of(rings: list[list[list[float]]]) -> Rings:
    """GeoJSON's corners as places. Raises BadInput for an outline that is none."""
    made = tuple(tuple(_corner(corner) for corner in ring) for ring in rings)
    for ring in made:
        if ring[0] != ring[-1] or len(set(ring)) < 3:
            raise BadInput("an outline needs three different corners at least, and its last corner is its first")
    return made


def _corner(corner: list[float]) -> LatLon:
    lon, lat = corner[:2]
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadInput(f"the corner {lon}, {lat} is not on the globe: longitude comes first, then latitude")
    return LatLon(lat, lon)


@router.get("/drivers/{driver_id}", response_model=m.Driver, dependencies=READ)
async def get_driver(driver_id: PathId, service: Serving) -> Response:
    """A driver, what they do and where they are."""
    return answer(await service.ask(lambda e: fleet.driver(e, driver_id)))


@router.put("/drivers/{driver_id}", response_model=m.Driver, dependencies=WRITE)
async def save_driver(driver_id: PathId, body: m.DriverIn, service: Serving, key: Caller) -> Response:
    """Register a driver, or change one."""
    driver = Driver(
        id=driver_id,
        name=body.name,
        vehicle=Vehicle(body.vehicle),
        app=App(body.app),
        phone=body.phone,
        group=body.group,
        shift_start=body.shift_start,
        shift_end=body.shift_end,
        breaks=tuple(Break(one.start, one.end) for one in body.breaks),
        weight_kg=body.weight_kg,
        volume_l=body.volume_l,
        cold_box=body.cold_box,
        rating=body.rating,
    )
    command = c.SaveDriver(driver=driver, actor=f"key:{key.name}")
    return answer(await service.do(command, lambda e: fleet.driver(e, driver_id)))


@router.delete("/drivers/{driver_id}", status_code=204, response_class=Response, dependencies=WRITE)
async def remove_driver(driver_id: PathId, service: Serving, key: Caller) -> Response:
    """Remove a driver who has no order."""
    await service.do(c.RemoveDriver(driver_id=driver_id, actor=f"key:{key.name}"), lambda e: None)
    return Response(status_code=204)
