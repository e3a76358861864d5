from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.alerts.conditions import Limits, driver_needed_at, has_no_driver, has_stopped, is_late, is_off_route, will_be_late
from core.domain.order import Order, Status
from core.settings import Settings

LIMITS = Limits.of(Settings({"alerts.will_be_late_min": 2, "alerts.stopped_min": 5, "alerts.off_route_m": 700}))
DUE, READY = 3400.0, 1600.0


@pytest.mark.parametrize(
    ("status", "now", "late"),
    [
        (Status.WAITING, DUE, False),
        (Status.WAITING, DUE + 1, True),
        (Status.CARRYING, DUE + 1, True),
        (Status.DELIVERED, DUE + 900, False),
        (Status.CANCELLED, DUE + 900, False),
    ],
)
def test_an_order_is_late_after_its_promise_and_until_it_ends(
    make_order: Callable[..., Order], status: Status, now: float, late: bool
) -> None:
    assert is_late(make_order(status=status), now) is late


@pytest.mark.parametrize(
    ("eta", "now", "delayed"),
    [
        (None, 2000.0, False),
        (DUE + 120, 2000.0, True),
        (DUE + 119, 2000.0, None),
        (DUE + 60, 2000.0, None),
        (DUE + 59, 2000.0, False),
        (DUE - 600, 2000.0, False),
        (DUE + 600, DUE + 1, False),  # late already
    ],
)
def test_a_delay_is_foreseen_from_the_limit_on_and_over_at_half_of_it(
    make_order: Callable[..., Order], eta: float | None, now: float, delayed: bool | None
) -> None:
    assert will_be_late(make_order(status=Status.CARRYING), eta, now, LIMITS) is delayed


@pytest.mark.parametrize(
    ("status", "now", "alone"),
    [
        (Status.WAITING, READY - 600 + 8 * 60, False),
        (Status.WAITING, READY - 600 + 8 * 60 + 1, True),
        (Status.OFFERED, READY, True),
        (Status.HELD, READY, False),  # held on purpose
        (Status.ASSIGNED, READY, False),
        (Status.CANCELLED, READY, False),
    ],
)
def test_an_order_without_a_driver_counts_from_ten_minutes_before_it_is_ready(
    make_order: Callable[..., Order], status: Status, now: float, alone: bool
) -> None:
    assert has_no_driver(make_order(status=status), now, LIMITS) is alone


def test_an_order_that_is_ready_at_once_needs_a_driver_from_when_it_was_placed(make_order: Callable[..., Order]) -> None:
    assert driver_needed_at(make_order(ready_at=1100.0)) == 1000.0


def test_standing_still_and_going_the_wrong_way() -> None:
    assert has_stopped(np.array([0.0, 299.0, 300.0]), LIMITS).tolist() == [False, False, True]
    sure, doubtful = is_off_route(np.array([0.0, 349.0, 350.0, 699.0, 700.0]), LIMITS)
    assert sure.tolist() == [False, False, False, False, True]
    assert doubtful.tolist() == [False, False, True, True, False]
