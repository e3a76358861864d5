"""The shape in which other systems see things: the same in answers, in the event stream and in webhooks.

Times are epoch seconds, places ``{"lat", "lon"}`` in degrees, outlines GeoJSON.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from core.domain.driver import Driver, Route
from core.domain.events import DispatchChange, UpkeepChange
from core.domain.forward import Forward
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.domain.offer import Offer
from core.domain.order import Order
from core.domain.provider import Consignment, Provider
from core.domain.rules import Day, Rule, RuleSet
from core.geofencing.shapes import parted
from core.storage.codec import decode
from core.storage.store import LogRow

View = dict[str, Any]


def place(at: LatLon) -> View:
    return {"lat": at.lat, "lon": at.lon}


def order(o: Order, eta: tuple[float | None, float] | None = None) -> View:
    """``eta`` is the expected arrival at the pick-up, ``None`` once it is done, and at the door."""
    return {
        "id": o.id,
        "status": o.status.value,
        "status_at": o.status_at,
        "merchant_id": o.merchant_id,
        "area_id": o.area_id,
        "driver_id": o.driver_id,
        "provider_id": o.provider_id,
        "pickup": place(o.pickup),
        "dropoff": place(o.dropoff),
        "customer": o.customer,
        "address": o.address,
        "note": o.note,
        "weight_kg": o.weight_kg,
        "volume_l": o.volume_l,
        "vehicles": sorted(v.value for v in o.vehicles),
        "goods": o.goods,
        "value": o.value,
        "placed_at": o.placed_at,
        "ready_at": o.ready_at,
        "due_at": o.due_at,
        "assigned_at": o.assigned_at,
        "picked_up_at": o.picked_up_at,
        "delivered_at": o.delivered_at,
        "eta_pickup_at": None if eta is None else eta[0],
        "eta_dropoff_at": None if eta is None else eta[1],
    }


def driver(d: Driver) -> View:
    return {
        "id": d.id,
        "name": d.name,
        "vehicle": d.vehicle.value,
        "app": d.app.value,
        "phone": d.phone,
        "group": d.group,
        "shift_start": d.shift_start,
        "shift_end": d.shift_end,
        "breaks": [{"start": one.start, "end": one.end} for one in d.breaks],
        "weight_kg": d.weight_kg,
        "volume_l": d.volume_l,
        "cold_box": d.cold_box,
        "rating": d.rating,
        "presence": d.presence.value,
    }


def merchant(m: Merchant) -> View:
    return {
        "id": m.id,
        "name": m.name,
        "place": place(m.place),
        "kind": m.kind,
        "prep_min": m.prep_min,
        "fence_m": m.fence_m,
        "area_id": m.area_id,
        "goods": m.goods,
        "fleet": m.fleet,
        "own_drivers": m.own_drivers.value,
        "share_km": m.share_km,
    }


def area(a: Area) -> View:
    """A GeoJSON Feature (RFC 7946)."""
    polygons = [[[[lon, lat] for lat, lon in ring] for ring in polygon] for polygon in parted(a.polygons)]
    properties = {
        "name": a.name,
        "priority": a.priority,
        "watched": a.watched,
        "vehicles": sorted(v.value for v in a.vehicles),
        "version": a.version,
    }
    return {
        "type": "Feature",
        "id": a.id,
        "properties": properties,
        "geometry": {"type": "MultiPolygon", "coordinates": polygons},
    }


def forward(f: Forward) -> View:
    return {
        "id": f.id,
        "name": f.name,
        "to": f.to,
        "kinds": sorted(f.kinds),
        "when": f.when,
        "enabled": f.enabled,
    }


def provider(p: Provider) -> View:
    return {
        "id": p.id,
        "name": p.name,
        "kind": p.kind.value,
        "url": p.url,
        "enabled": p.enabled,
        "cap_per_hour": p.cap_per_hour,
        "timeout_s": p.timeout_s,
        "tries": p.tries,
        "decide_s": p.decide_s,
        "idempotent": p.idempotent,
        "poll_s": p.poll_s,
        "version": p.version,
    }


def rule(r: Rule) -> View:
    return {"id": r.id, "name": r.name, "when": r.when, "then": r.then, "priority": r.priority, "enabled": r.enabled}


def ruleset(r: RuleSet) -> View:
    return {"version": r.version, "rules": [rule(one) for one in r.rules]}


def _consignment(x: Consignment) -> View:
    return {
        "key": x.id,
        "order_id": x.order_id,
        "provider_id": x.provider_id,
        "state": x.state.value,
        "since": x.since,
        "valid_until": x.valid_until,
        "remote_id": x.remote_id,
        "outcome": x.outcome,
    }


def _day(d: Day) -> View:
    return {"date": d.id, "weather": d.weather}


def _offer(o: Offer) -> View:
    return {
        "id": o.id,
        "driver_id": o.driver_id,
        "order_ids": list(o.order_ids),
        "state": o.state.value,
        "made_at": o.made_at,
        "expires_at": o.expires_at,
    }


def _route(r: Route) -> View:
    stops = [{"kind": s.kind.value, "order_id": s.order_id, "place": place(s.place)} for s in r.stops]
    return {"driver_id": r.driver_id, "stops": stops}


_PARTS: dict[str, Any] = {
    "orders": order,
    "offers": _offer,
    "routes": _route,
    "drivers": driver,
    "merchants": merchant,
    "areas": area,
    "forwards": forward,
}
_DISPATCH: dict[str, Any] = {
    "rulesets": ruleset,
    "providers": provider,
    "consignments": _consignment,
    "days": _day,
}
_OWN = ("stop", "entered", "radius_m", "seconds", "area_id", "rule_id")


def event(row: LogRow) -> View:
    """``id`` is the event's number in the log. What the event touched stands in it as it was after it; of fences and areas,
    what was crossed; of settings, keys and the like, what was altered."""
    change = decode(row.kind, row.body)
    seen: View = {
        "id": row.seq,
        "kind": row.kind,
        "at": row.at,
        "actor": row.actor,
        "reason": row.reason,
        "order_id": row.order_id,
        "driver_id": row.driver_id,
    }
    for name, view in (_PARTS | _DISPATCH if isinstance(change, DispatchChange) else _PARTS).items():
        touched = getattr(change, name)
        if touched:
            seen[name] = [view(one) for one in touched]
    if isinstance(change, UpkeepChange):
        seen["altered"] = [asdict(one) for one in change.altered]
    for name in _OWN:
        if hasattr(change, name):
            seen[name] = getattr(change, name)
    return seen
