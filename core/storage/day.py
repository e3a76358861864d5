"""A database read as the record of what happened, and left as it is: how every order ended, how long drivers were online."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.driver import Presence
from core.domain.errors import BadInput
from core.domain.events import AlertRaised
from core.domain.language import Message
from core.domain.order import Order
from core.storage.codec import decode
from core.storage.database import MAGIC, check, open_readable, schema_steps, told


@dataclass(slots=True)
class Day:
    """From the first to the last event, epoch seconds. ``alerts`` counts those raised, by kind."""

    since: float = 0.0
    until: float = 0.0
    events: int = 0
    orders: dict[str, Order] = field(default_factory=dict)
    drivers: set[str] = field(default_factory=set)
    online_s: float = 0.0
    alerts: Counter[str] = field(default_factory=Counter)


def is_database(path: Path) -> bool:
    """Raises OSError where the file can't be read."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read_day(path: Path, since: float | None = None, until: float | None = None) -> Day:
    """What happened from ``since`` until ``until`` (epoch seconds), by default all of it: the orders placed in that time.

    Raises BadInput where the file is damaged, foreign or newer, KerbsideError where an event can't be read.
    """
    check(path, len(schema_steps()))
    day, online = Day(), dict[str, float]()
    begins, ends = since if since is not None else float("-inf"), until if until is not None else float("inf")
    at = 0.0
    try:
        with closing(open_readable(path)) as read:
            for kind, body in read.execute("SELECT kind, body FROM events ORDER BY seq"):
                change = decode(kind, body)
                at = max(at, change.at)
                for driver in change.drivers:
                    if driver.presence is not Presence.ONLINE or driver.removed:
                        day.online_s += _overlap(online.pop(driver.id, at), at, begins, ends)
                    else:
                        online.setdefault(driver.id, at)
                day.orders.update((o.id, o) for o in change.orders if begins <= o.placed_at < ends)
                if not begins <= at < ends:
                    continue
                day.since = day.since or at
                day.until = at
                day.events += 1
                day.drivers.update(o.driver_id for o in change.orders if o.driver_id is not None)
                if isinstance(change, AlertRaised):
                    day.alerts.update(alert.kind.value for alert in change.alerts)
    except sqlite3.Error as error:
        raise BadInput(Message("the database {path} can't be read: {reason}", path=path, reason=told(error))) from None
    for came in online.values():
        day.online_s += _overlap(came, at, begins, ends)
    return day


def _overlap(came: float, went: float, begins: float, ends: float) -> float:
    return max(0.0, min(went, ends) - max(came, begins))
