"""Changes per second through `Store.write`, and how long one has to wait for its acknowledgement.

Each change writes three rows: the event, its link to the order, and the order's state. The peers write the very same rows
to the same schema with the same durability (WAL, synchronous FULL), 5,000 changes a transaction. They are given the rows as
they are; making them, that is encoding each change and checking that it can be read again, is part of our figure and told
by itself. *sqlite3_and_encoding* does both, one after the other. The last peer commits change by change.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from app.benches import Result
from app.benches.timing import seconds_of
from core.domain.events import OrderQueued
from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.storage.codec import ORDERS, Cell
from core.storage.database import open_writable
from core.storage.store import Store
from core.storage.writer import job_of

RUNS = 3
TRANSACTION = 5000
_EVENT = "INSERT INTO events (seq, at, kind, actor, reason, order_id, driver_id, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_EVENT_NAMES = ("seq", "at", "kind", "actor", "reason", "order_id", "driver_id", "body")
_LINK = "INSERT INTO event_orders (order_id, seq) VALUES (?, ?)"

Rows = tuple[list[tuple[Cell, ...]], list[tuple[Cell, ...]], list[tuple[Cell, ...]]]


def run(scale: float = 1.0) -> Result:
    count, single = max(50, int(20_000 * scale)), max(10, int(300 * scale))
    changes = _changes(count)
    rows = _rows(changes)
    result = Result(figures={"changes": count, "rows_per_change": 3})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        encoded = count / median(seconds_of(lambda: [job_of([change], (), ()) for change in changes]) for _ in range(RUNS))
        grouped = count / _median(folder, lambda path: _through_store(path, changes))
        batched = count / _median(folder, lambda path: _executemany(path, rows, TRANSACTION))
        utils = count / _median(folder, lambda path: _sqlite_utils(path, rows))
        ours_ms = 1000 * np.array(_one_by_one(folder / "one.db", changes[:single]))
        few: Rows = (rows[0][:single], rows[1][:single], rows[2][:single])
        each_s = _executemany(folder / "each.db", few, 1) / single
    both = 1 / (1 / encoded + 1 / batched)
    result.figures |= {
        "grouped_changes_per_s": grouped,
        "encoded_changes_per_s": encoded,
        "acknowledged_p50_ms": float(np.percentile(ours_ms, 50)),
        "acknowledged_p99_ms": float(np.percentile(ours_ms, 99)),
    }
    result.peers = {
        "sqlite3_executemany_changes_per_s": batched,
        "sqlite3_and_encoding_changes_per_s": both,
        "sqlite_utils_changes_per_s": utils,
        "sqlite3_commit_each_changes_per_s": 1 / each_s,
    }
    result.ratios = {
        "grouped_vs_sqlite3_executemany": grouped / batched,
        "grouped_vs_sqlite3_and_encoding": grouped / both,
        "grouped_vs_sqlite_utils": grouped / utils,
        "grouped_vs_commit_each": grouped * each_s,
    }
    return result


def _changes(count: int) -> list[OrderQueued]:
    rng = np.random.default_rng(1)
    places = np.column_stack((rng.uniform(45, 45.1, count), rng.uniform(9, 9.1, count))).round(6).tolist()
    plain = Order("", "M-1", LatLon(45.0, 9.0), LatLon(45.0, 9.0), 0.0, 0.0, 0.0, status=Status.WAITING, status_at=1.0)
    return [
        OrderQueued(at=1000.0 + i, orders=(replace(plain, id=f"O-{i}", dropoff=LatLon(*place), placed_at=1000.0 + i),))
        for i, place in enumerate(places)
    ]


def _rows(changes: list[OrderQueued]) -> Rows:
    job = job_of(changes, (), ())
    events = [(seq, *event) for seq, event in enumerate(job.events, start=1)]
    links: list[tuple[Cell, ...]] = [(order, seq) for seq, orders in enumerate(job.links, start=1) for order in orders]
    return events, links, list(job.state["orders"].values())


def _median(folder: Path, measure: Callable[[Path], float]) -> float:
    """Each time into a new file."""
    return median(measure(Path(tempfile.mkdtemp(dir=folder)) / "bench.db") for _ in range(RUNS))


def _through_store(path: Path, changes: list[OrderQueued]) -> float:
    store = Store.open(path)
    try:
        return seconds_of(lambda: [future.result() for future in [store.write([change]) for change in changes]])
    finally:
        store.close()


def _one_by_one(path: Path, changes: list[OrderQueued]) -> list[float]:
    store = Store.open(path)
    try:
        return [seconds_of(lambda change=change: store.write([change]).result()) for change in changes]  # type: ignore[misc]
    finally:
        store.close()


def _executemany(path: Path, rows: Rows, transaction: int) -> float:
    connection = open_writable(path)

    def write() -> None:
        for at in range(0, len(rows[0]), transaction):
            connection.execute("BEGIN IMMEDIATE")
            for statement, table in zip((_EVENT, _LINK, ORDERS.upsert), rows, strict=True):
                connection.executemany(statement, table[at : at + transaction])
            connection.execute("COMMIT")

    try:
        return seconds_of(write)
    finally:
        connection.close()


def _sqlite_utils(path: Path, rows: Rows) -> float:
    import sqlite_utils

    connection = open_writable(path)
    # sqlite-utils looks after its transactions itself, which it can't with a connection that commits at once.
    connection.isolation_level = "DEFERRED"
    database = sqlite_utils.Database(connection)
    order_names = (*ORDERS.columns, "body")

    def write() -> None:
        for at in range(0, len(rows[0]), TRANSACTION):
            part = slice(at, at + TRANSACTION)
            with connection:
                database.table("events").insert_all([dict(zip(_EVENT_NAMES, row, strict=True)) for row in rows[0][part]])
                database.table("event_orders").insert_all([{"order_id": row[0], "seq": row[1]} for row in rows[1][part]])
                database.table("orders").upsert_all(
                    [dict(zip(order_names, row, strict=True)) for row in rows[2][part]], pk=ORDERS.columns[0]
                )

    try:
        return seconds_of(write)
    finally:
        connection.close()
