"""Drivers, merchants, orders and areas from files. Every problem names its line, and a file with one is not half taken."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from core.domain.commands import Command, PlaceOrder, SaveArea, SaveDriver, SaveMerchant
from core.domain.driver import App, Driver
from core.domain.errors import BadInput, why
from core.domain.geo import LatLon, checked_place
from core.domain.merchant import Area, Merchant, OwnDrivers
from core.domain.vehicle import Vehicle
from core.orders.shifts import read_shift, read_time

T = TypeVar("T", Vehicle, App, OwnDrivers)
Row = dict[str, str]

COLUMNS = {
    "drivers": ("id", "name", "vehicle"),
    "merchants": ("id", "name", "lat", "lon"),
    "orders": ("id", "merchant", "lat", "lon"),
}
"""What a file of each kind must have; it is told apart by its columns. Further ones are optional."""

MOST_PROBLEMS = 5


def read_csv(path: Path, zone_now: datetime) -> list[Command]:
    """Commands for a file of drivers, merchants or orders, told apart by its columns.

    Optional columns: drivers ``app, phone, group, weight_kg, volume_l, shift_start, shift_end, breaks, cold_box, rating``;
    merchants
    ``kind, prep_min, fence_m, area, goods, fleet, own_drivers, share_km``; orders ``customer, address, note, weight_kg,
    volume_l, vehicles, goods, value, ready_at, due_at``. Times are ISO 8601, or ``HH:MM`` of the day of ``zone_now``.
    Raises BadInput that names the lines that can't be read.
    """
    rows = _rows(path)
    header = set(rows[0][1]) if rows else set()
    # An order's file has a merchant column, which no other has; drivers have a vehicle; what is left are merchants.
    kind = "orders" if "merchant" in header else "drivers" if "vehicle" in header else "merchants"
    missing = [c for c in COLUMNS[kind] if c not in header]
    if missing:
        wanted = "; ".join(f"{k}: {', '.join(c)}" for k, c in COLUMNS.items())
        raise BadInput(f"{path.name}: no column {', '.join(missing)}. A file has these columns at least: {wanted}")
    readers: dict[str, Callable[[Row], Command]] = {
        "drivers": lambda row: SaveDriver(driver=_driver(row, zone_now)),
        "merchants": lambda row: SaveMerchant(merchant=_merchant(row)),
        "orders": lambda row: _order(row, zone_now),
    }
    commands: list[Command] = []
    problems: list[str] = []
    for line, row in rows:
        try:
            commands.append(readers[kind](row))
        except BadInput as error:
            problems.append(f"line {line}: {error}")
    _raise(path, problems)
    return commands


def read_areas(path: Path) -> list[Command]:
    """Areas from a GeoJSON file of polygons; their names come from the property ``name``.

    With the property ``watched`` true, drivers' comings and goings become events. The property ``vehicles``, a list or a text
    such as "walk bike", restricts who may pick up and deliver there.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadInput(f"{path.name} is no GeoJSON file: {why(error)}") from None
    whole = isinstance(document, dict) and document.get("type") == "FeatureCollection"
    features = document.get("features") if whole else [document]
    if not isinstance(document, dict) or not isinstance(features, list):
        raise BadInput(f"{path.name} is no GeoJSON file: it holds no Feature and no FeatureCollection")
    commands: list[Command] = []
    problems: list[str] = []
    for number, feature in enumerate(features, start=1):
        try:
            commands.append(SaveArea(area=_area(feature, number)))
        except (BadInput, KeyError, TypeError, ValueError, AttributeError) as error:
            problems.append(f"area {number}: {error if isinstance(error, BadInput) else 'it is no polygon with a name'}")
    _raise(path, problems)
    return commands


def _raise(path: Path, problems: Sequence[str]) -> None:
    if problems:
        more = f"; and {len(problems) - MOST_PROBLEMS} more" if len(problems) > MOST_PROBLEMS else ""
        raise BadInput(f"{path.name}: {'; '.join(problems[:MOST_PROBLEMS])}{more}. Nothing was imported")


def _rows(path: Path) -> list[tuple[int, Row]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            sample = file.read(4096)
            file.seek(0)
            separator = ";" if sample.split("\n", 1)[0].count(";") > sample.split("\n", 1)[0].count(",") else ","
            reader = csv.DictReader(file, delimiter=separator, strict=True)
            rows = []
            for row in reader:
                clean = {(k or "").strip().lower(): (v or "").strip() for k, v in row.items() if isinstance(v, str | None)}
                rows.append((reader.line_num, clean))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path.name} can't be read as a CSV file: {why(error)}") from None
    if not rows:
        raise BadInput(f"{path.name} holds no rows below its header")
    return rows


def _number(row: Row, name: str, default: float | None = None) -> float:
    text = row.get(name, "")
    if not text and default is not None:
        return default
    try:
        value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadInput(f"{name} must be a number, not {text!r}")
    return value


