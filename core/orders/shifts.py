"""Shifts and planned breaks: what is possible, how they are written, and a plan of them as a table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypedDict

from core.domain.causes import cause
from core.domain.commands import SaveDriver
from core.domain.driver import Break, Driver
from core.domain.errors import BadInput
from core.domain.language import Message, first_of
from core.domain.vehicle import Vehicle

LONGEST_H = 24.0
COLUMNS = ("driver", "name", "group", "vehicle", "shift_start", "shift_end", "breaks")


class Shift(TypedDict):
    shift_start: float | None
    shift_end: float | None
    breaks: tuple[Break, ...]


def check_shift(driver: Driver) -> None:
    """Raise BadInput with one line that says what can't be."""
    who = f"driver {driver.id}"
    start, end = driver.shift_start, driver.shift_end
    if not all(at is None or math.isfinite(at) for at in (start, end)):
        raise BadInput(Message("{who}: a shift begins and ends at a time", who=who))
    if start is not None and end is not None and not 0 < end - start <= 3600 * LONGEST_H:
        raise BadInput(Message("{who}: a shift ends after it begins, within {most:g} hours", who=who, most=LONGEST_H))
    for one in driver.breaks:
        if not (math.isfinite(one.start) and math.isfinite(one.end) and one.start < one.end):
            raise BadInput(Message("{who}: a break ends after it begins", who=who))
        if (start is not None and one.start < start) or (end is not None and one.end > end):
            raise BadInput(Message("{who}: a break lies within the shift", who=who))
    if any(before.end > after.start for before, after in pairwise(driver.breaks)):
        raise BadInput(Message("{who}: breaks follow one another, none begins before the one before it has ended", who=who))


def read_time(text: str, name: str, now: datetime) -> float:
    """Epoch seconds of ``18:30``, on the day of ``now``, or of ISO 8601. Raises BadInput that names the field."""
    try:
        if len(text) <= 5:
            hour, minute = text.split(":")
            return now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0).timestamp()
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=now.tzinfo)).timestamp()
    except ValueError:
        raise BadInput(
            Message("{name} must be a time such as 18:30 or 2026-05-01T18:30, not {text!r}", name=name, text=text)
        ) from None


def read_shift(row: Mapping[str, str], now: datetime, names: Mapping[str, str] = MappingProxyType({})) -> Shift:
    """Of the fields ``shift_start``, ``shift_end`` and ``breaks``, empty ones open. A clock time that lies before the shift's
    beginning is that of the day after. Breaks are written ``20:00-20:30, 23:00-23:15``. Raises BadInput that names the field,
    by ``names`` where these call it otherwise."""
    begins, ends = names.get("shift_start", "shift_start"), names.get("shift_end", "shift_end")
    start = read_time(row["shift_start"], begins, now) if row.get("shift_start") else None
    end = _after(start, row["shift_end"], ends, now) if row.get("shift_end") else None
    return Shift(shift_start=start, shift_end=end, breaks=read_breaks(row.get("breaks", ""), start, now))


def read_breaks(text: str, start: float | None, now: datetime) -> tuple[Break, ...]:
    """Of a shift that begins at ``start``."""
    breaks = []
    for part in text.replace(";", ",").replace("–", "-").split(","):
        begin, _, end = (word.strip() for word in part.partition("-"))
        if not part.strip():
            continue
        if part.count("-") != 1:
            raise BadInput(Message("breaks are written 20:00-20:30, 23:00-23:15, not {text!r}", text=text))
        first = _after(start, begin, "breaks", now)
        breaks.append(Break(first, _after(first, end, "breaks", now)))
    return tuple(sorted(breaks, key=lambda one: one.start))


def _after(start: float | None, text: str, name: str, now: datetime) -> float:
    """The first such time that is not before ``start``; a date of its own is left alone."""
    at = read_time(text, name, now)
    if start is None or len(text) > 5 or at >= start:
        return at
    day = datetime.fromtimestamp(at, now.tzinfo)
    while day.timestamp() < start:
        day += timedelta(days=1)
    return day.timestamp()


def written(at: float | None, zone: tzinfo | None) -> str:
    """``18:30``; empty for ``None``."""
    return "" if at is None else datetime.fromtimestamp(at, zone).strftime("%H:%M")


def breaks_written(breaks: Iterable[Break], zone: tzinfo | None) -> str:
    return ", ".join(f"{written(one.start, zone)}-{written(one.end, zone)}" for one in breaks)


def plan_as_csv(drivers: Iterable[Driver], zone: tzinfo | None) -> str:
    """What `read_plan` reads. The shift's times have their date, breaks are clock times within it."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for d in drivers:
        times = ("" if at is None else datetime.fromtimestamp(at, zone).isoformat() for at in (d.shift_start, d.shift_end))
        table.writerow([d.id, d.name, d.group, d.vehicle.value, *times, breaks_written(d.breaks, zone)])
    return out.getvalue()


def read_plan(path: Path, drivers: Mapping[str, Driver], now: datetime) -> list[SaveDriver]:
    """Shifts, breaks and, where there are such columns, groups and vehicles for drivers who are known.

    Clock times are of the day of ``now``; whose row leaves a time empty has it open. Raises BadInput that names every line
    that can't be read, and takes nothing then.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            file.seek(0)
            separator = ";" if head.count(";") > head.count(",") else ","
            rows = list(csv.DictReader(file, delimiter=separator))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(Message("{name} can't be read as a CSV file: {reason}", name=path.name, reason=cause(error))) from None
    if not rows or "driver" not in rows[0]:
        raise BadInput(
            Message("{name} needs a column driver, and shift_start, shift_end and breaks for what is planned", name=path.name)
        )
    commands, problems = [], []
    for line, row in enumerate(rows, start=2):
        clean = {str(k): (v or "").strip() for k, v in row.items() if isinstance(v, str | None)}
        try:
            commands.append(SaveDriver(driver=_planned(clean, drivers, now)))
        except BadInput as error:
            problems.append(Message("line {line}: {problem}", line=line, problem=cause(error)))
    if problems:
        raise BadInput(Message("{name}: {problems}. Nothing was taken", name=path.name, problems=first_of(problems, 5)))
    return commands


def _planned(row: Mapping[str, str], drivers: Mapping[str, Driver], now: datetime) -> Driver:
    known = drivers.get(row["driver"])
    if known is None:
        raise BadInput(Message("there is no driver {driver}", driver=row["driver"]))
    changes: dict[str, Any] = {}
    if "shift_start" in row or "shift_end" in row or "breaks" in row:
        changes |= read_shift(row, now)
    if "group" in row:
        changes["group"] = row["group"]
    if row.get("vehicle"):
        try:
            changes["vehicle"] = Vehicle(row["vehicle"].lower())
        except ValueError:
            raise BadInput(
                Message("vehicle must be one of {choices}, not {vehicle!r}", choices=", ".join(Vehicle), vehicle=row["vehicle"])
            ) from None
    driver = replace(known, **changes)
    check_shift(driver)
    return driver
