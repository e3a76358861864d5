"""The map's state as bytes for its page. Text is JSON; positions are one binary array."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from core.domain.errors import BadInput
from core.domain.geo import LatLon
from widgets.common.states import STATUS
from widgets.map.marks import AreaShape, DriverColumns, OrderMark, Past, Rings, RouteStop

STOPPED = 0xFFFF
"""Heading of a driver that stands still, or whose heading nobody knows."""


AGE_UNKNOWN = 0xFFFF


def drivers_blob(revision: int, columns: DriverColumns) -> bytes:
    """Columns one after the other, little-endian, n drivers each.

    uint32 revision of the list of ids, uint32 n, float32 pace; int32 latitude, int32 longitude (1e-6 degrees); uint16
    heading (1/100 degree, `STOPPED` where it is not finite), uint16 age of the fix (tenths of a second, `AGE_UNKNOWN`);
    uint8 speed (quarters of m/s), uint8 activity (its place in `Activity`), uint8 1 where the phone is silent.
    A driver with no place (not finite, or off the globe) gets latitude 2^31 - 1 and is not drawn.
    """
    lat, lon, heading = columns.lat, columns.lon, columns.heading
    lat_deg, lon_deg = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
    hdg, age, spd = (np.asarray(column, np.float64) for column in (heading, columns.age_s, columns.speed_mps))
    placed = (np.abs(lat_deg) <= 90.0) & (np.abs(lon_deg) <= 180.0)
    with np.errstate(invalid="ignore"):
        lat_e6 = np.where(placed, np.rint(lat_deg * 1e6), 2**31 - 1).astype("<i4")
        lon_e6 = np.where(placed, np.rint(lon_deg * 1e6), 0).astype("<i4")
        hdg_c = np.where(np.isfinite(hdg), np.rint(np.mod(hdg, 360.0) * 100.0), STOPPED).astype("<u2")
        age_t = np.where(np.isfinite(age), np.clip(np.rint(age * 10.0), 0, AGE_UNKNOWN - 1), AGE_UNKNOWN).astype("<u2")
        spd_q = np.where(np.isfinite(spd), np.clip(np.rint(spd * 4.0), 0, 255), 0).astype("u1")
    head = np.array([revision, len(lat_deg)], "<u4").tobytes() + np.array([columns.pace], "<f4").tobytes()
    small = (np.asarray(column).astype("u1") for column in (columns.activity, columns.silent))
    return b"".join((head, *(column.tobytes() for column in (lat_e6, lon_e6, hdg_c, age_t, spd_q, *small))))


def orders_json(orders: Sequence[OrderMark]) -> bytes:
    """Of thousands a few change from one time to the next: the others' texts are remembered."""
    return f"[{','.join(map(_order_text, orders))}]".encode()


@lru_cache(maxsize=16_384)
def _order_text(order: OrderMark) -> str:
    return _text(
        {
            "id": order.id,
            "token": STATUS[order.status].token.replace("_", "-"),
            "status": order.status.value,
            "pickup": _place(order.pickup),
            "dropoff": _place(order.dropoff),
            "late": order.late,
            "label": order.label,
        }
    )


def areas_json(areas: Sequence[AreaShape]) -> bytes:
    return to_json([{"id": a.id, "name": a.name, "polygons": [_rings(p) for p in a.polygons]} for a in areas])


def route_json(driver_id: str, legs: Iterable[ArrayLike], stops: Sequence[RouteStop]) -> bytes:
    """Each leg is an array of shape (k, 2), latitude and longitude in degrees."""
    lines = []
    for leg in legs:
        points = np.asarray(leg, np.float64)
        if points.ndim != 2 or points.shape[1] != 2:
            raise BadInput(f"a leg of a route is points of latitude and longitude, not an array of shape {points.shape}")
        lines.append(np.round(points, 6).tolist())
    return to_json(
        {
            "driver": driver_id,
            "legs": lines,
            "stops": [{"kind": s.kind.value, "place": _place(s.place), "label": s.label} for s in stops],
        }
    )


def shape_json(polygons: Sequence[Rings]) -> bytes:
    return to_json([_rings(p) for p in polygons])


def past_json(past: Past | None) -> bytes:
    if past is None:
        return b"null"
    flat = [np.round(np.asarray(line, np.float64), 6).ravel().tolist() for line in past.lines]
    dots = [] if past.dots is None else np.round(past.dots, 6).ravel().tolist()
    return to_json(
        {"lines": flat, "dots": dots, "stops": [{"place": list(place), "label": text} for place, text in past.stops]}
    )


def found_json(ids: Sequence[str]) -> bytes:
    return to_json(list(ids))


def ids_json(revision: int, ids: Sequence[str]) -> bytes:
    return to_json({"revision": revision, "ids": list(ids)})


def config_json(config: Mapping[str, object]) -> bytes:
    return to_json(dict(config))


def names_json(names: Mapping[str, str]) -> bytes:
    return to_json(dict(names))


def _place(place: LatLon) -> list[float] | None:
    return [place[0], place[1]] if math.isfinite(place[0]) and math.isfinite(place[1]) else None


def _rings(rings: Rings) -> list[list[list[float]]]:
    return [[[lat, lon] for lat, lon in ring] for ring in rings]


def to_json(value: object) -> bytes:
    return _text(value).encode()


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
