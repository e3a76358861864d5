"""What OpenStreetMap's tags mean for each vehicle: where it may go, which way and how fast.

The order of tags follows the OSM wiki's "Key:access" hierarchy; speeds are averages of moving traffic in a town (waits at
junctions are added per node by `core.routing.network`). Turn restrictions and opening hours are not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.vehicle import Vehicle
from core.routing.city import VEHICLES
from core.routing.network import NOWHERE, Speeds

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Class on the map and default km/h for walk, bike, scooter, car; 0 is forbidden unless tags allow it."""

    road_class: str
    speeds: Speeds


_WALK, _PUSH = 4.8, 4.0
KINDS: dict[str, _Kind] = {
    "motorway": _Kind("motorway", (0, 0, 0, 95)),
    "motorway_link": _Kind("motorway", (0, 0, 0, 50)),
    "trunk": _Kind("trunk", (0, 15, 42, 65)),
    "trunk_link": _Kind("trunk", (0, 15, 36, 42)),
    "primary": _Kind("primary", (_WALK, 15, 38, 44)),
    "primary_link": _Kind("primary", (_WALK, 15, 32, 34)),
    "secondary": _Kind("secondary", (_WALK, 15, 36, 40)),
    "secondary_link": _Kind("secondary", (_WALK, 15, 30, 30)),
    "tertiary": _Kind("tertiary", (_WALK, 15, 34, 36)),
    "tertiary_link": _Kind("tertiary", (_WALK, 15, 28, 28)),
    "unclassified": _Kind("residential", (_WALK, 15, 30, 32)),
    "residential": _Kind("residential", (_WALK, 15, 27, 28)),
    "living_street": _Kind("residential", (_WALK, 11, 12, 12)),
    "road": _Kind("residential", (_WALK, 13, 22, 22)),
    "service": _Kind("service", (_WALK, 12, 14, 14)),
    "track": _Kind("service", (_WALK, 11, 12, 12)),
    "pedestrian": _Kind("path", (_WALK, 6, 0, 0)),
    "footway": _Kind("path", (_WALK, 0, 0, 0)),
    "path": _Kind("path", (_WALK, 10, 0, 0)),
    "cycleway": _Kind("path", (_WALK, 16, 0, 0)),
    "steps": _Kind("path", (2.4, 0, 0, 0)),
    "bridleway": _Kind("path", (_WALK, 0, 0, 0)),
    "corridor": _Kind("path", (_WALK, 0, 0, 0)),
}
"""Every other value of ``highway`` (proposed, construction, platform, busway …) carries nobody."""

_KEYS: dict[Vehicle, tuple[str, ...]] = {
    Vehicle.WALK: ("foot", "access"),
    Vehicle.BIKE: ("bicycle", "vehicle", "access"),
    Vehicle.SCOOTER: ("moped", "motor_vehicle", "vehicle", "access"),
    Vehicle.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
}
_YES = frozenset({"yes", "designated", "official", "permissive", "destination", "customers", "delivery", "public"})
_NO = frozenset(
    {
        "no",
        "private",
        "military",
        "agricultural",
        "forestry",
        "emergency",
        "permit",
        "use_sidepath",
        "psv",
        "bus",
        "foot",
        "bicycle",
    }
)
# What bars the way at a point unless its own tags say otherwise: walk, bike, scooter, car.
_BARRIERS: dict[str, tuple[bool, bool, bool, bool]] = {
    **dict.fromkeys(("block", "bollard", "bus_trap", "planter"), (False, False, False, True)),
    **dict.fromkeys(("jersey_barrier", "chain", "cycle_barrier"), (False, False, True, True)),
    **dict.fromkeys(("kissing_gate", "stile", "turnstile", "full-height_turnstile"), (False, True, True, True)),
    **dict.fromkeys(("wall", "fence", "debris", "hedge"), (True, True, True, True)),
}
_ROUGH = re.compile(r"unpaved|ground|dirt|earth|grass|gravel|sand|mud|pebble|rock|wood")
_COBBLES = re.compile(r"cobble|sett|stone|metal")
_SPEED = re.compile(r"\s*(\d{1,3})(?:\.\d+)?\s*(mph|knots)?")
_SCOOTER_MAX = 42.0
_OF_LIMIT = 0.82
"""Share of the limit that moving town traffic averages."""


def max_speed(text: str) -> float | None:
    """The limit in km/h; ``None`` where the tag gives no number."""
    match = _SPEED.match(text)
    if match is None:
        return 7.0 if text == "walk" else None
    return float(match[1]) * {"mph": 1.609344, "knots": 1.852}.get(match[2], 1.0) or None


