"""Drivers' comings and goings as JSON for those outside who act on them."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Struct, UnsetType

from core.domain.events import AreaCrossed, FenceCrossed, FenceDwelled
from core.domain.world import World

_json = msgspec.json.Encoder()


class EventMessage(Struct):
    """``event`` is entered_area, left_area, entered_stop, left_stop or stayed_at_stop; ``t`` its time in epoch seconds."""

    event: str
    driver: str
    t: float
    area: str | UnsetType = UNSET
    area_name: str | UnsetType = UNSET
    order: str | UnsetType = UNSET
    stop: str | UnsetType = UNSET
    seconds: float | UnsetType = UNSET


def encode(event: FenceCrossed | FenceDwelled | AreaCrossed, world: World) -> bytes:
    if isinstance(event, AreaCrossed):
        area = world.areas.get(event.area_id)
        kind = "entered_area" if event.entered else "left_area"
        name = area.name if area is not None else event.area_id
        return _json.encode(EventMessage(kind, event.driver_id, event.at, area=event.area_id, area_name=name))
    if isinstance(event, FenceDwelled):
        kind, seconds = "stayed_at_stop", event.seconds
        message = EventMessage(kind, event.driver_id, event.at, order=event.order_id, stop=event.stop, seconds=seconds)
        return _json.encode(message)
    kind = "entered_stop" if event.entered else "left_stop"
    return _json.encode(EventMessage(kind, event.driver_id, event.at, order=event.order_id, stop=event.stop))
