"""How drivers are seen from outside: what they do and where they are. On the engine's thread."""

from __future__ import annotations

import math
from collections.abc import Iterable

from core.api import views
from core.api.views import View
from core.engine.engine import Engine


def tracker(engine: Engine, driver_id: str) -> View | None:
    """A driver on the road; ``None`` for one who is not known any more."""
    driver = engine.world.drivers.get(driver_id)
    if driver is None:
        return None
    return {
        "id": driver.id,
        "name": driver.name,
        "vehicle": driver.vehicle.value,
        "activity": engine.world.activity(driver_id).value,
        "position": position(engine, driver_id),
    }


def trackers(engine: Engine, driver_ids: Iterable[str]) -> list[View]:
    return [seen for driver_id in driver_ids if (seen := tracker(engine, driver_id)) is not None]


def driver(engine: Engine, driver_id: str) -> View:
    """Raises UnknownThing."""
    seen = views.driver(engine.world.driver(driver_id))
    return {**seen, "activity": engine.world.activity(driver_id).value, "position": position(engine, driver_id)}


def position(engine: Engine, driver_id: str) -> View | None:
    """Where the driver was last; ``None`` before the first fix."""
    at, row = engine.positions, engine.positions.find(driver_id)
    if row is None or not math.isfinite(at.lat[row]):
        return None
    return {
        "lat": float(at.lat[row]),
        "lon": float(at.lon[row]),
        "at": float(at.t[row]),
        "acc_m": _known(at.acc[row]),
        "speed_mps": _known(at.spd[row]),
        "heading_deg": _known(at.hdg[row]),
    }


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