def metres(text: str) -> float | None:
    """A length such as ``12`` or ``12.5 m``; ``None`` where it is no plain number of metres."""
    match = re.fullmatch(r"\s*(\d{1,4}(?:\.\d+)?)\s*m?\s*", text)
    return float(match[1]) if match else None


def _access(tags: Tags, vehicle: Vehicle) -> str | None:
    """The value of the most specific access tag there is."""
    return next((tags[k] for k in _KEYS[vehicle] if k in tags), None)


def _speed(tags: Tags, highway: str, vehicle: Vehicle, default: float) -> float:
    access = _access(tags, vehicle)
    if access in _NO:
        return 0.0
    if vehicle is Vehicle.BIKE and access == "dismount":
        return _PUSH if KINDS[highway].speeds[0] else 0.0
    if not default:
        # Only a tag of its own opens a road that is closed by its kind: access=yes on a footway is not meant for cars.
        own = tags.get(_KEYS[vehicle][0]) or (tags.get("motor_vehicle") if vehicle in (Vehicle.SCOOTER, Vehicle.CAR) else None)
        if own not in _YES or highway in ("motorway", "motorway_link", "steps"):
            return 0.0
        default = {Vehicle.WALK: _WALK, Vehicle.BIKE: 10.0}.get(vehicle, 8.0)
    if vehicle is Vehicle.SCOOTER and tags.get("motorroad") == "yes":
        return 0.0
    surface = tags.get("surface", "")
    if vehicle is not Vehicle.WALK:
        if _ROUGH.search(surface):
            default *= 0.7
        elif vehicle is Vehicle.BIKE and _COBBLES.search(surface) and "paving" not in surface:
            default *= 0.8
    if vehicle in (Vehicle.SCOOTER, Vehicle.CAR) and (limit := max_speed(tags.get("maxspeed", ""))):
        paved = not _ROUGH.search(surface)
        default = max(5.0, limit * _OF_LIMIT) if paved else min(default, limit * _OF_LIMIT)
    return min(default, _SCOOTER_MAX) if vehicle is Vehicle.SCOOTER else default


def _directions(tags: Tags, highway: str, vehicle: Vehicle) -> tuple[bool, bool]:
    """May the vehicle go along the way, and against it?"""
    if vehicle is Vehicle.WALK:
        return {"yes": (True, False), "-1": (False, True)}.get(tags.get("oneway:foot", ""), (True, True))
    value = tags.get("oneway", "")
    if not value and (tags.get("junction") in ("roundabout", "circular") or highway in ("motorway", "motorway_link")):
        value = "yes"
    if vehicle is Vehicle.BIKE:
        if tags.get("cycleway", "").startswith("opposite") or tags.get("bicycle:backward") == "yes":
            return True, True
        value = tags.get("oneway:bicycle", value)
    if value in ("yes", "true", "1"):
        return True, False
    if value in ("-1", "reverse"):
        return False, True
    return True, True


def rule(tags: Tags) -> tuple[str, Speeds, Speeds] | None:
    """Road class and speeds along and against a way, km/h by vehicle; ``None`` where it carries nobody."""
    highway = tags.get("highway", "")
    kind = KINDS.get(highway)
    if kind is None or tags.get("area") == "yes" or tags.get("service") == "emergency_access":
        return None
    forward, backward = list(NOWHERE), list(NOWHERE)
    for i, vehicle in enumerate(VEHICLES):
        speed = _speed(tags, highway, vehicle, kind.speeds[i])
        along, against = _directions(tags, highway, vehicle)
        forward[i], backward[i] = speed * along, speed * against
    if not any(forward) and not any(backward):
        return None
    return kind.road_class, _four(forward), _four(backward)


def blocks(tags: Tags) -> tuple[bool, bool, bool, bool] | None:
    """Which vehicles a point on the road stops, by vehicle; ``None`` where it stops nobody."""
    barrier = tags.get("barrier")
    usual = _BARRIERS.get(barrier or "", (False,) * 4)
    walk, bike, scooter, car = (
        usual[i] if (access := _access(tags, v)) is None else access in _NO for i, v in enumerate(VEHICLES)
    )
    stopped = (walk, bike, scooter, car)
    return stopped if any(stopped) else None


def _four(values: list[float]) -> Speeds:
    walk, bike, scooter, car = values
    return walk, bike, scooter, car
