"""Panels in a window of their own, with realistic rows. Nothing here needs an engine."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from core.domain.driver import Activity
from core.domain.order import Status
from core.domain.vehicle import Vehicle
from widgets.common.words import Moment
from widgets.drivers.rows import DriverRow
from widgets.orders.rows import OrderRow

NOON = 1_770_033_600.0
"""12:00 UTC on 2 February 2026."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "gui/panels/" in item.path.as_posix():
            # The offscreen platform says so whenever a dialog is shown; it has no window manager to hint to.
            item.add_marker(pytest.mark.qt_log_ignore("does not support propagateSizeHints"))


@pytest.fixture
def noon() -> Moment:
    return Moment(NOON, UTC)


@pytest.fixture
def order_row() -> Callable[..., OrderRow]:
    def make(number: str = "1042", status: Status = Status.WAITING, **values: Any) -> OrderRow:
        plain: dict[str, Any] = {
            "merchant": "Sushi Ko",
            "address": "Mill Lane 4",
            "customer": "A. Weber",
            "placed_at": NOON - 600,
            "due_at": NOON + 1800,
            "status_at": NOON - 60,
        }
        return OrderRow(id=number, status=status, **{**plain, **values})

    return make


@pytest.fixture
def driver_row() -> Callable[..., DriverRow]:
    def make(number: str = "D-1", activity: Activity = Activity.FREE, **values: Any) -> DriverRow:
        plain: dict[str, Any] = {"name": "Ana Silva", "vehicle": Vehicle.BIKE, "fix_at": NOON - 8}
        return DriverRow(id=number, activity=activity, **{**plain, **values})

    return make
