"""Who could be given an order: every driver, the best first, with what speaks against them."""

from __future__ import annotations

from app.scene import Scene
from core.domain.driver import Activity, Driver
from core.domain.geo import LatLon, distance_m
from core.domain.language import mark, tr
from core.domain.order import Order
from widgets.common.words import duration
from widgets.dialogs.assign import AssignChoice

_NOT_NOW = {Activity.OFFLINE: mark("offline"), Activity.BREAK: mark("on a break")}


def choices(order: Order, engine: Scene) -> list[AssignChoice]:
    """Drivers by what the matcher says they would cost, then by distance; those who are away last."""
    priced = engine.decisions.candidates.get(order.id, ()) if engine.decisions is not None else ()
    costs = {candidate.driver_id: candidate.cost.per_delivery for candidate in priced}
    found = []
    for driver in engine.world.drivers.values():
        activity = engine.world.activity(driver.id)
        row = engine.positions.find(driver.id)
        metres = float("inf")
        if row is not None and engine.positions.lat[row] == engine.positions.lat[row]:
            here = LatLon(float(engine.positions.lat[row]), float(engine.positions.lon[row]))
            metres = distance_m(here, order.pickup)
        cost = costs.get(driver.id)
        away = activity in _NOT_NOW
        found.append(
            AssignChoice(
                id=driver.id,
                name=driver.name,
                activity=activity,
                vehicle=driver.vehicle.value,
                away=tr("{value:.1f} km", value=metres / 1000) if metres < 1e6 else "",
                cost=tr("{cost:.1f} min", cost=cost) if cost is not None else "",
                warning=_warning(order, driver, activity, engine),
                rank=(1e9 if away else 0.0) + (cost if cost is not None else 1e4 + metres),
            )
        )
    return found


def _warning(order: Order, driver: Driver, activity: Activity, engine: Scene) -> str:
    if order.vehicles and driver.vehicle not in order.vehicles:
        return tr("vehicle not allowed")
    if driver.id in order.declined_by:
        return tr("said no {duration} ago", duration=duration(engine.clock.now() - order.declined_by[driver.id]))
    return tr(_NOT_NOW[activity]) if activity in _NOT_NOW else ""
