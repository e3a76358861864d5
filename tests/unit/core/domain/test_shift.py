"""What a plan says of a moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.domain.driver import Break, Driver


@pytest.mark.parametrize(
    ("now", "rostered", "until"),
    [
        (99.0, False, 200.0),
        (100.0, True, 200.0),
        (199.0, True, 200.0),
        (200.0, False, 300.0),
        (219.0, False, 300.0),
        (220.0, True, 300.0),
        (310.0, True, 400.0),
        (400.0, False, 400.0),
    ],
)
def test_at_work_between_breaks(make_driver: Callable[..., Driver], now: float, rostered: bool, until: float) -> None:
    breaks = (Break(200.0, 220.0), Break(300.0, 310.0))
    driver = make_driver(shift_start=100.0, shift_end=400.0, breaks=breaks)
    assert driver.is_rostered(now) is rostered
    assert driver.works_until(now) == until


def test_without_a_plan_always_at_work(make_driver: Callable[..., Driver]) -> None:
    driver = make_driver()
    assert driver.is_rostered(1e9)
    assert driver.works_until(1e9) is None
