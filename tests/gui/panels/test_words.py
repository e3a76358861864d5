from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.order import Status
from widgets.common.promise import lateness_min
from widgets.common.words import Moment, countdown, duration, freshness, gap, lateness
from widgets.drivers.table import natural


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 min"), (59, "0 min"), (240, "4 min"), (3600, "1 h"), (4320, "1 h 12 min"), (90_000, "1 d 1 h"), (-5, "0 min")],
)
def test_a_duration_is_told_in_whole_minutes(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(8.9, "8 s"), (59.9, "59 s"), (60, "1 min"), (-3, "0 s")])
def test_a_position_is_as_old_as_its_seconds(seconds: float, text: str) -> None:
    assert freshness(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "now"), (29, "now"), (31, "in 1 min"), (360, "in 6 min"), (-360, "6 min ago")]
)
def test_a_gap_says_which_way(seconds: float, text: str) -> None:
    assert gap(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(32.7, "0:32"), (65, "1:05"), (0, "0:00"), (-4, "0:00")])
def test_a_countdown_ends_at_nought(seconds: float, text: str) -> None:
    assert countdown(seconds) == text


@pytest.mark.parametrize(("minutes", "text"), [(3.2, "+3 min"), (-2, "−2 min"), (0.4, "on time"), (75, "+1 h 15 min")])
def test_lateness_carries_its_sign(minutes: float, text: str) -> None:
    assert lateness(minutes) == text


def test_a_moment_writes_clock_times_in_its_zone() -> None:
    noon = Moment(1_770_033_600.0, UTC)
    assert noon.clock(noon.now + 2460) == "12:41"
    assert noon.clock(noon.now + 7, seconds=True) == "12:00:07"
    assert noon.clock_and_gap(noon.now + 360) == "12:06, in 6 min"
    assert noon.clock(None) == noon.clock_and_gap(None) == ""


@pytest.mark.parametrize(
    ("status", "eta", "now", "minutes"),
    [
        (Status.CARRYING, 1180.0, 900.0, 3.0),
        (Status.CARRYING, 1180.0, 1300.0, 5.0),
        (Status.WAITING, None, 900.0, None),
        (Status.WAITING, None, 1060.0, 1.0),
        (Status.DELIVERED, None, 9999.0, -5.0),
        (Status.CANCELLED, None, 9999.0, None),
    ],
)
def test_lateness_is_as_it_was_as_it_is_expected_or_as_it_grows(
    status: Status, eta: float | None, now: float, minutes: float | None
) -> None:
    assert lateness_min(status, status_at=700.0, due_at=1000.0, eta=eta, now=now) == minutes


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_numbers_in_names_sort_as_numbers(a: int, b: int) -> None:
    assert (natural(f"D-{a}") < natural(f"D-{b}")) == (a < b)
