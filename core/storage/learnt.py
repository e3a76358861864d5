"""Past orders, read beside the running store: for a worker that learns from them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from core.domain.language import Message
from core.domain.order import Order, Status
from core.storage.codec import ORDERS
from core.storage.database import StorageError, open_readable, told

MOST = 100_000
"""Orders that are learnt from, the latest: more would teach little and take long."""


def delivered_since(path: Path, at: float) -> list[Order]:
    """Orders delivered since then (epoch seconds), the latest `MOST`. Raises StorageError where it can't be read."""
    return _read(path, "status = 'delivered' AND status_at >= ?", at)


def changed_since(path: Path, at: float) -> list[Order]:
    """Orders that were placed, or got on, since then, the latest `MOST`. Raises StorageError as well."""
    statuses = ", ".join(f"'{status.value}'" for status in Status)  # by name, so that the index serves
    return _read(path, f"status IN ({statuses}) AND status_at >= ?", at)


def _read(path: Path, which: str, at: float) -> list[Order]:
    query = f"SELECT body FROM orders WHERE {which} ORDER BY status_at DESC, id LIMIT ?"
    try:
        with closing(open_readable(path)) as read:
            return [ORDERS.decode(body) for (body,) in read.execute(query, (at, MOST))]
    except sqlite3.Error as error:
        raise StorageError(Message("the database {path} can't be read: {reason}", path=path, reason=told(error))) from None