def _optional(row: Row, name: str) -> float | None:
    return _number(row, name) if row.get(name) else None


def _place(row: Row) -> LatLon:
    return checked_place(_number(row, "lat"), _number(row, "lon"))


def _text(row: Row, name: str) -> str:
    if not row.get(name):
        raise BadInput(f"{name} is empty")
    return row[name]


def _choice(kind: type[T], row: Row, name: str, default: str) -> T:
    text = (row.get(name) or default).lower()
    try:
        return kind(text)
    except ValueError:
        raise BadInput(f"{name} must be one of {', '.join(kind)}, not {text!r}") from None


def _time(row: Row, name: str, now: datetime) -> float | None:
    return read_time(row[name], name, now) if row.get(name) else None


def _driver(row: Row, now: datetime) -> Driver:
    return Driver(
        id=_text(row, "id"),
        name=_text(row, "name"),
        vehicle=_choice(Vehicle, row, "vehicle", ""),
        app=_choice(App, row, "app", App.KERBSIDE),
        phone=row.get("phone", ""),
        group=row.get("group", ""),
        **read_shift(row, now),
        weight_kg=_optional(row, "weight_kg"),
        volume_l=_optional(row, "volume_l"),
        cold_box=_flag(row, "cold_box"),
        rating=_optional(row, "rating"),
    )


def _merchant(row: Row) -> Merchant:
    return Merchant(
        id=_text(row, "id"),
        name=_text(row, "name"),
        place=_place(row),
        kind=row.get("kind") or "restaurant",
        prep_min=_number(row, "prep_min", 12.0),
        fence_m=_optional(row, "fence_m"),
        area_id=row.get("area") or None,
        goods=(row.get("goods") or "food").lower(),
        fleet=row.get("fleet", ""),
        own_drivers=_choice(OwnDrivers, row, "own_drivers", OwnDrivers.FIRST),
        share_km=_number(row, "share_km", 0.5),
    )


def _order(row: Row, now: datetime) -> PlaceOrder:
    return PlaceOrder(
        order_id=_text(row, "id"),
        merchant_id=_text(row, "merchant"),
        dropoff=_place(row),
        customer=row.get("customer", ""),
        address=row.get("address", ""),
        note=row.get("note", ""),
        ready_at=_time(row, "ready_at", now),
        due_at=_time(row, "due_at", now),
        weight_kg=_number(row, "weight_kg", 1.0),
        volume_l=_number(row, "volume_l", 5.0),
        vehicles=_vehicles(row.get("vehicles", "")),
        goods=row["goods"].lower() if row.get("goods") else None,
        value=_optional(row, "value"),
    )


def _vehicles(text: str) -> frozenset[Vehicle]:
    return frozenset(_choice(Vehicle, {"vehicles": v}, "vehicles", "") for v in text.replace("|", " ").split())


def _flag(row: Row, name: str) -> bool:
    text = row.get(name, "").lower()
    if text not in {"", "yes", "no", "true", "false", "1", "0"}:
        raise BadInput(f"{name} must be yes or no, not {text!r}")
    return text in {"yes", "true", "1"}


def _area(feature: dict[str, object], number: int) -> Area:
    geometry = feature["geometry"]
    properties = feature.get("properties") or {}
    if not isinstance(geometry, dict) or not isinstance(properties, dict):
        raise BadInput("it has no outline")
    if geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise BadInput(f"it is a {geometry.get('type')}: an area is a Polygon or MultiPolygon")
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    rings = tuple(tuple(tuple(checked_place(lat, lon) for lon, lat, *_ in ring) for ring in polygon) for polygon in polygons)
    if not rings or any(len(ring) < 4 for polygon in rings for ring in polygon):
        raise BadInput("an outline needs four points at least, the last the same as the first")
    name = str(properties.get("name") or f"Area {number}")
    area_id = str(properties.get("id") or feature.get("id") or name)
    admitted = properties.get("vehicles") or ""
    vehicles = _vehicles(" ".join(map(str, admitted)) if isinstance(admitted, list) else str(admitted).replace(",", " "))
    priority = properties.get("priority", 0)
    if isinstance(priority, bool) or not isinstance(priority, int):
        raise BadInput(f"its priority must be a whole number, not {priority!r}")
    watched = properties.get("watched") is True
    return Area(id=area_id, name=name, polygons=rings, priority=priority, watched=watched, vehicles=vehicles)


def areas_as_geojson(areas: Iterable[Area]) -> str:
    """What `read_areas` reads: one feature for each area, longitude first (RFC 7946). Whoever crosses the date line is to be
    cut there before."""
    features = [
        {
            "type": "Feature",
            "id": area.id,
            "properties": {
                "id": area.id,
                "name": area.name,
                "priority": area.priority,
                "watched": area.watched,
                "vehicles": sorted(area.vehicles),
            },
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [[[(lon, lat) for lat, lon in ring] for ring in rings] for rings in area.polygons],
            },
        }
        for area in areas
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)
