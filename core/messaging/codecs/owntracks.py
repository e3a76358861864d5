"""OwnTracks payloads: what the app sends, and the commands it obeys.

Field names and units: https://owntracks.org/booklet/tech/json/. Speeds are km/h there and m/s here.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import msgspec
from msgspec import Struct, field

from core.domain.driver import Repositioning, Route, StopKind
from core.domain.merchant import Merchant
from core.domain.order import Order
from core.messaging.codecs.kerbside import Directory

MODES = {2: "active", 1: "passive", 0: "manual", -1: "quiet"}
"""`m`, the monitoring mode of a location, by the words used here."""

QUIET_TYPES = frozenset({"status", "waypoint", "waypoints", "card", "cmd", "steps", "beacon", "request"})
"""Taken without a word: nothing in them concerns tracking."""

_ACTIVE_INTERVAL_S, _ACTIVE_DISPLACEMENT_M = 10, 25
"""When and how far apart the app looks for its position in move mode, where that does not follow its own interval."""


class Configuration(Struct):
    """The part of the app's configuration that says how it tracks."""

    monitoring: int | None = None


class Message(Struct):
    """Any OwnTracks message; fields that are of no use here are skipped unread."""

    kind: str = field(name="_type")
    lat: float | None = None
    lon: float | None = None
    tst: float | None = None
    acc: float | None = None
    vel: float | None = None
    cog: float | None = None
    batt: float | None = None
    m: int | None = None
    event: str | None = None
    desc: str | None = None
    wtst: float | None = None
    topic: str | None = None
    monitoring: int | None = None
    configuration: Configuration | None = None


decoder = msgspec.json.Decoder(Message)
_json = msgspec.json.Encoder()


def mode_name(m: int) -> str:
    return MODES.get(m, f"mode {m}")


def _cmd(action: str, **more: object) -> bytes:
    return _json.encode({"_type": "cmd", "action": action, **more})


def encode_cmd_mode(active: bool, active_s: float = 8, passive_s: float = 60, passive_m: float = 500) -> bytes:
    """Ask the app for the active mode, a position every ``active_s``, or the passive one: every ``passive_s`` or ``passive_m``.

    It obeys only if `cmd` and `remoteConfiguration` are on, and takes whole seconds and metres.
    """
    configuration: dict[str, object] = {"_type": "configuration", "monitoring": 2 if active else 1}
    if active:
        configuration["moveModeLocatorInterval"] = max(1, round(active_s))
        configuration["locatorInterval"] = _ACTIVE_INTERVAL_S
        configuration["locatorDisplacement"] = _ACTIVE_DISPLACEMENT_M
    else:
        configuration["locatorInterval"] = max(1, round(passive_s))
        configuration["locatorDisplacement"] = round(passive_m)
    return _cmd("setConfiguration", configuration=configuration)


def report_location() -> bytes:
    return _cmd("reportLocation")


def waypoint_t(order_id: str, kind: str) -> int:
    """The `tst` that stands for a stop: the app's own key of a waypoint, repeated as `wtst` in its transitions.

    It has to differ between waypoints and stay the same whenever one is sent again, so it is made from the stop's name.
    """
    return 1_000_000_000 + zlib.crc32(f"{order_id}\0{kind}".encode()) % 1_000_000_000


def encode_waypoints(
    route: Route,
    orders: Mapping[str, Order],
    merchants: Mapping[str, Merchant],
    radius_m: float = 100.0,
    towards: Repositioning | None = None,
) -> bytes:
    """The driver's stops as waypoints, each with a circle of ``radius_m``, named by what is to be done there; without any, the
    place where orders are waited for.

    The app adds what it is sent to what it has; a route without stops therefore clears them all.
    """
    stops = Directory(orders, merchants).stops((s.kind, s.order_id) for s in route.stops)
    words = {StopKind.PICKUP.value: "Pick up", StopKind.DROPOFF.value: "Deliver"}
    waypoints = [
        _waypoint(f"{n}. {words[s.kind]} {s.order}: {s.name}", s.lat, s.lon, radius_m, waypoint_t(s.order, s.kind))
        for n, s in enumerate(stops, 1)
    ]
    if not stops and towards is not None:
        place, t = towards.place, waypoint_t(f"{towards.at:.0f}", "towards")
        waypoints = [_waypoint(f"Wait for orders near {towards.near}", place.lat, place.lon, radius_m, t)]
    return _cmd("setWaypoints", waypoints={"_type": "waypoints", "waypoints": waypoints}) if waypoints else clear_waypoints()


def clear_waypoints() -> bytes:
    return _cmd("clearWaypoints")


def _waypoint(desc: str, lat: float, lon: float, radius_m: float, t: int) -> dict[str, object]:
    return {"_type": "waypoint", "desc": desc, "lat": lat, "lon": lon, "rad": round(radius_m), "tst": t}
