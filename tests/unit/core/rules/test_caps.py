"""Caps count by the local clock's hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.rules.caps import booked, booking, hour_start

ZONES = ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Rome", "Australia/Lord_Howe", "America/St_Johns"]


@example(at=1000000000.9999995, zone="UTC")
@given(at=st.floats(1.0e9, 3.0e9), zone=st.sampled_from(ZONES))
def test_an_hour_begins_at_a_full_hour_of_the_local_clock(at: float, zone: str) -> None:
    begin = hour_start(at, ZoneInfo(zone))
    local = datetime.fromtimestamp(begin, ZoneInfo(zone))
    assert 0 <= at - begin < 3600
    assert (local.minute, local.second) in {(0, 0), (30, 0)}  # half past only where a clock was changed by half an hour
    if zone != "Australia/Lord_Howe":
        assert local.minute == 0


@pytest.mark.parametrize(
    ("zone", "minutes"),
    [(UTC, 30), (ZoneInfo("Asia/Kolkata"), 60), (ZoneInfo("Asia/Kathmandu"), 45), (ZoneInfo("Europe/Rome"), 30)],
)
def test_bookings_are_of_their_hour(zone: tzinfo, minutes: int) -> None:
    now = datetime(2026, 5, 1, 12, 30, tzinfo=UTC).timestamp()
    tally = booking({}, "swift", now, zone)
    tallies = {tally.id: tally}
    tally = booking(tallies, "swift", now + 60, zone)
    tallies = {tally.id: tally}
    assert booked(tallies, "swift", now + 60 * minutes - 1, zone) == 2
    assert booked(tallies, "swift", now + 60 * minutes, zone) == 0
    assert booked(tallies, "other", now, zone) == 0


def test_the_hour_that_comes_twice_counts_twice() -> None:
    rome = ZoneInfo("Europe/Rome")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    starts = [hour_start((first + timedelta(hours=n)).timestamp(), rome) for n in range(3)]
    assert [b - a for a, b in pairwise(starts)] == [3600.0, 3600.0]
