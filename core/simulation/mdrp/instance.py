"""Meal Delivery Routing instances, as published in github.com/grubhub/mdrplib: four tab-separated files in a folder.

Times are whole minutes of a day, places metres in a plane, pay is in dollars.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from core.domain.causes import cause
from core.domain.errors import BadInput


@dataclass(frozen=True, slots=True)
class Meal:
    """An order: to be fetched at ``restaurant`` when ``ready``, known from ``placed`` on."""

    id: str
    x: float
    y: float
    placed: int
    restaurant: str
    ready: int


@dataclass(frozen=True, slots=True)
class Courier:
    """On duty from ``on`` at (x, y); picks up nothing after ``off``."""

    id: str
    x: float
    y: float
    on: int
    off: int


@dataclass(frozen=True, slots=True)
class Rules:
    """One line of parameters; each service takes half before and half after the meal changes hands."""

    metres_per_minute: float
    pickup_service_min: float
    dropoff_service_min: float
    target_min: float
    longest_min: float
    pay_per_order: float
    pay_per_hour: float


@dataclass(frozen=True, slots=True)
class Instance:
    name: str
    rules: Rules
    restaurants: dict[str, tuple[float, float]]
    couriers: tuple[Courier, ...]
    meals: tuple[Meal, ...]


def read_instance(folder: Path) -> Instance:
    """Read a folder of four files. Raises BadInput that names the file, and the line where there is one."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder; name one that holds orders.txt, couriers.txt and restaurants.txt")
    rules = _rows(folder / "instance_parameters.txt", 7)
    if len(rules) != 1:
        raise BadInput(f"{folder / 'instance_parameters.txt'} has {len(rules)} lines of parameters; it takes one")
    restaurants = {r[0]: (_number(r, 1), _number(r, 2)) for r in _rows(folder / "restaurants.txt", 3)}
    meals = tuple(
        Meal(r[0], _number(r, 1), _number(r, 2), _whole(r, 3), r[4], _whole(r, 5)) for r in _rows(folder / "orders.txt", 6)
    )
    couriers = tuple(
        Courier(r[0], _number(r, 1), _number(r, 2), _whole(r, 3), _whole(r, 4)) for r in _rows(folder / "couriers.txt", 5)
    )
    for kind, ids in (("order", [m.id for m in meals]), ("courier", [c.id for c in couriers])):
        if len(set(ids)) != len(ids):
            raise BadInput(f"{folder.name}: a {kind} occurs twice; give each its own id")
    stranger = next((m for m in meals if m.restaurant not in restaurants), None)
    if stranger is not None:
        raise BadInput(f"{folder.name}: order {stranger.id} is of restaurant {stranger.restaurant}, not in restaurants.txt")
    parsed = Rules(*(_number(rules[0], i) for i in range(7)))
    if parsed.metres_per_minute <= 0:
        raise BadInput(f"{folder.name}: meters_per_minute must be above 0")
    if parsed.pickup_service_min % 2 or parsed.dropoff_service_min % 2:
        raise BadInput(f"{folder.name}: service takes half before and half after, so give even minutes")
    return Instance(folder.name, parsed, restaurants, couriers, meals)


class _Row(list[str]):
    """The cells of a line, and where it stands."""

    where: str = ""


def _rows(path: Path, columns: int) -> list[_Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, delimiter="\t"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} can't be read: {cause(error)}") from None
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < columns:
            raise BadInput(f"{path}, line {number}: {len(cells)} columns; {columns} are needed, separated by tabs")
        row = _Row(cell.strip() for cell in cells)
        row.where = f"{path}, line {number}"
        rows.append(row)
    return rows


def _number(row: _Row, column: int) -> float:
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadInput(f"{row.where}: {row[column]!r} is no number")
    return value


def _whole(row: _Row, column: int) -> int:
    value = _number(row, column)
    if not (value >= 0 and value.is_integer()):
        raise BadInput(f"{row.where}: {row[column]!r} is no whole number of minutes")
    return int(value)
