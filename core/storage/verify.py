"""Whether the state tables say what the event log says."""

from __future__ import annotations

import sqlite3
from typing import Any

from core.storage.codec import STATE_TABLES, Cell, StateTable, decode, entities, orders_of


def differences(read: sqlite3.Connection) -> list[str]:
    """Fold the log and compare: entities with their bodies and columns, and the links from orders to events."""
    state: dict[str, dict[Cell, Any]] = {table.name: {} for table in STATE_TABLES}
    links: set[tuple[str, int]] = set()
    found: list[str] = []
    for expected, (seq, kind, body) in enumerate(read.execute("SELECT seq, kind, body FROM events ORDER BY seq"), start=1):
        if seq != expected and not found:
            found.append(f"events: number {expected} is missing")
        change = decode(kind, body)
        links.update((order_id, seq) for order_id in orders_of(change))
        for table, entity in entities(change):
            state[table.name][getattr(entity, table.columns[0])] = entity
    for table in STATE_TABLES:
        found += _table_differences(read, table, state[table.name])
    stored = set(read.execute("SELECT order_id, seq FROM event_orders"))
    found += [f"event_orders: order {order_id} lacks event {seq}" for order_id, seq in sorted(links - stored)]
    found += [f"event_orders: order {order_id} has event {seq} too many" for order_id, seq in sorted(stored - links)]
    return found


def _table_differences(read: sqlite3.Connection, table: StateTable[Any], expected: dict[Cell, Any]) -> list[str]:
    """Bodies are compared as entities: an older program may have written the same one in other words."""
    found = []
    rows = {row[0]: row for row in read.execute(f"SELECT {', '.join(table.columns)}, body FROM {table.name}")}
    for key in sorted(expected.keys() | rows.keys(), key=str):
        if key not in rows:
            found.append(f"{table.name}: {key} is missing")
        elif key not in expected:
            found.append(f"{table.name}: {key} is in no event")
        elif table.decode(rows[key][-1]) != expected[key]:
            found.append(f"{table.name}: {key} differs from its last event")
        elif rows[key][:-1] != table.row(expected[key])[:-1]:
            found.append(f"{table.name}: {key} has columns that differ from its body")
    return found
