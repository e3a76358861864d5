"""Times of a recording, as they are written and typed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.presenters.recorder_time import time_text, typed_time
from core.domain.errors import BadInput

NOW = datetime(2026, 3, 6, 18, 30, tzinfo=UTC).timestamp()
SHOWN = datetime(2026, 3, 6, 14, 0, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("14:05", "2026-03-06T14:05:00"),
        (" 9.30 ", "2026-03-06T09:30:00"),
        ("14:05:09", "2026-03-06T14:05:09"),
        ("19:00", "2026-03-05T19:00:00"),  # today it has not come yet
        ("5 Mar 14:05", "2026-03-05T14:05:00"),
        ("24 November 14:05", "2025-11-24T14:05:00"),
        ("2026-03-01 00:00", "2026-03-01T00:00:00"),
        ("04/03 12:00:01", "2026-03-04T12:00:01"),
        ("-10", "2026-03-06T13:50:30"),
        ("−90 s", "2026-03-06T13:59:00"),
        ("-2 h", "2026-03-06T12:00:30"),
    ],
)
def test_what_is_typed_is_understood(typed: str, meant: str) -> None:
    assert typed_time(typed, SHOWN, NOW, UTC) == datetime.fromisoformat(meant).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize("typed", ["", "noon", "25:00", "12:60", "14", "31 Feb 12:00", "next week 12:00", "-", "12:00 5 Mar"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="Type"):
        typed_time(typed, SHOWN, NOW, UTC)


@given(st.integers(int(NOW) - 300 * 86_400, int(NOW)))
def test_what_is_written_can_be_typed(at: int) -> None:
    assert typed_time(time_text(at, UTC), SHOWN, NOW, UTC) == at
